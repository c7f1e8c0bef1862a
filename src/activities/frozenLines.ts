/**
 * Reads the lines of a signed pack again: a handover is made of what was signed, not of what the database says by
 * then. The chain is checked on the way, so that a file that was altered makes no handover.
 */

import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type {
  PackAlertRow,
  PackAuditRow,
  PackCveRow,
  PackKernelRow,
  PackScoreRow,
  PackSessionRow,
} from '../db/packContent.ts';
import { findPackOfMonth, findPreviousPack } from '../db/packs.ts';
import type { AnyTx } from '../db/scope.ts';
import { PACK_START, type PackEntry, type PackManifest, packManifest, readPackLine } from '../domain/pack.ts';
import type { EatLineRow } from './packLines.ts';
import type { PackRef } from './packs.ts';

/** What a handover takes from the signed pack. */
export type FrozenPack = {
  readonly manifest: PackManifest;
  readonly jsonl_sha256: string;
  readonly hash_chain_root: string;
};

/** The signed pack that a handover is a part of; null for everything that is read from the database. */
export async function frozenPack(tx: AnyTx, ref: PackRef): Promise<FrozenPack | null> {
  if (ref.actor_suffix === null || ref.report_id !== undefined) return null;
  const pack = await findPackOfMonth(tx, ref.tenant_id, ref.month);
  if (pack === null || pack.is_preview || pack.manifest === null) return null;
  const manifest = packManifest.parse(JSON.parse(pack.manifest));
  return { manifest, jsonl_sha256: manifest.files.jsonl.sha256, hash_chain_root: manifest.hash_chain_root };
}

/** The month before in the chain of months; a report is in none. */
export async function previousOf(
  tx: AnyTx,
  ref: PackRef,
  frozen: FrozenPack | null,
): Promise<PackManifest['previous']> {
  if (ref.report_id !== undefined) return null;
  return frozen === null ? findPreviousPack(tx, ref.tenant_id, ref.month) : frozen.manifest.previous;
}

/** The row that each kind of line is made of; the first line of a pack has none. */
export type PackRows = {
  readonly eat: EatLineRow;
  readonly audit: PackAuditRow;
  readonly alert: PackAlertRow;
  readonly kernel_update: PackKernelRow;
  readonly cve_fixed: PackCveRow;
  readonly session: PackSessionRow;
  readonly trust_score: PackScoreRow;
};

/** A line with the row that it was made of. */
export type FrozenLine<K extends keyof PackRows = keyof PackRows> = {
  readonly [P in K]: { readonly kind: P; readonly row: PackRows[P]; readonly entry: PackEntry };
}[K];

/** Gives the lines after the first in order; throws when they are not the chain that ends in `root`. */
export async function* readFrozenLines(file: Readable, root: string): AsyncGenerator<FrozenLine> {
  let cursor = PACK_START;
  for await (const bytes of linesOf(file)) {
    const read = readPackLine(bytes, cursor);
    if (read.kind === 'refused') throw new Error(`line ${cursor.seq + 1} of the signed pack is refused: ${read.fault}`);
    cursor = read.next;
    const { seq: _seq, prev: _prev, ...entry } = read.entry;
    if (entry.kind !== 'pack') yield frozenLine(entry as PackEntry);
  }
  if (cursor.previousHash !== root) throw new Error('the lines of the signed pack are not those of its chain');
}

/** The rows are what src/activities/packLines.ts made the lines of; the chain has just shown that they are ours. */
function frozenLine(entry: PackEntry): FrozenLine {
  const { kind, ...facts } = entry;
  if (kind === 'audit') return { kind, entry, row: { ...facts, seq: facts['chain_seq'] } as unknown as PackAuditRow };
  if (kind !== 'eat') return { kind, entry, row: facts } as unknown as FrozenLine;
  const row = { ...facts, kind: facts['eat_kind'], result_text: facts['result'] } as unknown as EatLineRow;
  return { kind, entry, row };
}

async function* linesOf(file: Readable): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // An error of the file must end the reading; a pipe alone would leave it waiting.
  file.once('error', (error) => gunzip.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of file.pipe(gunzip)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = rest.indexOf(0x0a, from); end >= 0; end = rest.indexOf(0x0a, from)) {
      yield rest.subarray(from, end);
      from = end + 1;
    }
    rest = rest.subarray(from);
  }
  if (rest.length > 0) throw new Error('the last line of the signed pack is cut short');
}
