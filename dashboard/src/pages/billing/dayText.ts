/** Days as people read them; the hub's days of billing are in UTC and have no time. */

import { dateLocale } from '../../i18n.ts';

function format(language: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(dateLocale(language), { dateStyle: 'medium', timeZone: 'UTC' });
}

/** "1 Nov 2026" from `2026-11-01`, as the viewer's region writes it. */
export function dayText(day: string, language: string): string {
  return format(language).format(Date.parse(day));
}

/** "1–30 Nov 2026" from the first day and the last one. */
export function periodText(from: string, until: string, language: string): string {
  return format(language).formatRange(Date.parse(from), Date.parse(until));
}
