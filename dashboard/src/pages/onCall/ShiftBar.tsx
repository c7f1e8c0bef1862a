/** One shift in a lane: coloured and named by its person, marked where it is an override or nobody's. */

import { Repeat2, UserX } from 'lucide-react';
import { Tooltip } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import type { OnCallShift } from '../../../../src/domain/onCall.ts';
import { cx } from '../../ui/classNames.ts';
import { hueStyle, initials, usePeople } from './people.tsx';
import type { Schedule } from './queries.ts';
import { onCallRoute } from './routes.tsx';
import { useSpanWords } from './when.ts';

/** What put somebody on call, in words. */
export function useSourceWords(): (shift: OnCallShift, schedule: Schedule) => string {
  const { t } = useTranslation('onCall');
  return ({ duty }, schedule) => {
    if (duty === null) return t('calendar.gap');
    if (duty.source.kind === 'layer')
      return t('calendar.byLayer', { name: schedule.layers[duty.source.layer]?.name ?? '' });
    const { overrideId } = duty.source;
    const note = schedule.overrides.find(({ id }) => id === overrideId)?.note ?? '';
    return note === '' ? t('override.word') : t('override.because', { note });
  };
}

/** Press it to see it whole, and to take it over. The times are in the tip, which comes by pointer and by keyboard. */
export function ShiftBar({
  shift,
  schedule,
  laneKey,
  shiftKey,
  isReached,
  isPicked,
  begins,
  ends,
}: {
  readonly shift: OnCallShift;
  readonly schedule: Schedule;
  readonly laneKey: string;
  readonly shiftKey: string;
  /** Whether Tab reaches it; the others are reached by arrows. */
  readonly isReached: boolean;
  readonly isPicked: boolean;
  readonly begins: boolean;
  readonly ends: boolean;
}) {
  const { t } = useTranslation('onCall');
  const navigate = onCallRoute.useNavigate();
  const people = usePeople();
  const spanWords = useSpanWords();
  const sourceWords = useSourceWords();
  const person = shift.duty && people(shift.duty.userId);
  const name = person?.name ?? t('nobody');
  const isOverride = shift.duty?.source.kind === 'override';
  const lines = spanWords(shift.fromMs, shift.untilMs, schedule.time_zone);
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          data-shift={shiftKey}
          data-lane={`${schedule.id} ${laneKey}`}
          data-from={shift.fromMs}
          data-until={shift.untilMs}
          tabIndex={isReached ? 0 : -1}
          onClick={() =>
            void navigate({
              search: (old) => ({
                ...old,
                shift: schedule.id,
                at: new Date(shift.fromMs).toISOString(),
                lane: laneKey === 'final' ? undefined : laneKey,
              }),
              resetScroll: false,
            })
          }
          style={person === null ? undefined : hueStyle(person)}
          className={cx(
            '@container relative flex h-full w-full items-center overflow-hidden border px-1 text-left text-xs font-medium hover:brightness-95 dark:hover:brightness-110',
            begins ? 'rounded-l-md' : 'border-l-0',
            ends ? 'rounded-r-md' : 'border-r-0',
            person === null ? 'border-dashed border-critical bg-critical-wash text-critical' : 'person',
            isOverride && 'border-2 border-dashed',
            isPicked && 'ring-2 ring-accent',
          )}
        >
          <span className="sr-only">{`${name}, ${lines[0]?.[1]}, ${sourceWords(shift, schedule)}`}</span>
          {isOverride && <Repeat2 aria-hidden="true" className="mr-1 size-3.5 shrink-0 @max-[3rem]:hidden" />}
          {person === null && <UserX aria-hidden="true" className="mr-1 size-3.5 shrink-0 @max-[3rem]:hidden" />}
          <span aria-hidden="true" className="truncate @max-[5rem]:hidden">
            {name}
          </span>
          <span aria-hidden="true" className="@min-[5rem]:hidden">
            {person === null ? '–' : initials(name)}
          </span>
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-w-sm rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-xl"
        >
          <p className="font-semibold">{name}</p>
          <p className="text-ink-soft">{sourceWords(shift, schedule)}</p>
          {lines.map(([zone, words]) => (
            <p key={zone} className="tabular-nums">
              {words} <span className="text-ink-faint">{zone}</span>
            </p>
          ))}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
