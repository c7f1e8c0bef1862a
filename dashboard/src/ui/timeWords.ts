/** Times in words, in the viewer's language: lengths, how long ago, and moments in a zone. */

import i18next from 'i18next';
import { dateLocale } from '../dateLocale.ts';
import { ownZone } from './zone.ts';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;
const MINUTE = 60;
const WEEK = 7 * 86_400;
/** Further away than this a date says more than a number of days: 90 days. */
const RELATIVE_MOST = 90 * 86_400;
/** Clocks differ: what has just happened may lie a moment ahead. */
const JUST_NOW = 5;

/** A length in its two largest units; `width` of the second one's digits, for what must not jump as it counts. */
function span(seconds: number, width = 1): string {
  const whole = Math.max(0, Math.floor(seconds));
  const at = UNITS.findIndex(([unit, size]) => whole >= size || unit === 'second');
  let rest = whole;
  return UNITS.slice(at, at + 2)
    .flatMap(([unit, size], index) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (index > 0 && count === 0 && width === 1) return [];
      return [`${index === 0 ? count : String(count).padStart(width, '0')} ${i18next.t(`time.unit.${unit}`)}`];
    })
    .join(' ');
}

/** "1 d 4 h", "12 min 30 s", "45 s" in the viewer's language: a length of time in its two largest units. */
export function timeSpan(seconds: number): string {
  return span(seconds);
}

/** Without the seconds beyond a minute, for what is told and does not count while one looks. */
export function wholeMinutes(seconds: number): number {
  return seconds < MINUTE ? seconds : seconds - (seconds % MINUTE);
}

/** "59 min 07 s" to a moment, by the second in its last hour; "0 s" once it is past. */
export function countdown(untilMs: number, now: number): string {
  return span(Math.ceil((untilMs - now) / 1_000), 2);
}

/**
 * "1 h 59 min ago", "in 48 s"; beyond 90 days the date. `past` is for what has happened: a clock that is behind the
 * hub's never puts it ahead.
 */
export function relativeTime(
  ms: number,
  now: number,
  tag: string,
  { past = false }: { readonly past?: boolean } = {},
): string {
  const seconds = past ? Math.min(0, (ms - now) / 1_000) : (ms - now) / 1_000;
  const length = Math.abs(seconds);
  if (length > RELATIVE_MOST) return new Intl.DateTimeFormat(dateLocale(tag), { dateStyle: 'medium' }).format(ms);
  if (seconds <= 0 && length < JUST_NOW) return i18next.t('time.justNow');
  const shown = timeSpan(length < WEEK ? wholeMinutes(length) : length - (length % 86_400));
  return i18next.t(seconds > 0 ? 'time.in' : 'time.ago', { span: shown });
}

/** A moment as `Time` shows it, for texts and titles; `zone` is that of `useZone`. */
export function momentText(
  ms: number,
  tag: string,
  zone: string,
  format: 'datetime' | 'seconds' | 'date' | 'time' = 'datetime',
): string {
  const text = new Intl.DateTimeFormat(dateLocale(tag), {
    timeZone: zone,
    ...(format !== 'time' && { dateStyle: 'medium' }),
    ...(format !== 'date' && { timeStyle: format === 'seconds' ? 'medium' : 'short' }),
  }).format(ms);
  // Never taken for the viewer's own: what was chosen once may be forgotten.
  return zone === 'UTC' && zone !== ownZone() && format !== 'date' ? i18next.t('time.utc', { time: text }) : text;
}
