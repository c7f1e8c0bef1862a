/** The head of the log, judged in this browser: who signed it, and whether it extends the last one seen here. */

import { base64ToBytes, hexToBytes } from '../../../../src/domain/bytes.ts';
import { isConsistent } from '../../../../src/domain/tlog/merkle.ts';
import { type Checkpoint, makeNoteKey, openCheckpoint, parseNote } from '../../../../src/domain/tlog/note.ts';
import { consistencyProof, type HubKeyItem } from './logQueries.ts';

/** What a checkpoint turned out to be. */
export type Head =
  | {
      readonly kind: 'signed';
      readonly checkpoint: Checkpoint;
      readonly keyIds: readonly string[];
      readonly witnesses: readonly string[];
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Opens a checkpoint with the keys that the hub shows. Other signatures in it are those of witnesses. */
export function openHead(note: string, keys: readonly HubKeyItem[]): Head {
  const parsed = parseNote(note);
  const origin = parsed?.text.split('\n')[0] ?? '';
  const trusted = keys.flatMap((key) => {
    const made = makeNoteKey(origin, base64ToBytes(key.public_key) ?? new Uint8Array());
    return made === null ? [] : [{ ...made, hubKeyId: key.key_id }];
  });
  const opened = openCheckpoint(note, origin, trusted);
  if (opened.kind === 'refused') return opened;
  return {
    kind: 'signed',
    checkpoint: opened.checkpoint,
    keyIds: trusted.filter((key) => opened.by.includes(key)).map((key) => key.hubKeyId),
    witnesses: parsed?.signatures.filter(({ name }) => name !== origin).map(({ name }) => name) ?? [],
  };
}

const SEEN = 'monsys.transparency.seen';
/** The last head seen by this browser, and when. */
export type SeenHead = { readonly note: string; readonly at: string };

/** Null when nothing was kept, or what was kept is no longer readable. */
function seenHead(origin: string): SeenHead | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`${SEEN}.${origin}`) ?? 'null');
    const seen = kept as SeenHead | null;
    return typeof seen?.note === 'string' && typeof seen.at === 'string' ? seen : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Keeps a head as the last one seen. */
function keepHead(origin: string, note: string): void {
  localStorage.setItem(`${SEEN}.${origin}`, JSON.stringify({ note, at: new Date().toISOString() }));
}

/** How the present head stands to the last one seen here. */
export type Continuity =
  | { readonly kind: 'first' }
  | { readonly kind: 'extends' | 'lags'; readonly size: number; readonly at: string }
  | { readonly kind: 'fork'; readonly size: number; readonly at: string; readonly note: string };

/** Compares, and keeps the newer head when it extends the one seen; a fork keeps the old one as evidence. */
export async function checkContinuity(note: string, head: Checkpoint): Promise<Continuity> {
  const seen = seenHead(head.origin);
  const parsed = seen === null ? null : parseNote(seen.note);
  const before = parsed === null ? null : parseSeen(parsed.text);
  if (seen === null || before === null) {
    keepHead(head.origin, note);
    return { kind: 'first' };
  }
  const [older, newer] = before.size <= head.size ? [before, head] : [head, before];
  const proof = older.size === newer.size || older.size === 0 ? [] : await consistencyProof(older.size, newer.size);
  const told = { size: before.size, at: seen.at };
  if (!isConsistent(older.size, older.root, newer.size, newer.root, proof.map(hexToBytes)))
    return { kind: 'fork', ...told, note: seen.note };
  if (newer !== head) return { kind: 'lags', ...told };
  keepHead(head.origin, note);
  return { kind: 'extends', ...told };
}

/** What was kept was opened when it was kept; it is this browser's own memory. */
function parseSeen(text: string): { readonly size: number; readonly root: Uint8Array } | null {
  const [, size = '', root = ''] = text.split('\n');
  const bytes = base64ToBytes(root);
  return /^\d{1,15}$/.test(size) && bytes?.length === 32 ? { size: Number(size), root: bytes } : null;
}
