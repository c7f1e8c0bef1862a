/** What happened to a token, in order, from request to signed result. */

import type { EatResult } from '../../../../src/domain/eat.ts';
import { resultOf, tokenOf } from './proof.ts';
import type { EatEvidence } from './queries.ts';

/** One entry. `at` is null for what is awaited now. */
export type TimelineEvent = { readonly at: string | null } & (
  | { readonly kind: 'requested'; readonly by: string | null }
  | { readonly kind: 'approved'; readonly by: string }
  | { readonly kind: 'signed'; readonly keyId: string | null }
  | { readonly kind: 'activated'; readonly condition: 'heartbeat_lost' | 'severity_critical' }
  | {
      readonly kind: 'finished';
      readonly outcome: string;
      readonly steps: EatResult['steps'];
      readonly dryRun: boolean;
    }
  | { readonly kind: 'refused'; readonly code: string }
  | {
      readonly kind:
        | 'delivered'
        | 'deliveryAwaited'
        | 'conditionAwaited'
        | 'started'
        | 'resultAwaited'
        | 'result'
        | 'overdue'
        | 'acknowledged'
        | 'revoked'
        | 'revocationConfirmed'
        | 'expiredUnused';
    }
);

/** The entries of a token, oldest first; what is awaited comes last. */
export function timelineOf(eat: EatEvidence): readonly TimelineEvent[] {
  const token = tokenOf(eat);
  const result = resultOf(eat);
  const quorum = token?.authorisation.kind === 'quorum' ? token.authorisation : null;
  const events: TimelineEvent[] = [];
  // Of imported history the moment was not kept: it was asked for before it was signed, by whom is known or is not.
  const requestedAt = quorum?.requested_at ?? eat.requested_at ?? (eat.requested_by_email && eat.issued_at);
  if (requestedAt) events.push({ kind: 'requested', at: requestedAt, by: eat.requested_by_email });
  for (const approval of quorum?.approvals ?? [])
    events.push({ kind: 'approved', at: approval.approved_at, by: approval.email });
  events.push({ kind: 'signed', at: eat.issued_at, keyId: eat.key_id });
  if (eat.delivered_at !== null) events.push({ kind: 'delivered', at: eat.delivered_at });
  if (eat.revoked_at !== null) events.push({ kind: 'revoked', at: eat.revoked_at });
  if (eat.revocation_confirmed_at !== null)
    events.push({ kind: 'revocationConfirmed', at: eat.revocation_confirmed_at });
  if (eat.outcome === 'expired_unused') events.push({ kind: 'expiredUnused', at: eat.result_at });
  events.push(...ranOnHost(eat, result));
  if (eat.is_overdue) events.push({ kind: 'overdue', at: eat.expires_at });
  if (eat.acknowledged_at !== null) events.push({ kind: 'acknowledged', at: eat.acknowledged_at });
  const ordered = events.toSorted((a, b) => placeOf(a, result) - placeOf(b, result));
  return eat.outcome === null && !eat.is_overdue && eat.revoked_at === null ? [...ordered, awaited(eat)] : ordered;
}

/** The host says that it holds a token after it has begun with it: by the clocks it would have begun too early. */
function placeOf(event: TimelineEvent, result: EatResult | null): number {
  const at = Date.parse(event.at ?? '');
  return event.kind === 'delivered' && result !== null ? Math.min(at, Date.parse(result.started_at)) : at;
}

/** What the host says that it did, by its own clock. */
function ranOnHost(eat: EatEvidence, result: EatResult | null): readonly TimelineEvent[] {
  if (result === null) {
    if (eat.outcome === null || eat.outcome === 'revoked' || eat.outcome === 'expired_unused') return [];
    return [{ kind: 'finished', at: eat.result_at, outcome: eat.outcome, steps: [], dryRun: false }];
  }
  const received: TimelineEvent = { kind: 'result', at: eat.result_at };
  if (result.outcome === 'refused')
    return [{ kind: 'refused', at: result.finished_at, code: result.refusal_code ?? '' }, received];
  return [
    ...(result.activation === null
      ? []
      : [{ kind: 'activated', at: result.started_at, condition: result.activation.condition } as const]),
    { kind: 'started', at: result.started_at },
    { kind: 'finished', at: result.finished_at, outcome: result.outcome, steps: result.steps, dryRun: result.dry_run },
    received,
  ];
}

function awaited(eat: EatEvidence): TimelineEvent {
  if (eat.delivered_at === null) return { kind: 'deliveryAwaited', at: null };
  const isHeld = eat.kind === 'pre_issued' && eat.started_at === null;
  return { kind: isHeld ? 'conditionAwaited' : 'resultAwaited', at: null };
}
