/** The timeline of one token, drawn. */

import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/classNames.ts';
import { Time } from '../../ui/Time.tsx';
import { Steps } from './Steps.tsx';
import { useOutcomeWord } from './states.tsx';
import type { TimelineEvent } from './timeline.ts';

const DOTS: Partial<Readonly<Record<TimelineEvent['kind'], string>>> = {
  approved: 'bg-good',
  refused: 'bg-critical',
  overdue: 'bg-critical',
  result: 'bg-good',
  deliveryAwaited: 'bg-surface border-2 border-accent motion-safe:animate-pulse',
  conditionAwaited: 'bg-surface border-2 border-accent',
  resultAwaited: 'bg-surface border-2 border-accent motion-safe:animate-pulse',
};

/** Entries under one another, with what a host did at each step. */
export function Timeline({ events }: { readonly events: readonly TimelineEvent[] }) {
  return (
    <ol className="relative">
      {events.map((event, index) => (
        <li key={index} className="relative grid grid-cols-[1rem_minmax(0,1fr)] gap-x-3 pb-4 last:pb-0">
          {index < events.length - 1 && (
            <span aria-hidden="true" className="absolute top-4 bottom-[-0.25rem] left-[0.4375rem] w-0.5 bg-line" />
          )}
          <span aria-hidden="true" className={cx('mt-1 size-3.5 justify-self-center rounded-full', dotOf(event))} />
          <div className="min-w-0">
            <Words event={event} />
            {event.at !== null && (
              <p className="text-xs text-ink-faint">
                <Time value={event.at} format="seconds" />
              </p>
            )}
            {event.kind === 'finished' && event.steps.length > 0 && <Steps steps={event.steps} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

function dotOf(event: TimelineEvent): string {
  if (event.kind === 'finished') return event.outcome === 'succeeded' ? 'bg-good' : 'bg-critical';
  return DOTS[event.kind] ?? 'bg-line-strong';
}

function Words({ event }: { readonly event: TimelineEvent }) {
  const { t } = useTranslation('emergency');
  const outcomeWord = useOutcomeWord();
  const [title, detail] = ((): readonly [title: string, detail?: string | undefined] => {
    switch (event.kind) {
      case 'requested':
        return [
          t('eat.event.requested'),
          event.by === null ? t('eat.event.requestedByRule') : t('eat.event.requestedBy', { email: event.by }),
        ];
      case 'approved':
        return [t('eat.event.approved'), t('eat.event.requestedBy', { email: event.by })];
      case 'signed':
        return [t('eat.event.signed'), event.keyId ?? undefined];
      case 'activated':
        return [t('eat.event.activated'), t(`eat.event.${event.condition}`)];
      case 'finished':
        return [
          t('eat.event.finished', { outcome: outcomeWord(event.outcome) }),
          event.dryRun ? t('eat.dryRun') : undefined,
        ];
      case 'refused':
        return [t('eat.event.refused', { code: event.code })];
      default:
        return [t(`eat.event.${event.kind}`)];
    }
  })();
  return (
    <p className="break-words">
      <span className="font-medium">{title}</span>
      {detail !== undefined && <span className="text-ink-soft"> {detail}</span>}
    </p>
  );
}
