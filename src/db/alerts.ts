/** Alerts: opened by facts, folded by fingerprint, closed by people or by the condition clearing. */

import { z } from 'zod';
import type { Json } from '../domain/canonicalJson.ts';
import { ESCALATION_STATES } from '../domain/escalation.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { DUE_SOON_PARTS, type SlaState } from '../domain/sla.ts';
import { alertSla } from '../domain/slaPolicy.ts';
import { lockTenantAlerts } from './alertLock.ts';
import { raiseSeverity } from './alertRise.ts';
import { openEscalations } from './escalations.ts';
import { iso, severityRank } from './fragments.ts';
import { covers } from './maintenance.ts';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';
import { startClocks } from './slaClocks.ts';

/** What raises an alert. Times are ISO 8601 UTC. */
export type AlertToRaise = {
  readonly tenant_id: string;
  readonly agent_id: string | null;
  readonly source: 'rule' | 'liveness' | 'cve' | 'alertmanager' | 'ingest' | 'security';
  /** Same fingerprint, same alert while it is not resolved. */
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: { readonly [key: string]: Json };
  readonly at: string;
};

const openedRow = z.object({ id: z.uuid(), number: z.number() });
const raisedRow = openedRow.extend({ folded: z.boolean() });

/**
 * Opens an alert, or folds into the unresolved one of the same fingerprint: its clocks run on, unless its severity rises
 * (alertRise.ts). What opens or rises waits for the tenant's alerts first, as whoever counts their clocks anew does.
 */
export async function raiseAlert(tx: AnyTx, alert: AlertToRaise): Promise<z.infer<typeof raisedRow>> {
  const folded = await foldAlert(tx, alert);
  if (folded) return folded;
  await lockTenantAlerts(tx, alert.tenant_id);
  const risen = await raiseSeverity(tx, { ...alert, tenantId: alert.tenant_id });
  if (risen !== null) return { ...risen, folded: true };
  const [opened] = await openAlerts(tx, alert.tenant_id, [alert]);
  // Another transaction opened it while this one waited for the lock: fold into that one.
  return opened === undefined
    ? ((await foldAlert(tx, alert)) as z.infer<typeof raisedRow>)
    : { ...opened, folded: false };
}

/**
 * Opens alerts of one tenant in one go, and gives them by their numbers; those of whose fingerprint there is an unresolved
 * one are left out. The partial unique index decides, whatever races.
 */
export async function openAlerts(
  tx: AnyTx,
  tenantId: string,
  alerts: readonly AlertToRaise[],
): Promise<readonly z.infer<typeof openedRow>[]> {
  // The lock hands out numbers without gaps or doubles, and orders the openings of one tenant.
  await lockTenantAlerts(tx, tenantId);
  const clocks = await startClocks(
    tx,
    tenantId,
    alerts.map(({ agent_id, severity, at }) => ({ agentId: agent_id, severity, at })),
  );
  const rows = alerts.map((alert, place) => ({ ...alert, ...clocks[place], place }));
  const opened = await tx.any(sql.type(openedRow)`
    with wanted as materialized (
      select r.*, row_number() over (order by place) - 1 as nth
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (place int, agent_id uuid, source text, fingerprint text, severity text,
        title text, detail jsonb, at timestamptz, sla jsonb, ack_due_at timestamptz, sla_due_at timestamptz, silence jsonb)
      where not exists (
        select from alerts x where x.tenant_id = ${tenantId}::uuid and x.fingerprint = r.fingerprint and x.status <> 'resolved')
    ), numbers as (
      update tenant_settings set next_alert_number = next_alert_number + (select count(*) from wanted) where tenant_id = ${tenantId}::uuid
      returning old.next_alert_number as first
    ), opened as (
      insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, detail, opened_at, last_occurred_at,
        sla, ack_due_at, sla_due_at, silenced_by_maintenance, silenced_until)
      select ${tenantId}::uuid, first + nth, agent_id, source, fingerprint, severity, title, detail, at, at, sla, ack_due_at, sla_due_at,
        (silence ->> 'window_id')::uuid, (silence ->> 'until')::timestamptz
      from wanted cross join numbers order by nth
      on conflict (tenant_id, fingerprint) where status <> 'resolved' do nothing
      returning id, number
    ) select id, number from opened order by number`);
  if (opened.length > 0)
    await openEscalations(
      tx,
      tenantId,
      opened.map(({ id }) => id),
    );
  return opened;
}

/** Folds into an alert that is as bad at least; null when there is none such. */
async function foldAlert(tx: AnyTx, alert: AlertToRaise): Promise<z.infer<typeof raisedRow> | null> {
  return tx.maybeOne(sql.type(raisedRow)`
    update alerts set occurrences = occurrences + 1, last_occurred_at = greatest(last_occurred_at, ${alert.at}::timestamptz)
    where tenant_id = ${alert.tenant_id}::uuid and fingerprint = ${alert.fingerprint} and status <> 'resolved'
      and ${severityRank(sql.fragment`severity`)} <= ${severityRank(sql.fragment`${alert.severity}`)}
    returning id, number, true as folded`);
}

