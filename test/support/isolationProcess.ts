/**
 * The agent's isolation in a process, to be started inside a network namespace:
 * `node isolationProcess.ts <state folder> <hub> isolate <seconds> | restore | watch | isolate-and-die <seconds>`.
 * `watch` goes on until it is stopped.
 */

import { openIsolation } from '../../src/agent/executors/isolation.ts';
import { createLog } from '../../src/agent/log.ts';

const [stateDir, hub, what, seconds] = process.argv.slice(2) as [string, string, string, string | undefined];
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const isolation = await openIsolation({
  stateDir,
  hub,
  nowMs: Date.now,
  onChange: () => process.stdout.write(`isolated=${isolation.state() !== null}\n`),
  log: createLog('info'),
  signal: stop.signal,
});
if (what === 'isolate') await isolation.isolate(Number(seconds));
if (what === 'restore') await isolation.restore();
if (what === 'watch') {
  process.stdout.write('watching\n');
  await isolation.keepWatch();
}
