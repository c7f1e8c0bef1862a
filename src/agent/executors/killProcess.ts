/**
 * `kill_process`: ends one process, named by pid and start time. Before each signal the start time is read again,
 * so that a pid that was used again in between is not hit; Node has no pidfd, and the few microseconds between
 * reading and signalling are what is left of the race.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../durable.ts';
import { readProcessStat } from '../processStat.ts';
import { type Executor, facts, resolvedNumber } from './step.ts';

/** Time to end by itself after SIGTERM, when the step names none. */
const DEFAULT_GRACE_SECONDS = 5;
const KILL_WAIT_MS = 5_000;
const POLL_MS = 25;

/** SIGTERM, then SIGKILL. */
export const killProcessStep: Executor<'kill_process'> = async (step, { signal }) => {
  const pid = resolvedNumber(step.pid);
  const startTime = resolvedNumber(step.start_time);
  if (pid === process.pid) return facts(false, { reason: 'own_process' });
  /** `gone` covers a zombie: it runs nothing any more. */
  const look = async (): Promise<'there' | 'gone' | 'reused'> => {
    const stat = await readProcessStat(pid);
    if (stat === null || stat.isZombie) return 'gone';
    return stat.startTime === startTime ? 'there' : 'reused';
  };
  const hasEnded = async (ms: number): Promise<boolean> => {
    for (const until = performance.now() + ms; performance.now() < until && !signal.aborted; await delay(POLL_MS))
      if ((await look()) !== 'there') return true;
    return (await look()) !== 'there';
  };

  const before = await look();
  if (before === 'gone') return facts(false, { reason: 'no_such_process' });
  if (before === 'reused')
    return facts(false, { reason: 'another_process', start_time: (await readProcessStat(pid))?.startTime ?? null });
  send(pid, 'SIGTERM');
  const graceMs = (step.timeout_seconds ?? DEFAULT_GRACE_SECONDS) * 1000;
  if (await hasEnded(graceMs)) return facts(true, { signal: 'SIGTERM' });
  if (signal.aborted) return facts(false, { end: 'stopped' });
  send(pid, 'SIGKILL');
  return (await hasEnded(KILL_WAIT_MS)) ? facts(true, { signal: 'SIGKILL' }) : facts(false, { reason: 'did_not_end' });
};

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}
