/** Alert rules and their evaluation over the fleet. */

import { z } from 'zod';
import { DEFAULT_RULES, METRICS, OPERATORS, type RuleDefinition, ruleTarget } from '../domain/alertRule.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx, TenantTx } from './scope.ts';

const definition = {
  name: z.string(),
  metric: z.enum(METRICS),
  operator: z.enum(OPERATORS),
  threshold: z.number(),
  metric_argument: z.string().nullable(),
  duration_secs: z.number(),
  severity: z.enum(SEVERITIES),
  target: ruleTarget,
  enabled: z.boolean(),
};

/** A rule as the API shows it. */
export const ruleRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  ...definition,
  created_at: z.string(),
  updated_at: z.string(),
});
export type RuleRow = z.infer<typeof ruleRow>;

const COLUMNS = sql.fragment`id, tenant_id, name, metric, operator, threshold, metric_argument, duration_secs, severity, target, enabled, created_at, updated_at`;

/** Rules in scope by name. */
export async function listRules(tx: AnyTx, tenantId: string | null): Promise<readonly RuleRow[]> {
  return tx.any(sql.type(ruleRow)`
    select ${COLUMNS} from alert_rules where ${tenantId}::uuid is null or tenant_id = ${tenantId}::uuid order by tenant_id, name, id limit 5000`);
}

/** Tenant of a rule in scope. */
export async function findRuleTenant(tx: AnyTx, id: string): Promise<string | null> {
  const row = await tx.maybeOne(sql.type(ruleRow)`select ${COLUMNS} from alert_rules where id = ${id}::uuid`);
  return row?.tenant_id ?? null;
}

/** Makes a rule. */
export async function insertRule(tx: TenantTx, tenantId: string, rule: RuleDefinition): Promise<RuleRow> {
  return tx.one(sql.type(ruleRow)`
    insert into alert_rules (tenant_id, name, metric, operator, threshold, metric_argument, duration_secs, severity, target, enabled)
    values (${tenantId}::uuid, ${rule.name}, ${rule.metric}, ${rule.operator}, ${rule.threshold}, ${rule.metric_argument}, ${rule.duration_secs},
      ${rule.severity}, ${JSON.stringify(rule.target)}::jsonb, ${rule.enabled})
    returning ${COLUMNS}`);
}

/** Replaces a rule; its waits start anew. */
export async function updateRule(tx: TenantTx, tenantId: string, id: string, rule: RuleDefinition): Promise<RuleRow> {
  await tx.query(
    sql.unsafe`delete from alert_rule_pending where tenant_id = ${tenantId}::uuid and rule_id = ${id}::uuid`,
  );
  return tx.one(sql.type(ruleRow)`
    update alert_rules set name = ${rule.name}, metric = ${rule.metric}, operator = ${rule.operator}, threshold = ${rule.threshold},
      metric_argument = ${rule.metric_argument}, duration_secs = ${rule.duration_secs}, severity = ${rule.severity},
      target = ${JSON.stringify(rule.target)}::jsonb, enabled = ${rule.enabled}, updated_at = now()
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid returning ${COLUMNS}`);
}

/** Deletes a rule with its waits. */
export async function deleteRule(tx: TenantTx, tenantId: string, id: string): Promise<string> {
  return tx.oneFirst(sql.type(z.strictObject({ name: z.string() }))`
    delete from alert_rules where tenant_id = ${tenantId}::uuid and id = ${id}::uuid returning name`);
}

/** Resolves the alerts of a rule that no longer watches. */
export async function clearRuleAlerts(
  tx: TenantTx,
  tenantId: string,
  ruleId: string,
  at: string,
  resolution: string,
): Promise<void> {
  await tx.query(sql.unsafe`
    update alerts set status = 'resolved', resolved_at = ${at}::timestamptz, resolution = ${resolution}
    where tenant_id = ${tenantId}::uuid and status <> 'resolved' and source = 'rule' and starts_with(fingerprint, ${`rule:${ruleId}:`})`);
}

/** Gives a tenant without any rule the default ones. */
export async function createDefaultRules(tx: AnyTx, tenantId: string): Promise<void> {
  await tx.query(sql.unsafe`
    insert into alert_rules (tenant_id, name, metric, operator, threshold, metric_argument, duration_secs, severity, target, enabled)
    select ${tenantId}::uuid, r.name, r.metric, r.operator, r.threshold, r.metric_argument, r.duration_secs, r.severity, r.target, r.enabled
    from jsonb_to_recordset(${JSON.stringify(DEFAULT_RULES)}::jsonb) as r (name text, metric text, operator text, threshold float8,
      metric_argument text, duration_secs int, severity text, target jsonb, enabled boolean)
    where not exists (select from alert_rules where tenant_id = ${tenantId}::uuid)`);
}

const observationRow = z.object({
  tenant_id: z.uuid(),
  rule_id: z.uuid(),
  subject_id: z.uuid(),
  agent_id: z.uuid().nullable(),
  hostname: z.string().nullable(),
  value: z.number().nullable(),
  pending_since: z.string().nullable(),
  has_alert: z.boolean(),
  ...definition,
});
/** One rule on one subject with what is known of it now. */
export type RuleObservationRow = z.infer<typeof observationRow>;

const tenantIdRow = z.object({ id: z.uuid() });

/** Tenants after the given one that have rules, for passes page by page. */
export async function listTenantsWithRules(
  tx: SystemTx,
  after: string | null,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.any(sql.type(tenantIdRow)`
    select id from tenants where (${after}::uuid is null or id > ${after}::uuid)
      and exists (select from alert_rules where tenant_id = tenants.id) order by id limit ${limit}`);
  return rows.map((row) => row.id);
}

