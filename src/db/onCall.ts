/** On-call schedules of an MSP, their overrides, and the people who may be on call. */

import { ForeignKeyIntegrityConstraintViolationError } from 'slonik';
import { z } from 'zod';
import { type OnCallSchedule, onCallLayer } from '../domain/onCall.ts';
import { isAllowed, ROLES } from '../domain/permissions.ts';
import { iso } from './fragments.ts';
import { sql } from './pool.ts';
import type { AnyTx, MspTx, SystemTx } from './scope.ts';

/** An override; times are ISO 8601. */
export const overrideRow = z.object({
  id: z.uuid(),
  user_id: z.uuid(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  note: z.string(),
});
type OverrideRow = z.infer<typeof overrideRow>;

/** A schedule with its overrides, oldest first. */
export const scheduleRow = z.object({
  id: z.uuid(),
  msp_id: z.uuid(),
  name: z.string(),
  time_zone: z.string(),
  layers: z.array(onCallLayer),
  is_default: z.boolean(),
  overrides: z.array(overrideRow),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ScheduleRow = z.infer<typeof scheduleRow>;

// Overrides that were over long ago are kept for whoever asks for that time by the audit log, and not read here.
const SELECT_SCHEDULES = sql.fragment`
  select s.id, s.msp_id, s.name, s.time_zone, s.layers, s.is_default, s.created_at, s.updated_at,
    coalesce((select jsonb_agg(jsonb_build_object('id', o.id, 'user_id', o.user_id, 'note', o.note,
        'from', ${iso(sql.fragment`o.from_at`)}, 'until', ${iso(sql.fragment`o.until_at`)}) order by o.created_at, o.id)
      from on_call_overrides o where o.schedule_id = s.id and o.until_at > now() - interval '200 days'), '[]') as overrides
  from on_call_schedules s`;

/** Which schedules are read. `tenantId`: those that the tenant's groups name, and the default. */
export type ScheduleFilter = {
  readonly ids: readonly string[] | null;
  readonly tenantId: string | null;
  readonly after: { readonly name: string; readonly id: string } | null;
  readonly limit: number;
};

/** Schedules in scope by name. */
export async function listSchedules(tx: AnyTx, filter: ScheduleFilter): Promise<readonly ScheduleRow[]> {
  const { ids, tenantId, after } = filter;
  return tx.any(sql.type(scheduleRow)`
    ${SELECT_SCHEDULES}
    where (${ids === null} or s.id = any (${sql.array(ids ?? [], 'uuid')}))
      and (${tenantId}::uuid is null or s.is_default
        or s.id in (select g.on_call_schedule_id from groups g where g.tenant_id = ${tenantId}::uuid and g.archived_at is null))
      and (${after === null} or (s.name collate "C", s.id) > (${after?.name ?? ''}, ${after?.id ?? null}::uuid))
    order by s.name collate "C", s.id limit ${filter.limit}`);
}

/** One schedule in scope. */
export async function findSchedule(tx: AnyTx, id: string): Promise<ScheduleRow | null> {
  return tx.maybeOne(sql.type(scheduleRow)`${SELECT_SCHEDULES} where s.id = ${id}::uuid`);
}

/** The schedule that holds where no group names one. */
export async function findDefaultSchedule(tx: AnyTx, mspId: string): Promise<ScheduleRow | null> {
  return tx.maybeOne(sql.type(scheduleRow)`${SELECT_SCHEDULES} where s.msp_id = ${mspId}::uuid and s.is_default`);
}

const idRow = z.object({ id: z.uuid() });

/** Whether another schedule of the MSP has that name, letters' case aside. */
export async function isScheduleNameTaken(
  tx: MspTx,
  mspId: string,
  name: string,
  butId: string | null,
): Promise<boolean> {
  const row = await tx.maybeOne(sql.type(idRow)`
    select id from on_call_schedules where msp_id = ${mspId}::uuid and lower(name) = lower(${name}) and id is distinct from ${butId}::uuid`);
  return row !== null;
}

/**
 * Waits, to the end of the transaction, for whoever changes the MSP's schedules or policies: names and defaults are
 * looked at before they are written, and what a policy names must not be deleted meanwhile.
 */
export async function lockOnCall(tx: MspTx, mspId: string): Promise<void> {
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`monsys:on_call:${mspId}`}, 0))`);
}

/** What people decide about a schedule. */
export type ScheduleDefinition = Pick<ScheduleRow, 'name' | 'time_zone' | 'layers' | 'is_default'>;

/** Makes a schedule; a new default takes the place of the old one. The caller has locked and looked whether the name is free. */
export async function insertSchedule(tx: MspTx, mspId: string, schedule: ScheduleDefinition): Promise<string> {
  if (schedule.is_default) await clearDefault(tx, mspId);
  const { id } = await tx.one(sql.type(idRow)`
    insert into on_call_schedules (msp_id, name, time_zone, layers, is_default)
    values (${mspId}::uuid, ${schedule.name}, ${schedule.time_zone}, ${JSON.stringify(schedule.layers)}::jsonb, ${schedule.is_default})
    returning id`);
  return id;
}

/** Replaces it. */
export async function updateSchedule(
  tx: MspTx,
  mspId: string,
  id: string,
  schedule: ScheduleDefinition,
): Promise<void> {
  if (schedule.is_default) await clearDefault(tx, mspId);
  await tx.query(sql.unsafe`
    update on_call_schedules set name = ${schedule.name}, time_zone = ${schedule.time_zone},
      layers = ${JSON.stringify(schedule.layers)}::jsonb, is_default = ${schedule.is_default}, updated_at = now()
    where msp_id = ${mspId}::uuid and id = ${id}::uuid`);
}

async function clearDefault(tx: MspTx, mspId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update on_call_schedules set is_default = false where msp_id = ${mspId}::uuid and is_default`);
}

