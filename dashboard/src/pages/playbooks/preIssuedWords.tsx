/** State and conditions of a pre-issued token, in words. */

import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import type { PreIssued } from './queries.ts';

const TONES = {
  waiting_for_host: 'medium',
  held: 'low',
  armed: 'accent',
  revoking: 'medium',
  revoked: 'neutral',
  expired_unused: 'neutral',
  succeeded: 'good',
  failed: 'critical',
  refused: 'high',
  indeterminate: 'high',
} as const satisfies Readonly<Record<string, Tone>>;
type State = keyof typeof TONES;

/** The state; what this page has no word for is shown as it is. */
export function PreIssuedBadge({ state }: { readonly state: string }) {
  const { t } = useTranslation('playbooks');
  if (!(state in TONES)) return <Badge>{state}</Badge>;
  return <Badge tone={TONES[state as State]}>{t(`liveState.${state as State}`)}</Badge>;
}

/** `no heartbeat for 5 min or critical alert open`. */
export function useConditionWords(): (conditions: PreIssued['conditions']) => string {
  const { t } = useTranslation('playbooks');
  return (conditions) => {
    const minutes = conditions?.['heartbeat_lost_minutes'];
    return [
      typeof minutes === 'number' && t('live.heartbeat', { count: minutes }),
      conditions?.['or_severity_critical'] === true && t('live.critical'),
    ]
      .filter((words) => words !== false)
      .join(t('live.or'));
  };
}
