/**
 * The one Ed25519 verifier of the product; this file cannot sign.
 *
 * Ed25519 libraries disagree about malformed keys and signatures (LESSONS 0.3). These checks refuse every
 * input on which they differ *before* a backend is asked, so that Node, noble, Go and `openssl` all agree
 * with whatever passes: S < L, R and A canonical encodings, neither of small order, both torsion-free.
 */

import * as ed from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToBase64, hexToBytes, sha256Hex } from './bytes.ts';

ed.hashes.sha512 = sha512;

/** Why a key or signature is not acceptable. */
export type Ed25519Fault = 'key_malformed' | 'signature_malformed' | 'signature_wrong';

/** A public key that passed {@link acceptKey}; verification trusts it without checking again. */
export type AcceptedKey = { readonly bytes: Uint8Array };

/**
 * Checks a 32-byte public key once, when it is pinned or loaded. Null when it is not a canonical encoding
 * of a point of the prime-order group.
 */
export function acceptKey(bytes: Uint8Array): AcceptedKey | null {
  return isPrimeOrderPoint(bytes) ? { bytes } : null;
}

/** Checks `signature` (64 bytes) over `message`. Null means valid. */
export function signatureFault(signature: Uint8Array, message: Uint8Array, key: AcceptedKey): Ed25519Fault | null {
  if (signature.length !== 64 || !isPrimeOrderPoint(signature.subarray(0, 32))) return 'signature_malformed';
  if (littleEndian(signature.subarray(32)) >= ed.Point.CURVE().n) return 'signature_malformed';
  // zip215: false is RFC 8032's own equation, the one OpenSSL checks.
  return ed.verify(signature, message, key.bytes, { zip215: false }) ? null : 'signature_wrong';
}

function isPrimeOrderPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  let point: ed.Point;
  try {
    point = ed.Point.fromBytes(bytes, false);
  } catch (error) {
    // noble tells of a bad encoding by throwing; anything else is a fault of ours and must be heard.
    if (error instanceof Error) return false;
    throw error;
  }
  return !point.isSmallOrder() && point.isTorsionFree();
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** DER prefix of a SubjectPublicKeyInfo for Ed25519 (RFC 8410 section 4); the 32 key bytes follow. */
const SPKI_PREFIX = hexToBytes('302a300506032b6570032100');

/** A public key as PEM, the form `openssl` reads. */
export function publicKeyPem(bytes: Uint8Array): string {
  const der = new Uint8Array([...SPKI_PREFIX, ...bytes]);
  return `-----BEGIN PUBLIC KEY-----\n${bytesToBase64(der)}\n-----END PUBLIC KEY-----\n`;
}

/** Short name of a key: the first 8 bytes of SHA-256 over the raw key, in hex. */
export function hubKeyId(bytes: Uint8Array): string {
  return sha256Hex(bytes).slice(0, 16);
}
