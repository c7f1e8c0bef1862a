/** Escalations of alerts: a row written with the alert, and what was decided to be told to whom. */

import type { FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import { ESCALATION_STATES, type EscalationPlace, type EscalationState, pinnedPolicy } from '../domain/escalation.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { severityRank } from './fragments.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx } from './scope.ts';

/** Names one escalation. */
export type EscalationRef = { readonly alert_id: string; readonly tenant_id: string; readonly msp_id: string };

/** Names a level of it, as it is told once. `generation` counts from 0 how often the escalation has begun anew. */
export type LevelRef = EscalationRef & EscalationPlace & { readonly generation: number };

/**
 * Writes the escalations of open alerts, where their policy asks for one: that of the first group of the host that names
 * one, else the tenant's, else the default of the MSP. At most one an alert: one that is there already (the severity has
 * risen) begins anew by the policy of now, as a new generation.
 */
export async function openEscalations(tx: AnyTx, tenantId: string, alertIds: readonly string[]): Promise<void> {
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
    where al.tenant_id = ${tenantId}::uuid and al.id = any (${sql.array([...alertIds], 'uuid')}) and al.status = 'open'
      and ${severityRank(sql.fragment`al.severity`)} <= ${severityRank(sql.fragment`p.minimum_severity`)}
    on conflict (alert_id) do update set policy_id = excluded.policy_id, policy = excluded.policy,
      generation = alert_escalations.generation + 1, state = 'waiting', round = 0, level = 0, created_at = now(), next_at = now(), ended_at = null`);
}

const refRow = z.object({ alert_id: z.uuid(), tenant_id: z.uuid(), msp_id: z.uuid(), agent_id: z.uuid().nullable() });
/** What starting an escalation's workflow needs. */
export type WaitingEscalation = z.infer<typeof refRow>;

/** Escalations in scope that nobody has begun: of one tenant, of some alerts, or of all. */
export async function listWaitingEscalations(
  tx: AnyTx,
  of: { readonly tenantId: string } | { readonly alertIds: readonly string[] } | null,
): Promise<readonly WaitingEscalation[]> {
  const narrowed =
    of === null
      ? sql.fragment`true`
      : 'tenantId' in of
        ? sql.fragment`e.tenant_id = ${of.tenantId}::uuid`
        : sql.fragment`e.alert_id = any (${sql.array([...of.alertIds], 'uuid')})`;
  return tx.any(sql.type(refRow)`
    select e.alert_id, e.tenant_id, e.msp_id, al.agent_id
    from alert_escalations e join alerts al on (al.tenant_id, al.id) = (e.tenant_id, e.alert_id)
    where e.state = 'waiting' and e.created_at > now() - interval '5 minutes' and ${narrowed}
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
  generation: z.int(),
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
    select e.state, e.generation, e.round, e.level, e.policy, (extract(epoch from e.next_at - clock_timestamp()) * 1000)::float8 as wait_ms,
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

/** Decides that these people are to be told of a level; each at most once a level, round and generation. */
export async function insertNotices(tx: SystemTx, level: LevelRef, userIds: readonly string[]): Promise<void> {
  await tx.query(sql.unsafe`
    insert into alert_escalation_notices (tenant_id, alert_id, generation, round, level, user_id)
    select ${level.tenant_id}::uuid, ${level.alert_id}::uuid, ${level.generation}, ${level.round}, ${level.level}, id from unnest(${sql.array(userIds, 'uuid')}) as u (id)
    on conflict do nothing`);
}

const userRow = z.object({ user_id: z.uuid() });

/** The rows of a level. */
function ofLevel(level: LevelRef): FragmentSqlToken {
  return sql.fragment`n.tenant_id = ${level.tenant_id}::uuid and n.alert_id = ${level.alert_id}::uuid
    and n.generation = ${level.generation} and n.round = ${level.round} and n.level = ${level.level}`;
}

/** Who is still to be told of a level. */
export async function listUntold(tx: SystemTx, level: LevelRef): Promise<readonly string[]> {
  const rows = await tx.any(sql.type(userRow)`
    select user_id from alert_escalation_notices n where ${ofLevel(level)} and told_at is null order by user_id`);
  return rows.map((row) => row.user_id);
}

const emailRow = z.object({ email: z.string() });

/** Notes that a message has been handed over for them; gives the addresses of those for whom that is new. */
export async function markTold(tx: SystemTx, level: LevelRef, userIds: readonly string[]): Promise<readonly string[]> {
  const rows = await tx.any(sql.type(emailRow)`
    with told as (
      update alert_escalation_notices n set told_at = now()
      where ${ofLevel(level)} and user_id = any (${sql.array(userIds, 'uuid')}) and told_at is null returning user_id
    ) select u.email from told join users u on u.id = told.user_id order by u.email`);
  return rows.map((row) => row.email);
}

const unreachedRow = z.object({
  told: z.int(),
  unreached: z.int(),
  newly: z.array(z.string()),
  decided_ms: z.number().nullable(),
});
/** Of a level that was told: how many were reached and how many not, the addresses of those of whom that is new, and how long ago it was decided. */
export type Unreached = z.infer<typeof unreachedRow>;

/** Notes of everybody of a level who has not been told that they could not be reached. */
export async function markUnreached(tx: SystemTx, level: LevelRef): Promise<Unreached> {
  return tx.one(sql.type(unreachedRow)`
    with newly as (
      update alert_escalation_notices n set unreached_at = now()
      where ${ofLevel(level)} and told_at is null and unreached_at is null returning user_id
    )
    select count(told_at)::int as told, (count(*) - count(told_at))::int as unreached,
      array(select u.email from newly join users u on u.id = newly.user_id order by u.email) as newly,
      (extract(epoch from clock_timestamp() - min(decided_at)) * 1000)::float8 as decided_ms
    from alert_escalation_notices n where ${ofLevel(level)}`);
}

const noticeRow = z.object({
  generation: z.int(),
  number: z.number(),
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
    select e.generation, al.number, al.status, t.name as tenant_name, ag.hostname, al.severity, al.title, e.level,
      greatest(0, floor(extract(epoch from now() - al.opened_at) / 60))::int as open_minutes
    from alert_escalations e join alerts al on (al.tenant_id, al.id) = (e.tenant_id, e.alert_id)
      join tenants t on t.id = al.tenant_id
      left join agents ag on (ag.tenant_id, ag.id) = (al.tenant_id, al.agent_id)
    where e.tenant_id = ${ref.tenant_id}::uuid and e.msp_id = ${ref.msp_id}::uuid and e.alert_id = ${ref.alert_id}::uuid`);
}
