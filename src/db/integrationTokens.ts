/** Bearer tokens by which other systems push facts into one tenant; stored hashed. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';

/** A token as lists show it. */
export const integrationTokenRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  name: z.string(),
  purpose: z.enum(['alertmanager', 'ingest', 'trivy']),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});
export type IntegrationTokenRow = z.infer<typeof integrationTokenRow>;

const COLUMNS = sql.fragment`id, tenant_id, name, purpose, created_at, expires_at, revoked_at`;

/** Makes a token. */
export async function insertIntegrationToken(
  tx: TenantTx,
  token: {
    readonly tenant_id: string;
    readonly hash: Buffer;
    readonly name: string;
    readonly purpose: string;
    readonly expires_in_days: number | null;
    readonly created_by: string;
  },
): Promise<IntegrationTokenRow> {
  return tx.one(sql.type(integrationTokenRow)`
    insert into integration_tokens (tenant_id, token_hash, name, purpose, created_by, expires_at)
    values (${token.tenant_id}::uuid, ${sql.binary(token.hash)}, ${token.name}, ${token.purpose}, ${token.created_by}::uuid,
      now() + make_interval(days => ${token.expires_in_days}::int))
    returning ${COLUMNS}`);
}

/** Tokens in scope, newest first. */
export async function listIntegrationTokens(tx: AnyTx, limit: number): Promise<readonly IntegrationTokenRow[]> {
  return tx.any(
    sql.type(
      integrationTokenRow,
    )`select ${COLUMNS} from integration_tokens order by created_at desc, id limit ${limit}`,
  );
}

/** Tenant of a token in scope. */
export async function findIntegrationTokenTenant(tx: AnyTx, id: string): Promise<string | null> {
  const row = await tx.maybeOne(
    sql.type(integrationTokenRow)`select ${COLUMNS} from integration_tokens where id = ${id}::uuid`,
  );
  return row?.tenant_id ?? null;
}

/** Revokes a token; a second time changes nothing. */
export async function revokeIntegrationToken(tx: TenantTx, tenantId: string, id: string): Promise<IntegrationTokenRow> {
  return tx.one(sql.type(integrationTokenRow)`
    update integration_tokens set revoked_at = coalesce(revoked_at, now())
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid returning ${COLUMNS}`);
}
