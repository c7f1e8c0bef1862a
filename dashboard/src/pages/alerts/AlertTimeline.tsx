/** The life of an alert, oldest first; what is still to come is marked as such. */

import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/classNames.ts';
import { Time, useNow } from '../../ui/Time.tsx';
import type { Alert } from './data.ts';

type Moment = { readonly at: string; readonly words: string; readonly tone: 'plain' | 'due' | 'good' | 'bad' };

function momentsOf(alert: Alert, t: TFunction<'alerts'>, severity: string): readonly Moment[] {
  const who = (email: string | null): string => email ?? t('event.somebody');
  const moments: Moment[] = [{ at: alert.opened_at, words: t('event.opened'), tone: 'plain' }];
  const add = (at: string | null | undefined, words: string, tone: Moment['tone'] = 'plain'): void => {
    if (at) moments.push({ at, words, tone });
  };
  if (alert.silenced_by_maintenance !== null) add(alert.opened_at, t('event.silenced'));
  add(alert.severity_since, t('event.rose', { severity }));
  for (const { at, told_at, unreached_at, level, email } of alert.escalation?.notified ?? []) {
    const named = { level, who: email ?? t('event.notifiedClient') };
    if (told_at !== null) add(told_at, t('event.notified', named));
    else if (unreached_at !== null) add(unreached_at, t('event.unreached', named), 'bad');
    else add(at, t('event.meant', named));
  }
  add(alert.escalation?.next_at, t('event.next'), 'due');
  add(alert.assigned_at, t('event.assigned', { who: who(alert.assigned_to_email) }));
  add(alert.acknowledged_at, t('event.acknowledged', { who: who(alert.acknowledged_by_email) }), 'good');
  if (alert.occurrences > 1) add(alert.last_occurred_at, t('event.again', { count: alert.occurrences }));
  if (alert.acknowledged_at === null && alert.status === 'open') add(alert.ack_due_at, t('event.ackDue'), 'due');
  if (alert.status !== 'resolved') add(alert.sla_due_at, t('event.slaDue'), 'due');
  const isByPerson = alert.resolved_by_kind === 'person';
  add(
    alert.resolved_at,
    isByPerson ? t('event.resolved', { who: who(alert.resolved_by_email) }) : t('event.cleared'),
    'good',
  );
  return moments.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Whether somebody was to be told of an open alert since it became what it is, and nobody could be. */
function isNobodyReached({ status, escalation }: Alert): boolean {
  const generation = Math.max(0, ...(escalation?.notified.map((one) => one.generation) ?? []));
  const meant = escalation?.notified.filter((one) => one.generation === generation) ?? [];
  return (
    status === 'open' && meant.some((one) => one.unreached_at !== null) && meant.every((one) => one.told_at === null)
  );
}

const STEP_SECONDS = 10;
const DOTS = { plain: 'bg-ink-faint', due: 'bg-medium', good: 'bg-good', bad: 'bg-critical' } as const;

/** A list of moments along a line. */
export function AlertTimeline({ alert }: { readonly alert: Alert }) {
  const { t } = useTranslation('alerts');
  const { t: common } = useTranslation('common');
  const now = useNow(STEP_SECONDS);
  return (
    <>
      {isNobodyReached(alert) && <p className="mb-3 font-medium text-critical">{t('detail.nobodyReached')}</p>}
      <ol className="space-y-3">
        {momentsOf(alert, t, common(`severity.${alert.severity}`)).map(({ at, words, tone }) => {
          // What has happened is not ahead, whatever the viewer's clock says.
          const isAhead = tone === 'due' && Date.parse(at) > now;
          return (
            <li key={`${at}${words}`} className="relative flex gap-3 pl-5">
              <span
                aria-hidden="true"
                className={cx(
                  'absolute top-1.5 left-0.5 size-2 rounded-full',
                  isAhead ? 'border border-line-strong bg-surface' : DOTS[tone],
                )}
              />
              <span className={cx('min-w-0 flex-1 break-words', isAhead && 'text-ink-soft')}>{words}</span>
              <span className="shrink-0 text-right text-xs text-ink-faint">
                <Time value={at} />{' '}
                <span className="block">
                  (<Time value={at} format={tone === 'due' ? 'relative' : 'ago'} />)
                </span>
              </span>
            </li>
          );
        })}
      </ol>
    </>
  );
}
