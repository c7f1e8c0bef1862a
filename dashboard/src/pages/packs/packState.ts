/** What one month of one client looks like from outside. */

import { type Build, isRunning, type Pack } from './packQueries.ts';

/** `closed` never changes any more; `preview` is of a month that still runs; `absent` was never built. */
export type PackState = 'closed' | 'preview' | 'building' | 'failed' | 'absent' | 'before' | 'future';

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
  return month < since ? 'before' : 'absent';
}
