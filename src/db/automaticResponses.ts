/** Actions proposed with alerts, and what was decided about them. */

import { z } from 'zod';
import type { EatAction } from '../domain/eat.ts';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';

/** Stores what a reporter proposes with a new alert; the first proposal of an alert counts. */
export async function insertProposal(
  tx: TenantTx,
  proposal: {
    readonly alert_id: string;
    readonly tenant_id: string;
    readonly agent_id: string;
    readonly action: EatAction;
    readonly level: number;
    readonly confidence: number;
  },
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into automatic_responses (alert_id, tenant_id, agent_id, action, level, confidence)
    values (${proposal.alert_id}::uuid, ${proposal.tenant_id}::uuid, ${proposal.agent_id}::uuid, ${JSON.stringify(proposal.action)}::jsonb,
      ${proposal.level}, ${proposal.confidence}::real)
    on conflict do nothing`);
  return result.rowCount === 1;
}

const proposalRow = z.object({
  nonce: z.uuid(),
  agent_id: z.uuid(),
  action: z.json(),
  level: z.union([z.literal(1), z.literal(2)]),
  confidence: z.number(),
  decision: z.string().nullable(),
  automatic_level: z.number(),
  alert_status: z.enum(['open', 'acknowledged', 'resolved']),
  alert_title: z.string(),
  is_host_active: z.boolean(),
  hosts: z.number(),
  other_hosts_answered: z.number(),
});
export type ProposalRow = z.infer<typeof proposalRow>;

/**
 * A proposal with all that decides it, its row locked; null when there is none. Decisions of one tenant come one after
 * the other: each counts the hosts that those before it ordered something for.
 */
export async function lockProposal(tx: TenantTx, alertId: string): Promise<ProposalRow | null> {
  const found = await tx.query(
    sql.unsafe`select from automatic_responses where alert_id = ${alertId}::uuid for update`,
  );
  if (found.rowCount === 0) return null;
  await tx.query(sql.unsafe`
    select pg_advisory_xact_lock(hashtextextended('automatic ' || tenant_id, 0)) from automatic_responses where alert_id = ${alertId}::uuid`);
  return tx.one(sql.type(proposalRow)`
    select r.nonce, r.agent_id, r.action, r.level, r.confidence, r.decision, coalesce(s.automatic_level, 0) as automatic_level,
      l.status as alert_status, l.title as alert_title, a.is_active as is_host_active,
      (select count(*) from agents h where h.tenant_id = r.tenant_id and h.is_active) as hosts,
      (select count(distinct o.agent_id) from automatic_responses o where o.tenant_id = r.tenant_id and o.agent_id <> r.agent_id
        and o.decision = 'ordered' and o.decided_at > clock_timestamp() - interval '1 hour') as other_hosts_answered
    from automatic_responses r
      join alerts l on l.tenant_id = r.tenant_id and l.id = r.alert_id
      join agents a on a.tenant_id = r.tenant_id and a.id = r.agent_id
      left join tenant_settings s on s.tenant_id = r.tenant_id
    where r.alert_id = ${alertId}::uuid`);
}

/** Writes the decision down, once. */
export async function closeProposal(tx: TenantTx, alertId: string, decision: string): Promise<void> {
  await tx.query(sql.unsafe`
    update automatic_responses set decided_at = now(), decision = ${decision} where alert_id = ${alertId}::uuid and decision is null`);
}

const orderedRow = z.object({ is_ordered: z.boolean() });

/** Whether the hub decided to answer this alert with this token; what the signer asks before it believes an order. */
export async function isOrderedAnswer(tx: AnyTx, alertId: string, nonce: string): Promise<boolean> {
  const row = await tx.one(sql.type(orderedRow)`
    select exists (select from automatic_responses
      where alert_id = ${alertId}::uuid and nonce = ${nonce}::uuid and decision = 'ordered') as is_ordered`);
  return row.is_ordered;
}

const waitingRow = z.object({ alert_id: z.uuid(), tenant_id: z.uuid(), msp_id: z.uuid(), level: z.number() });

/** Proposals that nobody has decided and that somebody should be deciding by now. */
export async function listWaitingProposals(tx: AnyTx): Promise<readonly z.infer<typeof waitingRow>[]> {
  return tx.any(sql.type(waitingRow)`
    select r.alert_id, r.tenant_id, t.msp_owner as msp_id, r.level from automatic_responses r join tenants t on t.id = r.tenant_id
    where r.decision is null and r.proposed_at between now() - interval '1 hour' and now() - interval '15 seconds' limit 500`);
}

const levelRow = z.object({ automatic_level: z.number() });

/** Highest level that a tenant lets run by itself. */
export async function getAutomaticLevel(tx: AnyTx, tenantId: string): Promise<number> {
  const row = await tx.maybeOne(
    sql.type(levelRow)`select automatic_level from tenant_settings where tenant_id = ${tenantId}::uuid`,
  );
  return row?.automatic_level ?? 0;
}

/** Sets it. */
export async function setAutomaticLevel(tx: TenantTx, tenantId: string, level: number): Promise<void> {
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id, automatic_level) values (${tenantId}::uuid, ${level})
    on conflict (tenant_id) do update set automatic_level = excluded.automatic_level`);
}
