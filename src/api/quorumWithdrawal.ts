/** What becomes of open quorum requests when a person loses a role or the account. */

import { closeQuorumRequest, listOpenRequestsOf, lockQuorumRequest } from '../db/quorum.ts';
import { withMsp, withTenant } from '../db/scope.ts';
import { isAllowed, type Role } from '../domain/permissions.ts';
import { heardSignal, WORKFLOW_IDS } from '../workflows/messages.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';
import { recordAct } from './recordAct.ts';
import { tellWorkflow } from './temporal.ts';

/**
 * Withdraws what somebody asked for who may no longer ask, so that no phone still shows it; and has the requests that
 * they decided on counted anew. To be called after the change is committed.
 */
export async function followMember(
  deps: ApiDeps,
  by: UserPrincipal,
  member: { readonly id: string; readonly email: string; readonly role: Role; readonly is_active: boolean },
): Promise<void> {
  const mayAsk = member.is_active && isAllowed('emergency.issue', member.role, null);
  const concerned = await withMsp(deps.pool, by.mspId, (tx) => listOpenRequestsOf(tx, member.id));
  for (const { id, tenant_id, is_own } of concerned) {
    if (is_own && !mayAsk)
      await withTenant(deps.pool, tenant_id, async (tx) => {
        await lockQuorumRequest(tx, id);
        if (!(await closeQuorumRequest(tx, id, 'cancelled'))) return;
        const why = `${member.email}, who asked for it, may no longer do so.`;
        await recordAct(tx, by, tenant_id, 'emergency_quorum_cancelled', { request_id: id, why });
      });
    await tellWorkflow(deps, WORKFLOW_IDS.quorum(id), heardSignal);
  }
}
