/** Tenants: the client companies of an MSP. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, MspTx } from './scope.ts';

/** A tenant as the API shows it. */
export const tenantRow = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  is_demo: z.boolean(),
  created_at: z.string(),
});
export type TenantRow = z.infer<typeof tenantRow>;

const COLUMNS = sql.fragment`id, slug, name, is_demo, created_at`;

/** The tenant, when it is in scope. */
export async function findTenant(tx: AnyTx, tenantId: string): Promise<TenantRow | null> {
  return tx.maybeOne(sql.type(tenantRow)`select ${COLUMNS} from tenants where id = ${tenantId}::uuid`);
}

/** Tenants in scope by name, after the given (name, id). */
export async function listTenants(
  tx: AnyTx,
  after: { readonly name: string; readonly id: string } | null,
  limit: number,
): Promise<readonly TenantRow[]> {
  return tx.any(sql.type(tenantRow)`
    select ${COLUMNS} from tenants
    where ${after === null} or (name, id) > (${after?.name ?? ''}, ${after?.id ?? null}::uuid)
    order by name, id limit ${limit}`);
}

/** Creates a tenant of the MSP in scope; null when the slug is taken within the MSP. */
export async function insertTenant(
  tx: MspTx,
  tenant: { readonly msp_id: string; readonly slug: string; readonly name: string },
): Promise<TenantRow | null> {
  return tx.maybeOne(sql.type(tenantRow)`
    insert into tenants (msp_owner, slug, name) values (${tenant.msp_id}::uuid, ${tenant.slug}, ${tenant.name})
    on conflict (msp_owner, slug) do nothing returning ${COLUMNS}`);
}

const idRow = z.object({ id: z.uuid() });

/** Ids of all tenants in scope. */
export async function listTenantIds(tx: AnyTx): Promise<ReadonlySet<string>> {
  const rows = await tx.any(sql.type(idRow)`select id from tenants`);
  return new Set(rows.map((row) => row.id));
}
