/** Lengths of time, months, and how rows say a moment. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A moment as rows have it. */
export const iso = (ms: number): string => new Date(ms).toISOString();

/** Midnight in UTC of the day of `ms`. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** Month as `YYYY-MM` that lies `back` months before the one of `ms`. */
export function monthBefore(ms: number, back: number): string {
  const date = new Date(ms);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
}
