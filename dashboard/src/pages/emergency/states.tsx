/** States of requests and tokens, in words with a tint. */

import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import type { EatItem, QuorumRequest } from './queries.ts';

const REQUEST_TONES: Readonly<Record<QuorumRequest['state'], Tone>> = {
  open: 'medium',
  approved: 'good',
  rejected: 'critical',
  cancelled: 'neutral',
  expired: 'neutral',
};

/** State of a request. */
export function RequestBadge({ state }: { readonly state: QuorumRequest['state'] }) {
  const { t } = useTranslation('emergency');
  return <Badge tone={REQUEST_TONES[state]}>{t(`requestState.${state}`)}</Badge>;
}

const STATE_TONES = {
  succeeded: 'good',
  failed: 'critical',
  refused: 'high',
  indeterminate: 'high',
  simulated: 'low',
  revoked: 'neutral',
  expired_unused: 'neutral',
  overdue: 'critical',
  acknowledged: 'neutral',
  running: 'accent',
  on_the_way: 'accent',
  held: 'low',
  waiting: 'medium',
  stopped: 'neutral',
  signed: 'accent',
} as const satisfies Readonly<Record<string, Tone>>;
type TokenState = keyof typeof STATE_TONES;

/** Where a token stands, as one word. */
export function stateOfEat(eat: EatItem): string {
  if (eat.outcome !== null) return eat.outcome;
  if (eat.revoked_at !== null) return 'revoked';
  if (eat.is_overdue) return eat.acknowledged_at === null ? 'overdue' : 'acknowledged';
  if (eat.delivered_at === null) return 'on_the_way';
  return eat.kind === 'pre_issued' && eat.started_at === null ? 'held' : 'running';
}

/** State or outcome of a token; what this page has no word for is shown as it is. */
export function TokenBadge({ state }: { readonly state: string }) {
  const { t } = useTranslation('emergency');
  if (!(state in STATE_TONES)) return <Badge>{state}</Badge>;
  return <Badge tone={STATE_TONES[state as TokenState]}>{t(`outcome.${state as TokenState}`)}</Badge>;
}

/** Word of an outcome. */
export function useOutcomeWord(): (state: string) => string {
  const { t } = useTranslation('emergency');
  return (state) => (state in STATE_TONES ? t(`outcome.${state as TokenState}`) : state);
}

const LEVEL_TONES: Readonly<Record<number, Tone>> = { 1: 'low', 2: 'medium', 3: 'high' };

/** Level of an action. */
export function LevelBadge({ level }: { readonly level: number }) {
  const { t } = useTranslation('emergency');
  return <Badge tone={LEVEL_TONES[level] ?? 'neutral'}>{t('level', { level })}</Badge>;
}
