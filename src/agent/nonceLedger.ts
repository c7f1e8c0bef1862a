/**
 * What became of every token that reached this host, one file a nonce in `nonces/`, so that a token runs at most
 * once whatever happens in between.
 *
 *     accepted   checked and kept with its envelope; nothing has run. After a crash it is judged again and runs.
 *     started    fsynced (file and folder) BEFORE the first step. After a crash nobody can know how far it came:
 *                its result is `indeterminate`, and it never runs again.
 *     finished   its result is in the result outbox.
 *     void       revoked before use.
 *
 * A nonce only moves down this list. Entries whose token expired long ago are forgotten: by then the clock floor
 * refuses the token.
 */

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { eatEnvelope } from '../domain/eat.ts';
import { parseStrictJson } from '../domain/strictJson.ts';
import { makeFolder, removeLeftovers, writeDurably } from './durable.ts';
import { AgentFault } from './fault.ts';

/** How long after its expiry a nonce is remembered. */
const KEPT_AFTER_EXPIRY_MS = 30 * 86_400_000;

const entry = z.strictObject({
  nonce: z.uuid(),
  state: z.enum(['accepted', 'started', 'finished', 'void']),
  eat_sha256: z.string(),
  expires_at: z.iso.datetime(),
  /** When it was started; null before, and for tokens that never were. */
  started_at: z.iso.datetime().nullable(),
  /** Filled for `accepted`. */
  envelope: eatEnvelope.nullable(),
  /** Filled for `started` pre-issued tokens: what the result must say. */
  activation: z.record(z.string(), z.json()).nullable(),
});
type LedgerEntry = z.infer<typeof entry>;

const RANK = { accepted: 0, started: 1, finished: 2, void: 2 } as const;

/** The ledger; what it holds is durable when a call returns. */
export type NonceLedger = {
  readonly find: (nonce: string) => LedgerEntry | null;
  /** Moves a nonce on; false when it is there already in this state or a later one. */
  readonly advance: (to: LedgerEntry) => Promise<boolean>;
  readonly inState: (state: LedgerEntry['state']) => readonly LedgerEntry[];
};

/** Opens the ledger of a state folder; a damaged entry stops the agent, because forgetting one could run a token twice. */
export async function openNonceLedger(stateDir: string, nowMs: number): Promise<NonceLedger> {
  const folder = join(stateDir, 'nonces');
  await makeFolder(folder);
  await removeLeftovers(folder);
  const entries = new Map<string, LedgerEntry>();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const parsed = parseStrictJson(await readFile(path));
    const known = parsed.kind === 'ok' ? entry.safeParse(parsed.value) : null;
    if (!known?.success)
      throw new AgentFault(`${path} is damaged; look at it before removing it: its token may have run.`);
    const isOver = RANK[known.data.state] === 2 && Date.parse(known.data.expires_at) + KEPT_AFTER_EXPIRY_MS < nowMs;
    if (isOver) await rm(path, { force: true });
    else entries.set(known.data.nonce, known.data);
  }
  return {
    find: (nonce) => entries.get(nonce) ?? null,
    advance: async (to) => {
      const before = entries.get(to.nonce);
      if (before !== undefined && RANK[before.state] >= RANK[to.state]) return false;
      // Taken in memory first: two calls at once must not both believe that they were first.
      entries.set(to.nonce, to);
      try {
        await writeDurably(join(folder, `${to.nonce}.json`), JSON.stringify(to));
      } catch (error) {
        // Not written, so not done; but what was tried is not tried again before a restart has read the disk.
        if (to.state === 'accepted') entries.delete(to.nonce);
        throw error;
      }
      return true;
    },
    inState: (state) => [...entries.values()].filter((known) => known.state === state),
  };
}
