/** The vulnerability feeds in the database: replaced whole or not at all. */

import { z } from 'zod';
import type { KernelFix, KevEntry, ParsedFeed } from '../domain/feeds.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

/** Names of the feeds, as in the table. */
export type FeedName = 'kev' | 'kernel';

const stateRow = z.object({
  version: z.string(),
  entries: z.number(),
  sha256: z.string(),
  refreshed_at: z.string(),
  last_error: z.string().nullable(),
});
export type FeedState = z.infer<typeof stateRow>;

/** What a feed last brought; null before the first load. */
export async function findFeed(tx: AnyTx, name: FeedName): Promise<FeedState | null> {
  return tx.maybeOne(sql.type(stateRow)`
    select version, entries, encode(sha256, 'hex') as sha256, refreshed_at, last_error from feeds where name = ${name}`);
}

/** Lets one transaction at a time replace a feed: workers that start together, or a refresh beside them. */
export async function lockFeed(tx: AnyTx, name: FeedName): Promise<void> {
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtext(${`monsys:feed:${name}`}))`);
}

async function recordFeed(tx: AnyTx, name: FeedName, feed: ParsedFeed<unknown>, sha256: Buffer): Promise<void> {
  await tx.query(sql.unsafe`
    insert into feeds (name, version, entries, sha256, refreshed_at, last_attempt_at)
    values (${name}, ${feed.version}, ${feed.entries.length}, ${sql.binary(sha256)}, now(), now())
    on conflict (name) do update set version = excluded.version, entries = excluded.entries, sha256 = excluded.sha256,
      refreshed_at = now(), last_attempt_at = now(), last_error = null`);
}

/** Replaces the KEV catalogue. */
export async function replaceKevCatalogue(tx: AnyTx, feed: ParsedFeed<KevEntry>, sha256: Buffer): Promise<void> {
  await tx.query(sql.unsafe`delete from kev_entries`);
  await tx.query(sql.unsafe`
    insert into kev_entries (cve_id, vendor, product, name, date_added, due_date, ransomware)
    select cve_id, vendor, product, name, date_added, due_date, ransomware
    from jsonb_to_recordset(${JSON.stringify(feed.entries)}::jsonb) as e (cve_id text, vendor text, product text, name text, date_added date, due_date date, ransomware boolean)`);
  await recordFeed(tx, 'kev', feed, sha256);
}

/** Replaces the kernel's stream fixes. */
export async function replaceKernelFixes(tx: AnyTx, feed: ParsedFeed<KernelFix>, sha256: Buffer): Promise<void> {
  await tx.query(sql.unsafe`delete from kernel_cve_fixes`);
  await tx.query(sql.unsafe`
    insert into kernel_cve_fixes (cve_id, stream, fixed_version, fixed_patch)
    select cve_id, stream, fixed_version, fixed_patch
    from jsonb_to_recordset(${JSON.stringify(feed.entries)}::jsonb) as e (cve_id text, stream text, fixed_version text, fixed_patch int)`);
  await recordFeed(tx, 'kernel', feed, sha256);
}

/** Notes an attempt that failed; the last good copy stays. */
export async function recordFeedFailure(tx: AnyTx, name: FeedName, error: string): Promise<void> {
  await tx.query(
    sql.unsafe`update feeds set last_attempt_at = now(), last_error = ${error.slice(0, 500)} where name = ${name}`,
  );
}

/** Notes an attempt that brought what is there already. */
export async function recordFeedUnchanged(tx: AnyTx, name: FeedName): Promise<void> {
  await tx.query(
    sql.unsafe`update feeds set last_attempt_at = now(), refreshed_at = now(), last_error = null where name = ${name}`,
  );
}
