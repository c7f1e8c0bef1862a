/** Ending impersonations from wherever it happens: by the engineer, an owner, a sign-out, or the loss of the right. */

import { appendAudit } from '../db/audit.ts';
import { endImpersonation, listLiveIds } from '../db/impersonations.ts';
import { withMsp, withTenant } from '../db/scope.ts';
import { heardSignal, WORKFLOW_IDS } from '../workflows/messages.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';
import { tellWorkflow } from './temporal.ts';

/** Why an impersonation ended before its time. */
export type EndReason = 'ended' | 'signed_out' | 'ended_by_owner' | 'role_lost';

/** Ends one, once, with its audit row in the same transaction; false when it had ended. */
export async function endOne(
  deps: ApiDeps,
  by: Pick<UserPrincipal, 'email' | 'userId'>,
  target: { readonly id: string; readonly tenant_id: string },
  reason: EndReason,
): Promise<boolean> {
  const isEnded = await withTenant(deps.pool, target.tenant_id, async (tx) => {
    const ended = await endImpersonation(tx, target.id, reason, by.email);
    if (ended === null) return false;
    await appendAudit(tx, {
      msp_id: ended.msp_id,
      tenant_id: ended.tenant_id,
      event_type: 'impersonation_ended',
      actor: { kind: 'user', user_id: by.userId, email: by.email, impersonation_id: target.id },
      event_data: { impersonation_id: target.id, why: ended.end_reason, by: by.email, engineer: ended.user_email },
    });
    return true;
  });
  // The row has decided; the workflow only writes its own end down.
  if (isEnded) await tellWorkflow(deps, WORKFLOW_IDS.impersonation(target.id), heardSignal);
  return isEnded;
}

/** Ends all that match: of a person, of a session, or all of the MSP. Gives how many. */
export async function endAll(
  deps: ApiDeps,
  by: Pick<UserPrincipal, 'email' | 'userId' | 'mspId'>,
  filter: { readonly userId: string | null; readonly sessionId: string | null },
  reason: EndReason,
): Promise<number> {
  const live = await withMsp(deps.pool, by.mspId, (tx) => listLiveIds(tx, filter));
  let count = 0;
  for (const target of live) if (await endOne(deps, by, target, reason)) count += 1;
  return count;
}
