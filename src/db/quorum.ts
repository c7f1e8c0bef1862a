/**
 * Quorum requests. A decision, its count, the fire and the orders it makes are one transaction under the lock of
 * the request's row: counting without the lock fires twice or never (LESSONS 0.1).
 */

import { z } from 'zod';
import type { EatAction } from '../domain/eat.ts';
import { ROLES } from '../domain/permissions.ts';
import { APPROVING_ROLES, QUORUM_STATES, type QuorumState } from '../domain/quorum.ts';
import { sql } from './pool.ts';
import type { AnyTx, MspTx, TenantTx } from './scope.ts';

/** A request to store; hosts in order, the first is the canary when there are several. */
export type NewQuorumRequest = {
  readonly id: string;
  readonly tenant_id: string;
  readonly msp_id: string;
  readonly requested_by: string;
  readonly requested_by_email: string;
  readonly actions: readonly EatAction[];
  readonly level: number;
  readonly reason: string;
  readonly required_approvers: number;
  readonly collection_minutes: number;
  readonly agent_ids: readonly string[];
};

/** Stores a request with its hosts. */
export async function insertQuorumRequest(tx: TenantTx, request: NewQuorumRequest): Promise<void> {
  await tx.query(sql.unsafe`
    insert into quorum_requests (id, tenant_id, msp_id, requested_by, requested_by_email, actions, level, reason, required_approvers, expires_at)
    values (${request.id}::uuid, ${request.tenant_id}::uuid, ${request.msp_id}::uuid, ${request.requested_by}::uuid, ${request.requested_by_email},
      ${JSON.stringify(request.actions)}::jsonb, ${request.level}, ${request.reason}, ${request.required_approvers},
      now() + make_interval(mins => ${request.collection_minutes}))`);
  await tx.query(sql.unsafe`
    insert into quorum_targets (tenant_id, request_id, agent_id, stage)
    select ${request.tenant_id}::uuid, ${request.id}::uuid, host.id, case when host.position = 1 then 0 else 1 end
    from unnest(${sql.array([...request.agent_ids], 'uuid')}) with ordinality as host (id, position)`);
}

const decisionRow = z.object({
  request_id: z.uuid(),
  user_id: z.uuid(),
  email: z.string(),
  decision: z.enum(['approve', 'reject']),
  totp_step_sha256: z.string(),
  decided_at: z.string(),
  comment: z.string().nullable(),
  counts: z.boolean(),
  /** Since when the person may approve, and who made them an approver (email); null when it was not kept. */
  approver_since: z.string().nullable(),
  approver_by: z.string().nullable(),
});
export type QuorumDecisionRow = z.infer<typeof decisionRow>;

/** A request as people see it. */
export const quorumRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  tenant_name: z.string(),
  msp_id: z.uuid(),
  state: z.enum(QUORUM_STATES),
  requested_by: z.uuid(),
  requested_by_email: z.string(),
  actions: z.array(z.json()),
  level: z.int(),
  reason: z.string(),
  required_approvers: z.int(),
  created_at: z.string(),
  expires_at: z.string(),
  decided_at: z.string().nullable(),
  now: z.string(),
});
export type QuorumRow = z.infer<typeof quorumRow>;

const REQUEST = sql.fragment`q.id, q.tenant_id, t.name as tenant_name, q.msp_id, q.state, q.requested_by, q.requested_by_email, q.actions, q.level, q.reason,
  q.required_approvers, q.created_at, q.expires_at, q.decided_at, date_trunc('milliseconds', clock_timestamp()) as now`;

/** One request; null when it is not in scope. */
export async function findQuorumRequest(tx: AnyTx, id: string): Promise<QuorumRow | null> {
  return tx.maybeOne(sql.type(quorumRow)`
    select ${REQUEST} from quorum_requests q join tenants t on t.id = q.tenant_id where q.id = ${id}::uuid`);
}

/** The same with its row locked: decisions on one request come one after the other. */
export async function lockQuorumRequest(tx: TenantTx, id: string): Promise<QuorumRow | null> {
  const found = await tx.query(sql.unsafe`select from quorum_requests where id = ${id}::uuid for update`);
  return found.rowCount === 0 ? null : findQuorumRequest(tx, id);
}

