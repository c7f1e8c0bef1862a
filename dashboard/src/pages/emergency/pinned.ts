/** What a request would run, as it was pinned when it was asked for. */

import type { EatAction } from '../../../../src/domain/eat.ts';
import type { QuorumRequest } from './queries.ts';

/** A run of one version of a playbook, known by its hash. */
export type PinnedPlaybook = Extract<EatAction, { readonly kind: 'run_playbook' }>;

/** The actions; the hub checked their shape before it stored the request. */
export function actionsOf(request: QuorumRequest): readonly EatAction[] {
  return request.actions as readonly EatAction[];
}

/** Whether any of them cannot be undone. */
export function isIrreversible(request: QuorumRequest): boolean {
  return actionsOf(request).some((action) => action.kind === 'run_playbook' && action.irreversible);
}
