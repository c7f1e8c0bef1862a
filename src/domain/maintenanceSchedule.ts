/** When a maintenance window is open: once, or weekly by the wall clock of a zone. */

import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { clockTime, dateAt, instantMs, type Span, timeZone, WEEKDAYS, weekdayOf } from './localTime.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Longest window that opens once, and how far ahead a weekly one may be planned. */
const MAX_ONCE_DAYS = 7;
const MAX_AHEAD_DAYS = 366;

const once = z.strictObject({
  kind: z.literal('once'),
  from: z.iso.datetime({ offset: true }),
  until: z.iso.datetime({ offset: true }),
});
const weekly = z.strictObject({
  kind: z.literal('weekly'),
  weekdays: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .refine((days) => new Set(days).size === days.length, 'name each day once'),
  start: clockTime,
  duration_minutes: z.int().min(1).max(DAY_MINUTES),
  time_zone: timeZone,
  until: z.iso.date().describe('the last local date on which it may begin'),
});

/** A schedule as people write it. */
export const maintenanceSchedule = z.discriminatedUnion('kind', [once, weekly]);
export type MaintenanceSchedule = z.infer<typeof maintenanceSchedule>;

/**
 * The periods of a schedule that are not over at `nowMs`, in order. One that has begun counts from now on: what was is
 * not made maintenance afterwards, as clocks and messages have gone by it.
 */
export function maintenancePeriods(schedule: MaintenanceSchedule, nowMs: number): readonly Span[] {
  return allPeriods(schedule, nowMs)
    .filter(({ untilMs }) => untilMs > nowMs)
    .map(({ fromMs, untilMs }) => ({ fromMs: Math.max(fromMs, nowMs), untilMs }));
}

function msOf(text: string): number {
  return Temporal.Instant.from(text).epochMilliseconds;
}

function allPeriods(schedule: MaintenanceSchedule, nowMs: number): readonly Span[] {
  if (schedule.kind === 'once') return [{ fromMs: msOf(schedule.from), untilMs: msOf(schedule.until) }];
  const last = Temporal.PlainDate.from(schedule.until);
  const periods: Span[] = [];
  // One that began yesterday may still be open.
  let date = dateAt(nowMs, schedule.time_zone).subtract({ days: 1 });
  for (let day = 0; day <= MAX_AHEAD_DAYS + 1 && Temporal.PlainDate.compare(date, last) <= 0; day += 1) {
    if (schedule.weekdays.includes(weekdayOf(date))) {
      const fromMs = instantMs(date, schedule.start, schedule.time_zone);
      periods.push({ fromMs, untilMs: fromMs + schedule.duration_minutes * MINUTE_MS });
    }
    date = date.add({ days: 1 });
  }
  return periods;
}

/** Why a schedule cannot be taken at `nowMs`, as a sentence; null when it can. */
export function scheduleFault(schedule: MaintenanceSchedule, nowMs: number): string | null {
  if (schedule.kind === 'once') {
    const minutes = (msOf(schedule.until) - msOf(schedule.from)) / MINUTE_MS;
    if (minutes <= 0) return 'The window must end after it begins.';
    if (minutes > MAX_ONCE_DAYS * DAY_MINUTES)
      return `A window lasts ${MAX_ONCE_DAYS} days at most; make several, or a weekly one.`;
  } else {
    const limit = dateAt(nowMs, schedule.time_zone).add({ days: MAX_AHEAD_DAYS });
    if (Temporal.PlainDate.compare(Temporal.PlainDate.from(schedule.until), limit) > 0)
      return `A weekly window is planned ${MAX_AHEAD_DAYS} days ahead at most.`;
  }
  return maintenancePeriods(schedule, nowMs).length === 0 ? 'The window would never open: it is over already.' : null;
}
