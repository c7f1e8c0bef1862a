/** The calendar as weeks of lanes: a line for the final result of each schedule, and for what it is made of. */

import { Tooltip } from 'radix-ui';
import { Fragment, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { dateLocale } from '../../i18n.ts';
import { cx } from '../../ui/classNames.ts';
import { finalShifts, type Lane, partLanes, toRule } from './lanes.ts';
import type { Day } from './period.ts';
import { place } from './place.ts';
import type { Schedule } from './queries.ts';
import { ShiftBar } from './ShiftBar.tsx';
import { useBoardKeys } from './useBoardKeys.ts';
import { useClock } from './when.ts';

/** Arrows move between shifts, over the edge into the next weeks. */
export function Board({
  schedules,
  weeks,
  withLayers,
  nowMs,
}: {
  readonly schedules: readonly Schedule[];
  readonly weeks: readonly (readonly Day[])[];
  readonly withLayers: boolean;
  readonly nowMs: number;
}) {
  const region = useRef<HTMLDivElement>(null);
  const { active, onFocus, onKeyDown } = useBoardKeys(region, weeks[0]?.[0]?.date ?? '');
  return (
    <Tooltip.Provider delayDuration={250} skipDelayDuration={600}>
      {/* The keys of the shifts within. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- see above */}
      <div ref={region} onKeyDown={onKeyDown} onFocus={onFocus} className="divide-y-4 divide-canvas">
        {weeks.map((days) => (
          <Week key={days[0]?.date} {...{ days, schedules, withLayers, nowMs, active }} />
        ))}
      </div>
    </Tooltip.Provider>
  );
}

function Week({
  days,
  schedules,
  withLayers,
  nowMs,
  active,
}: {
  readonly days: readonly Day[];
  readonly schedules: readonly Schedule[];
  readonly withLayers: boolean;
  readonly nowMs: number;
  readonly active: string | null;
}) {
  const { t } = useTranslation('onCall');
  const [fromMs, untilMs] = [days[0]?.fromMs ?? 0, days.at(-1)?.untilMs ?? 0];
  const lanes = useMemo(
    () =>
      schedules.map((schedule) => {
        const rule = toRule(schedule);
        const final: Lane = {
          key: 'final',
          kind: 'final',
          name: schedule.name,
          shifts: finalShifts(rule, fromMs, untilMs),
        };
        return { schedule, lanes: [final, ...(withLayers ? partLanes(rule, fromMs, untilMs) : [])] };
      }),
    [schedules, fromMs, untilMs, withLayers],
  );
  return (
    <div className="relative isolate">
      <DayHeads days={days} nowMs={nowMs} />
      <DayLines days={days} nowMs={nowMs} />
      {lanes.map(({ schedule, lanes: own }) => (
        <div key={schedule.id} className="border-b border-line/60 py-1 last:border-0">
          {own.map((lane) => (
            <LaneRow key={lane.key} {...{ lane, schedule, days, active }} label={laneLabel(lane, t)} />
          ))}
        </div>
      ))}
    </div>
  );
}

function laneLabel(lane: Lane, t: ReturnType<typeof useTranslation<'onCall'>>['t']): string {
  return lane.kind === 'overrides' ? t('calendar.overrides') : lane.name;
}

function LaneRow({
  lane,
  label,
  schedule,
  days,
  active,
}: {
  readonly lane: Lane;
  readonly label: string;
  readonly schedule: Schedule;
  readonly days: readonly Day[];
  readonly active: string | null;
}) {
  const { t } = useTranslation('onCall');
  const isFinal = lane.kind === 'final';
  return (
    <div data-row className="flex items-stretch">
      <div
        className={cx(
          'w-32 shrink-0 truncate py-1 pr-2 pl-4 text-xs xl:w-44',
          isFinal ? 'self-center font-semibold text-ink' : 'self-center pl-6 text-ink-faint',
        )}
        title={label}
      >
        {label}
      </div>
      <ul
        aria-label={isFinal ? schedule.name : t('calendar.laneOf', { lane: label, name: schedule.name })}
        className={cx('relative flex-1', isFinal ? 'h-11' : 'h-8')}
      >
        {lane.shifts.map((shift) => {
          const left = place(shift.fromMs, days);
          return (
            <li
              key={shift.fromMs}
              className="absolute inset-y-1 min-w-6 px-px"
              style={{ left: `${left}%`, width: `${place(shift.untilMs, days) - left}%` }}
            >
              <ShiftBar
                {...{ shift, schedule, active }}
                laneKey={lane.key}
                week={days[0]?.date ?? ''}
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

/** Lines between days, shade on weekends, and the moment of now, behind the shifts. */
function DayLines({ days, nowMs }: { readonly days: readonly Day[]; readonly nowMs: number }) {
  const { t } = useTranslation('onCall');
  const clock = useClock();
  const isNow = (days[0]?.fromMs ?? 0) <= nowMs && nowMs < (days.at(-1)?.untilMs ?? 0);
  return (
    <>
      <div aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-0 left-32 -z-10 xl:left-44">
        {days.map((day) => (
          <Fragment key={day.date}>
            <span
              className={cx(
                'absolute inset-y-0 border-l border-line',
                (day.isWeekend || day.isOutside) && 'bg-sunken/70',
              )}
              style={{
                left: `${place(day.fromMs, days)}%`,
                width: `${place(day.untilMs, days) - place(day.fromMs, days)}%`,
              }}
            />
          </Fragment>
        ))}
      </div>
      {isNow && (
        <div className="pointer-events-none absolute top-7 right-0 bottom-0 left-32 z-10 xl:left-44">
          <span className="absolute inset-y-0 border-l-2 border-accent" style={{ left: `${place(nowMs, days)}%` }}>
            <span className="absolute -top-1.5 -left-px -translate-x-1/2 rounded bg-accent px-1 text-2xs font-semibold whitespace-nowrap text-accent-ink">
              {t('calendar.now', { time: clock(nowMs) })}
            </span>
          </span>
        </div>
      )}
    </>
  );
}
