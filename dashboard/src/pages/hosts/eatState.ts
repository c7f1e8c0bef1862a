/** Where an emergency token stands, in one word and its colour. */

import type { Item } from '../../api/client.ts';
import type { Tone } from '../../ui/Badge.tsx';

type Eat = Pick<
  Item<'/emergency'>,
  'outcome' | 'is_overdue' | 'acknowledged_at' | 'revoked_at' | 'started_at' | 'delivered_at'
>;

/** States that have a word in the catalogue. */
export type EatState =
  | 'succeeded'
  | 'failed'
  | 'refused'
  | 'revoked'
  | 'indeterminate'
  | 'other'
  | 'overdue'
  | 'acknowledged'
  | 'running'
  | 'delivered'
  | 'sent';

const OUTCOMES: ReadonlySet<string> = new Set(['succeeded', 'failed', 'refused', 'revoked', 'indeterminate']);

/** The state of a token. */
export function eatState(eat: Eat): EatState {
  if (eat.outcome !== null) return OUTCOMES.has(eat.outcome) ? (eat.outcome as EatState) : 'other';
  if (eat.revoked_at !== null) return 'revoked';
  if (eat.is_overdue) return eat.acknowledged_at === null ? 'overdue' : 'acknowledged';
  return eat.started_at !== null ? 'running' : eat.delivered_at !== null ? 'delivered' : 'sent';
}

/** Colour of each state. */
export const EAT_TONES: Readonly<Record<EatState, Tone>> = {
  succeeded: 'good',
  failed: 'critical',
  refused: 'high',
  revoked: 'neutral',
  indeterminate: 'high',
  other: 'neutral',
  overdue: 'critical',
  acknowledged: 'neutral',
  running: 'accent',
  delivered: 'accent',
  sent: 'accent',
};
