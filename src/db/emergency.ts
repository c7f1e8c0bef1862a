/** Orders (what people asked for) and tokens (what the signing worker made of them), with their results. */

import { z } from 'zod';
import type { Json } from '../domain/canonicalJson.ts';
import type { EatAction, ExecutionOutcome } from '../domain/eat.ts';
import { appendAudit } from './audit.ts';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';

/** A token to be signed. The nonce is chosen by whoever orders, so that asking twice makes one token. */
export type NewOrder = {
  readonly nonce: string;
  readonly tenant_id: string;
  readonly msp_id: string;
  readonly agent_id: string;
  readonly level: number;
  readonly actions: readonly EatAction[];
  readonly reason: string;
  readonly requested_by: string | null;
  readonly requested_by_email: string | null;
  readonly authorisation: 'single' | 'automatic';
  readonly totp_step_sha256: string | null;
  /** Set when it was ordered from inside a client's context. */
  readonly impersonation_id: string | null;
  readonly alert: { readonly id: string; readonly confidence: number } | null;
  /** For a pre-issued token. */
  readonly window: {
    readonly from: string;
    readonly until: string;
    readonly conditions: { [key: string]: Json };
  } | null;
};

/** Stores an order of one person or of a rule; those of a quorum are made by `fireRequest` in src/db/quorum.ts. */
export async function insertOrder(tx: TenantTx, order: NewOrder): Promise<void> {
  await tx.query(sql.unsafe`
    insert into eat_orders (nonce, tenant_id, msp_id, agent_id, kind, level, actions, reason, requested_by, requested_by_email,
      authorisation, totp_step_sha256, impersonation_id, alert_id, confidence, window_from, window_until, conditions)
    values (${order.nonce}::uuid, ${order.tenant_id}::uuid, ${order.msp_id}::uuid, ${order.agent_id}::uuid,
      ${order.window === null ? 'immediate' : 'pre_issued'}, ${order.level}, ${JSON.stringify(order.actions)}::jsonb, ${order.reason},
      ${order.requested_by}::uuid, ${order.requested_by_email}, ${order.authorisation}, ${order.totp_step_sha256}, ${order.impersonation_id}::uuid,
      ${order.alert?.id ?? null}::uuid, ${order.alert?.confidence ?? null}::real, ${order.window?.from ?? null}::timestamptz,
      ${order.window?.until ?? null}::timestamptz, ${order.window === null ? null : JSON.stringify(order.window.conditions)}::jsonb)`);
}

const orderRow = z.object({
  nonce: z.uuid(),
  tenant_id: z.uuid(),
  msp_id: z.uuid(),
  agent_id: z.uuid(),
  hostname: z.string(),
  kind: z.enum(['immediate', 'pre_issued']),
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  actions: z.array(z.json()),
  reason: z.string(),
  requested_by: z.uuid().nullable(),
  requested_by_email: z.string().nullable(),
  authorisation: z.enum(['single', 'quorum', 'automatic']),
  totp_step_sha256: z.string().nullable(),
  impersonation_id: z.uuid().nullable(),
  quorum_request_id: z.uuid().nullable(),
  stage: z.int(),
  alert_id: z.uuid().nullable(),
  confidence: z.number().nullable(),
  window_from: z.string().nullable(),
  window_until: z.string().nullable(),
  conditions: z.record(z.string(), z.json()).nullable(),
  abandoned_at: z.string().nullable(),
  /** How long ago it was ordered. */
  age_seconds: z.number(),
  now: z.string(),
});
export type OrderRow = z.infer<typeof orderRow>;

/** An order with its row locked, and the database's time; null when there is none in scope. */
export async function lockOrder(tx: TenantTx, nonce: string): Promise<OrderRow | null> {
  return tx.maybeOne(sql.type(orderRow)`
    select nonce, tenant_id, msp_id, agent_id,
      (select hostname from agents a where (a.tenant_id, a.id) = (eat_orders.tenant_id, eat_orders.agent_id)) as hostname,
      kind, level, actions, reason, requested_by, requested_by_email, authorisation,
      totp_step_sha256, impersonation_id, quorum_request_id, stage, alert_id, confidence, window_from, window_until, conditions, abandoned_at,
      extract(epoch from clock_timestamp() - created_at)::float8 as age_seconds, date_trunc('milliseconds', clock_timestamp()) as now
    from eat_orders where nonce = ${nonce}::uuid for update`);
}

