/** Audit rows of what belongs to an MSP as a whole: playbooks, policies, schedules. */

import { appendAudit } from '../db/audit.ts';
import type { MspTx } from '../db/scope.ts';
import type { Json } from '../domain/canonicalJson.ts';
import type { UserPrincipal } from './principal.ts';
import { auditActor } from './route.ts';

/** Writes one, in the transaction of its effect. */
export function recordForMsp(
  tx: MspTx,
  principal: UserPrincipal,
  event_type: string,
  event_data: { [key: string]: Json },
): Promise<void> {
  return appendAudit(tx, {
    msp_id: principal.mspId,
    tenant_id: null,
    event_type,
    actor: auditActor(principal),
    event_data,
  });
}
