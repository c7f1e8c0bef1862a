/** Schedules laid out over time by the hub's own rule, so that the calendar and a draft are drawn alike. */

import {
  DAY_MS,
  MAX_PERIOD_DAYS,
  type OnCallSchedule,
  type OnCallShift,
  shiftsBetween,
} from '../../../../src/domain/onCall.ts';
import type { Schedule } from './queries.ts';

/** No turn and no override is longer, and no day of a change of the clock: what reaches into view is found whole. */
const REACH_MS = (MAX_PERIOD_DAYS + 1) * DAY_MS;

/** A line of the calendar: the final result, the overrides, or one layer (counted from 0). */
export type Lane = {
  readonly key: string;
  readonly kind: 'final' | 'overrides' | 'layer';
  readonly name: string;
  readonly shifts: readonly OnCallShift[];
};

/** A schedule of the API as the rule takes it. */
export function toRule(schedule: Schedule): OnCallSchedule {
  return {
    timeZone: schedule.time_zone,
    layers: schedule.layers,
    overrides: schedule.overrides.map(({ id, user_id, from, until }) => ({
      id,
      userId: user_id,
      fromMs: Date.parse(from),
      untilMs: Date.parse(until),
    })),
    skipped: new Set(schedule.people.filter(({ is_skipped }) => is_skipped).map(({ id }) => id)),
  };
}

/** The final result of an interval: whole shifts that touch it; gaps, which may have no end, within the interval. */
export function finalShifts(rule: OnCallSchedule, fromMs: number, untilMs: number): readonly OnCallShift[] {
  return shiftsBetween(rule, fromMs - REACH_MS, untilMs + REACH_MS)
    .filter((shift) => shift.untilMs > fromMs && shift.fromMs < untilMs)
    .map((shift) =>
      shift.duty === null
        ? { ...shift, fromMs: Math.max(shift.fromMs, fromMs), untilMs: Math.min(shift.untilMs, untilMs) }
        : shift,
    );
}

/** What the final result is made of, top to bottom: what is higher covers what is lower. */
export function partLanes(rule: OnCallSchedule, fromMs: number, untilMs: number): readonly Lane[] {
  const inView = ({ fromMs: from, untilMs: until }: { readonly fromMs: number; readonly untilMs: number }): boolean =>
    until > fromMs && from < untilMs;
  const overrides = rule.overrides.filter(inView).map(({ id, userId, ...span }) => ({
    ...span,
    duty: { userId, source: { kind: 'override', overrideId: id } } as const,
  }));
  const layers = rule.layers.map((layer, index) => ({
    key: `layer-${index}`,
    kind: 'layer' as const,
    name: layer.name,
    shifts: finalShifts({ ...rule, layers: [layer], overrides: [] }, fromMs, untilMs).filter(
      ({ duty }) => duty !== null,
    ),
  }));
  return [
    ...(overrides.length > 0 ? [{ key: 'overrides', kind: 'overrides' as const, name: '', shifts: overrides }] : []),
    ...layers.toReversed(),
  ];
}
