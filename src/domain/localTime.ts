/**
 * Wall-clock times of a zone as instants, the same on every machine; the one place that knows daylight-saving changes.
 *
 * Calendars, maintenance windows and on-call schedules read a wall time alike: one that a change skips is the moment of
 * the change, one that comes twice is its first coming. So times of a day keep their order on every night: hours that
 * meet go on meeting and those that are apart never overlap. RFC 5545 (3.3.5) would put a skipped 02:45 at 03:45, after
 * 03:15, which is later on the clock.
 */

import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A span of time in milliseconds since the epoch; `untilMs` is the first moment after it. */
export type Span = { readonly fromMs: number; readonly untilMs: number };

/** Whether a text names a zone that this machine's time zone data has. Fixed offsets are none: they know no summer. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch {
    return false;
  }
}

/** A zone in a request. */
export const timeZone = z.string().max(64).refine(isTimeZone, 'an IANA time zone, like "Europe/Brussels"');

/** A wall-clock time in a request, "HH:MM". */
export const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day, like "08:30"');

/** The date that a zone's calendar shows at a moment. */
export function dateAt(ms: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate();
}

/** The day of the week of a date. */
export function weekdayOf(date: Temporal.PlainDate): Weekday {
  return WEEKDAYS[date.dayOfWeek - 1] as Weekday;
}

/** The first instant of `date` at which the zone's clock shows `time` ("HH:MM", or "24:00" for the end of the day) or a later one. */
export function instantMs(date: Temporal.PlainDate, time: string, zone: string): number {
  const [hour, minute] = time.split(':').map(Number) as [number, number];
  const day = hour === 24 ? date.add({ days: 1 }) : date;
  const wanted = day.toPlainDateTime({ hour: hour % 24, minute });
  const found = wanted.toZonedDateTime(zone, { disambiguation: 'compatible' });
  if (found.toPlainDateTime().equals(wanted)) return found.epochMilliseconds;
  const change = wanted.toZonedDateTime(zone, { disambiguation: 'earlier' }).getTimeZoneTransition('next');
  return (change ?? found).epochMilliseconds;
}