/** Resolves the unresolved alert of a fingerprint because its condition cleared; false when there is none. */
export async function clearAlert(
  tx: AnyTx,
  tenantId: string,
  fingerprint: string,
  at: string,
  resolution: string,
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update alerts set status = 'resolved', resolved_at = ${at}::timestamptz, resolution = ${resolution}
    where tenant_id = ${tenantId}::uuid and fingerprint = ${fingerprint} and status <> 'resolved'`);
  return result.rowCount > 0;
}

/** Resolves every unresolved alert of a host, because the host is no longer watched. */
export async function clearAgentAlerts(
  tx: AnyTx,
  tenantId: string,
  agentId: string,
  at: string,
  resolution: string,
): Promise<number> {
  const result = await tx.query(sql.unsafe`
    update alerts set status = 'resolved', resolved_at = ${at}::timestamptz, resolution = ${resolution}
    where tenant_id = ${tenantId}::uuid and agent_id = ${agentId}::uuid and status <> 'resolved'`);
  return result.rowCount;
}

/** An alert as the API shows it. */
export const alertRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  number: z.number(),
  agent_id: z.uuid().nullable(),
  hostname: z.string().nullable(),
  source: z.enum(['rule', 'liveness', 'cve', 'alertmanager', 'ingest', 'security']),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  detail: z.record(z.string(), z.json()),
  status: z.enum(['open', 'acknowledged', 'resolved']),
  occurrences: z.number(),
  opened_at: z.string(),
  severity_since: z.string().nullable().describe('when it rose to its severity; null: it opened with it'),
  last_occurred_at: z.string(),
  sla_due_at: z.string(),
  ack_due_at: z.string().nullable(),
  acknowledged_at: z.string().nullable(),
  acknowledged_by_email: z.string().nullable(),
  resolved_at: z.string().nullable(),
  resolved_by_email: z.string().nullable().describe('null where the caller may not see the person'),
  resolved_by_kind: z.enum(['person', 'condition']).nullable().describe('null while it is not resolved'),
  resolution: z.string().nullable(),
  assigned_to: z.uuid().nullable(),
  assigned_to_email: z.string().nullable(),
  assigned_at: z.string().nullable(),
  silenced_by_maintenance: z.uuid().nullable().describe('the window inside which it opened'),
  silenced_until: z.string().nullable().describe('nobody was or is told before'),
  snooze: z.object({ until: z.string().nullable() }).nullable().describe('nobody is told before; null: until resolved'),
  promise: alertSla.nullable(),
  in_maintenance: z.boolean(),
  effective_group: z.object({ id: z.uuid(), name: z.string(), has_runbook: z.boolean() }).nullable(),
  on_call_group: z
    .object({
      id: z.uuid(),
      name: z.string(),
      on_call_schedule_id: z.uuid().nullable(),
      on_call: z.object({ name: z.string(), contact: z.string() }).nullable(),
    })
    .nullable(),
  escalation: z
    .object({
      state: z.enum(ESCALATION_STATES),
      policy: z.string(),
      round: z.int().describe('from 0'),
      level: z.int().describe('the last one that was to be told, from 1; 0: none yet'),
      next_at: z.string().nullable().describe('when it goes on by itself'),
      notified: z
        .array(
          z.object({
            generation: z.int().describe('from 0; the escalation begins anew when the severity rises'),
            round: z.int(),
            level: z.int(),
            email: z.string().nullable().describe('null for people of the client'),
            at: z.string().describe('when it was decided that they are to be told'),
            told_at: z.string().nullable().describe('when a message for them was handed over; null: none so far'),
            unreached_at: z.string().nullable().describe('when telling them was given up for the first time'),
          }),
        )
        .describe('whom the levels were to tell, reached or not'),
    })
    .nullable(),
});
export type AlertRow = z.infer<typeof alertRow>;

const SELECT_ALERTS = sql.fragment`
  select al.id, al.tenant_id, al.number, al.agent_id, ag.hostname, al.source, al.severity, al.title, al.detail, al.status, al.occurrences,
    al.opened_at, al.severity_since, al.last_occurred_at, al.sla_due_at, al.ack_due_at, al.acknowledged_at, ua.email as acknowledged_by_email, al.resolved_at,
    ur.email as resolved_by_email,
    -- From the row and not from the join: a client's people do not see the provider's, and yet somebody did the work.
    case when al.resolved_at is null then null when al.resolved_by is null then 'condition' else 'person' end as resolved_by_kind,
    al.resolution, al.assigned_to, us.email as assigned_to_email, al.assigned_at,
    al.silenced_by_maintenance, al.silenced_until, al.sla as promise,
    case when al.status <> 'resolved' and al.snoozed_until > now() then jsonb_build_object('until', case when isfinite(al.snoozed_until)
      then ${iso(sql.fragment`al.snoozed_until`)} end) end as snooze,
    exists (
      select from maintenance_periods p join maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
      where p.tenant_id = al.tenant_id and p.starts_at <= now() and p.ends_at > now() and ${covers(sql.fragment`al.tenant_id`, sql.fragment`al.agent_id`)}
    ) as in_maintenance,
    -- The group whose runbook the host inherits, or its first one when none has a runbook (src/domain/groupInheritance.ts).
    (select jsonb_build_object('id', g.id, 'name', g.name, 'has_runbook', g.has_runbook)
      from group_members m join groups g on (g.tenant_id, g.id) = (m.tenant_id, m.group_id)
      where m.tenant_id = al.tenant_id and m.agent_id = al.agent_id
      order by g.has_runbook desc, g.priority, g.name collate "C", g.id limit 1) as effective_group,
    (select jsonb_build_object('id', g.id, 'name', g.name, 'on_call_schedule_id', g.on_call_schedule_id, 'on_call', g.on_call)
      from group_members m join groups g on (g.tenant_id, g.id) = (m.tenant_id, m.group_id)
      where m.tenant_id = al.tenant_id and m.agent_id = al.agent_id and (g.on_call_schedule_id is not null or g.on_call is not null)
      order by g.priority, g.name collate "C", g.id limit 1) as on_call_group,
    -- An answer counts at once, though the workflow may not have heard of it yet.
    (select jsonb_build_object('state', case when e.ended_at is null and al.status <> 'open' then al.status else e.state end,
        'policy', e.policy ->> 'name', 'round', e.round, 'level', e.level,
        'next_at', case when e.ended_at is null and al.status = 'open' then ${iso(sql.fragment`e.next_at`)} end,
        'notified', coalesce((
          select jsonb_agg(jsonb_build_object('generation', n.generation, 'round', n.round, 'level', n.level, 'email', u.email,
            'at', ${iso(sql.fragment`n.decided_at`)}, 'told_at', ${iso(sql.fragment`n.told_at`)},
            'unreached_at', ${iso(sql.fragment`n.unreached_at`)}) order by n.generation, n.round, n.level, n.user_id)
          from alert_escalation_notices n left join users u on u.id = n.user_id
          where n.tenant_id = e.tenant_id and n.alert_id = e.alert_id), '[]'))
      from alert_escalations e where e.tenant_id = al.tenant_id and e.alert_id = al.id) as escalation
  from alerts al
    left join agents ag on ag.tenant_id = al.tenant_id and ag.id = al.agent_id
    left join users ua on ua.id = al.acknowledged_by
    left join users ur on ur.id = al.resolved_by
    left join users us on us.id = al.assigned_to`;
const SEVERITY_RANK = severityRank(sql.fragment`al.severity`);
/** As `slaState` says it (src/domain/sla.ts). */
const SLA_STATE = sql.fragment`case when now() > al.sla_due_at then 'breached'
  when al.sla_due_at - now() <= (al.sla_due_at - coalesce(al.severity_since, al.opened_at)) / ${DUE_SOON_PARTS} then 'due_soon' else 'ok' end`;

/** What a list of alerts is narrowed to; `after` is the (rank, opened, id) of the last row of the page before. */
export type AlertFilter = {
  readonly tenantId: string | null;
  readonly statuses: readonly string[];
  readonly severity: Severity | null;
  readonly agentId: string | null;
  readonly source: string | null;
  /** A person, or nobody; null: whoever. */
  readonly assignedTo: { readonly userId: string | null } | null;
  /** Where the clock of resolving stands; of unresolved alerts alone. */
  readonly sla: SlaState | null;
  readonly search: string | null;
  readonly after: { readonly rank: number; readonly opened: string; readonly id: string } | null;
  readonly limit: number;
};

/** Alerts in scope: worst first, then oldest. */
export async function listAlerts(tx: AnyTx, filter: AlertFilter): Promise<readonly AlertRow[]> {
  const { after, assignedTo } = filter;
  return tx.any(sql.type(alertRow)`
    ${SELECT_ALERTS}
    where (${filter.tenantId}::uuid is null or al.tenant_id = ${filter.tenantId}::uuid)
      and al.status = any (${sql.array([...filter.statuses], 'text')})
      and (${filter.severity}::text is null or al.severity = ${filter.severity})
      and (${filter.agentId}::uuid is null or al.agent_id = ${filter.agentId}::uuid)
      and (${filter.source}::text is null or al.source = ${filter.source})
      and (${assignedTo === null} or al.assigned_to is not distinct from ${assignedTo?.userId ?? null}::uuid)
      and (${filter.sla}::text is null or al.status <> 'resolved' and ${filter.sla} = ${SLA_STATE})
      and (${filter.search}::text is null or strpos(lower(al.title || ' ' || coalesce(ag.hostname, '') || ' #' || al.number), lower(${filter.search})) > 0)
      and (${after === null} or (${SEVERITY_RANK}, al.opened_at, al.id) >
        (${after?.rank ?? 0}, ${after?.opened ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    order by ${SEVERITY_RANK}, al.opened_at, al.id limit ${filter.limit}`);
}

/** One alert in scope. */
export async function findAlert(tx: AnyTx, id: string): Promise<AlertRow | null> {
  return tx.maybeOne(sql.type(alertRow)`${SELECT_ALERTS} where al.id = ${id}::uuid`);
}

/** Acknowledges an open alert; false when it was not open. */
export async function acknowledgeAlert(tx: TenantTx, tenantId: string, id: string, userId: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update alerts set status = 'acknowledged', acknowledged_at = now(), acknowledged_by = ${userId}::uuid
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid and status = 'open'`);
  return result.rowCount === 1;
}

const ownedRow = z.object({ id: z.uuid(), tenant_id: z.uuid() });

/** Open alerts in scope among some, each with its tenant. */
export async function listOpenAmong(tx: AnyTx, ids: readonly string[]): Promise<readonly z.infer<typeof ownedRow>[]> {
  return tx.any(sql.type(ownedRow)`
    select id, tenant_id from alerts where id = any (${sql.array([...ids], 'uuid')}) and status = 'open' order by tenant_id, id`);
}

const acknowledgedRow = z.object({
  id: z.uuid(),
  number: z.number(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  is_escalating: z.boolean(),
});

/** Acknowledges those of a tenant's alerts that are open, and gives them; `is_escalating`: somebody is about to be told. */
export async function acknowledgeAlerts(
  tx: TenantTx,
  tenantId: string,
  ids: readonly string[],
  userId: string,
): Promise<readonly z.infer<typeof acknowledgedRow>[]> {
  // Before the rows, of which there are many: whoever counts clocks anew holds them in another order.
  await lockTenantAlerts(tx, tenantId);
  return tx.any(sql.type(acknowledgedRow)`
    update alerts al set status = 'acknowledged', acknowledged_at = now(), acknowledged_by = ${userId}::uuid
    where al.tenant_id = ${tenantId}::uuid and al.id = any (${sql.array([...ids], 'uuid')}) and al.status = 'open'
    returning al.id, al.number, al.title, al.severity,
      exists (select from alert_escalations e where (e.tenant_id, e.alert_id) = (al.tenant_id, al.id) and e.ended_at is null) as is_escalating`);
}

/** Resolves an unresolved alert; false when it was resolved. */
export async function resolveAlert(
  tx: TenantTx,
  tenantId: string,
  id: string,
  userId: string,
  resolution: string,
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update alerts set status = 'resolved', resolved_at = now(), resolved_by = ${userId}::uuid, resolution = ${resolution}
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid and status <> 'resolved'`);
  return result.rowCount === 1;
}

const assigneeRow = z.object({ email: z.string() });

/**
 * The email of somebody whom alerts may be assigned to: an active person of the MSP whose role works on them. From
 * inside an impersonation only oneself is visible as such, and needs no look-up.
 */
export async function findAssignee(tx: TenantTx, userId: string, roles: readonly string[]): Promise<string | null> {
  const row = await tx.maybeOne(sql.type(assigneeRow)`
    select email from users where id = ${userId}::uuid and tenant_id is null and is_active and role = any (${sql.array([...roles], 'text')})`);
  return row?.email ?? null;
}

/** Says who works on an unresolved alert, or that nobody does; false when it was resolved. */
export async function assignAlert(tx: TenantTx, tenantId: string, id: string, userId: string | null): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update alerts set assigned_to = ${userId}::uuid, assigned_at = case when ${userId}::uuid is not null then now() end
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid and status <> 'resolved'`);
  return result.rowCount === 1;
}

/** Ends the snooze of an unresolved alert; false when it had none. */
export async function wakeAlert(tx: TenantTx, tenantId: string, id: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update alerts set snoozed_until = null
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid and status <> 'resolved' and snoozed_until > now()`);
  return result.rowCount === 1;
}

/** Tells nobody of an unresolved alert before a moment (ISO 8601; null: until it is resolved); false when it was. */
export async function snoozeAlert(tx: TenantTx, tenantId: string, id: string, until: string | null): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update alerts set snoozed_until = ${until ?? 'infinity'}::timestamptz
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid and status <> 'resolved'`);
  return result.rowCount === 1;
}