/**
 * Gives an order up; false when it was signed already or given up before. The lock is a statement of its own: in one
 * statement the look at `eats` would be older than the wait for a signer who is at work, and a signed token would
 * count as given up.
 */
export async function abandonOrder(tx: TenantTx, nonce: string): Promise<boolean> {
  await tx.query(sql.unsafe`select from eat_orders where nonce = ${nonce}::uuid for update`);
  const result = await tx.query(sql.unsafe`
    update eat_orders o set abandoned_at = now()
    where o.nonce = ${nonce}::uuid and o.abandoned_at is null and not exists (select from eats e where e.nonce = o.nonce)`);
  return result.rowCount === 1;
}

/** As {@link abandonOrder}, by the hub itself, which could not have it signed: with the audit row that says why. */
export async function giveUpOrder(
  tx: TenantTx,
  order: { readonly nonce: string; readonly tenant_id: string; readonly msp_id: string },
  why: string,
): Promise<boolean> {
  if (!(await abandonOrder(tx, order.nonce))) return false;
  await appendAudit(tx, {
    msp_id: order.msp_id,
    tenant_id: order.tenant_id,
    event_type: 'emergency_order_abandoned',
    actor: { kind: 'system' },
    event_data: { nonce: order.nonce, why },
  });
  return true;
}

const pendingRow = z.object({ tenant_id: z.uuid(), agent_id: z.uuid(), kind: z.enum(['immediate', 'pre_issued']) });

/** An order that waits for its signature; null when it is signed, given up, or not in scope. */
export async function findPendingOrder(tx: AnyTx, nonce: string): Promise<z.infer<typeof pendingRow> | null> {
  return tx.maybeOne(sql.type(pendingRow)`
    select tenant_id, agent_id, kind from eat_orders o
    where nonce = ${nonce}::uuid and abandoned_at is null and not exists (select from eats e where e.nonce = o.nonce)`);
}

const personRow = z.object({ id: z.uuid(), email: z.string(), role: z.string(), is_active: z.boolean() });

/** One of the MSP's own people; visible in a scope made by withTenantAndPeople. */
export async function findPerson(tx: TenantTx, userId: string): Promise<z.infer<typeof personRow> | null> {
  return tx.maybeOne(sql.type(personRow)`
    select id, email, role, is_active and (expires_at is null or expires_at > now()) as is_active
    from users where id = ${userId}::uuid and tenant_id is null`);
}

/** A signed token to store. */
export type NewEat = {
  readonly order: OrderRow;
  readonly token: string;
  readonly signature: Buffer;
  readonly key_id: string;
  readonly issued_at: string;
  readonly expires_at: string;
};

/** Stores a token. The primary key refuses a second one for the same nonce. */
export async function insertEat(tx: TenantTx, eat: NewEat): Promise<void> {
  const { order } = eat;
  await tx.query(sql.unsafe`
    insert into eats (nonce, tenant_id, agent_id, level, actions, reason, requested_by, requested_by_email, issued_at, expires_at,
      token, signature, key_id, kind, quorum_request_id, valid_from, conditions)
    values (${order.nonce}::uuid, ${order.tenant_id}::uuid, ${order.agent_id}::uuid, ${order.level}, ${JSON.stringify(order.actions)}::jsonb,
      ${order.reason}, ${order.requested_by}::uuid, ${order.requested_by_email}, ${eat.issued_at}::timestamptz, ${eat.expires_at}::timestamptz,
      ${eat.token}, ${sql.binary(eat.signature)}, ${eat.key_id}, ${order.kind}, ${order.quorum_request_id}::uuid,
      ${order.window_from}::timestamptz, ${order.conditions === null ? null : JSON.stringify(order.conditions)}::jsonb)`);
}

