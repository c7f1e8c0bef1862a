/** The clocks of an alert, counting while one looks; the rule of what "due soon" is comes from src/domain/sla.ts. */

import type { TFunction } from 'i18next';
import { Pause } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type AcknowledgeState, acknowledgeState, slaState } from '../../../src/domain/sla.ts';
import type { Item } from '../api/client.ts';
import { Badge, type Tone } from './Badge.tsx';
import { cx } from './classNames.ts';
import { countdown, Time, timeSpan, useNow, wholeMinutes } from './Time.tsx';

type Clocked = Pick<Item<'/alerts'>, 'opened_at' | 'severity_since' | 'acknowledged_at' | 'status' | 'sla'>;

const TONES: Readonly<Record<AcknowledgeState, Tone>> = {
  ok: 'good',
  due_soon: 'medium',
  breached: 'critical',
  met: 'good',
  missed: 'high',
};
const HOUR_MS = 3_600_000;

/** By the second in the last hour, when it matters. */
function left(untilMs: number, now: number): string {
  return untilMs - now < HOUR_MS ? countdown(untilMs, now) : timeSpan((untilMs - now) / 1_000);
}

function words(t: TFunction<'alerts'>, state: AcknowledgeState, dueMs: number, now: number, late: number): string {
  if (state === 'met') return '';
  if (state === 'missed') return t('sla.missedBy', { span: timeSpan(late * 60) });
  return state === 'breached'
    ? t('sla.overdueBy', { span: timeSpan(wholeMinutes((now - dueMs) / 1_000)) })
    : t('sla.dueIn', { span: left(dueMs, now) });
}

/** In a row: the state in a word, how long, and what is due before. */
export function SlaClock({ alert }: { readonly alert: Clocked }) {
  const { t } = useTranslation('alerts');
  const now = useNow();
  const { sla, status } = alert;
  if (sla === null) return <span className="text-ink-faint">{t('sla.stopped')}</span>;
  const since = Date.parse(alert.severity_since ?? alert.opened_at);
  const dueMs = Date.parse(sla.due_at);
  const { state, minutes_overdue } = slaState(since, dueMs, now);
  const ackDue = sla.acknowledge === null ? null : Date.parse(sla.acknowledge.due_at);
  return (
    <span className="inline-flex flex-col items-start gap-0.5 whitespace-nowrap tabular-nums">
      <span className="flex items-center gap-1.5">
        <Badge tone={TONES[state]}>{t(`sla.${state}`)}</Badge>
        <span className={cx('text-xs', state === 'breached' ? 'text-critical' : 'text-ink-soft')}>
          {words(t, state, dueMs, now, minutes_overdue)}
        </span>
        {sla.paused !== null && (
          <Pause role="img" aria-label={t(`sla.paused.${sla.paused}`)} className="size-3.5 text-ink-faint" />
        )}
      </span>
      {status === 'open' && ackDue !== null && (
        <span className={cx('text-2xs', ackDue < now ? 'text-critical' : 'text-ink-faint')}>
          {ackDue < now
            ? t('sla.acknowledgeOverdue', { span: timeSpan(wholeMinutes((now - ackDue) / 1_000)) })
            : t('sla.acknowledgeIn', { span: left(ackDue, now) })}
        </span>
      )}
    </span>
  );
}

/** On its own: both clocks with how far they have run. */
export function SlaClocks({ alert }: { readonly alert: Clocked }) {
  const { t } = useTranslation('alerts');
  const now = useNow();
  const { sla } = alert;
  if (sla === null) return <p className="text-ink-soft">{t('sla.stopped')}</p>;
  const since = Date.parse(alert.severity_since ?? alert.opened_at);
  const acknowledged = alert.acknowledged_at === null ? null : Date.parse(alert.acknowledged_at);
  const resolveBy = Date.parse(sla.due_at);
  const ack = sla.acknowledge;
  return (
    <div className="space-y-3">
      <Clock name={t('sla.resolve')} since={since} due={sla.due_at} now={now} {...slaState(since, resolveBy, now)} />
      {ack !== null && (
        <Clock
          name={t('sla.acknowledge')}
          since={since}
          due={ack.due_at}
          now={acknowledged ?? now}
          {...acknowledgeState(since, Date.parse(ack.due_at), acknowledged, now)}
        />
      )}
      <p className="text-xs text-ink-faint">
        {t('sla.policy', { name: sla.policy.name })} {sla.paused !== null && t(`sla.paused.${sla.paused}`)}
      </p>
    </div>
  );
}

const BARS: Readonly<Partial<Record<Tone, string>>> = {
  good: 'bg-good',
  medium: 'bg-medium',
  high: 'bg-high',
  critical: 'bg-critical',
};

function Clock({
  name,
  since,
  due,
  now,
  state,
  minutes_overdue,
}: {
  readonly name: string;
  readonly since: number;
  readonly due: string;
  readonly now: number;
  readonly state: AcknowledgeState;
  readonly minutes_overdue: number;
}) {
  const { t } = useTranslation('alerts');
  const dueMs = Date.parse(due);
  const run = Math.min(1, Math.max(0, (now - since) / (dueMs - since || 1)));
  return (
    <div className="space-y-1">
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
        <span className="font-medium">{name}</span>
        <Badge tone={TONES[state]}>{t(`sla.${state}`)}</Badge>
        <span className="text-ink-soft tabular-nums">{words(t, state, dueMs, now, minutes_overdue)}</span>
        <span className="ml-auto text-xs text-ink-faint">
          <Time value={due} />
        </span>
      </p>
      <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-neutral-wash">
        <div className={cx('h-full rounded-full', BARS[TONES[state]])} style={{ width: `${run * 100}%` }} />
      </div>
    </div>
  );
}