/**
 * Every enabled rule of the tenants on every subject it watches, with the freshest value: samples older than two
 * minutes (five for disks) are no value. Hosts in maintenance are not watched. The latest sample is looked up
 * once per host, not per rule.
 */
export async function observeRules(tx: SystemTx, tenantIds: readonly string[]): Promise<readonly RuleObservationRow[]> {
  const tenants = sql.array([...tenantIds], 'uuid');
  return tx.any(sql.type(observationRow)`
    with rules as (
      select * from alert_rules where tenant_id = any (${tenants}) and enabled
    ), quiet as materialized (
      select tenant_id, agent_id from app.hosts_in_maintenance(now()) where tenant_id = any (${tenants})
    ), hosts as materialized (
      select a.tenant_id, a.id, a.hostname, a.tags, a.link_state, s.*,
        extract(epoch from now() - greatest(a.last_seen_at, p.hearing_since))::float8 as silent_secs,
        now() - s.sampled_at < interval '2 minutes' as is_fresh, now() - s.sampled_at < interval '5 minutes' as is_fresh_for_disks
      from agents a
        left join hub_presence p on true
        left join lateral (
          select sampled_at, cpu_pct, mem_pct, disk_pct, load_avg, network_rx_mbps, network_tx_mbps, processes from metric_samples m
          where m.tenant_id = a.tenant_id and m.agent_id = a.id order by sampled_at desc limit 1
        ) s on true
      where a.tenant_id = any (${tenants}) and a.is_active
        and not exists (select from quiet q where (q.tenant_id, q.agent_id) = (a.tenant_id, a.id))
    ), per_host as (
      select r.*, h.id as subject_id, h.id as agent_id, h.hostname,
        case r.metric
          when 'disk_pct' then case when h.is_fresh_for_disks then h.disk_pct end
          when 'agent_offline' then h.silent_secs
          else case when h.is_fresh then case r.metric
            when 'cpu_pct' then h.cpu_pct when 'mem_pct' then h.mem_pct when 'load_avg' then h.load_avg
            when 'network_rx_mbps' then h.network_rx_mbps when 'network_tx_mbps' then h.network_tx_mbps
            when 'process_running' then (r.metric_argument = any (h.processes))::int end end
        end::float8 as value
      from rules r join hosts h on h.tenant_id = r.tenant_id and case r.target ->> 'kind'
        when 'all' then true
        when 'tag' then h.tags @> array[r.target ->> 'tag']
        when 'agents' then (r.target -> 'agent_ids') ? h.id::text end
      where r.metric not in ('fleet_offline_count', 'fleet_critical_alerts', 'tag_offline_pct')
    ), per_fleet as (
      select r.*, r.tenant_id as subject_id, null::uuid as agent_id, null::text as hostname,
        case r.metric
          when 'fleet_offline_count' then (select count(*) from hosts h where h.tenant_id = r.tenant_id and h.link_state = 'offline')
          when 'fleet_critical_alerts' then (select count(*) from alerts a where a.tenant_id = r.tenant_id and a.status = 'open' and a.severity = 'critical')
          when 'tag_offline_pct' then (select 100.0 * count(*) filter (where h.link_state = 'offline') / nullif(count(*), 0)
            from hosts h where h.tenant_id = r.tenant_id and h.tags @> array[r.metric_argument])
        end::float8 as value
      from rules r where r.metric in ('fleet_offline_count', 'fleet_critical_alerts', 'tag_offline_pct')
    )
    select o.tenant_id, o.id as rule_id, o.subject_id, o.agent_id, o.hostname, o.value, o.name, o.metric, o.operator, o.threshold, o.metric_argument,
      o.duration_secs, o.severity, o.target, o.enabled, p.since as pending_since,
      exists (select from alerts a where a.tenant_id = o.tenant_id and a.fingerprint = 'rule:' || o.id || ':' || o.subject_id and a.status <> 'resolved') as has_alert
    from (select * from per_host union all select * from per_fleet) o
      left join alert_rule_pending p on p.tenant_id = o.tenant_id and p.rule_id = o.id and p.subject_id = o.subject_id`);
}

/** One wait to keep. `since` is ISO 8601. */
export type PendingWait = {
  readonly tenant_id: string;
  readonly rule_id: string;
  readonly subject_id: string;
  readonly since: string;
};

/** Makes the waits of the tenants exactly these. */
export async function replacePending(
  tx: SystemTx,
  tenantIds: readonly string[],
  waits: readonly PendingWait[],
): Promise<void> {
  await tx.query(sql.unsafe`
    with kept as (
      select * from jsonb_to_recordset(${JSON.stringify(waits)}::jsonb) as w (tenant_id uuid, rule_id uuid, subject_id uuid, since timestamptz)
    ), dropped as (
      delete from alert_rule_pending p where p.tenant_id = any (${sql.array([...tenantIds], 'uuid')})
        and not exists (select from kept k where (k.tenant_id, k.rule_id, k.subject_id) = (p.tenant_id, p.rule_id, p.subject_id))
    )
    insert into alert_rule_pending (tenant_id, rule_id, subject_id, since)
    select tenant_id, rule_id, subject_id, since from kept k
    where exists (select from alert_rules r where r.tenant_id = k.tenant_id and r.id = k.rule_id)
    on conflict do nothing`);
}

/** Lets one pass of a kind run at a time; false when another holds it. Released with the transaction. */
export async function tryPassLock(tx: SystemTx, pass: 'alert_rules' | 'agent_liveness'): Promise<boolean> {
  const row = await tx.one(
    sql.type(
      z.object({ locked: z.boolean() }),
    )`select pg_try_advisory_xact_lock(hashtext(${`monsys:${pass}`})) as locked`,
  );
  return row.locked;
}
