/** The calendar as weeks of lanes: a line for the final result of each schedule, and for what it is made of. */

import { Tooltip } from 'radix-ui';
import { useMemo, useRef, useState } from 'react';
import { useCan } from '../../session.ts';
import { finalShifts, partLanes, toRule } from './lanes.ts';
import type { Day } from './period.ts';
import type { Schedule } from './queries.ts';
import { NO_DIALOG, onCallRoute } from './routes.tsx';
import { useBoardKeys } from './useBoardKeys.ts';
import { useShiftRange } from './useShiftRange.ts';
import { type LaidWeek, Week } from './Week.tsx';

/** Arrows move between shifts; one of them is reached by Tab. A range of them is picked to be taken over. */
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
  const navigate = onCallRoute.useNavigate();
  const mayTake = useCan()('on_call.override');
  const [focused, setFocused] = useState<string | null>(null);
  const dates = weeks.map((days) => days[0]?.date).join();
  const laid = useMemo(
    () => weeks.map((days) => layWeek(days, schedules, withLayers)),
    // The days of the same dates are the same.
    // oxlint-disable-next-line react-hooks/exhaustive-deps, react/exhaustive-effect-dependencies -- see above
    [dates, schedules, withLayers],
  );
  const keys = laid.flatMap(({ rows }) => rows.flatMap(({ lanes }) => lanes.flatMap((lane) => lane.keys)));
  const active = focused !== null && keys.includes(focused) ? focused : (keys[0] ?? null);
  const { range, onMove, onKey, ...pointer } = useShiftRange(({ lane, fromMs, untilMs }) => {
    if (!mayTake || untilMs <= nowMs) return;
    void navigate({
      search: (old) => ({
        ...old,
        ...NO_DIALOG,
        take: lane.split(' ')[0],
        start: new Date(Math.max(fromMs, nowMs)).toISOString(),
        end: new Date(untilMs).toISOString(),
      }),
      resetScroll: false,
    });
  });
  const onArrow = useBoardKeys(region, onMove);
  return (
    <Tooltip.Provider delayDuration={250} skipDelayDuration={600}>
      {/* It listens for the shifts within, which are buttons. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- see above */}
      <div
        ref={region}
        {...pointer}
        onKeyDown={(event) => {
          onKey(event);
          onArrow(event);
        }}
        onFocus={({ target }) => setFocused((target as HTMLElement).dataset['shift'] ?? focused)}
        className="divide-y-4 divide-canvas select-none"
      >
        {laid.map((week) => (
          <Week key={week.days[0]?.date} {...{ week, nowMs, active, range }} />
        ))}
      </div>
    </Tooltip.Provider>
  );
}

function layWeek(days: readonly Day[], schedules: readonly Schedule[], withLayers: boolean): LaidWeek {
  const [fromMs, untilMs] = [days[0]?.fromMs ?? 0, days.at(-1)?.untilMs ?? 0];
  return {
    days,
    rows: schedules.map((schedule) => {
      const rule = toRule(schedule);
      const final = {
        key: 'final',
        kind: 'final' as const,
        name: schedule.name,
        shifts: finalShifts(rule, fromMs, untilMs),
      };
      return {
        schedule,
        lanes: [final, ...(withLayers ? partLanes(rule, fromMs, untilMs) : [])].map((lane) => ({
          ...lane,
          // A shift of two weeks is drawn in each.
          keys: lane.shifts.map((shift) => `${schedule.id} ${lane.key} ${days[0]?.date} ${shift.fromMs}`),
        })),
      };
    }),
  };
}
