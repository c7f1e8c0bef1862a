/** Look-ups that turn a proof (token hash, agent id) into a caller. They run in the identity scope, before any other is known. */

import { z } from 'zod';
import { PERMISSION_NAMES, ROLES } from '../domain/permissions.ts';
import { sql } from './pool.ts';
import type { IdentityTx } from './scope.ts';

const callerRow = z.object({
  user_id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  msp_id: z.uuid(),
  tenant_id: z.uuid().nullable(),
  credential_id: z.uuid(),
  scopes: z.array(z.enum(PERMISSION_NAMES)).nullable(),
  expires_at: z.string(),
  totp_confirmed: z.boolean(),
  impersonation_id: z.uuid().nullable(),
  is_sudo: z.boolean(),
  auditor_link_id: z.uuid().nullable(),
});

/** A person behind a live session or API token; null when it is unknown, expired, revoked or its user may not enter. */
export type CallerRow = z.infer<typeof callerRow>;

/** Finds the live session with this token hash, and notes that it was used (at most once a minute). */
export async function findSessionCaller(tx: IdentityTx, hash: Uint8Array): Promise<CallerRow | null> {
  const row = await tx.maybeOne(sql.type(callerRow)`
    select u.id as user_id, u.email, u.name, u.role, u.msp_id, u.tenant_id, s.id as credential_id,
      null::text[] as scopes, s.expires_at, u.totp_confirmed_at is not null as totp_confirmed,
      s.impersonation_id, coalesce(s.sudo_until > now(), false) as is_sudo, s.auditor_link_id
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${sql.binary(Buffer.from(hash))} and s.purpose = 'session' and s.revoked_at is null and s.expires_at > now()
      and u.is_active and (u.expires_at is null or u.expires_at > now())`);
  if (row) {
    await tx.query(sql.unsafe`update sessions set last_seen_at = now()
      where id = ${row.credential_id}::uuid and last_seen_at < now() - interval '1 minute'`);
  }
  return row;
}

/** Finds the live API token with this hash, and notes that it was used (at most once a minute). */
export async function findApiTokenCaller(tx: IdentityTx, hash: Uint8Array): Promise<CallerRow | null> {
  const row = await tx.maybeOne(sql.type(callerRow)`
    select u.id as user_id, u.email, u.name, u.role, u.msp_id, u.tenant_id, t.id as credential_id,
      t.scopes, t.expires_at, u.totp_confirmed_at is not null as totp_confirmed,
      null::uuid as impersonation_id, false as is_sudo, null::uuid as auditor_link_id
    from api_tokens t join users u on u.id = t.user_id
    where t.token_hash = ${sql.binary(Buffer.from(hash))} and t.revoked_at is null and t.expires_at > now()
      and u.is_active and (u.expires_at is null or u.expires_at > now())`);
  if (row) {
    await tx.query(sql.unsafe`update api_tokens set last_used_at = now()
      where id = ${row.credential_id}::uuid and (last_used_at is null or last_used_at < now() - interval '1 minute')`);
  }
  return row;
}

const agentCallerRow = z.object({
  tenant_id: z.uuid(),
  msp_id: z.uuid(),
  public_key: z.instanceof(Buffer),
  is_active: z.boolean(),
});

/** Pinned key and tenant of an agent. */
export async function findAgentCaller(tx: IdentityTx, agentId: string): Promise<z.infer<typeof agentCallerRow> | null> {
  return tx.maybeOne(sql.type(agentCallerRow)`
    select a.tenant_id, t.msp_owner as msp_id, a.public_key, a.is_active
    from agents a join tenants t on t.id = a.tenant_id where a.id = ${agentId}::uuid`);
}

const integrationCallerRow = z.object({
  token_id: z.uuid(),
  tenant_id: z.uuid(),
  msp_id: z.uuid(),
  purpose: z.enum(['alertmanager', 'ingest', 'trivy']),
});

/** Live integration token by hash. */
export async function findIntegrationCaller(
  tx: IdentityTx,
  hash: Uint8Array,
): Promise<z.infer<typeof integrationCallerRow> | null> {
  return tx.maybeOne(sql.type(integrationCallerRow)`
    select i.id as token_id, i.tenant_id, t.msp_owner as msp_id, i.purpose
    from integration_tokens i join tenants t on t.id = i.tenant_id
    where i.token_hash = ${sql.binary(Buffer.from(hash))} and i.revoked_at is null
      and (i.expires_at is null or i.expires_at > now())`);
}

const liveRow = z.object({ live: z.boolean() });

/** Whether a session or API token seen earlier is still good; for streams and sockets that outlive the check at their start. */
export async function isCredentialLive(tx: IdentityTx, kind: 'session' | 'api_token', id: string): Promise<boolean> {
  const table = sql.identifier([kind === 'session' ? 'sessions' : 'api_tokens']);
  const { live } = await tx.one(sql.type(liveRow)`
    select exists (
      select from ${table} c join users u on u.id = c.user_id
      where c.id = ${id}::uuid and c.revoked_at is null and c.expires_at > now()
        and u.is_active and (u.expires_at is null or u.expires_at > now())
    ) as live`);
  return live;
}
