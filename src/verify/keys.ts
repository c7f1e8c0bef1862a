/** Hub keys that the auditor trusts: a PEM file, a URL, or 64 hex digits. */

import { base64ToBytes, bytesToHex, hexToBytes } from '../domain/bytes.ts';
import { hubKeyId, publicKeyPem } from '../domain/ed25519.ts';
import { fetchText, isUrl } from './http.ts';
import { VerifierError } from './report.ts';
import { type PreparedKey, prepareKey } from './signature.ts';
import { fileSource, readSmall, strictUtf8 } from './source.ts';

/** A trusted key; `hex` is the raw key, `id` what signatures call it. */
export type HubKey = PreparedKey & { readonly id: string; readonly hex: string };

/** A few keys in PEM. */
const MAX_KEY_FILE_BYTES = 64 * 1024;
/** Before the 32 bytes of a SubjectPublicKeyInfo (RFC 8410 section 4). */
const SPKI_PREFIX_BYTES = 12;

/** Reads what `--pubkey` names; a PEM may hold several keys, one after the other. */
export async function loadKeys(name: string): Promise<HubKey[]> {
  if (/^[0-9a-fA-F]{64}$/.test(name)) return [hubKey(hexToBytes(name.toLowerCase()), name)];
  const text = isUrl(name)
    ? await fetchText(new URL(name), MAX_KEY_FILE_BYTES)
    : strictUtf8(await readSmall(fileSource(name), MAX_KEY_FILE_BYTES, name));
  return parsePemKeys(text ?? '', name);
}

/** Every key of a PEM text. */
export function parsePemKeys(text: string, name: string): HubKey[] {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g)];
  if (blocks.length === 0)
    throw new VerifierError('unreadable', `${name} is no public key: give a PEM file, a URL of one, or 64 hex digits.`);
  return blocks.map(([, label, body = '']) => {
    const der = label === 'PUBLIC KEY' ? base64ToBytes(body.replaceAll(/\s/g, '')) : null;
    const raw = der?.subarray(SPKI_PREFIX_BYTES);
    if (der === null || raw?.length !== 32 || base64ToBytes(pemBody(publicKeyPem(raw)))?.join() !== der.join())
      throw new VerifierError('unreadable', `${name} holds something other than Ed25519 public keys.`);
    return hubKey(raw, name);
  });
}

function pemBody(pem: string): string {
  return pem.split('\n')[1] ?? '';
}

function hubKey(bytes: Uint8Array, name: string): HubKey {
  const prepared = prepareKey(bytes);
  if (prepared === null)
    throw new VerifierError('unreadable', `${name} is not an acceptable Ed25519 key: its point is malformed or weak.`);
  return { ...prepared, id: hubKeyId(bytes), hex: bytesToHex(bytes) };
}
