/** Turns rows into the lines of a pack, in one order, through one chain and one compressor; memory stays flat. */

import { createHash } from 'node:crypto';
import { Gzip } from 'fflate';
import type {
  PackAlertRow,
  PackAuditRow,
  PackCveRow,
  PackEatRow,
  PackKernelRow,
  PackScoreRow,
  PackSessionRow,
} from '../db/packContent.ts';
import type { Json } from '../domain/canonicalJson.ts';
import { matchesActorSuffix, PACK_CHAIN_START, type PackEntry, type PackLineKind, packLine } from '../domain/pack.ts';

/** Where compressed bytes go. */
export type ByteSink = { readonly write: (chunk: Uint8Array) => Promise<void> };

/** How many lines of each kind, without the first. */
type LineCounts = Record<Exclude<PackLineKind, 'pack'>, number>;

/** What a finished chain of lines is. */
export type WrittenLines = {
  readonly entries: number;
  readonly counts: LineCounts;
  readonly hash_chain_root: string;
  readonly uncompressed_sha256: string;
  readonly uncompressed_bytes: number;
};

/** Level of the compressor: with a pinned pure-JavaScript one, equal input gives equal bytes on every machine. */
const GZIP_LEVEL = 6;
/** Lines are handed to the compressor in pieces of about this size. */
const CHUNK_BYTES = 64 * 1024;

/** Writes lines through the chain into a gzip stream with a fixed header (no time, no name). */
export function createLineWriter(sink: ByteSink) {
  const counts: LineCounts = { eat: 0, audit: 0, alert: 0, kernel_update: 0, cve_fixed: 0, session: 0, trust_score: 0 };
  const plain = createHash('sha256');
  let previous = PACK_CHAIN_START;
  let seq = 0;
  let bytes = 0;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const compressed: Uint8Array[] = [];
  const gzip = new Gzip({ level: GZIP_LEVEL, mtime: 0 }, (chunk) => compressed.push(chunk));

  const flush = async (isLast: boolean): Promise<void> => {
    gzip.push(Buffer.concat(waiting), isLast);
    waiting = [];
    waitingBytes = 0;
    for (const chunk of compressed.splice(0)) await sink.write(chunk);
  };
  return {
    lines: () => seq,
    write: async (entry: PackEntry): Promise<void> => {
      const { text, hash } = packLine(entry, seq, previous);
      previous = hash;
      seq += 1;
      if (entry.kind !== 'pack') counts[entry.kind] += 1;
      const line = Buffer.from(`${text}\n`, 'utf8');
      plain.update(line);
      bytes += line.length;
      waiting.push(line);
      waitingBytes += line.length;
      if (waitingBytes >= CHUNK_BYTES) await flush(false);
    },
    finish: async (): Promise<WrittenLines> => {
      await flush(true);
      return {
        entries: seq,
        counts,
        hash_chain_root: previous,
        uncompressed_sha256: plain.digest('hex'),
        uncompressed_bytes: bytes,
      };
    },
  };
}

/** A token whose time lay before the month in which the hub heard of its result. */
export function isLate(row: Pick<PackEatRow, 'expires_at' | 'kind' | 'started_at'>, monthFrom: string): boolean {
  return (row.started_at ?? row.expires_at) < monthFrom;
}

/** A token with whether it is late in the month of its line. */
export type EatLineRow = PackEatRow & { readonly is_late: boolean };

/** The line of a token: all of its evidence. */
export function eatEntry(row: EatLineRow): PackEntry {
  const { kind, result_text, ...facts } = without(row);
  return { ...facts, kind: 'eat', eat_kind: kind, result: result_text } as unknown as PackEntry;
}

/** The line of an audit event: enough to recompute its own chain's hash. */
export function auditEntry(row: PackAuditRow): PackEntry {
  const { seq, ...facts } = row;
  return { ...facts, kind: 'audit', chain_seq: seq } as unknown as PackEntry;
}

function without<T extends { readonly page_key: string }>(row: T): Omit<T, 'page_key'> {
  const { page_key: _, ...rest } = row;
  return rest;
}

/** The line of a resolved alert. */
export function alertEntry(row: PackAlertRow): PackEntry {
  // The format names an alert's host by its name alone.
  const { agent_id: _, ...rest } = without(row);
  return { ...rest, kind: 'alert', sla_met: row.resolved_at <= row.sla_due_at } as unknown as PackEntry;
}

/** The line of a kernel update. */
export function kernelEntry(row: PackKernelRow): PackEntry {
  return { ...without(row), kind: 'kernel_update' } as unknown as PackEntry;
}

/** The line of a fixed CVE. */
export function cveEntry(row: PackCveRow): PackEntry {
  return { ...without(row), kind: 'cve_fixed' } as unknown as PackEntry;
}

/** The line of an impersonation. */
export function sessionEntry(row: PackSessionRow): PackEntry {
  return { ...without(row), kind: 'session' } as unknown as PackEntry;
}

/** The line of a day's Trust Score. */
export function scoreEntry(row: PackScoreRow): PackEntry {
  return { ...(row as unknown as Record<string, Json>), kind: 'trust_score' };
}

/** Whether a row stays under a filter by actor. */
export function keepFor(suffix: string, emails: readonly (string | null)[]): boolean {
  return emails.some((email) => matchesActorSuffix(email, suffix));
}
