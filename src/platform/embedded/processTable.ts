/** Which process is which: a pid alone is reused, a pid with its start time is not. */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from './files.ts';

/** A process of this boot of this machine. */
export type ProcessIdentity = { readonly pid: number; readonly started: string };

/** Field 22 of /proc/<pid>/stat (proc(5)), counted after the name, which may hold spaces and parentheses. */
const START_TIME_FIELD = 19;
const STATE_FIELD = 0;
const POLL_MS = 25;

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Who `pid` is now; null when there is no such process, or only its remains. */
export function identify(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[STATE_FIELD] === 'Z') return null;
    return { pid, started: `${bootId()}:${fields[START_TIME_FIELD]}` };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return null;
    throw error;
  }
}

/** Is it still that very process? */
export function isSameProcess({ pid, started }: ProcessIdentity): boolean {
  return identify(pid)?.started === started;
}

/** Sends the signal if it is still that very process. */
export function signalProcess(process_: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isSameProcess(process_)) return;
  try {
    process.kill(process_.pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** Ends a process: `signal`, then SIGKILL when it is still there after `graceMs`. True when it went by itself. */
export async function endProcess(process_: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  signalProcess(process_, signal);
  const deadline = Date.now() + graceMs;
  while (isSameProcess(process_)) {
    if (Date.now() > deadline) {
      signalProcess(process_, 'SIGKILL');
      while (isSameProcess(process_)) await delay(POLL_MS);
      return false;
    }
    await delay(POLL_MS);
  }
  return true;
}
