/** SLA policies of an MSP, and which of them a tenant's hosts follow. */

import { z } from 'zod';
import type { TenantSla } from '../domain/groupInheritance.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { slaPolicy, type slaPolicyDefinition } from '../domain/slaPolicy.ts';
import { sql } from './pool.ts';
import type { AnyTx, MspTx, TenantTx } from './scope.ts';

/** A policy as the API shows it. */
export const slaPolicyRow = slaPolicy.extend({
  id: z.uuid(),
  is_default: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type SlaPolicyRow = z.infer<typeof slaPolicyRow>;
type Definition = z.infer<typeof slaPolicyDefinition>;

const COLUMNS = sql.fragment`id, name, is_default, minutes, calendar, pauses_in_maintenance, created_at, updated_at`;

/** What an alert, a group or a tenant needs of the policy `p`, as JSON; null where there is none. */
export const POLICY_JSON = sql.fragment`case when p.id is not null then
  jsonb_build_object('id', p.id, 'name', p.name, 'minutes', p.minutes, 'calendar', p.calendar, 'pauses_in_maintenance', p.pauses_in_maintenance) end`;

/** Policies in scope by name; after the given (name, id). */
export async function listSlaPolicies(
  tx: AnyTx,
  page: { readonly after: { readonly name: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly SlaPolicyRow[]> {
  const { after } = page;
  return tx.any(sql.type(slaPolicyRow)`
    select ${COLUMNS} from sla_policies
    where ${after === null} or (lower(name) collate "C", id) > (lower(${after?.name ?? ''}) collate "C", ${after?.id ?? null}::uuid)
    order by lower(name) collate "C", id limit ${page.limit}`);
}

/** One policy in scope. */
export async function findSlaPolicy(tx: AnyTx, id: string): Promise<SlaPolicyRow | null> {
  return tx.maybeOne(sql.type(slaPolicyRow)`select ${COLUMNS} from sla_policies where id = ${id}::uuid`);
}

/** Makes a policy of the MSP in scope; null when it has one by that name, letters' case aside. */
export async function insertSlaPolicy(tx: MspTx, mspId: string, policy: Definition): Promise<SlaPolicyRow | null> {
  if (policy.is_default) await clearDefault(tx, mspId);
  return tx.maybeOne(sql.type(slaPolicyRow)`
    insert into sla_policies (msp_id, name, is_default, minutes, calendar, pauses_in_maintenance)
    values (${mspId}::uuid, ${policy.name}, ${policy.is_default}, ${JSON.stringify(policy.minutes)}::jsonb, ${JSON.stringify(policy.calendar)}::jsonb,
      ${policy.pauses_in_maintenance})
    on conflict (msp_id, lower(name)) do nothing returning ${COLUMNS}`);
}

/** Waits for the MSP's policies, to the end of the transaction: names and the one default are judged by one at a time. */
export async function lockSlaPolicies(tx: MspTx, mspId: string): Promise<void> {
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`monsys:sla_policies:${mspId}`}, 0))`);
}

/** Replaces a policy; null when there is none. The caller has locked the policies and looked whether the name is free. */
export async function updateSlaPolicy(
  tx: MspTx,
  mspId: string,
  id: string,
  policy: Definition,
): Promise<SlaPolicyRow | null> {
  if (policy.is_default) await clearDefault(tx, mspId);
  return tx.maybeOne(sql.type(slaPolicyRow)`
    update sla_policies set name = ${policy.name}, is_default = ${policy.is_default}, minutes = ${JSON.stringify(policy.minutes)}::jsonb,
      calendar = ${JSON.stringify(policy.calendar)}::jsonb, pauses_in_maintenance = ${policy.pauses_in_maintenance}, updated_at = now()
    where id = ${id}::uuid returning ${COLUMNS}`);
}

async function clearDefault(tx: MspTx, mspId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update sla_policies set is_default = false, updated_at = now() where msp_id = ${mspId}::uuid and is_default`);
}

const takenRow = z.object({ id: z.uuid() });

/** Another policy of the MSP by that name, letters' case aside. */
export async function isPolicyNameTaken(tx: MspTx, name: string, butId: string): Promise<boolean> {
  const row = await tx.maybeOne(
    sql.type(takenRow)`select id from sla_policies where lower(name) = lower(${name}) and id <> ${butId}::uuid`,
  );
  return row !== null;
}

const useRow = z.object({ groups: z.number(), tenants: z.number() });

/** How many groups and tenants of the MSP follow a policy. Waits for those that are about to, and lets no more begin. */
export async function countPolicyUse(tx: MspTx, id: string): Promise<z.infer<typeof useRow>> {
  await tx.query(sql.unsafe`select from sla_policies where id = ${id}::uuid for update`);
  return tx.one(sql.type(useRow)`
    select (select count(*) from groups where sla_policy_id = ${id}::uuid) as groups,
      (select count(*) from tenant_settings where sla_policy_id = ${id}::uuid) as tenants`);
}

/** Deletes a policy that nobody follows; alerts keep what they were promised. */
export async function deleteSlaPolicy(tx: MspTx, id: string): Promise<void> {
  await tx.query(sql.unsafe`delete from sla_policies where id = ${id}::uuid`);
}

const tenantSlaRow = z.object({
  sla_policy: slaPolicy.nullable(),
  sla_resolve_minutes: z.partialRecord(z.enum(SEVERITIES), z.number()),
  default_policy: slaPolicy.nullable(),
});

/** What holds for a tenant's hosts where none of their groups says otherwise. */
export async function getTenantSla(tx: AnyTx, tenantId: string): Promise<TenantSla> {
  return tx.one(sql.type(tenantSlaRow)`
    select coalesce(s.sla_resolve_minutes, '{}') as sla_resolve_minutes,
      (select ${POLICY_JSON} from sla_policies p where p.id = s.sla_policy_id) as sla_policy,
      (select ${POLICY_JSON} from sla_policies p where p.msp_id = t.msp_owner and p.is_default) as default_policy
    from tenants t left join tenant_settings s on s.tenant_id = t.id where t.id = ${tenantId}::uuid`);
}

/** Sets a tenant's own policy, or none; due times of open alerts are the caller's to count anew. */
export async function setTenantSlaPolicy(tx: TenantTx, tenantId: string, policyId: string | null): Promise<void> {
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id, sla_policy_id) values (${tenantId}::uuid, ${policyId}::uuid)
    on conflict (tenant_id) do update set sla_policy_id = excluded.sla_policy_id`);
}

/** Sets a tenant's own minutes to resolve; due times of open alerts are the caller's to count anew. */
export async function setTenantSlaMinutes(
  tx: TenantTx,
  tenantId: string,
  minutes: Partial<Record<Severity, number>>,
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id, sla_resolve_minutes) values (${tenantId}::uuid, ${JSON.stringify(minutes)}::jsonb)
    on conflict (tenant_id) do update set sla_resolve_minutes = excluded.sla_resolve_minutes`);
}
