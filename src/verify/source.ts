/** Bytes to check, read in pieces: a file, a part of one (an entry of an archive), or memory. */

import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { VerifierError, wordsOf } from './report.ts';

/** A run of bytes of known length. `read` gives those from `start` up to, not including, `end`. */
export type ByteSource = {
  readonly size: number;
  readonly read: (start: number, end: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
};

const PIECE_BYTES = 64 * 1024;

/** A file; throws a {@link VerifierError} when it cannot be read. */
export function fileSource(path: string): ByteSource {
  let size: number;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new VerifierError('unreadable', `${path} is not a file.`);
    size = stat.size;
  } catch (error) {
    if (error instanceof VerifierError) throw error;
    throw new VerifierError('unreadable', `${path} cannot be read: ${wordsOf(error)}.`);
  }
  return {
    size,
    read: (start, end) =>
      end <= start ? [] : createReadStream(path, { start, end: end - 1, highWaterMark: PIECE_BYTES }),
  };
}

/** Bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (start, end) => (end <= start ? [] : [bytes.subarray(start, end)]) };
}

/** A part of a source. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  return { size, read: (from, to) => source.read(start + from, start + to) };
}

/** All bytes between two places, in memory. */
export async function readBytes(source: ByteSource, start: number, end: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source.read(start, end)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (bytes.length !== end - start) throw new VerifierError('unreadable', 'the file changed while it was read');
  return bytes;
}

/** A whole small file; more than `limit` bytes are refused before they are read. */
export async function readSmall(source: ByteSource, limit: number, what: string): Promise<Buffer> {
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

/** SHA-256 of all of a source, in hex. */
export async function sha256Of(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of source.read(0, source.size)) hash.update(piece);
  return hash.digest('hex');
}
