/**
 * The demonstration's rows. Written once, into a database without any MSP, by a role that row-level security does
 * not bind: history is made in bulk, as no runtime role could make it.
 */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import type { Json } from '../domain/canonicalJson.ts';
import { sql } from './pool.ts';
import { type SystemTx, withSystem } from './scope.ts';

/** Thrown when the seed cannot run as this role. */
export class DemoSeedError extends Error {
  override name = 'DemoSeedError';
}

const stateRow = z.object({ has_msp: z.boolean(), is_bound: z.boolean() });

/**
 * Runs `work` when there is no MSP yet, in one transaction; false when there is one. Two seeds at once: the lock
 * lets the second find the first one's MSP.
 */
export async function seedOnce(pool: DatabasePool, work: (tx: SystemTx) => Promise<void>): Promise<boolean> {
  return withSystem(pool, async (tx) => {
    await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtext('monsys:demo_seed'))`);
    const state = await tx.one(sql.type(stateRow)`
      select exists (select from msps) as has_msp, not (rolsuper or rolbypassrls) as is_bound from pg_roles where rolname = current_user`);
    if (state.is_bound)
      throw new DemoSeedError(
        'Seed the demonstration as the owner of the cluster: row-level security binds this role.',
      );
    if (state.has_msp) return false;
    await work(tx);
    return true;
  });
}

/** Tables that the demonstration fills. */
export type DemoTable =
  | 'msps'
  | 'tenants'
  | 'users'
  | 'api_tokens'
  | 'enrolment_tokens'
  | 'agents'
  | 'inventories'
  | 'metric_samples'
  | 'security_findings'
  | 'baseline_files'
  | 'alerts'
  | 'tenant_settings'
  | 'kernel_changes'
  | 'trust_scores'
  | 'eats'
  | 'audit_packs'
  | 'agent_daily_counts'
  | 'msp_invoicing'
  | 'tenant_invoicing'
  | 'price_lists'
  | 'sla_policies'
  | 'on_call_schedules'
  | 'on_call_overrides'
  | 'escalation_policies'
  | 'groups'
  | 'group_runbooks'
  | 'maintenance_windows'
  | 'maintenance_periods'
  | 'sessions'
  | 'invitations'
  | 'integration_tokens'
  | 'impersonations'
  | 'handover_contacts'
  | 'tenant_branding'
  | 'quorum_requests'
  | 'quorum_targets'
  | 'quorum_decisions'
  | 'quorum_fires'
  | 'eat_orders'
  | 'webhooks'
  | 'webhook_subscriptions'
  | 'webhook_secrets'
  | 'audit_log'
  | 'audit_chain_heads';

/** One row by column name; bytes as `\x` and hex digits, times as ISO 8601. */
export type DemoRow = { readonly [column: string]: Json };

/** Inserts rows of one table in one statement. Columns that the first row does not name take their default. */
export async function insertDemoRows(tx: SystemTx, table: DemoTable, rows: readonly DemoRow[]): Promise<void> {
  const first = rows[0];
  if (first === undefined) return;
  const name = sql.identifier([table]);
  const columns = sql.join(
    Object.keys(first).map((column) => sql.identifier([column])),
    sql.fragment`, `,
  );
  // The table's own row type reads the JSON, so that no list of column types can go stale.
  await tx.query(sql.unsafe`
    insert into ${name} (${columns}) select ${columns} from jsonb_populate_recordset(null::${name}, ${JSON.stringify(rows)}::jsonb)`);
}

/** Alerts that the matching of kernels raised become part of the story: an engineer has taken them on. */
export async function acknowledgeDemoAlerts(tx: SystemTx, userId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update alerts set status = 'acknowledged', acknowledged_at = opened_at + interval '40 minutes', acknowledged_by = ${userId}::uuid
    where source = 'cve' and status = 'open'`);
  await tx.query(sql.unsafe`update alerts set is_demo = true where not is_demo`);
}

