/**
 * Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint). Reads strictly: whatever two readers
 * could take differently is refused. This file cannot sign; the signer hands in the signature bytes.
 */

import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes, sha256, utf8ToBytes } from '../bytes.ts';
import { type AcceptedKey, acceptKey, signatureFault } from '../ed25519.ts';
import { HASH_BYTES } from './paths.ts';

/** Type byte of an Ed25519 signature (signed-note, "Signature types"). */
const ED25519 = 0x01;
/** Bytes of a key id before the signature itself. */
const KEY_ID_BYTES = 4;
/** Room for 16 post-quantum cosignatures, as signed-note asks; more is refused before it is read. */
const MAX_NOTE_CHARACTERS = 200_000;
const MAX_SIGNATURES = 100;
const NEWLINE = 0x0a;

/** A key that a verifier trusts under a name. */
export type NoteKey = {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  readonly key: AcceptedKey;
};

/** One signature line; the bytes are not checked yet. */
export type NoteSignature = { readonly name: string; readonly id: string; readonly signature: Uint8Array };

/** A note taken apart; trust nothing in it before {@link verifyNote}. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** Id of an Ed25519 key under `name`: the first 4 bytes of SHA-256 over name, newline, 0x01 and the key, in hex. */
function noteKeyId(name: string, publicKey: Uint8Array): string {
  return bytesToHex(sha256(Uint8Array.of(...utf8ToBytes(`${name}\n`), ED25519, ...publicKey)).slice(0, KEY_ID_BYTES));
}

/** The key as one word, `name+id+base64`: what other people's verifiers are configured with. */
export function formatVerifierKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${noteKeyId(name, publicKey)}+${bytesToBase64(Uint8Array.of(ED25519, ...publicKey))}`;
}

/** Reads `name+id+base64`; null when the id does not fit the key, or the key is not one of Ed25519's. */
export function parseVerifierKey(text: string): NoteKey | null {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (!match) return null;
  const [, name = '', id = '', encoded = ''] = match;
  const bytes = base64ToBytes(encoded);
  if (!isKeyName(name) || bytes === null || bytes[0] !== ED25519) return null;
  const made = makeNoteKey(name, bytes.slice(1));
  return made !== null && made.id === id ? made : null;
}

/** A trusted key from its raw bytes; null when name or key is not acceptable. */
export function makeNoteKey(name: string, publicKey: Uint8Array): NoteKey | null {
  const key = acceptKey(publicKey);
  return key === null || !isKeyName(name) ? null : { name, id: noteKeyId(name, publicKey), key };
}

/** Whether a key or origin may have this name: not empty, well-formed, without spaces, plus or control characters. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

/** Puts a note together from its text (which ends in a newline) and signatures. */
export function formatNote(text: string, signatures: readonly NoteSignature[]): string {
  return `${text}\n${signatures.map(formatSignatureLine).join('')}`;
}

/** One signature line with its newline. */
export function formatSignatureLine({ name, id, signature }: NoteSignature): string {
  return `— ${name} ${bytesToBase64(Uint8Array.of(...hexToBytes(id), ...signature))}\n`;
}

/** Takes a note apart; null when it is not one. */
export function parseNote(note: string): Note | null {
  if (note.length > MAX_NOTE_CHARACTERS || !note.isWellFormed() || !note.endsWith('\n')) return null;
  // Control characters below U+0020, other than newline, are not allowed in a note.
  if (utf8ToBytes(note).some((byte) => byte < 0x20 && byte !== NEWLINE)) return null;
  // The text may hold empty lines itself, so the last one separates.
  const split = note.lastIndexOf('\n\n');
  if (split < 0) return null;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures = lines.map(parseSignatureLine);
  if (!signatures.every((signature) => signature !== null)) return null;
  return { text: note.slice(0, split + 1), signatures };
}

/** Reads one signature line without its newline; null when it is none. */
export function parseSignatureLine(line: string): NoteSignature | null {
  const match = /^— (\S+) ([A-Za-z0-9+/=]+)$/u.exec(line);
  if (!match) return null;
  const [, name = '', encoded = ''] = match;
  const bytes = base64ToBytes(encoded);
  if (!isKeyName(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  return { name, id: bytesToHex(bytes.slice(0, KEY_ID_BYTES)), signature: bytes.slice(KEY_ID_BYTES) };
}

/** Which trusted keys signed a note, or why it is worth nothing. */
export type NoteVerdict =
  | { readonly kind: 'signed'; readonly text: string; readonly by: readonly NoteKey[] }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Verifies a note with the keys that the caller trusts. Signatures of unknown keys are ignored, one of a known
 * key that is wrong refuses the whole note, and a key that signed twice counts once.
 */
export function verifyNote(note: string, trusted: readonly NoteKey[]): NoteVerdict {
  const parsed = parseNote(note);
  if (parsed === null) return { kind: 'refused', why: 'it is not a signed note' };
  const by = new Set<NoteKey>();
  const message = utf8ToBytes(parsed.text);
  for (const { name, id, signature } of parsed.signatures) {
    const known = trusted.find((key) => key.name === name && key.id === id);
    if (known === undefined) continue;
    if (signatureFault(signature, message, known.key) !== null)
      return { kind: 'refused', why: `the signature of ${name} does not fit` };
    by.add(known);
  }
  if (by.size === 0) return { kind: 'refused', why: 'no trusted key has signed it' };
  return { kind: 'signed', text: parsed.text, by: [...by] };
}

/** Head of a log: how many leaves, and the root over them. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };

/** The note text of a checkpoint. Ours has no extension lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${bytesToBase64(root)}\n`;
}

/** Reads a checkpoint's text; null when it is not one. Extension lines are skipped, as the specification asks. */
export function parseCheckpointText(text: string): Checkpoint | null {
  if (!text.endsWith('\n')) return null;
  const lines = text.slice(0, -1).split('\n');
  const [origin = '', size = '', encodedRoot = ''] = lines;
  if (lines.length < 3 || lines.includes('') || !/^(0|[1-9][0-9]{0,15})$/.test(size)) return null;
  const root = base64ToBytes(encodedRoot);
  if (root === null || root.length !== HASH_BYTES || !Number.isSafeInteger(Number(size))) return null;
  return { origin, size: Number(size), root };
}

/** What a signed checkpoint says, or why it is refused. */
export type CheckpointVerdict =
  | { readonly kind: 'signed'; readonly checkpoint: Checkpoint; readonly by: readonly NoteKey[] }
  | { readonly kind: 'refused'; readonly why: string };

/** Verifies a signed checkpoint of the log `origin`. */
export function openCheckpoint(note: string, origin: string, trusted: readonly NoteKey[]): CheckpointVerdict {
  const verdict = verifyNote(note, trusted);
  if (verdict.kind === 'refused') return verdict;
  const checkpoint = parseCheckpointText(verdict.text);
  if (checkpoint === null) return { kind: 'refused', why: 'the note is not a checkpoint' };
  if (checkpoint.origin !== origin) return { kind: 'refused', why: `it is of the log ${checkpoint.origin}` };
  return { kind: 'signed', checkpoint, by: verdict.by };
}
