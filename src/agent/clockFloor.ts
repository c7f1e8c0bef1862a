/**
 * The time by which tokens are judged: the host's clock, but never earlier than anything seen before. A clock that
 * is set back, while the agent runs or while it does not, must not reopen a window or revive an expired token.
 *
 * The floor is kept in `clock-floor.json`. A clock that once ran far ahead therefore leaves tokens "expired" until
 * time catches up or a person removes that file: refusing is the safe side.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode, writeDurably } from './durable.ts';
import { AgentFault } from './fault.ts';

const file = z.strictObject({ seen_ms: z.int().min(0) });

/** How often the floor is written while nothing uses it. */
export const FLOOR_INTERVAL_MS = 60_000;

/** A clock that never runs backwards. */
export type ClockFloor = {
  /** Milliseconds since the epoch; goes on by the monotonic clock while the host's clock lags behind. */
  readonly now: () => number;
  /** The same as ISO 8601 UTC with milliseconds. */
  readonly iso: () => string;
  /** By how much the host's clock lags behind the floor; 0 in the ordinary case. */
  readonly lagMs: () => number;
  /** Makes the present floor durable. Called every minute and before each use of a token. */
  readonly persist: () => Promise<void>;
};

/** Where time comes from; tests give their own. `monotonic` in milliseconds from any origin. */
export type ClockSource = { readonly wall: () => number; readonly monotonic: () => number };

export const SYSTEM_CLOCK: ClockSource = { wall: () => Date.now(), monotonic: () => performance.now() };

/** Opens the floor of a state folder. */
export async function openClockFloor(stateDir: string, source: ClockSource = SYSTEM_CLOCK): Promise<ClockFloor> {
  const path = join(stateDir, 'clock-floor.json');
  let floorMs = await read(path);
  let floorAt = source.monotonic();
  const now = (): number => {
    const at = source.monotonic();
    const ms = Math.floor(Math.max(source.wall(), floorMs + (at - floorAt)));
    if (ms > floorMs) [floorMs, floorAt] = [ms, at];
    return floorMs;
  };
  return {
    now,
    iso: () => new Date(now()).toISOString(),
    lagMs: () => Math.max(0, now() - source.wall()),
    persist: () => writeDurably(path, JSON.stringify({ seen_ms: now() })),
  };
}

async function read(path: string): Promise<number> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
  try {
    return file.parse(JSON.parse(text)).seen_ms;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new AgentFault(`${path} is damaged; remove it if the clock of this host is right.`);
  }
}
