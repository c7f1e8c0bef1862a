/**
 * The two clocks of an alert, by severity: until somebody has it, and until it is resolved (DESIGN.md: `sla_due_at`
 * from the SLA in force). When their minutes count is in businessCalendar.ts, whose they are in slaPolicy.ts.
 */

import type { Severity } from './severity.ts';

/** Minutes from opening to `sla_due_at` where nobody has set anything. */
export const DEFAULT_SLA_MINUTES: Readonly<Record<Severity, number>> = {
  critical: 60,
  high: 240,
  medium: 1_440,
  low: 4_320,
  info: 10_080,
};

/** Minutes from opening until somebody has acknowledged it, where no policy says otherwise. */
export const DEFAULT_ACKNOWLEDGE_MINUTES: Readonly<Record<Severity, number>> = {
  critical: 15,
  high: 60,
  medium: 480,
  low: 1_440,
  info: 4_320,
};

/** `due_soon`: the last of so many equal parts of the time to the due moment. */
export const DUE_SOON_PARTS = 4;

export const SLA_STATES = ['ok', 'due_soon', 'breached'] as const;
export type SlaState = (typeof SLA_STATES)[number];

/** Where an unresolved alert stands at `nowMs`; `minutes_overdue` counts whole minutes, as the urgency formula does. */
export function slaState(
  openedMs: number,
  dueMs: number,
  nowMs: number,
): { readonly state: SlaState; readonly minutes_overdue: number } {
  if (nowMs > dueMs) return { state: 'breached', minutes_overdue: Math.floor((nowMs - dueMs) / 60_000) };
  const isSoon = dueMs - nowMs <= (dueMs - openedMs) / DUE_SOON_PARTS;
  return { state: isSoon ? 'due_soon' : 'ok', minutes_overdue: 0 };
}

/** `met` and `missed`: somebody has acknowledged it, in time or not. */
export const ACKNOWLEDGE_STATES = [...SLA_STATES, 'met', 'missed'] as const;
export type AcknowledgeState = (typeof ACKNOWLEDGE_STATES)[number];

/** Where the clock of acknowledging stands; it stops when somebody acknowledges, and shows how late that was. */
export function acknowledgeState(
  openedMs: number,
  dueMs: number,
  acknowledgedMs: number | null,
  nowMs: number,
): { readonly state: AcknowledgeState; readonly minutes_overdue: number } {
  const found = slaState(openedMs, dueMs, acknowledgedMs ?? nowMs);
  if (acknowledgedMs === null) return found;
  return { ...found, state: found.state === 'breached' ? 'missed' : 'met' };
}