/** A token as lists show it. */
export const eatRow = z.object({
  nonce: z.uuid(),
  tenant_id: z.uuid(),
  agent_id: z.uuid(),
  hostname: z.string(),
  kind: z.enum(['immediate', 'pre_issued']),
  level: z.int(),
  actions: z.array(z.json()),
  reason: z.string(),
  requested_by_email: z.string().nullable(),
  quorum_request_id: z.uuid().nullable(),
  issued_at: z.string(),
  expires_at: z.string(),
  valid_from: z.string().nullable(),
  conditions: z.record(z.string(), z.json()).nullable(),
  delivered_at: z.string().nullable(),
  started_at: z.string().nullable(),
  outcome: z.string().nullable(),
  refusal_code: z.string().nullable(),
  result_at: z.string().nullable(),
  acknowledged_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  revocation_confirmed_at: z.string().nullable(),
  is_overdue: z.boolean(),
  is_demo: z.boolean(),
});
export type EatRow = z.infer<typeof eatRow>;

const EAT = sql.fragment`e.nonce, e.tenant_id, e.agent_id, a.hostname, e.kind, e.level, e.actions, e.reason, e.requested_by_email, e.quorum_request_id,
  e.issued_at, e.expires_at, e.valid_from, e.conditions, e.delivered_at, e.started_at, e.outcome, e.refusal_code, e.result_at, e.acknowledged_at,
  e.revoked_at, e.revocation_confirmed_at, e.outcome is null and e.expires_at < now() as is_overdue, e.is_demo`;

/** What a list of tokens is narrowed to. */
export type EatFilter = {
  readonly tenantId: string | null;
  readonly agentId: string | null;
  readonly kind: 'immediate' | 'pre_issued' | null;
  readonly state: 'live' | 'overdue' | 'done' | null;
  readonly after: { readonly issued_at: string; readonly nonce: string } | null;
  readonly limit: number;
};

/** Tokens in scope, newest first. */
export async function listEats(tx: AnyTx, filter: EatFilter): Promise<readonly EatRow[]> {
  return tx.any(sql.type(eatRow)`
    select ${EAT} from eats e join agents a on a.tenant_id = e.tenant_id and a.id = e.agent_id
    where (${filter.tenantId}::uuid is null or e.tenant_id = ${filter.tenantId}::uuid)
      and (${filter.agentId}::uuid is null or e.agent_id = ${filter.agentId}::uuid)
      and (${filter.kind}::text is null or e.kind = ${filter.kind})
      and (${filter.state}::text is null
        or (${filter.state} = 'live' and e.outcome is null and e.expires_at >= now())
        or (${filter.state} = 'overdue' and e.outcome is null and e.expires_at < now() and e.acknowledged_at is null)
        or (${filter.state} = 'done' and e.outcome is not null))
      and (${filter.after === null} or (e.issued_at, e.nonce) < (${filter.after?.issued_at ?? null}::timestamptz, ${filter.after?.nonce ?? null}::uuid))
    order by e.issued_at desc, e.nonce desc limit ${filter.limit}`);
}

const evidenceRow = eatRow.extend({
  /** When it was ordered; null for imported history. */
  requested_at: z.string().nullable(),
  msp_id: z.uuid(),
  token: z.string().nullable(),
  signature: z.instanceof(Buffer).nullable(),
  key_id: z.string().nullable(),
  result_text: z.string().nullable(),
  result_signature: z.instanceof(Buffer).nullable(),
  /** The key of the result; without one, the key that is pinned now. */
  agent_public_key: z.instanceof(Buffer),
  pinned_key: z.instanceof(Buffer),
  /** By the database's clock. */
  is_past: z.boolean(),
});
/** A token with everything that proves it. */
export type EatEvidence = z.infer<typeof evidenceRow>;

/** One token with its evidence; null when it is not in scope. */
export async function findEat(tx: AnyTx, nonce: string): Promise<EatEvidence | null> {
  return tx.maybeOne(sql.type(evidenceRow)`
    select ${EAT}, o.created_at as requested_at, t.msp_owner as msp_id, e.token, e.signature, e.key_id, e.result_text, e.result_signature,
      coalesce(e.result_public_key, a.public_key) as agent_public_key, a.public_key as pinned_key, e.expires_at < now() as is_past
    from eats e join agents a on a.tenant_id = e.tenant_id and a.id = e.agent_id join tenants t on t.id = e.tenant_id
      left join eat_orders o on o.tenant_id = e.tenant_id and o.nonce = e.nonce
    where e.nonce = ${nonce}::uuid`);
}

