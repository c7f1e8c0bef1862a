/** Links that let an auditor read one tenant's evidence for a while. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, IdentityTx, TenantTx } from './scope.ts';

/** A link as the MSP's people see it; its token is shown once and never again. */
export const auditorLinkRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  user_id: z.uuid(),
  note: z.string(),
  created_by_email: z.string(),
  created_at: z.string(),
  expires_at: z.string(),
  opened_count: z.int(),
  last_opened_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  revoked_by_email: z.string().nullable(),
});
export type AuditorLinkRow = z.infer<typeof auditorLinkRow>;

const LINK = sql.fragment`id, tenant_id, user_id, note, created_by_email, created_at, expires_at, opened_count, last_opened_at, revoked_at, revoked_by_email`;

/** Makes a link to the account `user_id`. */
export async function insertAuditorLink(
  tx: TenantTx,
  link: {
    readonly tenant_id: string;
    readonly msp_id: string;
    readonly user_id: string;
    readonly hash: Buffer;
    readonly note: string;
    readonly created_by: string;
    readonly created_by_email: string;
    readonly expires_at: string;
  },
): Promise<AuditorLinkRow> {
  return tx.one(sql.type(auditorLinkRow)`
    insert into auditor_links (tenant_id, msp_id, user_id, token_hash, note, created_by, created_by_email, expires_at)
    values (${link.tenant_id}::uuid, ${link.msp_id}::uuid, ${link.user_id}::uuid, ${sql.binary(link.hash)}, ${link.note}, ${link.created_by}::uuid,
      ${link.created_by_email}, ${link.expires_at}::timestamptz)
    returning ${LINK}`);
}

/** Links of a tenant, newest first. */
export async function listAuditorLinks(tx: AnyTx, tenantId: string): Promise<readonly AuditorLinkRow[]> {
  return tx.any(sql.type(auditorLinkRow)`
    select ${LINK} from auditor_links where tenant_id = ${tenantId}::uuid order by created_at desc, id limit 500`);
}

const tenantRow = z.object({ tenant_id: z.uuid() });

/** The tenant of a link; null when it is not in scope. */
export async function findAuditorLinkTenant(tx: AnyTx, id: string): Promise<string | null> {
  const row = await tx.maybeOne(sql.type(tenantRow)`select tenant_id from auditor_links where id = ${id}::uuid`);
  return row?.tenant_id ?? null;
}

/** Takes a link back, once; null when there is none such, or it was taken back before. */
export async function revokeAuditorLink(tx: TenantTx, id: string, byEmail: string): Promise<AuditorLinkRow | null> {
  return tx.maybeOne(sql.type(auditorLinkRow)`
    update auditor_links set revoked_at = now(), revoked_by_email = ${byEmail} where id = ${id}::uuid and revoked_at is null returning ${LINK}`);
}

/**
 * Opens a live link and counts it; null when it is unknown, over or taken back, or its account was changed by hand
 * to something that is not an auditor's any more.
 */
export async function openAuditorLink(tx: IdentityTx, hash: Buffer): Promise<AuditorLinkRow | null> {
  return tx.maybeOne(sql.type(auditorLinkRow)`
    update auditor_links l set opened_count = opened_count + 1, last_opened_at = now()
    where token_hash = ${sql.binary(hash)} and revoked_at is null and expires_at > now()
      and exists (select from users u where u.id = l.user_id and u.is_active and u.role = 'auditor' and u.tenant_id = l.tenant_id)
    returning ${LINK}`);
}
