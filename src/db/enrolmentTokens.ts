/** Enrolment tokens: per tenant, expiring, with limited uses, revocable; stored hashed. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, IdentityTx, TenantTx } from './scope.ts';

/** A token as lists show it; the token itself is shown once, when it is made. */
export const enrolmentTokenRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  name: z.string(),
  default_tags: z.array(z.string()),
  max_uses: z.number(),
  uses: z.number(),
  created_at: z.string(),
  expires_at: z.string(),
  revoked_at: z.string().nullable(),
});
export type EnrolmentTokenRow = z.infer<typeof enrolmentTokenRow>;

const COLUMNS = sql.fragment`id, tenant_id, name, default_tags, max_uses, uses, created_at, expires_at, revoked_at`;

const liveRow = z.object({ id: z.uuid(), tenant_id: z.uuid(), msp_id: z.uuid() });

/** The tenant that a token enrols into, whether or not it is still good: {@link takeUse} decides that. */
export async function findEnrolmentTokenByHash(tx: IdentityTx, hash: Buffer): Promise<z.infer<typeof liveRow> | null> {
  return tx.maybeOne(sql.type(liveRow)`
    select e.id, e.tenant_id, t.msp_owner as msp_id from enrolment_tokens e join tenants t on t.id = e.tenant_id
    where e.token_hash = ${sql.binary(hash)}`);
}

const tagsRow = z.object({ default_tags: z.array(z.string()) });

/** Takes one use of a live token; null when it is used up, expired or revoked. The row's lock orders racing registrations. */
export async function takeUse(
  tx: TenantTx,
  tenantId: string,
  id: string,
): Promise<{ readonly default_tags: readonly string[] } | null> {
  return tx.maybeOne(sql.type(tagsRow)`
    update enrolment_tokens set uses = uses + 1
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid and uses < max_uses and expires_at > now() and revoked_at is null
    returning default_tags`);
}

/** Makes a token. */
export async function insertEnrolmentToken(
  tx: TenantTx,
  token: {
    readonly tenant_id: string;
    readonly hash: Buffer;
    readonly name: string;
    readonly default_tags: readonly string[];
    readonly max_uses: number;
    readonly expires_in_hours: number;
    readonly created_by: string | null;
  },
): Promise<EnrolmentTokenRow> {
  return tx.one(sql.type(enrolmentTokenRow)`
    insert into enrolment_tokens (tenant_id, token_hash, name, default_tags, max_uses, created_by, expires_at)
    values (${token.tenant_id}::uuid, ${sql.binary(token.hash)}, ${token.name}, ${sql.array([...token.default_tags], 'text')}, ${token.max_uses},
      ${token.created_by}::uuid, now() + make_interval(hours => ${token.expires_in_hours}))
    returning ${COLUMNS}`);
}

/** Tokens in scope, newest first. */
export async function listEnrolmentTokens(tx: AnyTx, limit: number): Promise<readonly EnrolmentTokenRow[]> {
  return tx.any(
    sql.type(enrolmentTokenRow)`select ${COLUMNS} from enrolment_tokens order by created_at desc, id limit ${limit}`,
  );
}

/** Tenant of a token in scope. */
export async function findEnrolmentTokenTenant(tx: AnyTx, id: string): Promise<string | null> {
  const row = await tx.maybeOne(
    sql.type(enrolmentTokenRow)`select ${COLUMNS} from enrolment_tokens where id = ${id}::uuid`,
  );
  return row?.tenant_id ?? null;
}

/** Revokes a token; a second time changes nothing. */
export async function revokeEnrolmentToken(tx: TenantTx, tenantId: string, id: string): Promise<EnrolmentTokenRow> {
  return tx.one(sql.type(enrolmentTokenRow)`
    update enrolment_tokens set revoked_at = coalesce(revoked_at, now())
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid returning ${COLUMNS}`);
}
