/** From the kind of a step to what does it. A kind without an entry does not compile. */

import type { PlaybookStep, StepKind } from '../../domain/playbook.ts';
import { errorText } from '../log.ts';
import { runCommandStep } from './command.ts';
import { isolateNetworkStep, restoreNetworkStep } from './isolation.ts';
import { killProcessStep } from './killProcess.ts';
import { memoryDumpStep } from './memoryDump.ts';
import { quarantineFileStep, restoreFileStep } from './quarantine.ts';
import { restartServiceStep, stopServiceStep } from './service.ts';
import { type Executor, facts, type StepContext, type StepOutcome } from './step.ts';
import { installPackageStep, rebootStep } from './system.ts';
import { waitStep } from './wait.ts';

const EXECUTORS: { readonly [K in StepKind]: Executor<K> } = {
  run_command: runCommandStep,
  check: runCommandStep,
  wait: waitStep,
  stop_service: stopServiceStep,
  restart_service: restartServiceStep,
  kill_process: killProcessStep,
  quarantine_file: quarantineFileStep,
  restore_file: restoreFileStep,
  isolate_network: isolateNetworkStep,
  restore_network: restoreNetworkStep,
  memory_dump: memoryDumpStep,
  install_package: installPackageStep,
  reboot: rebootStep,
};

/** Does a step; whatever it throws becomes a failed step, because a token must come to a result. */
export async function runStep(step: PlaybookStep, context: StepContext): Promise<StepOutcome> {
  if (context.policy.policy.simulate.includes(step.kind)) return facts(true, { simulated: true });
  try {
    // The table pairs each kind with its own executor; the compiler cannot follow that through a union.
    const executor = EXECUTORS[step.kind] as Executor<StepKind>;
    return await executor(step, context);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return facts(false, { error: errorText(error).slice(0, 300) });
  }
}
