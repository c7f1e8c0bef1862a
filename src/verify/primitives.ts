/** Node's part of the checks: hashing, unpacking and signatures at native speed. */

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { DamagedDataError, type Inflation, type Primitives } from '../domain/verification/primitives.ts';
import { wordsOf } from '../domain/verification/report.ts';
import { prepareKey } from './signature.ts';

const CHUNK_BYTES = 64 * 1024;

function sha256(): ReturnType<Primitives['sha256']> {
  const hash = createHash('sha256');
  return { update: (piece) => void hash.update(piece), hex: () => hash.digest('hex') };
}

function inflateRaw(input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Inflation {
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  async function* unpack(): AsyncGenerator<Uint8Array> {
    const deflated = Readable.from(input, { objectMode: false });
    deflated.on('error', (error) => inflate.destroy(error));
    deflated.pipe(inflate);
    try {
      yield* inflate as AsyncIterable<Buffer>;
    } catch (error) {
      throw isZlibError(error) ? new DamagedDataError(wordsOf(error)) : error;
    } finally {
      deflated.destroy();
      inflate.destroy();
    }
  }
  return { pieces: unpack(), consumed: () => inflate.bytesWritten };
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** What src/domain/verification asks of Node. */
export const NODE_PRIMITIVES: Primitives = { sha256, crc32, inflateRaw, prepareKey };
