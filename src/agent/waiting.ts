/** Waiting that ends with the agent: time, a wake-up, or the stop signal, whichever comes first. */

import { setTimeout } from 'node:timers/promises';

const startTimer = globalThis.setTimeout;
const FIRST_DELAY_MS = 1_000;
/** No longer silence than this, however long the hub is away. */
const BACKOFF_CAP_MS = 60_000;

/** Delay before attempt `attempt` (0 is the first repeat): doubling, capped, halved at random so that a fleet does not return at once. */
export function backoffMs(attempt: number, random: number = Math.random()): number {
  const full = Math.min(BACKOFF_CAP_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random / 2));
}

/** Something a loop waits on and others wake. A wake-up while nobody waits is kept for the next wait. */
export type Waker = { readonly wake: () => void; readonly wait: (ms: number) => Promise<void> };

/** A waker that also wakes when `signal` aborts. */
export function createWaker(signal: AbortSignal): Waker {
  let isPending = false;
  let release: (() => void) | null = null;
  const wake = (): void => {
    isPending = true;
    release?.();
  };
  signal.addEventListener('abort', wake);
  return {
    wake,
    wait: async (ms) => {
      if (!isPending && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = Number.isFinite(ms) ? startTimer(resolve, ms) : undefined;
          release = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        release = null;
      }
      isPending = false;
    },
  };
}

/** Sleeps; ends early when `signal` aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
