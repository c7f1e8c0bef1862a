/** The browser's part of the checks of src/domain/verification. WebCrypto only answers later, so the domain's own arithmetic is used. */

import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import { bytesToHex, sha256 } from '../../../src/domain/bytes.ts';
import { acceptKey, signatureFault } from '../../../src/domain/ed25519.ts';
import { DamagedDataError, type Inflation, type Primitives } from '../../../src/domain/verification/primitives.ts';

const CHUNK_BYTES = 64 * 1024;
/** Raw deflate with the largest window, in zlib's spelling. */
const RAW_WINDOW_BITS = -15;
/** CRC-32 of every byte (RFC 1952 section 8). */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xed_b8_83_20 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

function crc32(piece: Uint8Array, before: number): number {
  let crc = ~before;
  for (const byte of piece) crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** zlib, ported: the same data is damaged in the same words as on the command line. */
function inflateRaw(input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Inflation {
  const stream = new ZStream();
  zlibInflateInit2(stream, RAW_WINDOW_BITS);
  async function* unpack(): AsyncGenerator<Uint8Array> {
    for await (const piece of input) {
      stream.input = piece;
      stream.next_in = 0;
      stream.avail_in = piece.length;
      do {
        stream.output = new Uint8Array(CHUNK_BYTES);
        stream.next_out = 0;
        stream.avail_out = CHUNK_BYTES;
        const status = zlibInflate(stream, Z_NO_FLUSH);
        // As Node does: what came out together with a fault is not believed.
        if (status !== Z_OK && status !== Z_BUF_ERROR && status !== Z_STREAM_END)
          throw new DamagedDataError(stream.msg);
        if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
        if (status === Z_STREAM_END) return;
      } while (stream.avail_in > 0 || stream.avail_out === 0);
    }
    throw new DamagedDataError('unexpected end of file');
  }
  return { pieces: unpack(), consumed: () => stream.total_in };
}

/** What the checks ask of a browser. */
export const BROWSER_PRIMITIVES: Primitives = {
  sha256: () => {
    const hash = sha256.create();
    return { update: (piece) => void hash.update(piece), hex: () => bytesToHex(hash.digest()) };
  },
  crc32,
  inflateRaw,
  prepareKey: (bytes) => {
    const accepted = acceptKey(bytes);
    return accepted === null
      ? null
      : { accepted, signatureFault: (signature, message) => signatureFault(signature, message, accepted) };
  },
};
