/** Counts of active agents, and months frozen for the invoice. */

import { z } from 'zod';
import { AGENT_CENTS, FREE_AGENTS } from '../domain/billing.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx } from './scope.ts';

/** A tenant's line of a month. */
export const billingRow = z.object({
  tenant_id: z.uuid(),
  name: z.string(),
  active_agents: z.int(),
  billable_agents: z.int(),
  monthly_cents: z.int(),
});
export type BillingRow = z.infer<typeof billingRow>;

// The source's statement with tenants that have no agent, and in integer cents.
const LINE = sql.fragment`greatest(c.active_agents - ${FREE_AGENTS}, 0) as billable_agents,
  greatest(c.active_agents - ${FREE_AGENTS}, 0) * ${AGENT_CENTS} as monthly_cents`;

/** The running month, as it stands now: tenants of the MSP that were there before the month began. */
export async function listRunningMonth(tx: AnyTx, mspId: string, monthFrom: string): Promise<readonly BillingRow[]> {
  return tx.any(sql.type(billingRow)`
    with c as (
      select t.id as tenant_id, t.name, (count(a.id) filter (where a.is_active))::int as active_agents
      from tenants t left join agents a on a.tenant_id = t.id
      where t.msp_owner = ${mspId}::uuid and t.created_at < ${monthFrom}::timestamptz group by t.id
    )
    select c.tenant_id, c.name, c.active_agents, ${LINE} from c order by monthly_cents desc, c.name, c.tenant_id`);
}

/** A closed month, as it was frozen; empty when it is not closed. */
export async function listClosedMonth(tx: AnyTx, mspId: string, month: string): Promise<readonly BillingRow[]> {
  return tx.any(sql.type(billingRow)`
    select tenant_id, tenant_name as name, active_agents, billable_agents, monthly_cents from billing_months
    where msp_id = ${mspId}::uuid and month = ${month} order by monthly_cents desc, tenant_name, tenant_id`);
}

/** Takes the count of today for every tenant; again on the same day, it is replaced. */
export async function countActiveAgents(tx: SystemTx): Promise<number> {
  const result = await tx.query(sql.unsafe`
    insert into agent_daily_counts (tenant_id, day, active_agents)
    select t.id, (now() at time zone 'UTC')::date, count(a.id) filter (where a.is_active)
    from tenants t left join agents a on a.tenant_id = t.id group by t.id
    on conflict (tenant_id, day) do update set active_agents = excluded.active_agents`);
  return result.rowCount;
}

/**
 * Freezes a month for every tenant that was there before it began and has no line yet. The count is the last one
 * taken in the month; where the hub did not count, the active agents that had registered by its end.
 */
export async function closeBillingMonth(
  tx: SystemTx,
  month: { readonly month: string; readonly from: string; readonly until: string },
): Promise<number> {
  const result = await tx.query(sql.unsafe`
    with c as (
      select t.id as tenant_id, t.msp_owner, t.name, d.active_agents as counted,
        coalesce(d.active_agents, (select count(*) from agents a where a.tenant_id = t.id and a.is_active and a.registered_at < ${month.until}::timestamptz))::int as active_agents
      from tenants t left join lateral (
        select active_agents from agent_daily_counts d
        where d.tenant_id = t.id and d.day >= ${month.from}::date and d.day < ${month.until}::date order by day desc limit 1) d on true
      where t.created_at < ${month.from}::timestamptz
    )
    insert into billing_months (tenant_id, month, msp_id, tenant_name, active_agents, billable_agents, monthly_cents, basis)
    select c.tenant_id, ${month.month}, c.msp_owner, c.name, c.active_agents, ${LINE}, case when c.counted is null then 'reconstructed' else 'daily_count' end
    from c on conflict do nothing`);
  return result.rowCount;
}

const dayRow = z.object({ day: z.string(), active_agents: z.int() });

/** The counts behind a tenant's month. */
export async function listDailyCounts(
  tx: AnyTx,
  tenantId: string,
  month: { readonly from: string; readonly until: string },
): Promise<readonly z.infer<typeof dayRow>[]> {
  return tx.any(sql.type(dayRow)`
    select day, active_agents from agent_daily_counts
    where tenant_id = ${tenantId}::uuid and day >= ${month.from}::date and day < ${month.until}::date order by day`);
}

const closedRow = billingRow.extend({ basis: z.enum(['daily_count', 'reconstructed']), closed_at: z.string() });

/** A tenant's frozen line; null while the month is not closed. */
export async function findClosedLine(
  tx: AnyTx,
  tenantId: string,
  month: string,
): Promise<z.infer<typeof closedRow> | null> {
  return tx.maybeOne(sql.type(closedRow)`
    select tenant_id, tenant_name as name, active_agents, billable_agents, monthly_cents, basis, closed_at from billing_months
    where tenant_id = ${tenantId}::uuid and month = ${month}`);
}

const nowRow = z.object({ month: z.string() });

/** The running month by the database's clock, in UTC. */
export async function getRunningMonth(tx: AnyTx): Promise<string> {
  return (await tx.one(sql.type(nowRow)`select to_char(now() at time zone 'UTC', 'YYYY-MM') as month`)).month;
}

const todayRow = z.object({ today: z.string() });

/** Today by the database's clock, in UTC. */
export async function getToday(tx: AnyTx): Promise<string> {
  return (await tx.one(sql.type(todayRow)`select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') as today`)).today;
}

const hostRow = z.object({ hostname: z.string(), registered_at: z.string() });

/** The hosts that a running month counts. */
export async function listCountedHosts(tx: AnyTx, tenantId: string): Promise<readonly z.infer<typeof hostRow>[]> {
  return tx.any(sql.type(hostRow)`
    select hostname, registered_at from agents where tenant_id = ${tenantId}::uuid and is_active order by registered_at, hostname limit 10000`);
}
