/** The vulnerability feeds: the copies that ship with the hub, and the live ones. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { ApplicationFailure } from '@temporalio/common';
import type { DatabasePool } from 'slonik';
import { ZodError } from 'zod';
import {
  type FeedName,
  findFeed,
  lockFeed,
  recordFeedFailure,
  recordFeedUnchanged,
  replaceKernelFixes,
  replaceKevCatalogue,
} from '../db/feeds.ts';
import { type AnyTx, withSystem } from '../db/scope.ts';
import { listKernelSightings, syncKernelCves } from '../db/vulnerabilities.ts';
import { isPlausibleFeed, parseKernelFixes, parseKevCatalogue } from '../domain/feeds.ts';

/** What ships with the hub. */
const BUNDLED: Readonly<Record<FeedName, URL>> = {
  kev: new URL('../../data/known_exploited_vulnerabilities.json.gz', import.meta.url),
  kernel: new URL('../../data/kernel_stream_fixes.json.gz', import.meta.url),
};
const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1024 * 1024;
const HOSTS_PER_PAGE = 200;

/** Outcome of one feed. */
export type FeedOutcome = { readonly feed: FeedName; readonly changed: boolean; readonly entries: number };

export type FeedDeps = { readonly pool: DatabasePool; readonly urls: Readonly<Record<FeedName, string>> };

/** Thrown for an answer that is not the feed; its message is safe to keep. */
class FeedRefusedError extends Error {
  override name = 'FeedRefusedError';
}

/** Stores a feed's bytes; false when they are what is there. Throws {@link FeedRefusedError} for bytes that must not replace it. */
async function storeFeed(tx: AnyTx, name: FeedName, bytes: Buffer): Promise<FeedOutcome> {
  const sha256 = createHash('sha256').update(bytes).digest();
  await lockFeed(tx, name);
  const before = await findFeed(tx, name);
  if (before?.sha256 === sha256.toString('hex')) {
    await recordFeedUnchanged(tx, name);
    return { feed: name, changed: false, entries: before.entries };
  }
  const json = parseFeedJson(bytes);
  const refusing = <T>(parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      if (error instanceof ZodError)
        throw new FeedRefusedError(
          `not the format of the feed: ${error.issues[0]?.path.join('.')} ${error.issues[0]?.message}`,
        );
      throw error;
    }
  };
  const judge = (count: number): void => {
    if (!isPlausibleFeed(count, before?.entries ?? 0))
      throw new FeedRefusedError(`only ${count} entries where ${before?.entries ?? 0} were before`);
  };
  if (name === 'kev') {
    const feed = refusing(() => parseKevCatalogue(json));
    judge(feed.entries.length);
    await replaceKevCatalogue(tx, feed, sha256);
    return { feed: name, changed: true, entries: feed.entries.length };
  }
  const feed = refusing(() => parseKernelFixes(json, sha256.toString('hex').slice(0, 12)));
  judge(feed.entries.length);
  await replaceKernelFixes(tx, feed, sha256);
  return { feed: name, changed: true, entries: feed.entries.length };
}

function parseFeedJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw new FeedRefusedError(`not JSON: ${error.message.slice(0, 100)}`);
    throw error;
  }
}

/** Loads the copies that ship with the hub where nothing is loaded yet. */
export async function loadBundledFeeds(pool: DatabasePool): Promise<void> {
  for (const name of Object.keys(BUNDLED) as FeedName[]) {
    const bytes = gunzipSync(await readFile(BUNDLED[name]));
    await withSystem(pool, async (tx) => {
      await lockFeed(tx, name);
      if ((await findFeed(tx, name)) === null) await storeFeed(tx, name, bytes);
    });
  }
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new FeedRefusedError(`the server answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new FeedRefusedError(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Makes the activities of the feeds. */
export function createFeedActivities(deps: FeedDeps) {
  return {
    /** Refreshes one feed from its live address. A failure leaves the last good copy and is noted. */
    async refreshFeed(name: FeedName): Promise<FeedOutcome> {
      try {
        const bytes = await download(deps.urls[name]);
        return await withSystem(deps.pool, (tx) => storeFeed(tx, name, bytes));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        await withSystem(deps.pool, (tx) => recordFeedFailure(tx, name, message));
        // Bytes that are not the feed stay so: a retry at once would only ask for them again.
        if (error instanceof FeedRefusedError) throw ApplicationFailure.nonRetryable(message, 'FeedRefused');
        throw error;
      }
    },

    /** Matches every host against the kernel's fixes again; gives how many hosts. */
    async rematchKernels(): Promise<{ readonly hosts: number }> {
      let hosts = 0;
      for (let after: string | null = null; ; ) {
        const cursor: string | null = after;
        const page = await withSystem(deps.pool, async (tx) => {
          const sightings = await listKernelSightings(tx, cursor, HOSTS_PER_PAGE);
          for (const host of sightings) {
            await syncKernelCves(tx, {
              tenantId: host.tenant_id,
              agentId: host.agent_id,
              kernelUpstream: host.kernel_upstream,
              at: new Date().toISOString(),
            });
          }
          return sightings;
        });
        const last: (typeof page)[number] | undefined = page.at(-1);
        if (last === undefined) return { hosts };
        hosts += page.length;
        after = last.agent_id;
      }
    },
  };
}