/** The same with the row locked, for a result that comes in. */
export async function lockEat(tx: TenantTx, nonce: string): Promise<EatEvidence | null> {
  const found = await tx.query(sql.unsafe`select from eats where nonce = ${nonce}::uuid for update`);
  return found.rowCount === 0 ? null : findEat(tx, nonce);
}

/** What an agent reported, as it is stored. */
export type EatResultRecord = {
  readonly nonce: string;
  readonly outcome: ExecutionOutcome;
  readonly refusal_code: string | null;
  readonly is_dry_run: boolean;
  readonly started_at: string;
  readonly result_text: string;
  readonly result_signature: Buffer;
  /** The pinned key that the signature was checked with. */
  readonly public_key: Buffer;
};

/** Stores the first result of a token; false when there is one already. */
export async function recordEatResult(tx: TenantTx, result: EatResultRecord): Promise<boolean> {
  const done = await tx.query(sql.unsafe`
    update eats set outcome = ${result.outcome}, refusal_code = ${result.refusal_code}, is_dry_run = ${result.is_dry_run}, result_at = now(), started_at = ${result.started_at}::timestamptz,
      result_text = ${result.result_text}, result_signature = ${sql.binary(result.result_signature)},
      result_public_key = ${sql.binary(result.public_key)}, delivered_at = coalesce(delivered_at, now())
    where nonce = ${result.nonce}::uuid and result_text is null`);
  return done.rowCount === 1;
}

/** Notes that the agent holds the token; the first time counts. */
export async function noteDelivery(tx: TenantTx, nonce: string): Promise<void> {
  await tx.query(
    sql.unsafe`update eats set delivered_at = now() where nonce = ${nonce}::uuid and delivered_at is null`,
  );
}

/** Somebody has seen that no result came; false when there is nothing overdue to acknowledge. */
export async function acknowledgeOverdue(tx: TenantTx, nonce: string, userId: string): Promise<boolean> {
  const done = await tx.query(sql.unsafe`
    update eats set acknowledged_at = now(), acknowledged_by = ${userId}::uuid
    where nonce = ${nonce}::uuid and outcome is null and expires_at < now() and acknowledged_at is null`);
  return done.rowCount === 1;
}

const stateRow = z.object({
  agent_id: z.uuid(),
  outcome: z.string().nullable(),
  /** The host only pretended. */
  is_dry_run: z.boolean(),
  expires_at: z.string(),
  is_past: z.boolean(),
});

/** Where a token stands, by the database's clock. */
export async function findEatState(tx: AnyTx, nonce: string): Promise<z.infer<typeof stateRow> | null> {
  return tx.maybeOne(sql.type(stateRow)`
    select agent_id, outcome, is_dry_run, expires_at, expires_at < now() as is_past from eats where nonce = ${nonce}::uuid`);
}

const auditedRow = z.object({ audited: z.boolean() });

/** Whether the audit log says of a token that it is overdue; meant to be asked under the lock of its order. */
export async function isAuditedOverdue(tx: TenantTx, nonce: string): Promise<boolean> {
  const { audited } = await tx.one(sql.type(auditedRow)`
    select exists (select from audit_log where event_type = 'emergency_token_overdue' and event_data ? 'nonce' and event_data ->> 'nonce' = ${nonce}) as audited`);
  return audited;
}

const startRow = z.object({
  nonce: z.uuid(),
  tenant_id: z.uuid(),
  msp_id: z.uuid(),
  agent_id: z.uuid(),
  kind: z.string(),
});

/**
 * Orders without a token that nobody works on: whoever should have started them has died in between. Old ones too: the
 * signer refuses what is no emergency any more, and then they are given up with an audit row instead of being forgotten.
 */
export async function listForgottenOrders(tx: AnyTx): Promise<readonly z.infer<typeof startRow>[]> {
  return tx.any(sql.type(startRow)`
    select o.nonce, o.tenant_id, o.msp_id, o.agent_id, o.kind from eat_orders o
    where o.quorum_request_id is null and o.abandoned_at is null
      and o.created_at between now() - interval '31 days' and now() - interval '15 seconds'
      and not exists (select from eats e where e.nonce = o.nonce)
    order by o.created_at limit 500`);
}
