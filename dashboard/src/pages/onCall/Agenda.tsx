/** The calendar on a phone: what begins on which day, one under the other. */

import { ChevronRight, Repeat2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { dateLocale } from '../../i18n.ts';
import { cx } from '../../ui/classNames.ts';
import { useNow } from '../../ui/Time.tsx';
import { finalShifts, toRule } from './lanes.ts';
import { PersonName, usePeople } from './people.tsx';
import type { Day } from './period.ts';
import type { Schedule } from './queries.ts';
import { onCallRoute } from './routes.tsx';
import { useMoment } from './when.ts';

/** The first day also has what is under way as it begins. */
export function Agenda({
  schedules,
  days,
}: {
  readonly schedules: readonly Schedule[];
  readonly days: readonly Day[];
}) {
  const { t, i18n } = useTranslation('onCall');
  const nowMs = useNow(60);
  const people = usePeople();
  const moment = useMoment();
  const navigate = onCallRoute.useNavigate();
  const [fromMs, untilMs] = [days[0]?.fromMs ?? 0, days.at(-1)?.untilMs ?? 0];
  const all = schedules
    .flatMap((schedule) => finalShifts(toRule(schedule), fromMs, untilMs).map((shift) => ({ schedule, shift })))
    .toSorted((a, b) => a.shift.fromMs - b.shift.fromMs);
  const format = new Intl.DateTimeFormat(dateLocale(i18n.language), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  const shown = days
    .map((day, index) => ({
      day,
      items: all.filter(({ shift }) => (shift.fromMs >= day.fromMs || index === 0) && shift.fromMs < day.untilMs),
    }))
    .filter(({ items }) => items.length > 0);
  return (
    <div className="divide-y divide-line">
      {shown.map(({ day, items }) => {
        const isToday = day.fromMs <= nowMs && nowMs < day.untilMs;
        return (
          <section key={day.date} aria-label={format.format(Date.parse(day.date))} className="px-4 py-3">
            <h3
              className={cx('text-xs font-semibold first-letter:uppercase', isToday ? 'text-accent' : 'text-ink-faint')}
            >
              {format.format(Date.parse(day.date))}
              {isToday && ` · ${t('calendar.today')}`}
              {day.hours !== 24 && ` · ${t('calendar.hours', { count: day.hours })}`}
            </h3>
            <ul className="divide-y divide-line/60">
              {items.map(({ schedule, shift }) => {
                const person = shift.duty && people(shift.duty.userId);
                const isNow = shift.fromMs <= nowMs && nowMs < shift.untilMs;
                return (
                  <li key={`${schedule.id}${shift.fromMs}`}>
                    <button
                      type="button"
                      onClick={() =>
                        void navigate({
                          search: (old) => ({ ...old, shift: schedule.id, at: new Date(shift.fromMs).toISOString() }),
                          resetScroll: false,
                        })
                      }
                      className="flex min-h-14 w-full items-center justify-between gap-2 py-2 text-left"
                    >
                      <span className="min-w-0">
                        {person === null ? (
                          <span className="font-semibold text-critical">{t('nobody')}</span>
                        ) : (
                          <PersonName person={person} large={isNow} />
                        )}
                        <span className="mt-1 block text-xs font-medium text-ink-soft">{schedule.name}</span>
                        <span className="flex flex-wrap gap-x-1 text-xs text-ink-faint tabular-nums">
                          <span>{moment(shift.fromMs)}</span>
                          <span>– {moment(shift.untilMs)}</span>
                        </span>
                        {shift.duty?.source.kind === 'override' && (
                          <span className="inline-flex items-center gap-1 text-xs text-ink-soft">
                            <Repeat2 aria-hidden="true" className="size-3.5" /> {t('override.word')}
                          </span>
                        )}
                      </span>
                      <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-ink-faint" />
                    </button>
                  </li>
                );
              })}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
