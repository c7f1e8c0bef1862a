/** What one month of one client looks like from outside. */

import { type Build, isRunning, type Pack } from './packQueries.ts';

/**
 * `closed` never changes any more; `preview` is of a month that still runs; `absent` was never built; `recorded` is on
 * record in the demonstration's history, without files.
 */
export type PackState = 'closed' | 'preview' | 'building' | 'failed' | 'recorded' | 'absent' | 'before' | 'future';

/** Whether a month is on record only; the Trust Score counts it, so that it must not look like one that was missed. */
export function isRecorded(pack: Pack | undefined): boolean {
  return pack !== undefined && pack.is_demo && !pack.has_files;
}

/** The state of a month, by what is there and what is being built. */
export function packState(of: {
  readonly month: string;
  readonly thisMonth: string;
  /** Month in which the client came. */
  readonly since: string;
  readonly pack: Pack | undefined;
  readonly build: Build | undefined;
}): PackState {
  const { month, thisMonth, since, pack, build } = of;
  if (month > thisMonth) return 'future';
  if (build !== undefined && isRunning(build)) return 'building';
  if (pack?.has_files) return pack.is_preview ? 'preview' : 'closed';
  if (build?.error) return 'failed';
  if (isRecorded(pack)) return 'recorded';
  return month < since ? 'before' : 'absent';
}
