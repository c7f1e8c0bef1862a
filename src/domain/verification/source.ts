/** Bytes to check, read in pieces: a file, a part of one (an entry of an archive), or memory. */

import type { Primitives } from './primitives.ts';
import { VerifierError } from './report.ts';

/** A run of bytes of known length. `read` gives those from `start` up to, not including, `end`. */
export type ByteSource = {
  readonly size: number;
  readonly read: (start: number, end: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
};

/** Bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => (end <= start ? [] : [bytes.subarray(start, end)]) };
}

/** A part of a source. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  return { size, read: (from, to) => source.read(start + from, start + to) };
}

/** All bytes between two places, in memory. */
export async function readBytes(source: ByteSource, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let at = 0;
  for await (const piece of source.read(start, end)) {
    if (at + piece.length > bytes.length) throw changed();
    bytes.set(piece, at);
    at += piece.length;
  }
  if (at !== end - start) throw changed();
  return bytes;
}

function changed(): VerifierError {
  return new VerifierError('unreadable', 'the file changed while it was read');
}

/** A whole small file; more than `limit` bytes are refused before they are read. */
export async function readSmall(source: ByteSource, limit: number, what: string): Promise<Uint8Array> {
  if (source.size > limit)
    throw new VerifierError('unreadable', `${what} has ${source.size} bytes; no real one has more than ${limit}.`);
  return readBytes(source, 0, source.size);
}

/** Text of bytes that must be UTF-8; null when they are not. A byte order mark is kept, and so refused later. */
export function strictUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Whether two runs of bytes are the same; all that is compared here is public. */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** SHA-256 of all of a source, in hex. */
export async function sha256Of(source: ByteSource, { sha256 }: Primitives): Promise<string> {
  const hash = sha256();
  for await (const piece of source.read(0, source.size)) hash.update(piece);
  return hash.hex();
}
