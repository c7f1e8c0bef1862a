/** Where moments stand in a row of days. */

import type { Day } from './period.ts';

/** Place of a moment in percent of the days' length: a day of 25 hours is wider than one of 24. */
export function place(ms: number, days: readonly Day[]): number {
  const [from, until] = [days[0]?.fromMs ?? 0, days.at(-1)?.untilMs ?? 1];
  return (100 * (Math.min(Math.max(ms, from), until) - from)) / (until - from);
}
