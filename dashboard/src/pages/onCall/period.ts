/** Weeks and months of the calendar in the viewer's zone, with days as long as the clocks make them. */

import { dateAt, instantMs } from '../../../../src/domain/localTime.ts';
import type { CalendarView } from './routes.tsx';

const HOUR_MS = 3_600_000;
type Date = ReturnType<typeof dateAt>;

/** One day in view; 23 or 25 hours where the clocks change. */
export type Day = {
  readonly date: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly hours: number;
  readonly isWeekend: boolean;
  /** Of the month before or after the one in view. */
  readonly isOutside: boolean;
};

/** The zone of the viewer's machine. */
export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const parsed = (text: string): Date => dateAt(Date.parse(text), 'UTC');

/** First day of the week or month in which a date lies; weeks begin on Monday (ISO 8601). */
function firstDay(view: CalendarView, date: Date): Date {
  return view === 'week' ? date.subtract({ days: date.dayOfWeek - 1 }) : date.with({ day: 1 });
}

/** The weeks in view: one, or those that a month touches. `from` is any date in it, else today. */
export function weeksInView(
  view: CalendarView,
  from: string | undefined,
  nowMs: number,
  zone: string,
): readonly (readonly Day[])[] {
  const date = from === undefined ? dateAt(nowMs, zone) : parsed(from);
  const monday = firstDay('week', firstDay(view, date));
  const month = view === 'month' ? date.month : undefined;
  const last = view === 'week' ? monday : date.with({ day: date.daysInMonth });
  const count = Math.floor(monday.until(last, { largestUnit: 'days' }).days / 7) + 1;
  return Array.from({ length: count }, (_, week) => daysFrom(monday.add({ weeks: week }), 7, zone, month));
}

/** Days one after the other, the first of them by the zone's calendar. */
function daysFrom(first: Date, count: number, zone: string, month?: number): readonly Day[] {
  return Array.from({ length: count }, (_, index) => {
    const date = first.add({ days: index });
    const fromMs = instantMs(date, '00:00', zone);
    const untilMs = instantMs(date.add({ days: 1 }), '00:00', zone);
    return {
      date: date.toString(),
      fromMs,
      untilMs,
      hours: (untilMs - fromMs) / HOUR_MS,
      isWeekend: date.dayOfWeek > 5,
      isOutside: month !== undefined && date.month !== month,
    };
  });
}

/** Four weeks from the Monday of a moment's week on. */
export function fourWeeks(nowMs: number, zone: string): readonly (readonly Day[])[] {
  const first = firstDay('week', dateAt(nowMs, zone));
  return [0, 1, 2, 3].map((week) => daysFrom(first.add({ days: week * 7 }), 7, zone));
}

/** A date in the period before (-1) or after (1) the one of `from`, or of today. */
export function neighbour(
  view: CalendarView,
  from: string | undefined,
  step: -1 | 1,
  nowMs: number,
  zone: string,
): string {
  const date = firstDay(view, from === undefined ? dateAt(nowMs, zone) : parsed(from));
  return date.add(view === 'week' ? { weeks: step } : { months: step }).toString();
}

/** "2026-05-18T09:00" of a moment in a zone, as a field for date and time takes it. */
export function fieldOf(ms: number, zone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(ms);
  return `${dateAt(ms, zone).toString()}T${time}`;
}

/** The moment that such a field says; NaN while it is not whole. A time that comes twice is the first of the two. */
export function momentOf(field: string, zone: string): number {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(field)) return Number.NaN;
  return instantMs(parsed(field.slice(0, 10)), field.slice(11, 16), zone);
}
