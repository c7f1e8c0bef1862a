/** Hub keys that the auditor trusts, as PEM or as 64 hex digits. */

import { base64ToBytes, bytesToHex, hexToBytes } from '../bytes.ts';
import { hubKeyId, publicKeyPem } from '../ed25519.ts';
import type { PreparedKey, Primitives } from './primitives.ts';
import { VerifierError } from './report.ts';

/** A trusted key; `hex` is the raw key, `id` what signatures call it. */
export type HubKey = PreparedKey & { readonly id: string; readonly hex: string };
type PrepareKey = Primitives['prepareKey'];

/** A few keys in PEM. */
export const MAX_KEY_FILE_BYTES = 64 * 1024;
/** Before the 32 bytes of a SubjectPublicKeyInfo (RFC 8410 section 4). */
const SPKI_PREFIX_BYTES = 12;

/** The key of 64 hex digits; null when the text is not that. */
export function parseHexKey(text: string, prepareKey: PrepareKey): HubKey | null {
  return /^[0-9a-fA-F]{64}$/.test(text) ? hubKey(hexToBytes(text.toLowerCase()), text, prepareKey) : null;
}

/** Every key of a PEM text; several stand one after the other. `name` is what a fault calls it. */
export function parsePemKeys(text: string, name: string, prepareKey: PrepareKey): HubKey[] {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g)];
  if (blocks.length === 0)
    throw new VerifierError('unreadable', `${name} is no public key: give a PEM file, a URL of one, or 64 hex digits.`);
  return blocks.map(([, label, body = '']) => {
    const der = label === 'PUBLIC KEY' ? base64ToBytes(body.replaceAll(/\s/g, '')) : null;
    const raw = der?.subarray(SPKI_PREFIX_BYTES);
    if (der === null || raw?.length !== 32 || base64ToBytes(pemBody(publicKeyPem(raw)))?.join() !== der.join())
      throw new VerifierError('unreadable', `${name} holds something other than Ed25519 public keys.`);
    return hubKey(raw, name, prepareKey);
  });
}

function pemBody(pem: string): string {
  return pem.split('\n')[1] ?? '';
}

function hubKey(bytes: Uint8Array, name: string, prepareKey: PrepareKey): HubKey {
  const prepared = prepareKey(bytes);
  if (prepared === null)
    throw new VerifierError('unreadable', `${name} is not an acceptable Ed25519 key: its point is malformed or weak.`);
  return { ...prepared, id: hubKeyId(bytes), hex: bytesToHex(bytes) };
}
