/** What a draft will be: its next four weeks by the hub's own rule, and how many hours each person gets. */

import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OnCallSchedule, OnCallShift } from '../../../../src/domain/onCall.ts';
import { dateLocale } from '../../i18n.ts';
import { cx } from '../../ui/classNames.ts';
import { Card } from '../../ui/Layout.tsx';
import { type ScheduleDraft, wholeLayers } from './draft.ts';
import { finalShifts, toRule } from './lanes.ts';
import { hueStyle, initials, PersonName, usePeople } from './people.tsx';
import { type Day, fourWeeks } from './period.ts';
import { place } from './place.ts';
import type { Schedule } from './queries.ts';
import { zoneName } from './when.ts';

const HOUR_MS = 3_600_000;

/** In the schedule's own zone, whose wall times are being edited. Overrides that are there stay, and so are drawn. */
export function Preview({ draft, schedule }: { readonly draft: ScheduleDraft; readonly schedule: Schedule | null }) {
  const { t } = useTranslation('onCall');
  const seen = useDeferredValue(draft);
  const [nowMs] = useState(() => Date.now());
  const weeks = useMemo(() => fourWeeks(nowMs, seen.timeZone), [nowMs, seen.timeZone]);
  const rule = useMemo((): OnCallSchedule | null => {
    const layers = wholeLayers(seen);
    const before = schedule === null ? null : toRule(schedule);
    return (
      layers && {
        timeZone: seen.timeZone,
        layers,
        overrides: before?.overrides ?? [],
        skipped: before?.skipped ?? new Set(),
      }
    );
  }, [seen, schedule]);
  return (
    <Card title={t('preview.title')} className="xl:sticky xl:top-16">
      {rule === null ? (
        <p className="py-6 text-center text-ink-faint">{t('preview.waiting')}</p>
      ) : (
        <div className="space-y-4">
          <p className="text-xs text-ink-faint">{t('preview.zone', { zone: zoneName(seen.timeZone) })}</p>
          {weeks.map((days) => (
            <PreviewWeek key={days[0]?.date} days={days} rule={rule} />
          ))}
          <Shares rule={rule} weeks={weeks} />
        </div>
      )}
    </Card>
  );
}

function PreviewWeek({ days, rule }: { readonly days: readonly Day[]; readonly rule: OnCallSchedule }) {
  const { t, i18n } = useTranslation('onCall');
  const people = usePeople();
  const locale = dateLocale(i18n.language);
  const head = new Intl.DateTimeFormat(locale, { weekday: 'narrow', day: 'numeric', timeZone: 'UTC' });
  const moment = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: rule.timeZone,
  });
  const [fromMs, untilMs] = [days[0]?.fromMs ?? 0, days.at(-1)?.untilMs ?? 0];
  return (
    <div>
      <div className="flex text-2xs text-ink-faint">
        {days.map((day) => (
          <span key={day.date} style={{ width: `${(100 * (day.untilMs - day.fromMs)) / (untilMs - fromMs)}%` }}>
            {head.format(Date.parse(day.date))}
            {day.hours !== 24 && ` (${t('calendar.hours', { count: day.hours })})`}
          </span>
        ))}
      </div>
      <ul className="relative mt-0.5 h-7 rounded bg-sunken">
        {finalShifts(rule, fromMs, untilMs).map((shift) => {
          const left = place(shift.fromMs, days);
          const person = shift.duty && people(shift.duty.userId);
          const name = person?.name ?? t('nobody');
          const words = `${name}, ${moment.format(shift.fromMs)} – ${moment.format(shift.untilMs)}`;
          return (
            <li
              key={shift.fromMs}
              title={words}
              style={{
                left: `${left}%`,
                width: `${place(shift.untilMs, days) - left}%`,
                ...(person && hueStyle(person)),
              }}
              className={cx(
                '@container absolute inset-y-0 flex items-center overflow-hidden px-1 text-2xs font-medium',
                person === null ? 'bg-critical-wash text-critical' : 'person border-l-2',
              )}
            >
              <span className="sr-only">{words}</span>
              <span aria-hidden="true" className="truncate @max-[4rem]:hidden">
                {name}
              </span>
              <span aria-hidden="true" className="@max-[1rem]:hidden @min-[4rem]:hidden">
                {person === null ? '–' : initials(name)}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Shares({ rule, weeks }: { readonly rule: OnCallSchedule; readonly weeks: readonly (readonly Day[])[] }) {
  const { t } = useTranslation('onCall');
  const people = usePeople();
  const [fromMs, untilMs] = [weeks[0]?.[0]?.fromMs ?? 0, weeks.at(-1)?.at(-1)?.untilMs ?? 0];
  const hours = new Map<string | null, number>();
  const lengthOf = (shift: OnCallShift): number =>
    (Math.min(shift.untilMs, untilMs) - Math.max(shift.fromMs, fromMs)) / HOUR_MS;
  for (const shift of finalShifts(rule, fromMs, untilMs)) {
    const who = shift.duty?.userId ?? null;
    hours.set(who, (hours.get(who) ?? 0) + lengthOf(shift));
  }
  return (
    <div>
      <h3 className="text-xs font-medium text-ink-soft">{t('preview.shares')}</h3>
      <ul className="mt-1 space-y-1">
        {[...hours]
          .toSorted((a, b) => b[1] - a[1])
          .map(([id, count]) => (
            <li key={id} className="flex items-center justify-between gap-3 text-xs">
              {id === null ? (
                <span className="font-semibold text-critical">{t('nobody')}</span>
              ) : (
                <PersonName person={people(id)} />
              )}
              <span className="tabular-nums">{t('preview.hours', { count: Math.round(count) })}</span>
            </li>
          ))}
      </ul>
    </div>
  );
}
