/**
 * Reads the lines of a `.jsonl.gz` in constant memory, more strictly than gunzip does: exactly one member, the one
 * fixed header, nothing after it, length and CRC right. What gunzip forgives (LESSONS: another header, a second
 * member, trailing bytes) would give one pack several files.
 */

import { concatBytes } from '../bytes.ts';
import { DamagedDataError, type Primitives } from './primitives.ts';
import { type ByteSource, isSameBytes, readBytes } from './source.ts';

/** Deflate, no flags, no time, no extra flags, Unix (RFC 1952 section 2.3): what the hub writes, always. */
const GZIP_HEADER: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);
/** CRC-32 and length. */
const TRAILER_BYTES = 8;
const NEWLINE = 0x0a;

/** What one reading gave. `line` is where it stopped, counted from 1. */
export type LinesVerdict =
  | { readonly kind: 'ok'; readonly lines: number; readonly bytes: number; readonly sha256: string }
  | { readonly kind: 'refused'; readonly why: string; readonly line: number | null };

/** Stops the reading with a reason that the caller has already reported. */
export type LineTaker = (line: Uint8Array, number: number) => 'go on' | 'stop';

/** How much is read at most: the manifest says how much there is. */
export type LineLimits = { readonly uncompressedBytes: number; readonly lineBytes: number };

/** Gives each line (without its newline) to `take`; null when `take` stopped it. */
export async function readGzipLines(
  { inflateRaw, sha256, crc32 }: Primitives,
  source: ByteSource,
  limits: LineLimits,
  take: LineTaker,
): Promise<LinesVerdict | null> {
  if (source.size < GZIP_HEADER.length + TRAILER_BYTES) return refused('the file is cut off in its gzip header', null);
  const header = await readBytes(source, 0, GZIP_HEADER.length);
  if (!isSameBytes(header, GZIP_HEADER))
    return refused('the gzip header is not the one that the hub writes: the file was compressed again', null);
  const trailer = await readBytes(source, source.size - TRAILER_BYTES, source.size);

  const inflation = inflateRaw(source.read(GZIP_HEADER.length, source.size - TRAILER_BYTES));
  const hash = sha256();
  const splitter = createSplitter(limits.lineBytes, take);
  let bytes = 0;
  let crc = 0;
  try {
    for await (const piece of inflation.pieces) {
      bytes += piece.length;
      if (bytes > limits.uncompressedBytes)
        return refused(
          `the file unpacks to more than the ${limits.uncompressedBytes} bytes of the manifest`,
          splitter.lines() + 1,
        );
      hash.update(piece);
      crc = crc32(piece, crc);
      const verdict = splitter.push(piece);
      if (verdict === 'stopped') return null;
      if (verdict === 'too long')
        return refused(`the line is longer than ${limits.lineBytes} bytes`, splitter.lines() + 1);
    }
  } catch (error) {
    if (!(error instanceof DamagedDataError)) throw error;
    return refused(`the compressed data is damaged: ${error.message}`, splitter.lines() + 1);
  }
  if (inflation.consumed() !== source.size - GZIP_HEADER.length - TRAILER_BYTES)
    return refused('there is more after the end of the compressed data', splitter.lines());
  const sums = new DataView(trailer.buffer, trailer.byteOffset);
  if (sums.getUint32(0, true) !== crc || sums.getUint32(4, true) !== bytes % 2 ** 32)
    return refused('length or checksum at the end of the gzip file is wrong', splitter.lines());
  if (splitter.hasRest()) return refused('the last line does not end in a newline', splitter.lines() + 1);
  return { kind: 'ok', lines: splitter.lines(), bytes, sha256: hash.hex() };
}

function refused(why: string, line: number | null): LinesVerdict {
  return { kind: 'refused', why, line };
}

/** Cuts pieces into lines; holds at most one unfinished line. */
function createSplitter(maxLineBytes: number, take: LineTaker) {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let lines = 0;
  return {
    lines: () => lines,
    hasRest: () => restBytes > 0,
    push(piece: Uint8Array): 'ok' | 'too long' | 'stopped' {
      let start = 0;
      for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
        const part = piece.subarray(start, end);
        if (restBytes + part.length > maxLineBytes) return 'too long';
        const line = rest.length === 0 ? part : concatBytes(...rest, part);
        rest = [];
        restBytes = 0;
        start = end + 1;
        if (take(line, lines + 1) === 'stop') return 'stopped';
        lines += 1;
      }
      if (start < piece.length) {
        // A copy: the pool behind a piece would stay alive as long as a view of it.
        rest.push(Uint8Array.from(piece.subarray(start)));
        restBytes += piece.length - start;
      }
      return restBytes > maxLineBytes ? 'too long' : 'ok';
    },
  };
}
