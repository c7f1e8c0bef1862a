/** Invitations and the first owner. */

import { z } from 'zod';
import { ROLES, type Role } from '../domain/permissions.ts';
import { sql } from './pool.ts';
import type { IdentityTx, MspTx } from './scope.ts';

/** An invitation as the team's page shows it. */
export const invitationRow = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  tenant_id: z.uuid().nullable(),
  created_at: z.string(),
  expires_at: z.string(),
  accepted_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  user_expires_at: z.string().nullable(),
});
const COLUMNS = sql.fragment`id, email, name, role, tenant_id, created_at, expires_at, accepted_at, revoked_at, user_expires_at`;

/** Makes an invitation. */
export async function insertInvitation(
  tx: MspTx,
  invitation: {
    readonly hash: Buffer;
    readonly msp_id: string;
    readonly tenant_id: string | null;
    readonly email: string;
    readonly name: string;
    readonly role: Role;
    readonly invited_by: string;
    readonly expires_in_hours: number;
    readonly user_expires_at: string | null;
  },
): Promise<z.infer<typeof invitationRow>> {
  return tx.one(sql.type(invitationRow)`
    insert into invitations (token_hash, msp_id, tenant_id, email, name, role, invited_by, expires_at, user_expires_at)
    values (${sql.binary(invitation.hash)}, ${invitation.msp_id}::uuid, ${invitation.tenant_id}::uuid, ${invitation.email}, ${invitation.name},
      ${invitation.role}, ${invitation.invited_by}::uuid, now() + make_interval(hours => ${invitation.expires_in_hours}), ${invitation.user_expires_at}::timestamptz)
    returning ${COLUMNS}`);
}

/** Invitations of the MSP, newest first. */
export async function listInvitations(tx: MspTx): Promise<readonly z.infer<typeof invitationRow>[]> {
  return tx.any(sql.type(invitationRow)`select ${COLUMNS} from invitations order by created_at desc limit 500`);
}

/** Revokes an open invitation; null when it is none. */
export async function revokeInvitation(tx: MspTx, id: string): Promise<z.infer<typeof invitationRow> | null> {
  return tx.maybeOne(sql.type(invitationRow)`
    update invitations set revoked_at = now() where id = ${id}::uuid and revoked_at is null and accepted_at is null returning ${COLUMNS}`);
}

const acceptedRow = z.object({
  id: z.uuid(),
  msp_id: z.uuid(),
  tenant_id: z.uuid().nullable(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  user_expires_at: z.string().nullable(),
  invited_by_email: z.string(),
});

/** Takes a live invitation; null when it is used, revoked or expired, or when the inviter may no longer invite. */
export async function takeInvitation(tx: IdentityTx, hash: Buffer): Promise<z.infer<typeof acceptedRow> | null> {
  return tx.maybeOne(sql.type(acceptedRow)`
    update invitations set accepted_at = now()
    where token_hash = ${sql.binary(hash)} and accepted_at is null and revoked_at is null and expires_at > now()
      and exists (select from users u where u.id = invited_by and u.is_active and (u.expires_at is null or u.expires_at > now()))
    returning id, msp_id, tenant_id, email, name, role, user_expires_at, (select u.email from users u where u.id = invited_by) as invited_by_email`);
}

const existsRow = z.object({ exists: z.boolean() });
const idRow = z.object({ id: z.uuid() });

/** Puts a new set-up token in force while nobody has an account; false when the hub is set up already. */
export async function openBootstrap(tx: IdentityTx, hash: Buffer): Promise<boolean> {
  const { exists } = await tx.one(sql.type(existsRow)`
    select exists (select from users) or exists (select from bootstrap where used_at is not null) as exists`);
  if (exists) return false;
  await tx.query(sql.unsafe`
    insert into bootstrap (token_hash) values (${sql.binary(hash)})
    on conflict (only_row) do update set token_hash = excluded.token_hash`);
  return true;
}

/** What became of a set-up token. */
export type BootstrapTake = 'taken' | 'wrong' | 'closed';

/** Uses the set-up token. The lock on the only row puts parallel attempts in line; a used row can never be changed. */
export async function takeBootstrap(tx: IdentityTx, hash: Buffer): Promise<BootstrapTake> {
  const row = await tx.maybeOne(sql.type(z.object({ is_used: z.boolean(), matches: z.boolean() }))`
    select used_at is not null or exists (select from users) as is_used, token_hash = ${sql.binary(hash)} as matches from bootstrap for update`);
  if (row === null || row.is_used) return 'closed';
  if (!row.matches) return 'wrong';
  await tx.query(sql.unsafe`update bootstrap set used_at = now() where only_row`);
  return 'taken';
}

/** Creates an MSP. */
export async function insertMsp(
  tx: IdentityTx,
  msp: { readonly name: string; readonly email_domain: string },
): Promise<string> {
  const row = await tx.one(
    sql.type(idRow)`insert into msps (name, email_domain) values (${msp.name}, ${msp.email_domain}) returning id`,
  );
  return row.id;
}