const usesRow = z.object({ groups: z.array(z.string()), policies: z.array(z.string()) });

/** Names of what uses a schedule. */
export async function listScheduleUses(tx: MspTx, id: string): Promise<z.infer<typeof usesRow>> {
  const target = JSON.stringify([{ targets: [{ kind: 'schedule', schedule_id: id }] }]);
  return tx.one(sql.type(usesRow)`
    select array(select name from groups where on_call_schedule_id = ${id}::uuid order by name limit 20) as groups,
      array(select name from escalation_policies where levels @> ${target}::jsonb order by name limit 20) as policies`);
}

/** Deletes a schedule with its overrides. The foreign key of groups decides last: false when one has begun to use it. */
export async function deleteSchedule(tx: MspTx, mspId: string, id: string): Promise<boolean> {
  try {
    await tx.query(sql.unsafe`delete from on_call_schedules where msp_id = ${mspId}::uuid and id = ${id}::uuid`);
    return true;
  } catch (error) {
    if (error instanceof ForeignKeyIntegrityConstraintViolationError) return false;
    throw error;
  }
}

/** An override to make. Instants are ISO 8601. */
export type NewOverride = Omit<OverrideRow, 'id'> & { readonly schedule_id: string; readonly created_by: string };

/** Puts somebody in for a while. */
export async function insertOverride(tx: MspTx, mspId: string, override: NewOverride): Promise<string> {
  const { id } = await tx.one(sql.type(idRow)`
    insert into on_call_overrides (msp_id, schedule_id, user_id, from_at, until_at, note, created_by)
    values (${mspId}::uuid, ${override.schedule_id}::uuid, ${override.user_id}::uuid, ${override.from}::timestamptz,
      ${override.until}::timestamptz, ${override.note}, ${override.created_by}::uuid)
    returning id`);
  return id;
}

const deletedRow = overrideRow.extend({ schedule_id: z.uuid(), created_by: z.uuid() });

/** One override in scope. */
export async function findOverride(tx: MspTx, id: string): Promise<z.infer<typeof deletedRow> | null> {
  return tx.maybeOne(sql.type(deletedRow)`
    select id, schedule_id, user_id, from_at as "from", until_at as until, note, created_by from on_call_overrides where id = ${id}::uuid`);
}

/** Takes it back. */
export async function deleteOverride(tx: MspTx, id: string): Promise<void> {
  await tx.query(sql.unsafe`delete from on_call_overrides where id = ${id}::uuid`);
}

const countRow = z.object({ count: z.number() });

/** Overrides of a schedule that are not over. */
export async function countLiveOverrides(tx: MspTx, scheduleId: string): Promise<number> {
  const { count } = await tx.one(sql.type(countRow)`
    select count(*) as count from on_call_overrides where schedule_id = ${scheduleId}::uuid and until_at > now()`);
  return count;
}

const personRow = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  is_active: z.boolean(),
});

/** Somebody of the MSP, and whether alerts may be left to them: they must be able to acknowledge one. */
export type OnCallPerson = Omit<z.infer<typeof personRow>, 'role'> & { readonly mayBeOnCall: boolean };

/** The MSP's own people in scope, by id; those whose account has ended are among them. */
export async function mapOnCallPeople(tx: AnyTx, mspId: string): Promise<ReadonlyMap<string, OnCallPerson>> {
  const rows = await tx.any(sql.type(personRow)`
    select id, name, email, role, is_active and (expires_at is null or expires_at > now()) as is_active
    from users where msp_id = ${mspId}::uuid and tenant_id is null order by id`);
  return new Map(
    rows.map(({ role, ...person }) => [
      person.id,
      { ...person, mayBeOnCall: person.is_active && isAllowed('alerts.write', role, null) },
    ]),
  );
}

/** Ids of the MSP's active admins and owners, in one order. */
export async function listAdminIds(tx: SystemTx, mspId: string): Promise<readonly string[]> {
  const rows = await tx.any(sql.type(idRow)`
    select id from users where msp_id = ${mspId}::uuid and tenant_id is null and role in ('owner', 'admin') and is_active
      and (expires_at is null or expires_at > now()) order by id`);
  return rows.map(({ id }) => id);
}

/** Everything that decides, as the domain asks for it. Whoever is not among `people` is passed over. */
export function toOnCallSchedule(row: ScheduleRow, people: ReadonlyMap<string, OnCallPerson>): OnCallSchedule {
  const named = [...row.layers.flatMap((layer) => layer.members), ...row.overrides.map((override) => override.user_id)];
  return {
    timeZone: row.time_zone,
    layers: row.layers,
    overrides: row.overrides.map((override) => ({
      id: override.id,
      userId: override.user_id,
      fromMs: Date.parse(override.from),
      untilMs: Date.parse(override.until),
    })),
    skipped: new Set(named.filter((id) => people.get(id)?.mayBeOnCall !== true)),
  };
}
