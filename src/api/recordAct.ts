/** Audit rows of what callers do, each in the transaction of its effect. */

import { appendAudit, appendAudits } from '../db/audit.ts';
import type { AnyTx } from '../db/scope.ts';
import type { Json } from '../domain/canonicalJson.ts';
import type { Principal } from './principal.ts';
import { auditActor } from './route.ts';

/** Writes the row of one act of the caller's; `tenantId` null means it concerns the MSP as a whole. */
export function recordAct(
  tx: AnyTx,
  principal: Principal,
  tenantId: string | null,
  event_type: string,
  event_data: { readonly [key: string]: Json },
): Promise<void> {
  return appendAudit(tx, {
    msp_id: principal.mspId,
    tenant_id: tenantId,
    event_type,
    actor: auditActor(principal),
    event_data,
  });
}

/** Writes the rows of several acts in one tenant (null: of the MSP as a whole), in their order. */
export function recordActs(
  tx: AnyTx,
  principal: Principal,
  tenantId: string | null,
  acts: readonly { readonly event_type: string; readonly event_data: { readonly [key: string]: Json } }[],
): Promise<void> {
  const actor = auditActor(principal);
  return appendAudits(
    tx,
    { msp_id: principal.mspId, tenant_id: tenantId },
    acts.map((act) => ({ ...act, actor })),
  );
}
