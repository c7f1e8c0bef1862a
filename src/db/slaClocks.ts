/** The clocks of alerts: the promise in force when one opens, and due times counted anew when what they rest on changes. */

import type { FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import { type InheritableGroup, inherit, slaOfAlert } from '../domain/groupInheritance.ts';
import type { Span } from '../domain/localTime.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { type AlertSla, alertDueMs, alertSla } from '../domain/slaPolicy.ts';
import { listGroupsOfHosts } from './groups.ts';
import { coveredTimes, covers } from './maintenance.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';
import { getTenantSla } from './slaPolicies.ts';

/** An alert that opens, or whose severity rises, at a moment (ISO 8601). */
export type ClockStart = { readonly agentId: string | null; readonly severity: Severity; readonly at: string };

const periodRow = z.object({ place: z.int(), window_id: z.uuid(), starts_at: z.string(), ends_at: z.string() });

/** Times in maintenance of each one's host (null: of the tenant as a whole) that end after its moment, by their beginning. */
async function listPeriodsAfter(
  tx: AnyTx,
  tenantId: string,
  starts: readonly ClockStart[],
): Promise<ReadonlyMap<number, readonly z.infer<typeof periodRow>[]>> {
  const asked = JSON.stringify(starts.map(({ agentId, at }, place) => ({ place, agent_id: agentId, at })));
  const rows = await tx.any(sql.type(periodRow)`
    select h.place, t.window_id, t.starts_at, t.ends_at
    from jsonb_to_recordset(${asked}::jsonb) as h (place int, agent_id uuid, at timestamptz)
      cross join lateral ${coveredTimes(sql.fragment`${tenantId}::uuid`, sql.fragment`h.agent_id`)} t
    where t.ends_at > h.at order by h.place, t.starts_at`);
  return Map.groupBy(rows, (row) => row.place);
}

/** What an alert begins with. Times are ISO 8601; `silence` is of the window inside which it opens, the longest of several. */
export type Clocks = {
  readonly sla: AlertSla;
  readonly ack_due_at: string;
  readonly sla_due_at: string;
  readonly silence: { readonly window_id: string; readonly until: string } | null;
};

/** The clocks of alerts of a tenant, in their order. */
export async function startClocks(
  tx: AnyTx,
  tenantId: string,
  starts: readonly ClockStart[],
): Promise<readonly Clocks[]> {
  const agentIds = [...new Set(starts.flatMap(({ agentId }) => agentId ?? []))];
  const groups = await listGroupsOfHosts(tx, { tenantId, agentIds });
  const tenant = await getTenantSla(tx, tenantId);
  const periods = await listPeriodsAfter(tx, tenantId, starts);
  return starts.map(({ agentId, severity, at }, place) =>
    clocksOf(at, slaOfAlert(inherit(groupsOf(groups, agentId), tenant), severity), periods.get(place) ?? []),
  );
}

function groupsOf(
  groups: ReadonlyMap<string, readonly InheritableGroup[]>,
  agentId: string | null,
): readonly InheritableGroup[] {
  return agentId === null ? [] : (groups.get(agentId) ?? []);
}

function clocksOf(at: string, sla: AlertSla, periods: readonly z.infer<typeof periodRow>[]): Clocks {
  const due = alertDueMs(
    Date.parse(at),
    sla,
    periods.map((period) => ({ fromMs: Date.parse(period.starts_at), untilMs: Date.parse(period.ends_at) })),
  );
  const inside = periods
    .filter((period) => Date.parse(period.starts_at) <= Date.parse(at))
    .toSorted((a, b) => Date.parse(b.ends_at) - Date.parse(a.ends_at))[0];
  return {
    sla,
    ack_due_at: new Date(due.acknowledgeMs).toISOString(),
    sla_due_at: new Date(due.resolveMs).toISOString(),
    silence: inside === undefined ? null : { window_id: inside.window_id, until: inside.ends_at },
  };
}

const clockRow = z.object({
  id: z.uuid(),
  agent_id: z.uuid().nullable(),
  severity: z.enum(SEVERITIES),
  since: z.string(),
  sla: alertSla.nullable(),
  pauses: z.array(z.object({ from: z.string(), until: z.string() })),
});
type ClockRow = z.infer<typeof clockRow>;

/** Unresolved alerts of a tenant with the times that their host spent or will spend in maintenance since their clocks run. */
async function listClocks(tx: AnyTx, tenantId: string, only: FragmentSqlToken): Promise<readonly ClockRow[]> {
  return tx.any(sql.type(clockRow)`
    select al.id, al.agent_id, al.severity, coalesce(al.severity_since, al.opened_at) as since, al.sla, coalesce((
      select jsonb_agg(jsonb_build_object('from', t.starts_at, 'until', t.ends_at))
      from ${coveredTimes(sql.fragment`al.tenant_id`, sql.fragment`al.agent_id`)} t
      where t.ends_at > coalesce(al.severity_since, al.opened_at)
    ), '[]') as pauses
    from alerts al where al.tenant_id = ${tenantId}::uuid and al.status <> 'resolved' and ${only}`);
}

/** Writes due times where they are others; the clock of acknowledging has stopped once somebody has acknowledged. */
async function writeClocks(
  tx: AnyTx,
  tenantId: string,
  clocks: readonly (ClockRow & { readonly sla: AlertSla })[],
): Promise<void> {
  const rows = clocks.map(({ id, since, sla, pauses }) => {
    const spans: readonly Span[] = pauses.map(({ from, until }) => ({
      fromMs: Date.parse(from),
      untilMs: Date.parse(until),
    }));
    const due = alertDueMs(Date.parse(since), sla, spans);
    return {
      id,
      sla,
      ack_due_at: new Date(due.acknowledgeMs).toISOString(),
      sla_due_at: new Date(due.resolveMs).toISOString(),
    };
  });
  // What was overdue when the severity rose stays overdue: the promise before the rise was broken, whatever comes after.
  await tx.query(sql.unsafe`
    update alerts al set sla = r.sla,
      sla_due_at = case when al.sla_due_at <= al.severity_since then least(al.sla_due_at, r.sla_due_at) else r.sla_due_at end,
      ack_due_at = case when al.acknowledged_at is not null then al.ack_due_at
        when al.ack_due_at <= al.severity_since then least(al.ack_due_at, r.ack_due_at) else r.ack_due_at end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (id uuid, sla jsonb, ack_due_at timestamptz, sla_due_at timestamptz)
    where al.tenant_id = ${tenantId}::uuid and al.id = r.id
      and (al.sla, al.sla_due_at, al.ack_due_at) is distinct from (r.sla, r.sla_due_at, r.ack_due_at)`);
}

/** Alerts of some hosts, or of all and of none where they are null. */
function ofHosts(agentIds: readonly string[] | null): FragmentSqlToken {
  return agentIds === null ? sql.fragment`true` : sql.fragment`al.agent_id = any (${sql.array([...agentIds], 'uuid')})`;
}

/** Gives every unresolved alert of a tenant, or of some of its hosts, the promise in force now, counted from its opening or the rise of its severity. */
export async function restartClocks(
  tx: AnyTx,
  tenantId: string,
  hosts: readonly string[] | null = null,
): Promise<void> {
  const tenant = await getTenantSla(tx, tenantId);
  const clocks = await listClocks(tx, tenantId, ofHosts(hosts));
  const agentIds = [...new Set(clocks.flatMap(({ agent_id }) => (agent_id === null ? [] : [agent_id])))];
  const groups = await listGroupsOfHosts(tx, { tenantId, agentIds });
  await writeClocks(
    tx,
    tenantId,
    clocks.map((clock) => ({
      ...clock,
      sla: slaOfAlert(inherit(groupsOf(groups, clock.agent_id), tenant), clock.severity),
    })),
  );
}

/**
 * Follows a change of a tenant's maintenance windows, or of the hosts that they cover: counts the clocks that stand
 * still in maintenance anew, by the promise kept with each alert, and moves the end of the silence of alerts that are
 * silent at `at` (ISO 8601).
 */
export async function followMaintenance(
  tx: AnyTx,
  tenantId: string,
  at: string,
  hosts: readonly string[] | null = null,
): Promise<void> {
  const clocks = await listClocks(
    tx,
    tenantId,
    sql.fragment`(al.sla ->> 'pauses_in_maintenance')::boolean and ${ofHosts(hosts)}`,
  );
  await writeClocks(
    tx,
    tenantId,
    clocks.flatMap((clock) => (clock.sla === null ? [] : [{ ...clock, sla: clock.sla }])),
  );
  await tx.query(sql.unsafe`
    update alerts al set silenced_until = coalesce((
      select max(p.ends_at) from maintenance_periods p join maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
      where p.tenant_id = al.tenant_id and p.starts_at <= ${at}::timestamptz and p.ends_at > ${at}::timestamptz
        and ${covers(sql.fragment`al.tenant_id`, sql.fragment`al.agent_id`)}
    ), ${at}::timestamptz)
    where al.tenant_id = ${tenantId}::uuid and al.status <> 'resolved' and al.silenced_until > ${at}::timestamptz and ${ofHosts(hosts)}`);
}

const movedRow = z.object({ at: z.string(), groups_with_sla: z.array(z.uuid()) });

/**
 * Follows hosts that came into groups or left them: a group that says something about the SLA changes the promise of
 * their unresolved alerts, one with a window when their clocks stand still. The caller holds the tenant's alerts.
 */
export async function followMembers(
  tx: AnyTx,
  tenantId: string,
  moves: readonly { readonly group_id: string; readonly agent_id: string }[],
): Promise<void> {
  const groupIds = sql.array([...new Set(moves.map(({ group_id }) => group_id))], 'uuid');
  const { at, groups_with_sla } = await tx.one(sql.type(movedRow)`
    select now() as at, array(select id from groups where tenant_id = ${tenantId}::uuid and id = any (${groupIds})
      and (sla_policy_id is not null or sla_resolve_minutes <> '{}')) as groups_with_sla`);
  const restarted = moves.filter(({ group_id }) => groups_with_sla.includes(group_id));
  if (restarted.length > 0) await restartClocks(tx, tenantId, idsOf(restarted));
  await followMaintenance(tx, tenantId, at, idsOf(moves));
}

function idsOf(moves: readonly { readonly agent_id: string }[]): readonly string[] {
  return [...new Set(moves.map(({ agent_id }) => agent_id))];
}
