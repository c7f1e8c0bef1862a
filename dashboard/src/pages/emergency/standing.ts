/** How a person stands towards a request: what they may still do, or what has happened instead. */

import type { Me, Permission } from '../../session.ts';
import type { QuorumRequest } from './queries.ts';

/** `decide` is the only standing in which the buttons are shown. */
export type Standing = 'decide' | 'own' | 'mine' | 'not_allowed' | 'closed';

/** Reads it from what the hub says; the hub decides again when a decision is sent. */
export function standingOf(request: QuorumRequest, me: Me): Standing {
  if (request.state !== 'open' || request.seconds_left <= 0) return 'closed';
  if (request.requested_by === me.id) return 'own';
  if (request.decisions.some((decision) => decision.user_id === me.id)) return 'mine';
  const needed: Permission = 'emergency.approve';
  return me.permissions.includes(needed) ? 'decide' : 'not_allowed';
}
