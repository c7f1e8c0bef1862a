/**
 * Commands this host has acknowledged. The hub sends a command again until it hears the acknowledgement; the
 * ledger, written before the acknowledgement is sent, makes the second sending only an acknowledgement.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseStrictJson } from '../domain/strictJson.ts';
import { hasCode, writeDurably } from './durable.ts';
import { createTurns } from './turns.ts';

/** Results kept; older ids are remembered by the floor alone. */
const KEPT = 1_000;

const file = z.strictObject({
  floor: z.int().min(0),
  results: z.array(z.tuple([z.int().min(1), z.record(z.string(), z.json())])),
});

/** What a command answered. */
export type CommandResult = z.infer<typeof file>['results'][number][1];

/** The ledger. */
export type CommandLedger = {
  /** The result acknowledged before; null for a command that is new. */
  readonly find: (id: number) => CommandResult | null;
  /** Durable when it returns. */
  readonly record: (id: number, result: CommandResult) => Promise<void>;
  /** The hub forgot this host and counts its commands anew. */
  readonly reset: () => Promise<void>;
};

/** Opens the ledger of a state folder. */
export async function openCommandLedger(stateDir: string): Promise<CommandLedger> {
  const path = join(stateDir, 'acknowledged.json');
  let { floor, results } = await read(path);
  // Commands of both lanes are recorded side by side: an older state of the file must not replace a newer one.
  const inTurn = createTurns();
  const save = (): Promise<void> => inTurn(() => writeDurably(path, JSON.stringify({ floor, results })));
  return {
    find: (id) => results.find(([known]) => known === id)?.[1] ?? (id <= floor ? {} : null),
    record: async (id, result) => {
      results = [...results, [id, result] as [number, CommandResult]].toSorted(([a], [b]) => a - b);
      const excess = results.slice(0, Math.max(0, results.length - KEPT));
      results = results.slice(excess.length);
      floor = Math.max(floor, excess.at(-1)?.[0] ?? 0);
      await save();
    },
    reset: async () => {
      floor = 0;
      results = [];
      await save();
    },
  };
}

async function read(path: string): Promise<z.infer<typeof file>> {
  try {
    const parsed = parseStrictJson(await readFile(path));
    const known = parsed.kind === 'ok' ? file.safeParse(parsed.value) : null;
    if (known?.success) return known.data;
    throw new Error(`${path} is damaged`);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { floor: 0, results: [] };
    throw error;
  }
}
