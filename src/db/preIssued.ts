/** Pre-issued tokens: what the hub knows of tokens that wait on hosts. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { TenantTx } from './scope.ts';

type Host = { readonly tenantId: string; readonly agentId: string };

const countRow = z.object({ count: z.number() });

/** Critical alerts that are open on a host: what `or_severity_critical` asks. */
export async function countOpenCriticalAlerts(tx: TenantTx, host: Host): Promise<number> {
  const { count } = await tx.one(sql.type(countRow)`
    select count(*) as count from alerts
    where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and status = 'open' and severity = 'critical'`);
  return count;
}

/** How far a token has got towards its host. */
const reachRow = z.object({ sent: z.boolean(), held: z.boolean(), link_state: z.enum(['online', 'offline']) });
export type TokenReach = z.infer<typeof reachRow>;

/** Whether the host may hold the token (sent, perhaps received) and whether it said so. */
export async function getTokenReach(tx: TenantTx, host: Host, nonce: string): Promise<TokenReach> {
  return tx.one(sql.type(reachRow)`
    select coalesce(o.sent_at is not null, false) as sent, coalesce(o.acked_at is not null, false) as held, a.link_state
    from agents a left join agent_outbox o on o.tenant_id = a.tenant_id and o.agent_id = a.id and o.dedupe_key = ${`eat:${nonce}`}
    where a.tenant_id = ${host.tenantId}::uuid and a.id = ${host.agentId}::uuid`);
}

/** Withdraws the command that carries the token when it was never sent; true when the host cannot have it. */
export async function withdrawUnsent(tx: TenantTx, host: Host, nonce: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update agent_outbox set acked_at = now(), ack = '{"status":"withdrawn"}'::jsonb
    where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and dedupe_key = ${`eat:${nonce}`} and sent_at is null`);
  return result.rowCount === 1;
}

/** Notes the wish to revoke; false when the token is not live any more. */
export async function markRevoked(tx: TenantTx, nonce: string, userId: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update eats set revoked_at = now(), revoked_by = ${userId}::uuid
    where nonce = ${nonce}::uuid and kind = 'pre_issued' and outcome is null and revoked_at is null and expires_at > now()`);
  return result.rowCount === 1;
}

/** The host (or the outbox) confirms that the token is void; false when it has an outcome already. */
export async function confirmRevocation(tx: TenantTx, nonce: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update eats set revocation_confirmed_at = now(), outcome = 'revoked', result_at = now()
    where nonce = ${nonce}::uuid and kind = 'pre_issued' and outcome is null and revoked_at is not null`);
  return result.rowCount === 1;
}

const closedRow = z.object({ outcome: z.string(), revoked: z.boolean(), agent_id: z.uuid() });

/** Ends a token whose window is over without a word of the host; null when it is not over, or has its outcome. */
export async function closeWindow(tx: TenantTx, nonce: string): Promise<z.infer<typeof closedRow> | null> {
  return tx.maybeOne(sql.type(closedRow)`
    update eats set outcome = case when revoked_at is null then 'expired_unused' else 'revoked' end, result_at = now()
    where nonce = ${nonce}::uuid and kind = 'pre_issued' and outcome is null and expires_at < now()
    returning outcome, revoked_at is not null as revoked, agent_id`);
}

/** Pre-issued tokens of a host that are neither used, revoked nor over. */
export async function countLivePreIssued(tx: TenantTx, host: Host): Promise<number> {
  const { count } = await tx.one(sql.type(countRow)`
    select count(*) as count from eats
    where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and kind = 'pre_issued' and outcome is null
      and revoked_at is null and expires_at > now()`);
  return count;
}
