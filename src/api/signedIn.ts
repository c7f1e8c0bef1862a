/** Streams and sockets outlive the check at their start: they ask again here. */

import { isCredentialLive } from '../db/identity.ts';
import { findLiveImpersonation } from '../db/impersonations.ts';
import { withIdentity } from '../db/scope.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';

/** Whether the caller's session, token or impersonation is still good. */
export function isStillSignedIn(deps: ApiDeps, principal: UserPrincipal): Promise<boolean> {
  const { impersonation, via } = principal;
  return withIdentity(deps.pool, async (tx) => {
    if (impersonation !== null) return (await findLiveImpersonation(tx, impersonation.id)) !== null;
    return via.kind !== 'impersonation' && isCredentialLive(tx, via.kind, via.id);
  });
}
