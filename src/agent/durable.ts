/**
 * Files that survive a power cut: after {@link writeDurably} returns, the new content is on the disk; before,
 * the old one is; a reader never sees half of either. The system calls of the happy path, in order:
 *
 *     openat(dir/.tmp-<random>, O_WRONLY|O_CREAT|O_EXCL, mode)
 *     write …                 all bytes
 *     fsync(file)             the bytes, before any name points to them
 *     close(file)
 *     rename(.tmp-<random>, name)   atomic within one folder
 *     open(dir), fsync(dir), close(dir)   the name itself
 *
 * (filippo.io/sunlight internal/durable is the model; "Files are hard" and the OSDI '14 paper "All File Systems
 * Are Not Created Equal" say why each step is there.) A crash in between leaves a `.tmp-` file that
 * {@link removeLeftovers} clears at the next start. A failed fsync is never retried: the kernel may have dropped
 * the pages, so the write counts as not done.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const TEMPORARY_PREFIX = '.tmp-';
/** Only the agent's own user may read what it keeps. */
const PRIVATE_FILE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;

/** Replaces `path` with `content`, whole and durable, readable by the owner alone. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', PRIVATE_FILE_MODE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Moves a file within the state folder; the move is durable when this returns. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
}

/** Makes a private folder with its parents. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER_MODE });
  if (first !== undefined) await syncFolder(dirname(first));
}

/** Clears what a crash in the middle of {@link writeDurably} left behind. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(TEMPORARY_PREFIX)) await rm(join(folder, name), { force: true });
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes the content of a file that somebody else wrote durable. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether the disk refused: full, over quota, broken or read-only. It may be well again in a moment. */
export function isDiskTrouble(error: unknown): boolean {
  return hasCode(error, 'ENOSPC', 'EDQUOT', 'EIO', 'EROFS');
}

/** Whether a system call failed with this code, e.g. `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes(String((error as NodeJS.ErrnoException).code));
}