/** Requests in scope, newest first. */
export async function listQuorumRequests(
  tx: AnyTx,
  filter: {
    readonly tenantId: string | null;
    readonly state: QuorumState | null;
    readonly after: { readonly created_at: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<readonly QuorumRow[]> {
  return tx.any(sql.type(quorumRow)`
    select ${REQUEST} from quorum_requests q join tenants t on t.id = q.tenant_id
    where (${filter.tenantId}::uuid is null or q.tenant_id = ${filter.tenantId}::uuid)
      and (${filter.state}::text is null or q.state = ${filter.state})
      and (${filter.after === null} or (q.created_at, q.id) < (${filter.after?.created_at ?? null}::timestamptz, ${filter.after?.id ?? null}::uuid))
    order by q.created_at desc, q.id desc limit ${filter.limit}`);
}

/**
 * Decisions of requests, of each in their order. Needs a scope that sees people: while a request is open an approval
 * counts when its person may approve now; once it has fired, when the audit log says that it fired with it. Of one
 * that was rejected, cancelled or has expired it never mattered, and later changes of roles do not rewrite it.
 */
export async function listDecisions(tx: AnyTx, requestIds: readonly string[]): Promise<readonly QuorumDecisionRow[]> {
  return tx.any(sql.type(decisionRow)`
    select d.request_id, d.user_id, d.email, d.decision, d.totp_step_sha256, d.decided_at, d.comment,
      case
        when d.decision = 'reject' then true
        when q.state = 'open' then exists (
          select from users u where u.id = d.user_id and u.tenant_id is null and u.role = any (${sql.array([...APPROVING_ROLES], 'text')})
            and u.is_active and (u.expires_at is null or u.expires_at > now()))
        when q.state = 'approved' then exists (
          select from quorum_targets t
            join audit_log l on l.event_data ? 'nonce' and l.event_data ->> 'nonce' = t.nonce::text and l.event_type = 'emergency_quorum_approved'
            cross join lateral jsonb_array_elements(l.event_data -> 'approvers') a
          where t.request_id = q.id and a ->> 'user_id' = d.user_id::text)
        else true
      end as counts, p.approver_since, p.approver_by
    from quorum_decisions d join quorum_requests q on q.id = d.request_id left join users p on p.id = d.user_id
    where d.request_id = any (${sql.array([...requestIds], 'uuid')}) order by d.decided_at, d.user_id`);
}

/** Stores a decision; false when this person has decided, or this step was used on this request. */
export async function insertDecision(
  tx: TenantTx,
  decision: Omit<QuorumDecisionRow, 'counts' | 'approver_since' | 'approver_by'> & { readonly tenant_id: string },
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into quorum_decisions (tenant_id, request_id, user_id, email, decision, totp_step_sha256, decided_at, comment)
    values (${decision.tenant_id}::uuid, ${decision.request_id}::uuid, ${decision.user_id}::uuid, ${decision.email}, ${decision.decision},
      ${decision.totp_step_sha256}, ${decision.decided_at}::timestamptz, ${decision.comment})
    on conflict do nothing`);
  return result.rowCount === 1;
}

/** Ends an open request; false when it was not open any more. */
export async function closeQuorumRequest(
  tx: TenantTx,
  id: string,
  state: Exclude<QuorumState, 'open'>,
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update quorum_requests set state = ${state}, decided_at = now() where id = ${id}::uuid and state = 'open'`);
  return result.rowCount === 1;
}

const targetRow = z.object({
  request_id: z.uuid(),
  nonce: z.uuid(),
  agent_id: z.uuid(),
  hostname: z.string(),
  stage: z.int(),
  outcome: z.string().nullable(),
  abandoned: z.boolean(),
  is_signed: z.boolean(),
});
export type QuorumTargetRow = z.infer<typeof targetRow>;

/** Hosts of requests by stage, with what became of their tokens. */
export async function listTargets(tx: AnyTx, requestIds: readonly string[]): Promise<readonly QuorumTargetRow[]> {
  return tx.any(sql.type(targetRow)`
    select q.request_id, q.nonce, q.agent_id, a.hostname, q.stage, e.outcome, o.abandoned_at is not null as abandoned, e.nonce is not null as is_signed
    from quorum_targets q
      join agents a on a.tenant_id = q.tenant_id and a.id = q.agent_id
      left join eat_orders o on o.nonce = q.nonce
      left join eats e on e.nonce = q.nonce
    where q.request_id = any (${sql.array([...requestIds], 'uuid')}) order by q.stage, a.hostname, q.agent_id`);
}

/** Fires a request: its orders are made, once. False when it has fired. In the transaction of the last approval. */
export async function fireRequest(tx: TenantTx, requestId: string): Promise<boolean> {
  const fired = await tx.query(sql.unsafe`
    insert into quorum_fires (request_id, tenant_id, fired_at)
    select id, tenant_id, now() from quorum_requests where id = ${requestId}::uuid on conflict do nothing`);
  if (fired.rowCount !== 1) return false;
  await tx.query(sql.unsafe`
    insert into eat_orders (nonce, tenant_id, msp_id, agent_id, kind, level, actions, reason, requested_by, requested_by_email, authorisation, quorum_request_id, stage)
    select h.nonce, q.tenant_id, q.msp_id, h.agent_id, 'immediate', q.level, q.actions, q.reason, q.requested_by, q.requested_by_email, 'quorum', q.id, h.stage
    from quorum_requests q join quorum_targets h on h.request_id = q.id where q.id = ${requestId}::uuid`);
  return true;
}

const firedRow = z.object({ fired: z.boolean() });

/** Whether a request has fired. */
export async function hasFired(tx: AnyTx, requestId: string): Promise<boolean> {
  const row = await tx.one(
    sql.type(firedRow)`select exists (select from quorum_fires where request_id = ${requestId}::uuid) as fired`,
  );
  return row.fired;
}

const memberRow = z.object({ id: z.uuid(), email: z.string(), role: z.enum(ROLES), is_active: z.boolean() });

/** The MSP's own people, for counting who could approve. */
export async function listApproverCandidates(tx: MspTx): Promise<readonly z.infer<typeof memberRow>[]> {
  return tx.any(sql.type(memberRow)`
    select id, email, role, is_active and totp_confirmed_at is not null and (expires_at is null or expires_at > now()) as is_active
    from users where tenant_id is null order by email`);
}

const openRow = z.object({ id: z.uuid(), tenant_id: z.uuid(), msp_id: z.uuid(), state: z.enum(QUORUM_STATES) });

/** Requests that a workflow should be watching: open ones, and fired ones with a token still to be signed. */
export async function listWatchedRequests(tx: AnyTx): Promise<readonly z.infer<typeof openRow>[]> {
  return tx.any(sql.type(openRow)`
    select q.id, q.tenant_id, q.msp_id, q.state from quorum_requests q
    where (q.state = 'open' and q.created_at < now() - interval '15 seconds')
      or (q.state = 'approved' and q.decided_at between now() - interval '1 day' and now() - interval '15 seconds'
        and exists (select from eat_orders o where o.quorum_request_id = q.id and o.abandoned_at is null
          and not exists (select from eats e where e.nonce = o.nonce)))
    order by q.created_at limit 500`);
}

const concernedRow = z.object({ id: z.uuid(), tenant_id: z.uuid(), is_own: z.boolean() });

/** Open requests that a person has made (`is_own`) or decided on. */
export async function listOpenRequestsOf(tx: MspTx, userId: string): Promise<readonly z.infer<typeof concernedRow>[]> {
  return tx.any(sql.type(concernedRow)`
    select q.id, q.tenant_id, q.requested_by = ${userId}::uuid as is_own from quorum_requests q
    where q.state = 'open' and (q.requested_by = ${userId}::uuid
      or exists (select from quorum_decisions d where d.request_id = q.id and d.user_id = ${userId}::uuid))
    order by q.created_at`);
}
