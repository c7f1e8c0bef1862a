/** Sessions and API tokens of people; stored hashed. */

import { z } from 'zod';
import { PERMISSION_NAMES, type Permission } from '../domain/permissions.ts';
import { sql } from './pool.ts';
import type { AnyTx, IdentityTx } from './scope.ts';

/** A session to open. */
export type NewSession = {
  readonly hash: Buffer;
  readonly user_id: string;
  readonly msp_id: string;
  readonly tenant_id: string | null;
  readonly purpose: 'session' | 'enrolment';
  readonly lifetime_seconds: number;
  readonly ip: string;
  readonly user_agent: string | null;
  /** Set when an auditor's link opened it. */
  readonly auditor_link_id?: string;
};

const openedRow = z.object({ id: z.uuid(), expires_at: z.string() });

/** Opens a session. */
export async function insertSession(tx: IdentityTx, session: NewSession): Promise<z.infer<typeof openedRow>> {
  return tx.one(sql.type(openedRow)`
    insert into sessions (token_hash, user_id, msp_id, tenant_id, purpose, expires_at, ip, user_agent, auditor_link_id)
    values (${sql.binary(session.hash)}, ${session.user_id}::uuid, ${session.msp_id}::uuid, ${session.tenant_id}::uuid, ${session.purpose},
      now() + make_interval(secs => ${session.lifetime_seconds}), ${session.ip}, ${session.user_agent}, ${session.auditor_link_id ?? null}::uuid)
    returning id, expires_at`);
}

const enrolmentRow = z.object({ id: z.uuid(), user_id: z.uuid() });

/** The live enrolment session of a token; its holder may set TOTP up, nothing else. */
export async function findEnrolmentSession(tx: IdentityTx, hash: Buffer): Promise<z.infer<typeof enrolmentRow> | null> {
  return tx.maybeOne(sql.type(enrolmentRow)`
    select s.id, s.user_id from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${sql.binary(hash)} and s.purpose = 'enrolment' and s.revoked_at is null and s.expires_at > now()
      and u.is_active and (u.expires_at is null or u.expires_at > now())
    for update of s`);
}

/** A session as its owner sees it. */
export const sessionRow = z.object({
  id: z.uuid(),
  created_at: z.string(),
  last_seen_at: z.string(),
  expires_at: z.string(),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
});

/** Live sessions of a person, newest first. */
export async function listSessions(tx: IdentityTx, userId: string): Promise<readonly z.infer<typeof sessionRow>[]> {
  return tx.any(sql.type(sessionRow)`
    select id, created_at, last_seen_at, expires_at, ip, user_agent from sessions
    where user_id = ${userId}::uuid and purpose = 'session' and revoked_at is null and expires_at > now() order by created_at desc`);
}

/** Ends one session of a person; false when there is none such. */
export async function revokeSession(tx: IdentityTx, userId: string, sessionId: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update sessions set revoked_at = now() where id = ${sessionId}::uuid and user_id = ${userId}::uuid and revoked_at is null`);
  return result.rowCount === 1;
}

/** Ends every session of a person but the given one. */
export async function revokeOtherSessions(tx: AnyTx, userId: string, keepId: string | null): Promise<void> {
  await tx.query(sql.unsafe`
    update sessions set revoked_at = now() where user_id = ${userId}::uuid and revoked_at is null and id is distinct from ${keepId}::uuid`);
}

const sudoRow = z.object({ sudo_until: z.string() });

/** The person behind a session has confirmed that it is them. */
export async function grantSudo(tx: IdentityTx, sessionId: string, minutes: number): Promise<string> {
  const row = await tx.one(sql.type(sudoRow)`
    update sessions set sudo_until = now() + make_interval(mins => ${minutes}) where id = ${sessionId}::uuid returning sudo_until`);
  return row.sudo_until;
}

/** An API token as its owner sees it. */
export const apiTokenRow = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.enum(PERMISSION_NAMES)),
  created_at: z.string(),
  expires_at: z.string(),
  last_used_at: z.string().nullable(),
});
const TOKEN = sql.fragment`id, name, scopes, created_at, expires_at, last_used_at`;

/** Makes an API token. */
export async function insertApiToken(
  tx: IdentityTx,
  token: {
    readonly hash: Buffer;
    readonly user_id: string;
    readonly msp_id: string;
    readonly tenant_id: string | null;
    readonly name: string;
    readonly scopes: readonly Permission[];
    readonly expires_in_days: number;
  },
): Promise<z.infer<typeof apiTokenRow>> {
  return tx.one(sql.type(apiTokenRow)`
    insert into api_tokens (token_hash, user_id, msp_id, tenant_id, name, scopes, expires_at)
    values (${sql.binary(token.hash)}, ${token.user_id}::uuid, ${token.msp_id}::uuid, ${token.tenant_id}::uuid, ${token.name},
      ${sql.array([...token.scopes], 'text')}, now() + make_interval(days => ${token.expires_in_days}))
    returning ${TOKEN}`);
}

/** Live API tokens of a person. */
export async function listApiTokens(tx: IdentityTx, userId: string): Promise<readonly z.infer<typeof apiTokenRow>[]> {
  return tx.any(sql.type(apiTokenRow)`
    select ${TOKEN} from api_tokens where user_id = ${userId}::uuid and revoked_at is null and expires_at > now() order by created_at desc`);
}

/** Revokes one API token of a person; false when there is none such. */
export async function revokeApiToken(tx: IdentityTx, userId: string, tokenId: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update api_tokens set revoked_at = now() where id = ${tokenId}::uuid and user_id = ${userId}::uuid and revoked_at is null`);
  return result.rowCount === 1;
}

/** Revokes every API token of a person. */
export async function revokeApiTokens(tx: AnyTx, userId: string): Promise<void> {
  await tx.query(
    sql.unsafe`update api_tokens set revoked_at = now() where user_id = ${userId}::uuid and revoked_at is null`,
  );
}
