/** `run_command` and `check`: one program with its arguments, judged by exit code and, if asked, by what it writes. */

import { localArgv } from '../policy.ts';
import { runProgram } from './program.ts';
import { DEFAULT_STEP_SECONDS, programOutcome, type StepContext, type StepOf, type StepOutcome } from './step.ts';

/** Runs the program. A check differs only in meaning: it looks before others act. */
export async function runCommandStep(
  step: StepOf<'run_command'> | StepOf<'check'>,
  { policy, signal }: StepContext,
): Promise<StepOutcome> {
  const run = await runProgram(localArgv(policy, step.argv), {
    timeoutSeconds: step.timeout_seconds ?? DEFAULT_STEP_SECONDS,
    signal,
  });
  const wanted = step.expect?.stdout_contains;
  const isCode = run.exitCode === (step.expect?.exit_code ?? 0);
  const isText = wanted === undefined || run.stdout.includes(wanted);
  return programOutcome(run, isCode && isText, isText ? {} : { expected_text: 'missing' });
}
