/** Moments of shifts in words: in the viewer's zone first, then in the schedule's and in UTC. */

import { useTranslation } from 'react-i18next';
import { dateLocale } from '../../i18n.ts';
import { viewerZone } from './period.ts';

/** "Europe/Brussels" as "Brussels". */
export function zoneName(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** A line for each zone that matters to a span, the viewer's first; a zone that reads alike is not repeated. */
export function useSpanWords(): (
  fromMs: number,
  untilMs: number,
  zone: string,
) => readonly (readonly [string, string])[] {
  const { i18n } = useTranslation();
  const locale = dateLocale(i18n.language);
  return (fromMs, untilMs, zone) => {
    const own = viewerZone();
    const lines = [...new Set([own, zone, 'UTC'])].map((each) => {
      const format = new Intl.DateTimeFormat(locale, {
        timeZone: each,
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
      });
      return [zoneName(each), format.formatRange(fromMs, untilMs)] as const;
    });
    return lines;
  };
}

/** "Mon 23 Nov, 09:00" in the viewer's zone. */
export function useMoment(): (ms: number) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(dateLocale(i18n.language), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (ms) => format.format(ms);
}

/** "09:00" in the viewer's zone. */
export function useClock(): (ms: number) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(dateLocale(i18n.language), { hour: '2-digit', minute: '2-digit' });
  return (ms) => format.format(ms);
}
