/** Escalations of alerts: a row written with the alert, and what was decided to be told to whom. */

import { z } from 'zod';
import { ESCALATION_STATES, type EscalationPlace, type EscalationState, pinnedPolicy } from '../domain/escalation.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { severityRank } from './fragments.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx } from './scope.ts';

/** Names one escalation. */
export type EscalationRef = { readonly alert_id: string; readonly tenant_id: string; readonly msp_id: string };

/**
 * Writes the escalation of an open alert, when its policy asks for one: that of the first group of its host that names
 * one, else the tenant's, else the default of the MSP. At most one an alert.
 */
export async function openEscalation(tx: AnyTx, tenantId: string, alertId: string): Promise<void> {
  await tx.query(sql.unsafe`
    insert into alert_escalations (alert_id, tenant_id, msp_id, policy_id, policy)
    select al.id, al.tenant_id, p.msp_id, p.id, jsonb_build_object('name', p.name, 'levels', p.levels, 'repeats', p.repeats)
    from alerts al join tenants t on t.id = al.tenant_id
      join escalation_policies p on p.msp_id = t.msp_owner and p.id = coalesce(
        (select g.escalation_policy_id from group_members m join groups g on (g.tenant_id, g.id) = (m.tenant_id, m.group_id)
          where m.tenant_id = al.tenant_id and m.agent_id = al.agent_id and g.escalation_policy_id is not null
          order by g.priority, g.name collate "C", g.id limit 1),
        (select s.escalation_policy_id from tenant_settings s where s.tenant_id = al.tenant_id),
        (select d.id from escalation_policies d where d.msp_id = t.msp_owner and d.is_default))
    where al.tenant_id = ${tenantId}::uuid and al.id = ${alertId}::uuid and al.status = 'open'
      and ${severityRank(sql.fragment`al.severity`)} <= ${severityRank(sql.fragment`p.minimum_severity`)}
    on conflict (alert_id) do nothing`);
}

const refRow = z.object({ alert_id: z.uuid(), tenant_id: z.uuid(), msp_id: z.uuid(), agent_id: z.uuid().nullable() });
/** What starting an escalation's workflow needs. */
export type WaitingEscalation = z.infer<typeof refRow>;

/** Escalations in scope that nobody has begun: of one tenant, or of all. */
export async function listWaitingEscalations(
  tx: AnyTx,
  tenantId: string | null,
): Promise<readonly WaitingEscalation[]> {
  return tx.any(sql.type(refRow)`
    select e.alert_id, e.tenant_id, e.msp_id, al.agent_id
    from alert_escalations e join alerts al on (al.tenant_id, al.id) = (e.tenant_id, e.alert_id)
    where e.state = 'waiting' and e.created_at > now() - interval '5 minutes' and (${tenantId}::uuid is null or e.tenant_id = ${tenantId}::uuid)
    order by e.created_at limit 500`);
}

/** Escalations that should have gone on by themselves and have not: whoever was to start or run them is gone. */
export async function listForgottenEscalations(tx: SystemTx): Promise<readonly WaitingEscalation[]> {
  return tx.any(sql.type(refRow)`
    select e.alert_id, e.tenant_id, e.msp_id, al.agent_id
    from alert_escalations e join alerts al on (al.tenant_id, al.id) = (e.tenant_id, e.alert_id)
    where e.ended_at is null and e.next_at < now() - interval '15 seconds' order by e.next_at limit 500`);
}