/** Numbers the alerts of every tenant by their time, after `offset`; the next alert goes on from there. */
export async function renumberDemoAlerts(tx: SystemTx, offset: number): Promise<void> {
  // Through negative numbers, as the unique key is checked row by row.
  await tx.query(sql.unsafe`
    update alerts a set number = -n.rank from (
      select id, row_number() over (partition by tenant_id order by opened_at, id) as rank from alerts
    ) n where n.id = a.id`);
  await tx.query(sql.unsafe`update alerts set number = ${offset} - number`);
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id, next_alert_number) select tenant_id, max(number) + 1 from alerts group by tenant_id
    on conflict (tenant_id) do update set next_alert_number = excluded.next_alert_number`);
}

const timelineRow = z.object({
  tenant_id: z.uuid(),
  kev: z.boolean(),
  detected_at: z.string(),
  patched_at: z.string().nullable(),
  host_cves: z.number(),
});
/** CVEs of a tenant's hosts that were found and patched at the same moments. */
export type CveTimeline = z.infer<typeof timelineRow>;

/** When CVEs were open, from which the history of the scores is told. */
export async function listCveTimelines(tx: SystemTx): Promise<readonly CveTimeline[]> {
  return tx.any(sql.type(timelineRow)`
    select c.tenant_id, k.cve_id is not null as kev, c.detected_at, c.patched_at, count(distinct (c.agent_id, c.cve_id)) as host_cves
    from agent_cves c left join kev_entries k using (cve_id) group by 1, 2, 3, 4`);
}

/** Members came as the group was made, by the same pass as any others. */
export async function backdateDemoMembers(tx: SystemTx): Promise<void> {
  await tx.query(sql.unsafe`
    update group_members m set added_at = g.created_at from groups g where (g.tenant_id, g.id) = (m.tenant_id, m.group_id)`);
  await tx.query(sql.unsafe`update groups set members_changed_at = created_at where member_count > 0`);
}

/**
 * Deliveries of a webhook that told a ticket system of alerts between two moments. Each seventh was taken at the second
 * try. The bodies are those of the trigger in migrations/0115.
 */
export async function insertDemoDeliveries(
  tx: SystemTx,
  told: { readonly webhookId: string; readonly from: string; readonly until: string },
): Promise<void> {
  await tx.query(sql.unsafe`
    with happened as (
      select a.*, 'alert.created' as event, a.opened_at as at from alerts a where a.source <> 'cve'
      union all select a.*, 'alert.resolved', a.resolved_at from alerts a where a.source <> 'cve' and a.status = 'resolved'
    ), numbered as (
      select h.*, t.msp_owner, gen_random_uuid() as delivery_id, row_number() over (order by h.at, h.id) as place
      from happened h join tenants t on t.id = h.tenant_id where h.at >= ${told.from}::timestamptz and h.at < ${told.until}::timestamptz
    )
    insert into webhook_deliveries (id, webhook_id, msp_id, tenant_id, event, body, status, attempts, created_at, started_at, finished_at)
    select n.delivery_id, ${told.webhookId}::uuid, n.msp_owner, n.tenant_id, n.event, json_build_object(
        'event', n.event, 'delivery_id', n.delivery_id, 'timestamp', app.webhook_time(n.at), 'tenant_id', n.tenant_id, 'agent_id', n.agent_id,
        'alert', json_build_object('id', n.id, 'number', n.number, 'severity', n.severity, 'category', n.source, 'title', n.title,
          'hostname', (select g.hostname from agents g where (g.tenant_id, g.id) = (n.tenant_id, n.agent_id)),
          'created_at', app.webhook_time(n.opened_at),
          'resolved_at', case n.event when 'alert.resolved' then app.webhook_time(n.resolved_at) end,
          'resolution', case n.event when 'alert.resolved' then n.resolution end))::text,
      'delivered', tries.attempts, n.at, n.at, n.at + case when n.place % 7 = 0 then interval '12 seconds' else interval '1 second' end
    from numbered n cross join lateral (
      select jsonb_agg(jsonb_build_object('at', app.webhook_time(n.at + t.after), 'status_code', t.status_code,
        'duration_ms', 90 + n.place * 37 % 160, 'answer', '', 'error', t.error) order by t.after) as attempts
      from (values (interval '0', 503, 'The receiver answered 503 instead of 2xx.'), (case when n.place % 7 = 0 then interval '11 seconds' else interval '0' end, 201, null))
        t (after, status_code, error)
      where t.status_code = 201 or n.place % 7 = 0
    ) tries`);
  await tx.query(sql.unsafe`
    update webhooks w set last_success_at = (select max(finished_at) from webhook_deliveries d where d.webhook_id = w.id)
    where w.id = ${told.webhookId}::uuid`);
}

const toldRow = z.object({
  tenant_id: z.uuid().nullable(),
  event_type: z.string(),
  event_data: z.record(z.string(), z.json()),
});
/** An event that the product's own functions recorded while the story was told. */
export type ToldEvent = z.infer<typeof toldRow>;

/**
 * Takes what the hub itself recorded in this very transaction out of the log, so that it is told again at the time of
 * the story. Only the seed can: nobody has seen these rows, and no runtime role may delete one.
 */
export async function takeRecordedEvents(tx: SystemTx): Promise<readonly ToldEvent[]> {
  const events = await tx.any(sql.type(toldRow)`
    select tenant_id, event_type, event_data from audit_log order by chain_id, seq`);
  await tx.query(sql.unsafe`delete from audit_log`);
  await tx.query(sql.unsafe`delete from audit_chain_heads`);
  return events;
}
