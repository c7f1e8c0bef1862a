/**
 * `stop_service` and `restart_service`: the command that the policy file gives for the service, else systemd. The
 * exit code alone is not believed of systemd: the unit's state is asked for afterwards.
 */

import { existsSync, readFileSync } from 'node:fs';
import { runProgram } from './program.ts';
import {
  DEFAULT_STEP_SECONDS,
  type Executor,
  facts,
  programOutcome,
  type StepContext,
  type StepOutcome,
} from './step.ts';

/** There exactly when systemd is the init (sd_booted(3)). */
const SYSTEMD_MARK = '/run/systemd/system';
const ASK_SECONDS = 10;

/** Stops a service. */
export const stopServiceStep: Executor<'stop_service'> = (step, context) => act('stop', step, context);
/** Restarts a service. */
export const restartServiceStep: Executor<'restart_service'> = (step, context) => act('restart', step, context);

async function act(
  verb: 'stop' | 'restart',
  step: { readonly service: string; readonly timeout_seconds?: number | undefined },
  { policy, signal }: StepContext,
): Promise<StepOutcome> {
  const { service } = step;
  const name = service.replace(/\.service$/, '');
  const timeoutSeconds = step.timeout_seconds ?? DEFAULT_STEP_SECONDS;
  const configured = Object.hasOwn(policy.services, name) ? policy.services[name]?.[verb] : undefined;
  if (configured !== undefined) {
    const run = await runProgram(configured, { timeoutSeconds, signal });
    return programOutcome(run, run.exitCode === 0, { by: 'policy' });
  }
  if (!existsSync(SYSTEMD_MARK)) return facts(false, { reason: 'no_service_manager' });
  const unit = name.includes('.') ? name : `${name}.service`;
  if (isOwnUnit(unit)) return facts(false, { reason: 'own_service' });
  const run = await runProgram(['systemctl', '--no-ask-password', verb, '--', unit], { timeoutSeconds, signal });
  const asked = await runProgram(['systemctl', 'is-active', '--', unit], { timeoutSeconds: ASK_SECONDS, signal });
  const state = asked.stdout.trim().slice(0, 40);
  const isThere = verb === 'stop' ? state === 'inactive' || state === 'failed' : state === 'active';
  return programOutcome(run, run.exitCode === 0 && isThere, { by: 'systemd', state });
}

/** Whether this process runs in that unit: the agent must not be ordered to end itself. */
function isOwnUnit(unit: string): boolean {
  return readFileSync('/proc/self/cgroup', 'utf8').split(/[/\n]/).includes(unit);
}
