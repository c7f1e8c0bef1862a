/** Quorum requests as far as notifications tell of them, and whom they concern. */

import { z } from 'zod';
import { eatAction } from '../domain/eat.ts';
import { ROLES } from '../domain/permissions.ts';
import { QUORUM_STATES } from '../domain/quorum.ts';
import { sql } from './pool.ts';
import type { SystemTx } from './scope.ts';

const noticeRow = z.object({
  id: z.uuid(),
  state: z.enum(QUORUM_STATES),
  tenant_name: z.string(),
  hostnames: z.array(z.string()),
  actions: z.array(eatAction),
  reason: z.string(),
  requested_by: z.uuid(),
  requested_by_email: z.string(),
  created_at: z.string(),
  expires_at: z.string(),
  approver_emails: z.array(z.string()),
  rejecter_emails: z.array(z.string()),
});
export type QuorumNotice = z.infer<typeof noticeRow>;

/** Names a request by everything that it belongs to: an id from another tenant finds nothing. */
export type QuorumRequestRef = { readonly request_id: string; readonly msp_id: string; readonly tenant_id: string };

/** The request with its tenant, hosts and decisions; null when there is none. */
export async function findQuorumNotice(tx: SystemTx, ref: QuorumRequestRef): Promise<QuorumNotice | null> {
  return tx.maybeOne(sql.type(noticeRow)`
    select r.id, r.state, t.name as tenant_name, r.actions, r.reason, r.requested_by, r.requested_by_email, r.created_at, r.expires_at,
      array(select a.hostname from quorum_targets q join agents a on a.tenant_id = q.tenant_id and a.id = q.agent_id
        where q.request_id = r.id order by q.stage, a.hostname) as hostnames,
      array(select d.email from quorum_decisions d where d.request_id = r.id and d.decision = 'approve' order by d.decided_at) as approver_emails,
      array(select d.email from quorum_decisions d where d.request_id = r.id and d.decision = 'reject' order by d.decided_at) as rejecter_emails
    from quorum_requests r join tenants t on t.id = r.tenant_id
    where r.id = ${ref.request_id}::uuid and r.tenant_id = ${ref.tenant_id}::uuid and r.msp_id = ${ref.msp_id}::uuid`);
}

const personRow = z.object({ id: z.uuid(), email: z.string(), role: z.enum(ROLES), is_active: z.boolean() });

/** The MSP's own people, also those who may not come in (`is_active`); who of them is asked or told is the caller's to say. */
export async function listMspPeople(tx: SystemTx, mspId: string): Promise<readonly z.infer<typeof personRow>[]> {
  return tx.any(sql.type(personRow)`
    select id, email, role, is_active and (expires_at is null or expires_at > now()) as is_active
    from users where msp_id = ${mspId}::uuid and tenant_id is null order by id`);
}
