/** The window of a pre-issued token while somebody chooses it: local times, as the browser's own field writes them. */

import { PRE_ISSUED_MAX_WINDOW_SECONDS } from '../../../../src/domain/eatLevels.ts';

/** The moment that a local time names, or null while it is not whole. */
export function momentOf(local: string): number | null {
  const ms = new Date(local).getTime();
  return Number.isNaN(ms) ? null : ms;
}

/** `2026-11-25 17:00` in UTC. */
export function utcOf(local: string): string | null {
  const ms = momentOf(local);
  return ms === null ? null : new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

/** Why a window would be refused; null when it would not. `seconds` is how long it is. */
export function windowFault(
  from: string,
  until: string,
  nowMs: number,
): { readonly seconds: number; readonly fault: 'reversed' | 'past' | 'tooLong' | null } {
  const [fromMs, untilMs] = [momentOf(from), momentOf(until)];
  if (fromMs === null || untilMs === null) return { seconds: 0, fault: null };
  const seconds = (untilMs - fromMs) / 1_000;
  if (untilMs <= nowMs) return { seconds, fault: 'past' };
  if (seconds <= 0) return { seconds, fault: 'reversed' };
  return { seconds, fault: seconds > PRE_ISSUED_MAX_WINDOW_SECONDS ? 'tooLong' : null };
}
