/**
 * When the minutes of an SLA count. A clock that stands still outside open hours or during maintenance goes on where it
 * stopped; all of it is arithmetic over spans of time, so that a due moment can be worked out by hand.
 */

import { z } from 'zod';
import { clockTime, dateAt, instantMs, type Span, timeZone, WEEKDAYS, weekdayOf } from './localTime.ts';

const MINUTE_MS = 60_000;
/** Open hours are looked for no further than this; whatever is due later is due at the last of them. */
const MAX_DAYS = 3_660;
const MAX_HOLIDAYS = 400;
/** With fewer open minutes a week a due moment would lie years ahead. */
const MIN_WEEKLY_MINUTES = 60;

const closingTime = z.union([clockTime, z.literal('24:00')]);
const interval = z
  .strictObject({ from: clockTime, until: closingTime })
  .refine(({ from, until }) => from < until, 'must end after it begins; split what goes over midnight');
const hours = z
  .array(interval)
  .max(8)
  .refine((list) => list.every(({ from }, index) => index === 0 || (list[index - 1]?.until ?? '') <= from), {
    message: 'in the order of the day, without overlaps',
  });

const minutesOfDay = (time: string): number => {
  const [hour, minute] = time.split(':').map(Number) as [number, number];
  return hour * 60 + minute;
};

/** Open hours of a week in a zone's wall-clock time; days left out are closed, and so are holidays. */
const businessHours = z
  .strictObject({
    kind: z.literal('business_hours'),
    time_zone: timeZone,
    weekly_hours: z.partialRecord(z.enum(WEEKDAYS), hours),
    holidays: z
      .array(z.iso.date())
      .max(MAX_HOLIDAYS)
      .default([])
      .refine((days) => new Set(days).size === days.length, 'name each day once'),
  })
  .refine(
    ({ weekly_hours }) =>
      Object.values(weekly_hours)
        .flat()
        .reduce((sum, { from, until }) => sum + minutesOfDay(until) - minutesOfDay(from), 0) >= MIN_WEEKLY_MINUTES,
    { path: ['weekly_hours'], message: `at least ${MIN_WEEKLY_MINUTES} minutes a week` },
  );

/** A calendar as people write it. */
export const slaCalendar = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('24x7') }), businessHours]);
export type SlaCalendar = z.infer<typeof slaCalendar>;
type BusinessHours = Extract<SlaCalendar, { kind: 'business_hours' }>;

/** Open spans of one local date. */
function spansOf(calendar: BusinessHours, date: ReturnType<typeof dateAt>): readonly Span[] {
  if (calendar.holidays.includes(date.toString())) return [];
  return (calendar.weekly_hours[weekdayOf(date)] ?? [])
    .map(({ from, until }) => ({
      fromMs: instantMs(date, from, calendar.time_zone),
      untilMs: instantMs(date, until, calendar.time_zone),
    }))
    .filter(({ fromMs, untilMs }) => fromMs < untilMs);
}

/** Open spans from a moment on, in order. */
function* openSpans(calendar: SlaCalendar, fromMs: number): Generator<Span> {
  if (calendar.kind === '24x7') {
    yield { fromMs, untilMs: Number.POSITIVE_INFINITY };
    return;
  }
  let date = dateAt(fromMs, calendar.time_zone);
  for (let day = 0; day < MAX_DAYS; day += 1) {
    for (const span of spansOf(calendar, date)) {
      if (span.untilMs > fromMs) yield { fromMs: Math.max(span.fromMs, fromMs), untilMs: span.untilMs };
    }
    date = date.add({ days: 1 });
  }
}

/** What is left of a span between the pauses, which come in the order of their beginnings. */
function* without(span: Span, pauses: readonly Span[]): Generator<Span> {
  let { fromMs } = span;
  for (const pause of pauses) {
    if (pause.untilMs <= fromMs) continue;
    if (pause.fromMs >= span.untilMs) break;
    if (pause.fromMs > fromMs) yield { fromMs, untilMs: pause.fromMs };
    fromMs = pause.untilMs;
  }
  if (fromMs < span.untilMs) yield { fromMs, untilMs: span.untilMs };
}

/** Whether the calendar is open at a moment. */
export function isOpenAt(calendar: SlaCalendar, ms: number): boolean {
  if (calendar.kind === '24x7') return true;
  return spansOf(calendar, dateAt(ms, calendar.time_zone)).some(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs);
}

/**
 * The moment at which `minutes` have been counted since `openedMs`, inside open hours and outside pauses. The last
 * minute may end with the hours: due at closing time.
 */
export function dueMs(openedMs: number, minutes: number, calendar: SlaCalendar, pauses: readonly Span[] = []): number {
  const ordered = pauses.toSorted((a, b) => a.fromMs - b.fromMs);
  let leftMs = minutes * MINUTE_MS;
  let lastMs = openedMs;
  for (const open of openSpans(calendar, openedMs)) {
    for (const { fromMs, untilMs } of without(open, ordered)) {
      if (untilMs - fromMs >= leftMs) return fromMs + leftMs;
      leftMs -= untilMs - fromMs;
      lastMs = untilMs;
    }
  }
  return lastMs;
}
