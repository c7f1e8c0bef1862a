/** People: the MSP's own and the clients', with their means of proof. */

import { z } from 'zod';
import { LINK_EMAIL_DOMAIN } from '../domain/auditorLink.ts';
import { ROLES, type Role } from '../domain/permissions.ts';
import { APPROVING_ROLES } from '../domain/quorum.ts';
import { sql } from './pool.ts';
import type { IdentityTx, MspTx } from './scope.ts';

const credentialsRow = z.object({
  id: z.uuid(),
  msp_id: z.uuid(),
  tenant_id: z.uuid().nullable(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  password_hash: z.string(),
  totp_secret_sealed: z.instanceof(Buffer).nullable(),
  totp_pending_sealed: z.instanceof(Buffer).nullable(),
  totp_confirmed_at: z.string().nullable(),
  may_enter: z.boolean(),
});
/** A person with everything needed to check a proof. Never leaves the API. */
export type Credentials = z.infer<typeof credentialsRow>;

const CREDENTIALS = sql.fragment`id, msp_id, tenant_id, email, name, role, password_hash, totp_secret_sealed, totp_pending_sealed, totp_confirmed_at,
  is_active and (expires_at is null or expires_at > now()) as may_enter`;

/** Finds a person by email (lower case). */
export async function findCredentialsByEmail(tx: IdentityTx, email: string): Promise<Credentials | null> {
  return tx.maybeOne(sql.type(credentialsRow)`select ${CREDENTIALS} from users where email = ${email}`);
}

/** Finds a person by id. */
export async function getCredentials(tx: IdentityTx, userId: string): Promise<Credentials> {
  return tx.one(sql.type(credentialsRow)`select ${CREDENTIALS} from users where id = ${userId}::uuid`);
}

/** Burns a TOTP step; false when it was used before. The primary key decides. */
export async function burnTotpStep(tx: IdentityTx, userId: string, step: number): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into totp_used_steps (user_id, step) values (${userId}::uuid, ${step}) on conflict do nothing`);
  return result.rowCount === 1;
}

/** Keeps the next TOTP secret until its first right code. */
export async function setPendingTotp(tx: IdentityTx, userId: string, sealed: Buffer): Promise<void> {
  await tx.query(sql.unsafe`update users set totp_pending_sealed = ${sql.binary(sealed)} where id = ${userId}::uuid`);
}

/** Puts the pending secret in force. False when another confirmation came first. */
export async function confirmPendingTotp(tx: IdentityTx, userId: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update users set totp_secret_sealed = totp_pending_sealed, totp_pending_sealed = null, totp_confirmed_at = now()
    where id = ${userId}::uuid and totp_pending_sealed is not null`);
  return result.rowCount === 1;
}

/** Replaces all recovery codes of a person. */
export async function replaceRecoveryCodes(tx: IdentityTx, userId: string, hashes: readonly Buffer[]): Promise<void> {
  await tx.query(sql.unsafe`delete from recovery_codes where user_id = ${userId}::uuid`);
  for (const hash of hashes) {
    await tx.query(
      sql.unsafe`insert into recovery_codes (user_id, code_hash) values (${userId}::uuid, ${sql.binary(hash)})`,
    );
  }
}

