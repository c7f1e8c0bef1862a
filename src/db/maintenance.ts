/** Maintenance windows: what people planned, and the periods it means. What they silence is asked in silence.ts. */

import type { FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import type { Span } from '../domain/localTime.ts';
import { type MaintenanceSchedule, maintenanceSchedule } from '../domain/maintenanceSchedule.ts';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';

/** A window as the API shows it. */
export const windowRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  title: z.string(),
  reason: z.string(),
  scope: z.enum(['tenant', 'group', 'agents']),
  group_id: z.uuid().nullable(),
  agent_ids: z.array(z.uuid()).nullable(),
  schedule: maintenanceSchedule,
  state: z.enum(['planned', 'open', 'ended', 'cancelled']),
  next_from: z.string().nullable(),
  next_until: z.string().nullable(),
  created_by_email: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  cancelled_at: z.string().nullable(),
  cancelled_by_email: z.string().nullable(),
});
export type WindowRow = z.infer<typeof windowRow>;

/** The hosts of a window: all of the tenant, those of a group at each moment, or some. */
export type WindowScope =
  | { readonly kind: 'tenant' }
  | { readonly kind: 'group'; readonly group_id: string }
  | { readonly kind: 'agents'; readonly agent_ids: readonly string[] };

const SELECT_WINDOWS = sql.fragment`
  select w.id, w.tenant_id, w.title, w.reason, w.scope, w.group_id, w.agent_ids, w.schedule,
    case when w.cancelled_at is not null then 'cancelled' when p.ends_at is null then 'ended' when p.starts_at <= now() then 'open' else 'planned' end as state,
    p.starts_at as next_from, p.ends_at as next_until, w.created_by_email, w.created_at, w.updated_at, w.cancelled_at, w.cancelled_by_email
  from maintenance_windows w
    left join lateral (
      select starts_at, ends_at from maintenance_periods p
      where (p.tenant_id, p.window_id) = (w.tenant_id, w.id) and p.ends_at > now() order by p.starts_at limit 1
    ) p on true`;

/** Whether a window `w` covers a host now; a null host is the tenant itself, which only windows over all of it cover. */
export function covers(tenantId: FragmentSqlToken, agentId: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(w.tenant_id = ${tenantId} and (w.scope = 'tenant' or ${agentId} = any (w.agent_ids)
    or exists (select from group_members m where (m.tenant_id, m.group_id, m.agent_id) = (w.tenant_id, w.group_id, ${agentId}))))`;
}

/**
 * The times (`window_id, starts_at, ends_at`) that a host was or will be in maintenance, as a sub-select. A group's windows
 * count from when the host joined it, and what it has spent in those of a group that it left since is its own
 * (migrations/0137): no change of members changes what has passed. A null host is the tenant itself.
 */
export function coveredTimes(tenantId: FragmentSqlToken, agentId: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select p.window_id, p.starts_at, p.ends_at
    from maintenance_periods p join maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
    where p.tenant_id = ${tenantId} and (w.scope = 'tenant' or ${agentId} = any (w.agent_ids))
    union all
    select p.window_id, greatest(p.starts_at, m.added_at), p.ends_at
    from group_members m join maintenance_windows w on (w.tenant_id, w.group_id) = (m.tenant_id, m.group_id)
      join maintenance_periods p on (p.tenant_id, p.window_id) = (w.tenant_id, w.id)
    where m.tenant_id = ${tenantId} and m.agent_id = ${agentId} and p.ends_at > m.added_at
    union all
    select s.window_id, s.starts_at, s.ends_at from maintenance_spent s
    where s.tenant_id = ${tenantId} and s.agent_id = ${agentId}
  )`;
}

/** What a list of windows is narrowed to; `after` is the sort key of the last row of the page before. */
export type WindowFilter = {
  readonly tenantId: string | null;
  readonly agentId: string | null;
  readonly states: readonly WindowRow['state'][];
  readonly after: { readonly created: string; readonly id: string } | null;
  readonly limit: number;
};

/** Windows in scope, the newest first. */
export async function listWindows(tx: AnyTx, filter: WindowFilter): Promise<readonly WindowRow[]> {
  const { after, agentId } = filter;
  return tx.any(sql.type(windowRow)`
    select * from (${SELECT_WINDOWS}
      where (${filter.tenantId}::uuid is null or w.tenant_id = ${filter.tenantId}::uuid)
        and (${agentId}::uuid is null or exists (
          select from agents a where a.id = ${agentId}::uuid and ${covers(sql.fragment`a.tenant_id`, sql.fragment`a.id`)}))
        and (${after === null} or (w.created_at, w.id) < (${after?.created ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    ) found where state = any (${sql.array([...filter.states], 'text')})
    order by created_at desc, id desc limit ${filter.limit}`);
}

