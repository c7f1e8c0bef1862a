/** Moments in the viewer's zone, with UTC on hover; spans in words. */

import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { momentText, relativeTime } from './timeWords.ts';
import { useZone } from './zone.ts';

export { countdown, momentText, relativeTime, timeSpan, wholeMinutes } from './timeWords.ts';

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

/**
 * A moment in the zone in force. `ago` says how long since something happened, `relative` also how long until it
 * does; `seconds` is date and time to the second. UTC is in the title.
 */
export function Time({
  value,
  format = 'datetime',
}: {
  readonly value: string | null | undefined;
  readonly format?: 'datetime' | 'seconds' | 'date' | 'time' | 'relative' | 'ago';
}) {
  const { t, i18n } = useTranslation();
  const [zone] = useZone();
  const isRelative = format === 'relative' || format === 'ago';
  const now = useNow(isRelative ? 5 : 3_600);
  if (!value) return <span className="text-ink-faint">{t('time.never')}</span>;
  const ms = Date.parse(value);
  const utc = t('time.utc', { time: value.replace('T', ' ').replace(/(\.\d+)?Z$/, '') });
  return (
    <time dateTime={value} title={utc} className="whitespace-nowrap tabular-nums">
      {isRelative
        ? relativeTime(ms, now, i18n.language, { past: format === 'ago' })
        : momentText(ms, i18n.language, zone, format)}
    </time>
  );
}