/** Uses a recovery code up; false when it is none or was used. */
export async function useRecoveryCode(tx: IdentityTx, userId: string, hash: Buffer): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update recovery_codes set used_at = now() where user_id = ${userId}::uuid and code_hash = ${sql.binary(hash)} and used_at is null`);
  return result.rowCount === 1;
}

/** Sets a new password. */
export async function setPasswordHash(tx: IdentityTx, userId: string, passwordHash: string): Promise<void> {
  await tx.query(sql.unsafe`update users set password_hash = ${passwordHash} where id = ${userId}::uuid`);
}

/** A person to create. */
export type NewUser = {
  readonly msp_id: string;
  readonly tenant_id: string | null;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password_hash: string;
  readonly expires_at: string | null;
  /** Email of who gave the role; null for the first owner. */
  readonly made_by: string | null;
};

const idRow = z.object({ id: z.uuid() });

/** Creates a person; null when the email is taken. */
export async function insertUser(tx: IdentityTx, user: NewUser): Promise<string | null> {
  const mayApprove = APPROVING_ROLES.includes(user.role);
  const row = await tx.maybeOne(sql.type(idRow)`
    insert into users (msp_id, tenant_id, email, name, role, password_hash, expires_at, approver_since, approver_by)
    values (${user.msp_id}::uuid, ${user.tenant_id}::uuid, ${user.email}, ${user.name}, ${user.role}, ${user.password_hash}, ${user.expires_at}::timestamptz,
      case when ${mayApprove} then now() end, ${mayApprove ? user.made_by : null})
    on conflict (email) do nothing returning id`);
  return row?.id ?? null;
}

/** The account behind an auditor's link: its address takes no mail and its password is known to nobody. */
export async function insertLinkUser(
  tx: MspTx,
  user: Omit<NewUser, 'email' | 'role' | 'tenant_id' | 'expires_at' | 'made_by'> & {
    readonly tenant_id: string;
    readonly expires_at: string;
  },
): Promise<string> {
  const { id } = await tx.one(sql.type(idRow)`
    with made as (select gen_random_uuid() as id)
    insert into users (id, msp_id, tenant_id, email, name, role, password_hash, expires_at)
    select id, ${user.msp_id}::uuid, ${user.tenant_id}::uuid, 'auditor-link-' || id || ${`@${LINK_EMAIL_DOMAIN}`}, ${user.name}, 'auditor', ${user.password_hash},
      ${user.expires_at}::timestamptz
    from made returning id`);
  return id;
}

/** A person as the team's page shows them. */
export const memberRow = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  tenant_id: z.uuid().nullable(),
  is_active: z.boolean(),
  expires_at: z.string().nullable(),
  totp_enrolled: z.boolean(),
  last_seen_at: z.string().nullable(),
  created_at: z.string(),
});
export type MemberRow = z.infer<typeof memberRow>;

const MEMBER = sql.fragment`u.id, u.email, u.name, u.role, u.tenant_id, u.is_active, u.expires_at, u.totp_confirmed_at is not null as totp_enrolled,
  (select max(last_seen_at) from sessions s where s.user_id = u.id) as last_seen_at, u.created_at`;

/** People of the MSP and of its clients. */
export async function listMembers(tx: MspTx): Promise<readonly MemberRow[]> {
  return tx.any(
    sql.type(memberRow)`select ${MEMBER} from users u order by u.tenant_id nulls first, u.name, u.id limit 5000`,
  );
}

/** One of them, with the row locked for the change that follows. */
export async function findMemberForUpdate(tx: MspTx, userId: string): Promise<MemberRow | null> {
  return tx.maybeOne(sql.type(memberRow)`select ${MEMBER} from users u where u.id = ${userId}::uuid for update of u`);
}

const countRow = z.object({ count: z.number() });

/** Active owners, their rows locked in one order: two requests cannot take the last two away at once. */
export async function countActiveOwnersLocked(tx: MspTx, mspId: string): Promise<number> {
  const { count } = await tx.one(sql.type(countRow)`
    select count(*) as count from (
      select id from users where msp_id = ${mspId}::uuid and role = 'owner' and is_active order by id for update) owners`);
  return count;
}

/** Changes role or state of a person. */
export async function updateMember(
  tx: MspTx,
  userId: string,
  change: { readonly role: Role; readonly is_active: boolean; readonly made_by: string },
): Promise<void> {
  const mayApprove = change.is_active && APPROVING_ROLES.includes(change.role);
  const couldApprove = sql.fragment`is_active and role = any (${sql.array([...APPROVING_ROLES], 'text')})`;
  await tx.query(sql.unsafe`
    update users set role = ${change.role}, is_active = ${change.is_active},
      approver_since = case when ${mayApprove} then case when ${couldApprove} then approver_since else now() end end,
      approver_by = case when ${mayApprove} then case when ${couldApprove} then approver_by else ${change.made_by} end end
    where id = ${userId}::uuid`);
}