const lockedRow = z.object({
  state: z.enum(ESCALATION_STATES),
  round: z.int(),
  level: z.int(),
  policy: pinnedPolicy,
  wait_ms: z.number(),
  alert_status: z.enum(['open', 'acknowledged', 'resolved']),
  number: z.number(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  now: z.string(),
});
/** An escalation with all that decides its next step; `wait_ms` until it goes on by itself. */
export type LockedEscalation = z.infer<typeof lockedRow>;

/** The escalation of an alert, its row locked; null when there is none. */
export async function lockEscalation(tx: SystemTx, ref: EscalationRef): Promise<LockedEscalation | null> {
  return tx.maybeOne(sql.type(lockedRow)`
    select e.state, e.round, e.level, e.policy, (extract(epoch from e.next_at - clock_timestamp()) * 1000)::float8 as wait_ms,
      al.status as alert_status, al.number, al.title, al.severity, clock_timestamp() as now
    from alert_escalations e join alerts al on (al.tenant_id, al.id) = (e.tenant_id, e.alert_id)
    where e.tenant_id = ${ref.tenant_id}::uuid and e.msp_id = ${ref.msp_id}::uuid and e.alert_id = ${ref.alert_id}::uuid
    for update of e`);
}

/** Moves an escalation on, or holds it; it goes on by itself after `waitMs`. */
export async function moveEscalation(
  tx: SystemTx,
  ref: EscalationRef,
  to: EscalationPlace & { readonly state: 'escalating' | 'silenced'; readonly waitMs: number },
): Promise<void> {
  await tx.query(sql.unsafe`
    update alert_escalations set state = ${to.state}, round = ${to.round}, level = ${to.level},
      next_at = clock_timestamp() + ${Math.round(to.waitMs)} * interval '1 millisecond'
    where tenant_id = ${ref.tenant_id}::uuid and alert_id = ${ref.alert_id}::uuid`);
}

/** Ends it. */
export async function endEscalation(
  tx: SystemTx,
  ref: EscalationRef,
  state: Extract<EscalationState, 'acknowledged' | 'resolved' | 'exhausted'>,
): Promise<void> {
  await tx.query(sql.unsafe`
    update alert_escalations set state = ${state}, ended_at = now()
    where tenant_id = ${ref.tenant_id}::uuid and alert_id = ${ref.alert_id}::uuid and ended_at is null`);
}

/** Decides that these people are to be told of a level; each at most once a level and round. */
export async function insertNotices(
  tx: SystemTx,
  ref: EscalationRef,
  place: EscalationPlace,
  userIds: readonly string[],
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into alert_escalation_notices (tenant_id, alert_id, round, level, user_id)
    select ${ref.tenant_id}::uuid, ${ref.alert_id}::uuid, ${place.round}, ${place.level}, id from unnest(${sql.array(userIds, 'uuid')}) as u (id)
    on conflict do nothing`);
}

const userRow = z.object({ user_id: z.uuid() });

/** Who is still to be told of a level. */
export async function listUntold(tx: SystemTx, ref: EscalationRef, place: EscalationPlace): Promise<readonly string[]> {
  const rows = await tx.any(sql.type(userRow)`
    select user_id from alert_escalation_notices
    where tenant_id = ${ref.tenant_id}::uuid and alert_id = ${ref.alert_id}::uuid and round = ${place.round} and level = ${place.level} and told_at is null
    order by user_id`);
  return rows.map((row) => row.user_id);
}

/** Notes that they have been told. */
export async function markTold(
  tx: SystemTx,
  ref: EscalationRef,
  place: EscalationPlace,
  userIds: readonly string[],
): Promise<void> {
  await tx.query(sql.unsafe`
    update alert_escalation_notices set told_at = now()
    where tenant_id = ${ref.tenant_id}::uuid and alert_id = ${ref.alert_id}::uuid and round = ${place.round} and level = ${place.level}
      and user_id = any (${sql.array(userIds, 'uuid')}) and told_at is null`);
}

const noticeRow = z.object({
  status: z.enum(['open', 'acknowledged', 'resolved']),
  tenant_name: z.string(),
  hostname: z.string().nullable(),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  open_minutes: z.int(),
  level: z.int(),
});

/** The alert as its notification tells of it; null when there is none. */
export async function findEscalationNotice(
  tx: SystemTx,
  ref: EscalationRef,
): Promise<z.infer<typeof noticeRow> | null> {
  return tx.maybeOne(sql.type(noticeRow)`
    select al.status, t.name as tenant_name, ag.hostname, al.severity, al.title, e.level,
      greatest(0, floor(extract(epoch from now() - al.opened_at) / 60))::int as open_minutes
    from alert_escalations e join alerts al on (al.tenant_id, al.id) = (e.tenant_id, e.alert_id)
      join tenants t on t.id = al.tenant_id
      left join agents ag on (ag.tenant_id, ag.id) = (al.tenant_id, al.agent_id)
    where e.tenant_id = ${ref.tenant_id}::uuid and e.msp_id = ${ref.msp_id}::uuid and e.alert_id = ${ref.alert_id}::uuid`);
}