/** One window in scope. */
export async function findWindow(tx: AnyTx, id: string): Promise<WindowRow | null> {
  return tx.maybeOne(sql.type(windowRow)`${SELECT_WINDOWS} where w.id = ${id}::uuid`);
}

const idRow = z.object({ id: z.uuid() });

/** Of these hosts, those that the tenant has. */
export async function listKnownAgents(
  tx: TenantTx,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.any(sql.type(idRow)`
    select id from agents where tenant_id = ${tenantId}::uuid and id = any (${sql.array([...ids], 'uuid')})`);
  return new Set(rows.map((row) => row.id));
}

const nowRow = z.object({ now: z.string() });

/** The moment by which the statements of this transaction judge what is open, in milliseconds. */
export async function transactionMs(tx: TenantTx): Promise<number> {
  return Date.parse((await tx.one(sql.type(nowRow)`select now() as now`)).now);
}

/** What people decide about a window. */
export type WindowDefinition = {
  readonly title: string;
  readonly reason: string;
  readonly scope: WindowScope;
  readonly schedule: MaintenanceSchedule;
};

/** Makes a window with its periods; gives its id. */
export async function insertWindow(
  tx: TenantTx,
  tenantId: string,
  window: WindowDefinition & { readonly periods: readonly Span[]; readonly created_by_email: string },
): Promise<string> {
  const { scope } = window;
  const { id } = await tx.one(sql.type(idRow)`
    insert into maintenance_windows (tenant_id, title, reason, scope, group_id, agent_ids, schedule, created_by_email)
    values (${tenantId}::uuid, ${window.title}, ${window.reason}, ${scope.kind},
      ${scope.kind === 'group' ? scope.group_id : null}::uuid,
      ${scope.kind === 'agents' ? sql.array([...new Set(scope.agent_ids)], 'uuid') : null}, ${JSON.stringify(window.schedule)}::jsonb,
      ${window.created_by_email})
    returning id`);
  await insertPeriods(tx, tenantId, id, window.periods);
  return id;
}

/** Replaces what people decide about a window but its hosts, which stay: clocks have gone by them. */
export async function updateWindow(
  tx: TenantTx,
  tenantId: string,
  id: string,
  change: Omit<WindowDefinition, 'scope'>,
): Promise<void> {
  await tx.query(sql.unsafe`
    update maintenance_windows set title = ${change.title}, reason = ${change.reason}, schedule = ${JSON.stringify(change.schedule)}::jsonb, updated_at = now()
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid`);
}

/** Marks a window as cancelled; its periods are replaced by none. */
export async function cancelWindow(tx: TenantTx, tenantId: string, id: string, email: string): Promise<void> {
  await tx.query(sql.unsafe`
    update maintenance_windows set cancelled_at = now(), cancelled_by_email = ${email}, updated_at = now()
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid`);
}

/** Replaces the periods of a window from a moment (milliseconds) on: one that is open ends there, later ones go. */
export async function replacePeriods(
  tx: TenantTx,
  tenantId: string,
  windowId: string,
  periods: readonly Span[],
  nowMs: number,
): Promise<void> {
  const now = sql.fragment`${new Date(nowMs).toISOString()}::timestamptz`;
  const own = sql.fragment`tenant_id = ${tenantId}::uuid and window_id = ${windowId}::uuid`;
  await tx.query(sql.unsafe`delete from maintenance_periods where ${own} and starts_at >= ${now}`);
  await tx.query(sql.unsafe`update maintenance_periods set ends_at = ${now} where ${own} and ends_at > ${now}`);
  await insertPeriods(tx, tenantId, windowId, periods);
}

async function insertPeriods(
  tx: TenantTx,
  tenantId: string,
  windowId: string,
  periods: readonly Span[],
): Promise<void> {
  const rows = periods.map(({ fromMs, untilMs }) => ({
    starts_at: new Date(fromMs).toISOString(),
    ends_at: new Date(untilMs).toISOString(),
  }));
  await tx.query(sql.unsafe`
    insert into maintenance_periods (tenant_id, window_id, starts_at, ends_at)
    select ${tenantId}::uuid, ${windowId}::uuid, starts_at, ends_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (starts_at timestamptz, ends_at timestamptz)`);
}

/** The open one-off window of exactly this host, which "maintenance until" on the host means. */
export async function findHostWindow(tx: TenantTx, tenantId: string, agentId: string): Promise<WindowRow | null> {
  return tx.maybeOne(sql.type(windowRow)`
    select * from (${SELECT_WINDOWS} where w.tenant_id = ${tenantId}::uuid and w.agent_ids = array[${agentId}::uuid] and w.schedule ->> 'kind' = 'once') found
    where state = 'open' order by next_until desc limit 1`);
}
