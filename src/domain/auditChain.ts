/**
 * The audit log's hash chain (format: docs/formats/audit-chain.md).
 *
 * Each entry's hash is SHA-256 over the canonical JSON of the entry with the hash of the one before it,
 * so a changed, removed or re-ordered row breaks every later hash.
 */

import { sha256Hex } from './bytes.ts';
import { canonicalJson, type Json } from './canonicalJson.ts';

/** Hash "before the first entry": 64 zeros. */
export const CHAIN_START = '0'.repeat(64);

/** What an entry's hash covers. Times are ISO 8601 UTC with milliseconds; absent values are null. */
export type ChainEntry = {
  readonly chain_id: string;
  readonly seq: number;
  readonly msp_id: string;
  readonly tenant_id: string | null;
  readonly event_type: string;
  readonly actor_kind: string;
  readonly actor_user_id: string | null;
  readonly actor_email: string | null;
  readonly impersonation_id: string | null;
  readonly event_data: Json;
  readonly occurred_at: string;
};

/** Hex SHA-256 that links `entry` to `previousHash`. */
export function chainHash(entry: ChainEntry, previousHash: string): string {
  return sha256Hex(canonicalJson({ ...entry, prev_hash: previousHash }));
}

/** Whether a chain holds, and if not, the first sequence number where it does not. */
export type ChainVerdict =
  | { readonly kind: 'intact'; readonly head: string }
  | { readonly kind: 'broken'; readonly seq: number };

/** Recomputes a chain from its first entry on. Entries must be in order of `seq`, starting at 1. */
export function verifyChain(entries: readonly (ChainEntry & { readonly hash: string })[]): ChainVerdict {
  let previous = CHAIN_START;
  let expectedSeq = 1;
  for (const { hash, ...entry } of entries) {
    if (entry.seq !== expectedSeq || chainHash(entry, previous) !== hash) return { kind: 'broken', seq: expectedSeq };
    previous = hash;
    expectedSeq += 1;
  }
  return { kind: 'intact', head: previous };
}
