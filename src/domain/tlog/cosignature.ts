/**
 * Cosignatures of witnesses over checkpoints (C2SP tlog-cosignature, `cosignature/v1` with Ed25519). A witness
 * signs only what extends everything that it signed before, so a hub cannot show two people two histories
 * without a witness seeing it. This file cannot sign.
 */

import { base64ToBytes, bytesToBase64, bytesToHex, sha256, utf8ToBytes } from '../bytes.ts';
import { type AcceptedKey, acceptKey, signatureFault } from '../ed25519.ts';
import { formatSignatureLine, isKeyName, type NoteSignature, parseSignatureLine } from './note.ts';

/** Type byte of a timestamped Ed25519 cosignature (signed-note, "Signature types"). */
const COSIGNATURE_V1 = 0x04;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** How far a witness's clock may be ahead of the hub's, in seconds. */
export const MAX_AHEAD_SECONDS = 300;

/** A witness that the operator trusts. */
export type WitnessKey = {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  readonly key: AcceptedKey;
};

/** A witness's word that it saw a checkpoint; `time` in seconds since the epoch. */
export type Cosignature = {
  readonly name: string;
  readonly id: string;
  readonly time: number;
  readonly signature: Uint8Array;
};

/** Id of a witness's key: the first 4 bytes of SHA-256 over name, newline, 0x04 and the key, in hex. */
function witnessKeyId(name: string, publicKey: Uint8Array): string {
  const named = Uint8Array.of(...utf8ToBytes(`${name}\n`), COSIGNATURE_V1, ...publicKey);
  return bytesToHex(sha256(named).slice(0, KEY_ID_BYTES));
}

/** Reads a witness's `name+id+base64`; null when the id does not fit the key, or it is a key for something else. */
export function parseWitnessKey(text: string): WitnessKey | null {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (!match) return null;
  const [, name = '', id = '', encoded = ''] = match;
  const bytes = base64ToBytes(encoded);
  if (!isKeyName(name) || bytes === null || bytes[0] !== COSIGNATURE_V1) return null;
  const publicKey = bytes.slice(1);
  const key = acceptKey(publicKey);
  return key === null || witnessKeyId(name, publicKey) !== id ? null : { name, id, key };
}

/** What a witness signs: the time, then the checkpoint's text without signature lines. */
function cosignedMessage(time: number, checkpointText: string): Uint8Array {
  return utf8ToBytes(`cosignature/v1\ntime ${time}\n${checkpointText}`);
}

/** The line of a cosignature in a note, with its newline. */
export function formatCosignature({ name, id, time, signature }: Cosignature): string {
  const stamped = new Uint8Array(TIME_BYTES + SIGNATURE_BYTES);
  new DataView(stamped.buffer).setBigUint64(0, BigInt(time));
  stamped.set(signature, TIME_BYTES);
  return formatSignatureLine({ name, id, signature: stamped });
}

/** Whether a line is a trusted witness's cosignature, or why it is refused. */
export type CosignatureVerdict =
  | { readonly kind: 'cosigned'; readonly cosignature: Cosignature }
  | { readonly kind: 'unknown_witness'; readonly name: string; readonly id: string }
  | { readonly kind: 'refused'; readonly why: string };

/** Verifies one line (with or without its newline) over the text of a checkpoint. `now` in seconds since the epoch. */
export function verifyCosignature(
  line: string,
  checkpointText: string,
  witnesses: readonly WitnessKey[],
  now: number,
): CosignatureVerdict {
  const parsed = parseSignatureLine(line.endsWith('\n') ? line.slice(0, -1) : line);
  if (parsed === null) return { kind: 'refused', why: 'it is not a signature line' };
  const { name, id } = parsed;
  const witness = witnesses.find((known) => known.name === name && known.id === id);
  if (witness === undefined) return { kind: 'unknown_witness', name, id };
  const cosignature = readStamp(parsed);
  if (cosignature === null) return { kind: 'refused', why: `that of ${name} is not 8 bytes of time and a signature` };
  if (cosignature.time > now + MAX_AHEAD_SECONDS)
    return { kind: 'refused', why: `the time of ${name} is more than ${MAX_AHEAD_SECONDS} seconds ahead` };
  return signatureFault(cosignature.signature, cosignedMessage(cosignature.time, checkpointText), witness.key) === null
    ? { kind: 'cosigned', cosignature }
    : { kind: 'refused', why: `the signature of ${name} does not fit this checkpoint` };
}

function readStamp({ name, id, signature: bytes }: NoteSignature): Cosignature | null {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
  const time = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  // Past 2^53 a number would no longer be the time that was signed. A moment of zero is none.
  if (!Number.isSafeInteger(time) || time === 0) return null;
  return { name, id, time, signature: bytes.slice(TIME_BYTES) };
}

/** A witness's key as one word; what its operator hands out. */
export function formatWitnessKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${witnessKeyId(name, publicKey)}+${bytesToBase64(Uint8Array.of(COSIGNATURE_V1, ...publicKey))}`;
}
