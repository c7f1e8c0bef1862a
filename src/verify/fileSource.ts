/** A file on this machine as bytes to check. */

import { createReadStream, statSync } from 'node:fs';
import { VerifierError, wordsOf } from '../domain/verification/report.ts';
import type { ByteSource } from '../domain/verification/source.ts';

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
