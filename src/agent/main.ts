/** The agent's process: `node src/agent/main.ts --hub URL --enrolment-token T` (docs/agent-protocol.md). */

import { runAgent } from './agent.ts';
import { agentHelp, readAgentConfig } from './config.ts';
import { AgentFault } from './fault.ts';
import { createLog } from './log.ts';
import { readStatus } from './status.ts';

/** A stop that takes longer is cut off; everything worth keeping is on disk already. */
const STOP_LIMIT_MS = 1_500;

const stop = new AbortController();
const onSignal = (): void => {
  stop.abort();
  setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
};
process.once('SIGTERM', onSignal);
process.once('SIGINT', onSignal);

try {
  const config = readAgentConfig(process.argv.slice(2), process.env);
  if (config === null) console.log(agentHelp());
  else if (config.status) console.log(await readStatus(config.state_dir));
  else {
    await runAgent(config, createLog(config.log_level), stop.signal);
    // Keep-alive connections to the hub would hold the process for seconds.
    process.exit(0);
  }
} catch (error) {
  if (!(error instanceof AgentFault)) throw error;
  console.error(`monsys-agent: ${error.message}`);
  process.exit(1);
}
