/** Escalation policies of an MSP, and which of them a tenant has chosen. */

import { ForeignKeyIntegrityConstraintViolationError } from 'slonik';
import { z } from 'zod';
import { escalationLevel } from '../domain/escalation.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { sql } from './pool.ts';
import type { AnyTx, MspTx, TenantTx } from './scope.ts';

/** A policy as the API shows it. */
export const policyRow = z.object({
  id: z.uuid(),
  name: z.string(),
  minimum_severity: z.enum(SEVERITIES),
  levels: z.array(escalationLevel),
  repeats: z.int(),
  is_default: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type PolicyRow = z.infer<typeof policyRow>;

/** What people decide about a policy. */
export type PolicyDefinition = Omit<PolicyRow, 'id' | 'created_at' | 'updated_at'>;

const COLUMNS = sql.fragment`id, name, minimum_severity, levels, repeats, is_default, created_at, updated_at`;

/** Policies in scope by name. */
export async function listPolicies(
  tx: AnyTx,
  page: { readonly after: { readonly name: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly PolicyRow[]> {
  const { after } = page;
  return tx.any(sql.type(policyRow)`
    select ${COLUMNS} from escalation_policies
    where (${after === null} or (name collate "C", id) > (${after?.name ?? ''}, ${after?.id ?? null}::uuid))
    order by name collate "C", id limit ${page.limit}`);
}

/** One policy in scope. */
export async function findPolicy(tx: AnyTx, id: string): Promise<PolicyRow | null> {
  return tx.maybeOne(sql.type(policyRow)`select ${COLUMNS} from escalation_policies where id = ${id}::uuid`);
}

const idRow = z.object({ id: z.uuid() });

/** Whether another policy of the MSP has that name, letters' case aside. */
export async function isPolicyNameTaken(
  tx: MspTx,
  mspId: string,
  name: string,
  butId: string | null,
): Promise<boolean> {
  const row = await tx.maybeOne(sql.type(idRow)`
    select id from escalation_policies where msp_id = ${mspId}::uuid and lower(name) = lower(${name}) and id is distinct from ${butId}::uuid`);
  return row !== null;
}

/** Makes a policy; a new default takes the place of the old one. The caller holds `lockOnCall`. */
export async function insertPolicy(tx: MspTx, mspId: string, policy: PolicyDefinition): Promise<string> {
  if (policy.is_default) await clearDefault(tx, mspId);
  const { id } = await tx.one(sql.type(idRow)`
    insert into escalation_policies (msp_id, name, minimum_severity, levels, repeats, is_default)
    values (${mspId}::uuid, ${policy.name}, ${policy.minimum_severity}, ${JSON.stringify(policy.levels)}::jsonb, ${policy.repeats}, ${policy.is_default})
    returning id`);
  return id;
}

/** Replaces it; alerts that are open keep what was in force when they opened. */
export async function updatePolicy(tx: MspTx, mspId: string, id: string, policy: PolicyDefinition): Promise<void> {
  if (policy.is_default) await clearDefault(tx, mspId);
  await tx.query(sql.unsafe`
    update escalation_policies set name = ${policy.name}, minimum_severity = ${policy.minimum_severity},
      levels = ${JSON.stringify(policy.levels)}::jsonb, repeats = ${policy.repeats}, is_default = ${policy.is_default}, updated_at = now()
    where msp_id = ${mspId}::uuid and id = ${id}::uuid`);
}

async function clearDefault(tx: MspTx, mspId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update escalation_policies set is_default = false where msp_id = ${mspId}::uuid and is_default`);
}

const usesRow = z.object({ groups: z.array(z.string()), tenants: z.array(z.string()) });

/** Names of what uses a policy. */
export async function listPolicyUses(tx: MspTx, id: string): Promise<z.infer<typeof usesRow>> {
  return tx.one(sql.type(usesRow)`
    select array(select name from groups where escalation_policy_id = ${id}::uuid order by name limit 20) as groups,
      array(select t.name from tenant_settings s join tenants t on t.id = s.tenant_id
        where s.escalation_policy_id = ${id}::uuid order by t.name limit 20) as tenants`);
}

/** Deletes a policy. The foreign keys of groups and tenants decide last: false when one has begun to use it. */
export async function deletePolicy(tx: MspTx, mspId: string, id: string): Promise<boolean> {
  try {
    await tx.query(sql.unsafe`delete from escalation_policies where msp_id = ${mspId}::uuid and id = ${id}::uuid`);
    return true;
  } catch (error) {
    if (error instanceof ForeignKeyIntegrityConstraintViolationError) return false;
    throw error;
  }
}

const choiceRow = z.object({ escalation_policy_id: z.uuid().nullable() });

/** The policy that a tenant has chosen; null where it follows the MSP's default. */
export async function findTenantPolicyId(tx: AnyTx, tenantId: string): Promise<string | null> {
  const row = await tx.maybeOne(
    sql.type(choiceRow)`select escalation_policy_id from tenant_settings where tenant_id = ${tenantId}::uuid`,
  );
  return row?.escalation_policy_id ?? null;
}

/** Chooses it. */
export async function setTenantPolicyId(tx: TenantTx, tenantId: string, policyId: string | null): Promise<void> {
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id, escalation_policy_id) values (${tenantId}::uuid, ${policyId}::uuid)
    on conflict (tenant_id) do update set escalation_policy_id = excluded.escalation_policy_id`);
}
