/** One agent per state folder: two would sign with one key, and each would deliver the other's batches. */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './durable.ts';
import { AgentFault } from './fault.ts';

/** Field 22 of /proc/<pid>/stat: with the pid it names one process for as long as the machine runs. */
const START_TIME_FIELD_AFTER_NAME = 19;

/** Takes the lock; the returned function gives it back. A lock whose process is gone is taken over. */
export async function lockState(stateDir: string): Promise<() => Promise<void>> {
  const path = join(stateDir, 'agent.lock');
  const mine = `${process.pid} ${(await startTimeOf(process.pid)) ?? ''}`;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const holder = await readFile(path, 'utf8').catch(() => '');
    const [pid, startTime] = holder.split(' ');
    if (holder !== '' && (await startTimeOf(Number(pid))) === startTime) {
      throw new AgentFault(`Another agent (process ${pid}) uses ${stateDir}; give this one its own --state-dir.`);
    }
    await rm(path, { force: true });
  }
  throw new AgentFault(`The lock ${path} changes hands all the time; is something starting agents in a loop?`);
}

async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses of its own.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD_AFTER_NAME] ?? null;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return null;
    throw error;
  }
}
