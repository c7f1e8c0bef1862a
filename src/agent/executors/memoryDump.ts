/**
 * `memory_dump`: the memory of one process into the agent's own folder, for an investigator. By gcore where it is
 * there (a core file that debuggers read), else the readable private mappings one after the other with their list.
 */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { hasCode, makeFolder, syncFile, writeDurably } from '../durable.ts';
import { readProcessStat } from '../processStat.ts';
import { runProgram } from './program.ts';
import { DEFAULT_STEP_SECONDS, type Executor, facts, programOutcome, resolvedNumber } from './step.ts';

const GCORE = '/usr/bin/gcore';
/** A dump must not fill the disk. */
const MAX_DUMP_BYTES = 1024 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Dumps a process. */
export const memoryDumpStep: Executor<'memory_dump'> = async (step, { stateDir, nowMs, signal }) => {
  const pid = resolvedNumber(step.pid);
  const before = await readProcessStat(pid);
  if (before === null) return facts(false, { reason: 'no_such_process' });
  if (pid === process.pid) return facts(false, { reason: 'own_process' });
  const folder = join(stateDir, 'dumps');
  await makeFolder(folder);
  const base = join(folder, `${pid}-${before.startTime}-${nowMs()}`);
  const about = { pid, start_time: before.startTime };
  if (existsSync(GCORE)) {
    const timeoutSeconds = step.timeout_seconds ?? DEFAULT_STEP_SECONDS;
    const run = await runProgram([GCORE, '-o', base, String(pid)], { timeoutSeconds, signal });
    const path = `${base}.${pid}`;
    if (run.exitCode !== 0 || !existsSync(path)) return programOutcome(run, false, about);
    return programOutcome(run, true, { ...about, ...(await seal(path)), by: 'gcore' });
  }
  const path = `${base}.mem`;
  const isWhole = await copyMemory(pid, path, signal);
  return facts(true, { ...about, ...(await seal(path)), by: 'proc', is_whole: isWhole });
};

async function seal(path: string): Promise<{ path: string; bytes: number; sha256: string }> {
  await chmod(path, 0o400);
  await syncFile(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { path, bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** Copies readable private mappings; false when the cap, the stop or an unreadable page ended one early. */
async function copyMemory(pid: number, path: string, signal: AbortSignal): Promise<boolean> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  await writeDurably(`${path}.maps`, maps);
  const memory = await open(`/proc/${pid}/mem`, 'r');
  const target = await open(path, 'wx', 0o600);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let [written, isWhole] = [0, true];
  try {
    for (const match of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r..p .*$/gm)) {
      if (match[0].endsWith('[vvar]') || match[0].endsWith('[vsyscall]')) continue;
      const end = Number.parseInt(match[2] as string, 16);
      for (let at = Number.parseInt(match[1] as string, 16); at < end; ) {
        if (written >= MAX_DUMP_BYTES || signal.aborted) return false;
        const bytes = await readAt(memory, chunk, Math.min(CHUNK_BYTES, end - at), at);
        if (bytes === 0) {
          isWhole = false;
          break;
        }
        await target.write(chunk, 0, bytes);
        at += bytes;
        written += bytes;
      }
    }
  } finally {
    await memory.close();
    await target.close();
  }
  return isWhole;
}

async function readAt(
  file: Awaited<ReturnType<typeof open>>,
  into: Buffer,
  length: number,
  position: number,
): Promise<number> {
  try {
    return (await file.read(into, 0, length, position)).bytesRead;
  } catch (error) {
    // Guard pages and device mappings cannot be read.
    if (hasCode(error, 'EIO', 'EFAULT')) return 0;
    throw error;
  }
}
