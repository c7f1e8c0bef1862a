/** One week of the calendar: its days, the moment of now, and the lanes of every schedule. */

import { useTranslation } from 'react-i18next';
import { dateLocale } from '../../i18n.ts';
import { cx } from '../../ui/classNames.ts';
import type { Lane } from './lanes.ts';
import type { Day } from './period.ts';
import { place } from './place.ts';
import type { Schedule } from './queries.ts';
import { ShiftBar } from './ShiftBar.tsx';
import type { ShiftRange } from './useShiftRange.ts';
import { useClock } from './when.ts';

type LaidLane = Lane & { readonly keys: readonly string[] };

/** A week with what is drawn in it; `keys` name the shifts of a lane. */
export type LaidWeek = {
  readonly days: readonly Day[];
  readonly rows: readonly { readonly schedule: Schedule; readonly lanes: readonly LaidLane[] }[];
};

/** `active` is the key of the shift that Tab reaches; `range` what is being picked. */
export function Week({
  week: { days, rows },
  nowMs,
  active,
  range,
}: {
  readonly week: LaidWeek;
  readonly nowMs: number;
  readonly active: string | null;
  readonly range: ShiftRange | null;
}) {
  return (
    <div className="relative isolate">
      <DayHeads days={days} nowMs={nowMs} />
      <DayLines days={days} />
      <NowLine days={days} nowMs={nowMs} />
      {rows.map(({ schedule, lanes }) => (
        <div key={schedule.id} className="border-b border-line/60 py-1 last:border-0">
          {lanes.map((lane) => (
            <LaneRow key={lane.key} {...{ lane, schedule, days, active, range }} />
          ))}
        </div>
      ))}
    </div>
  );
}

function LaneRow({
  lane,
  schedule,
  days,
  active,
  range,
}: {
  readonly lane: LaidLane;
  readonly schedule: Schedule;
  readonly days: readonly Day[];
  readonly active: string | null;
  readonly range: ShiftRange | null;
}) {
  const { t } = useTranslation('onCall');
  const isFinal = lane.kind === 'final';
  const label = lane.kind === 'overrides' ? t('calendar.overrides') : lane.name;
  const id = `${schedule.id} ${lane.key}`;
  return (
    <div data-row className="flex items-stretch">
      <div
        className={cx(
          'w-32 shrink-0 self-center truncate py-1 pr-2 text-xs xl:w-44',
          isFinal ? 'pl-4 font-semibold text-ink' : 'pl-6 text-ink-faint',
        )}
        title={label}
      >
        {label}
      </div>
      <ul
        aria-label={isFinal ? schedule.name : t('calendar.laneOf', { lane: label, name: schedule.name })}
        className={cx('relative flex-1', isFinal ? 'h-11' : 'h-8')}
      >
        {lane.shifts.map((shift, index) => {
          const left = place(shift.fromMs, days);
          const key = lane.keys[index] ?? '';
          return (
            <li
              key={key}
              className="absolute inset-y-1 min-w-6 px-px"
              style={{ left: `${left}%`, width: `${place(shift.untilMs, days) - left}%` }}
            >
              <ShiftBar
                {...{ shift, schedule }}
                laneKey={lane.key}
                shiftKey={key}
                isReached={key === active}
                isPicked={range?.lane === id && range.fromMs <= shift.fromMs && shift.untilMs <= range.untilMs}
                begins={shift.fromMs >= (days[0]?.fromMs ?? 0)}
                ends={shift.untilMs <= (days.at(-1)?.untilMs ?? 0)}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function DayHeads({ days, nowMs }: { readonly days: readonly Day[]; readonly nowMs: number }) {
  const { t, i18n } = useTranslation('onCall');
  const format = new Intl.DateTimeFormat(dateLocale(i18n.language), {
    weekday: 'short',
    day: 'numeric',
    ...(days.some(({ date }) => date.endsWith('-01')) && { month: 'short' }),
    timeZone: 'UTC',
  });
  return (
    <div className="flex border-b border-line">
      <span className="w-32 shrink-0 xl:w-44" />
      <div className="flex min-w-0 flex-1">
        {days.map((day) => {
          const isToday = day.fromMs <= nowMs && nowMs < day.untilMs;
          return (
            <div
              key={day.date}
              style={{ width: `${place(day.untilMs, days) - place(day.fromMs, days)}%` }}
              aria-current={isToday ? 'date' : undefined}
              className={cx(
                'flex items-center justify-between gap-1 overflow-hidden px-1.5 py-1.5 text-xs whitespace-nowrap',
                isToday ? 'font-semibold text-accent' : day.isOutside ? 'text-ink-faint' : 'text-ink-soft',
              )}
            >
              {format.format(Date.parse(day.date))}
              {day.hours !== 24 && (
                <span
                  className="rounded bg-medium-wash px-1 text-2xs font-semibold text-medium"
                  title={t('calendar.clock')}
                >
                  {t('calendar.hours', { count: day.hours })}
                </span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Lines between days, and shade on weekends, behind the shifts. */
function DayLines({ days }: { readonly days: readonly Day[] }) {
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-0 left-32 -z-10 xl:left-44">
      {days.map((day) => {
        const left = place(day.fromMs, days);
        return (
          <span
            key={day.date}
            className={cx(
              'absolute inset-y-0 border-l border-line',
              (day.isWeekend || day.isOutside) && 'bg-sunken/70',
            )}
            style={{ left: `${left}%`, width: `${place(day.untilMs, days) - left}%` }}
          />
        );
      })}
    </div>
  );
}

function NowLine({ days, nowMs }: { readonly days: readonly Day[]; readonly nowMs: number }) {
  const { t } = useTranslation('onCall');
  const clock = useClock();
  if (nowMs < (days[0]?.fromMs ?? 0) || nowMs >= (days.at(-1)?.untilMs ?? 0)) return null;
  return (
    <div className="pointer-events-none absolute top-7 right-0 bottom-0 left-32 z-10 xl:left-44">
      <span className="absolute inset-y-0 border-l-2 border-accent" style={{ left: `${place(nowMs, days)}%` }}>
        <span className="absolute -top-1.5 -left-px -translate-x-1/2 rounded bg-accent px-1 text-2xs font-semibold whitespace-nowrap text-accent-ink">
          {t('calendar.now', { time: clock(nowMs) })}
        </span>
      </span>
    </div>
  );
}
