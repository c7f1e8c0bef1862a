/**
 * A process that executes one token and may die on the way: `node executionProcess.ts <state> <envelope file>
 * <point to die at, or "none">`. Without an envelope it only recovers, as the agent does at its start.
 */

import { readFile } from 'node:fs/promises';
import { eatEnvelope } from '../../src/domain/eat.ts';
import { openTestExecution } from './agentExecution.ts';

const [stateDir, envelopeFile, dieAt] = process.argv.slice(2) as [string, string, string];
const { execution } = await openTestExecution({
  stateDir,
  reached: (point) => {
    if (point === dieAt) process.kill(process.pid, 'SIGKILL');
  },
});
await execution.recover();
if (envelopeFile !== 'none') {
  const envelope = eatEnvelope.parse(JSON.parse(await readFile(envelopeFile, 'utf8')));
  const verdict = execution.judge(envelope, null);
  if (verdict.kind === 'accepted') await execution.accept(envelope, verdict);
  else
    await execution.refuse(
      { nonce: verdict.token?.nonce ?? '', text: envelope.token, token: verdict.token },
      verdict.code,
    );
}
await execution.idle();
