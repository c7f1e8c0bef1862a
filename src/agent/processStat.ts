/** Which process a pid is: pids are used again, so only pid and start time together name one (proc(5)). */

import { readFile } from 'node:fs/promises';
import { hasCode } from './durable.ts';

/** Fields of /proc/<pid>/stat counted after the name in parentheses, which is field 2. */
const STATE_INDEX = 0;
const START_TIME_INDEX = 22 - 3;

/** A process as the kernel names it. */
export type ProcessStat = {
  readonly startTime: number;
  /** Ended, but its parent has not looked yet. */
  readonly isZombie: boolean;
};

/** Reads it; null when there is no such process. */
export async function readProcessStat(pid: number): Promise<ProcessStat | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and parentheses of its own.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { startTime: Number(fields[START_TIME_INDEX]), isZombie: fields[STATE_INDEX] === 'Z' };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return null;
    throw error;
  }
}
