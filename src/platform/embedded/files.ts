/** Files of the data folder: written whole or not at all, and faults of the disk told in a sentence. */

import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ends the start with a sentence for the person at the terminal. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Owner alone reads and writes. */
export const PRIVATE_FILE = 0o600;

/** Replaces `path` by `text` at once: a new file, fsynced, renamed over the old one, and the folder fsynced. */
export async function writeFileAtomic(path: string, text: string): Promise<void> {
  const temporary = `${path}.new-${process.pid}`;
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'w', PRIVATE_FILE);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    file = undefined;
    await rename(temporary, path);
  } catch (error) {
    await file?.close();
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The text of a file, or null where there is none. */
export async function readFileIfAny(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Does the error carry this code of the operating system? */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** One sentence for whatever ended the start. */
export function sentenceOf(error: unknown, dataDir: string): string {
  if (error instanceof StartError) return error.message;
  if (hasCode(error, 'ENOSPC', 'EDQUOT'))
    return `The disk of ${dataDir} is full: free some space, or set MONSYS_DATA_DIR to a folder on another disk.`;
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT'))
    return `The data folder ${dataDir} cannot be written (${error instanceof Error ? error.message : ''}): set MONSYS_DATA_DIR to a folder of yours.`;
  if (hasCode(error, 'ENOTDIR', 'EEXIST'))
    return `The data folder ${dataDir} is not a folder: set MONSYS_DATA_DIR to another.`;
  return `The hub could not start: ${error instanceof Error ? error.message : String(error)}`;
}
