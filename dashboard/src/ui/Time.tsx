/** Moments in the viewer's own zone, with UTC on hover; spans in words. */

import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { dateLocale } from '../i18n.ts';

let nowMs = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for the whole page, so that a thousand rows cost one timer. */
function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === undefined) {
    // It stood still while nobody looked.
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of watchers) each();
    }, 1_000);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Milliseconds since the epoch, by steps of `stepSeconds`; renders again when the step is over. */
export function useNow(stepSeconds = 1): number {
  const read = (): number => Math.floor(nowMs / (stepSeconds * 1_000)) * stepSeconds * 1_000;
  return useSyncExternalStore(subscribe, read);
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "3 hours ago", "in 2 minutes", in the language given. */
export function relativeTime(ms: number, now: number, tag: string): string {
  const seconds = Math.round((ms - now) / 1_000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(tag, { numeric: 'auto', style: 'short' }).format(Math.trunc(seconds / size), unit);
}

/** "1 d 4 h", "12 min", "45 s": a length of time in its two largest units. */
export function timeSpan(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [d, h, m, s] = [
    Math.floor(whole / 86_400),
    Math.floor((whole % 86_400) / 3_600),
    Math.floor((whole % 3_600) / 60),
    whole % 60,
  ];
  if (d > 0) return h === 0 ? `${d} d` : `${d} d ${h} h`;
  if (h > 0) return m === 0 ? `${h} h` : `${h} h ${m} min`;
  return m > 0 ? `${m} min` : `${s} s`;
}

/** "59:07" to a moment; "0:00" once it is past. */
export function countdown(untilMs: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - now) / 1_000));
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A moment. `relative` shows how long ago; `seconds` date and time to the second. UTC is in the title. */
export function Time({
  value,
  format = 'datetime',
}: {
  readonly value: string | null | undefined;
  readonly format?: 'datetime' | 'seconds' | 'date' | 'time' | 'relative';
}) {
  const { t, i18n } = useTranslation();
  const now = useNow(format === 'relative' ? 5 : 3_600);
  if (!value) return <span className="text-ink-faint">{t('time.never')}</span>;
  const ms = Date.parse(value);
  const text =
    format === 'relative'
      ? relativeTime(ms, now, i18n.language)
      : new Intl.DateTimeFormat(dateLocale(i18n.language), {
          ...(format !== 'time' && { dateStyle: 'medium' }),
          ...(format !== 'date' && { timeStyle: format === 'seconds' ? 'medium' : 'short' }),
        }).format(ms);
  const utc = t('time.utc', { time: value.replace('T', ' ').replace(/(\.\d+)?Z$/, '') });
  return (
    <time dateTime={value} title={utc} className="whitespace-nowrap tabular-nums">
      {text}
    </time>
  );
}
