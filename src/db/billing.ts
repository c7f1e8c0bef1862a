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

const closedCountRow = z.object({ lines: z.int() });

/**
 * Freezes a month for every tenant that was there before it began and has no line yet; gives how many it froze. Within a
 * day of the month's end it counts the hosts that were active at that end, which is what the source's statement would have
 * said then, and keeps the number as the last day's count. Later it cannot know any more, and takes the last count of the
 * month; where the hub did not count, the hosts of its end that are still known.
 */
export async function closeBillingMonth(
  tx: SystemTx,
  month: { readonly month: string; readonly from: string; readonly until: string },
): Promise<number> {
  const { lines } = await tx.one(sql.type(closedCountRow)`
    with c as (
      select t.id as tenant_id, t.msp_owner, t.name, seen.basis, case seen.basis when 'daily_count' then d.active_agents else (
          select count(*) from agents a where a.tenant_id = t.id and a.registered_at < ${month.until}::timestamptz
            -- Switched off since the month's end: it was active until then.
            and (a.is_active or a.deactivated_at >= ${month.until}::timestamptz)) end::int as active_agents
      from tenants t left join lateral (
        select active_agents from agent_daily_counts d
        where d.tenant_id = t.id and d.day >= ${month.from}::date and d.day < ${month.until}::date order by day desc limit 1) d on true
      cross join lateral (select case when now() < ${month.until}::timestamptz + interval '1 day' then 'closing_count'
        when d.active_agents is null then 'reconstructed' else 'daily_count' end as basis) seen
      where t.created_at < ${month.from}::timestamptz
    ), closed as (
      insert into billing_months (tenant_id, month, msp_id, tenant_name, active_agents, billable_agents, monthly_cents, basis)
      select c.tenant_id, ${month.month}, c.msp_owner, c.name, c.active_agents, ${LINE}, c.basis
      from c on conflict do nothing returning tenant_id, active_agents, basis
    ), counted as (
      insert into agent_daily_counts (tenant_id, day, active_agents)
      select tenant_id, ${month.until}::date - 1, active_agents from closed where basis = 'closing_count'
      on conflict (tenant_id, day) do update set active_agents = excluded.active_agents
    )
    select count(*)::int as lines from closed`);
  return lines;
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

const closedRow = billingRow.extend({
  basis: z.enum(['closing_count', 'daily_count', 'reconstructed']),
  closed_at: z.string(),
});

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
