/** The levels of a policy as they follow one another. */

import { useQuery } from '@tanstack/react-query';
import { CalendarClock, Clock, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { EscalationTarget } from '../../../../src/domain/escalation.ts';
import { timeSpan } from '../../ui/Time.tsx';
import { PersonName, usePeople } from './people.tsx';
import { type Policy, schedulesQuery } from './queries.ts';

/** Each level with whom it tells and how long it waits. */
export function PolicySteps({ levels }: { readonly levels: Policy['levels'] }) {
  const { t } = useTranslation('onCall');
  return (
    <ol className="space-y-2">
      {levels.map((level, index) => (
        // Levels have no identity but their place.
        // oxlint-disable-next-line react/no-array-index-key -- see above
        <li key={index} className="flex gap-3 rounded-md border border-line px-3 py-2">
          <span className="mt-0.5 text-xs font-semibold text-ink-faint tabular-nums">{index + 1}</span>
          <div className="min-w-0 flex-1 space-y-1.5">
            <ul className="flex flex-wrap gap-x-4 gap-y-1">
              {level.targets.map((target) => (
                <li key={JSON.stringify(target)} className="min-w-0">
                  <TargetName target={target} />
                </li>
              ))}
            </ul>
            <p className="flex items-center gap-1.5 text-xs text-ink-faint">
              <Clock aria-hidden="true" className="size-3.5" />
              {t('policy.waits', { span: timeSpan(level.wait_minutes * 60) })}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function TargetName({ target }: { readonly target: EscalationTarget }) {
  const { t } = useTranslation('onCall');
  const people = usePeople();
  const { data = [] } = useQuery(schedulesQuery);
  if (target.kind === 'user') return <PersonName person={people(target.user_id)} />;
  const [Icon, words] =
    target.kind === 'admins'
      ? ([ShieldCheck, t('policy.admins')] as const)
      : ([CalendarClock, data.find(({ id }) => id === target.schedule_id)?.name ?? '…'] as const);
  return (
    <span className="inline-flex min-h-6 items-center gap-2">
      <Icon aria-hidden="true" className="size-4 text-ink-faint" /> {words}
    </span>
  );
}
