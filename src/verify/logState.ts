/** The last head of a log that this machine has seen; the memory by which a fork is noticed. */

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { VerifierError, wordsOf } from '../domain/verification/report.ts';

const logState = z.strictObject({ origin: z.string(), note: z.string() });
export type LogState = z.infer<typeof logState>;

/** `~/.local/state/monsys-verify-eat/<origin>.json`; an origin is a stranger's text and becomes one safe name. */
export function defaultStatePath(origin: string): string {
  return join(homedir(), '.local/state/monsys-verify-eat', `${encodeURIComponent(origin)}.json`);
}

/** Null when nothing was kept yet. A file that cannot be read is no reason to forget what was seen. */
export function readState(path: string): LogState | null {
  try {
    return logState.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new VerifierError('unreadable', `The state file ${path} cannot be read: ${wordsOf(error)}.`);
  }
}

/** Replaces the state whole. */
export function writeState(path: string, state: LogState): void {
  writeDurably(path, `${JSON.stringify(state)}\n`);
}

/** Keeps both signed heads beside the state; gives the file's name. */
export function keepForkEvidence(statePath: string, seen: string, shown: string): string {
  const path = `${statePath}.fork`;
  writeDurably(path, `${seen}\n-----\n\n${shown}`);
  return path;
}

function writeDurably(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const next = `${path}.${process.pid}.new`;
    const file = openSync(next, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
  } catch (error) {
    throw new VerifierError('unreadable', `${path} cannot be written: ${wordsOf(error)}.`);
  }
}
