/** The dialogs of the calendar; which one is open is in the address. */

import { finalShifts, partLanes, toRule } from './lanes.ts';
import type { Schedule } from './queries.ts';
import { RemoveSchedule } from './RemoveSchedule.tsx';
import { NO_DIALOG, onCallRoute } from './routes.tsx';
import { ShiftDialog } from './ShiftDialog.tsx';
import { Subscribe } from './Subscribe.tsx';
import { TakeOver } from './TakeOver.tsx';

/** At most one is open. An address that names nothing known opens none. */
export function CalendarDialogs({ schedules }: { readonly schedules: readonly Schedule[] }) {
  const { shift, at, lane, take, start, end, calendar, remove } = onCallRoute.useSearch();
  const navigate = onCallRoute.useNavigate();
  const find = (id: string | undefined): Schedule | undefined => schedules.find((each) => each.id === id);
  const close = (): void => void navigate({ search: (old) => ({ ...old, ...NO_DIALOG }), resetScroll: false });
  const [shown, taken, subscribed, removed] = [find(shift), find(take), find(calendar), find(remove)];
  if (taken !== undefined)
    return (
      <TakeOver schedule={taken} fromMs={Date.parse(start ?? '')} untilMs={Date.parse(end ?? '')} onClose={close} />
    );
  if (subscribed !== undefined) return <Subscribe schedule={subscribed} onClose={close} />;
  if (removed !== undefined) return <RemoveSchedule schedule={removed} onClose={close} />;
  const found = shown && shiftAt(shown, Date.parse(at ?? ''), lane);
  return shown && found ? <ShiftDialog schedule={shown} shift={found} onClose={close} /> : null;
}

function shiftAt(schedule: Schedule, atMs: number, lane: string | undefined) {
  if (Number.isNaN(atMs)) return undefined;
  const rule = toRule(schedule);
  const shifts =
    lane === undefined
      ? finalShifts(rule, atMs, atMs + 1)
      : partLanes(rule, atMs, atMs + 1).find(({ key }) => key === lane)?.shifts;
  return shifts?.findLast(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
}
