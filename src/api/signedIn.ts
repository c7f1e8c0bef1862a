/** Streams and sockets outlive the check at their start: they ask again here. */

import { isCredentialLive } from '../db/identity.ts';
import { withIdentity } from '../db/scope.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';

/** Whether the caller's session or token is still good. */
export function isStillSignedIn(deps: ApiDeps, principal: UserPrincipal): Promise<boolean> {
  return withIdentity(deps.pool, (tx) => isCredentialLive(tx, principal.via.kind, principal.via.id));
}
