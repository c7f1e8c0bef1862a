/**
 * What the checks need that every platform does in its own way: Node for the command line, the browser for the page.
 * Each must give the same answers, so that a pack is judged alike wherever it is judged.
 */

import type { AcceptedKey, Ed25519Fault } from '../ed25519.ts';

/** A key that was checked once. */
export type PreparedKey = {
  readonly accepted: AcceptedKey;
  /** Checks a signature over a message as src/domain/ed25519.ts does; null means valid. */
  readonly signatureFault: (signature: Uint8Array, message: Uint8Array) => Ed25519Fault | null;
};

/** Deflated data on its way out. */
export type Inflation = {
  /** Unpacked pieces; throws a {@link DamagedDataError}. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Bytes of the input that belong to the deflated data, known once `pieces` is at its end. */
  readonly consumed: () => number;
};

/** The platform's part. */
export type Primitives = {
  /** SHA-256 over pieces, as 64 lower-case hex digits. */
  readonly sha256: () => { readonly update: (piece: Uint8Array) => void; readonly hex: () => string };
  /** CRC-32 (RFC 1952 section 8) over a further piece; `before` is 0 for the first. */
  readonly crc32: (piece: Uint8Array, before: number) => number;
  /** Unpacks raw deflate (RFC 1951) in constant memory. */
  readonly inflateRaw: (pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => Inflation;
  /** Null for a key that the product does not accept. */
  readonly prepareKey: (bytes: Uint8Array) => PreparedKey | null;
};

/** Deflated data that is none; the message is zlib's own. */
export class DamagedDataError extends Error {
  override readonly name = 'DamagedDataError';
}
