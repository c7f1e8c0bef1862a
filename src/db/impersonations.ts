/** Impersonations: who worked in which client's context, when, why, and how it ended. */

import { z } from 'zod';
import {
  CLAIM_WAIT_MINUTES,
  CONSENT_KINDS,
  IMPERSONATION_MODES,
  type ImpersonationMode,
} from '../domain/impersonation.ts';
import { PERMISSION_NAMES, ROLES } from '../domain/permissions.ts';
import { sql } from './pool.ts';
import type { AnyTx, IdentityTx, SystemTx, TenantTx } from './scope.ts';

/** An impersonation as people see it. */
export const impersonationRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  tenant_name: z.string(),
  user_id: z.uuid(),
  user_email: z.string(),
  reason: z.string(),
  mode: z.enum(IMPERSONATION_MODES),
  duration_minutes: z.int(),
  state: z.enum(['awaiting_consent', 'granted', 'active', 'ended']),
  requested_at: z.string(),
  consented_by_email: z.string().nullable(),
  started_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  end_reason: z.string().nullable(),
  ended_by_email: z.string().nullable(),
});
export type ImpersonationRow = z.infer<typeof impersonationRow>;

// One that is past its time is over, whether or not a worker was there to say so.
const ROW = sql.fragment`i.id, i.tenant_id, t.name as tenant_name, i.user_id, i.user_email, i.reason, i.mode, i.duration_minutes,
  case when i.state = 'active' and i.expires_at <= now() then 'ended' else i.state end as state, i.requested_at, i.consented_by_email,
  i.started_at, i.expires_at, case when i.state = 'active' and i.expires_at <= now() then i.expires_at else i.ended_at end as ended_at,
  case when i.state = 'active' and i.expires_at <= now() then 'expired' else i.end_reason end as end_reason, i.ended_by_email`;

/** Impersonations in scope, newest first. */
export async function listImpersonations(
  tx: AnyTx,
  filter: { readonly tenantId: string | null; readonly activeOnly: boolean; readonly limit: number },
): Promise<readonly ImpersonationRow[]> {
  return tx.any(sql.type(impersonationRow)`
    select ${ROW} from impersonations i join tenants t on t.id = i.tenant_id
    where (${filter.tenantId}::uuid is null or i.tenant_id = ${filter.tenantId}::uuid)
      and (not ${filter.activeOnly} or i.state in ('awaiting_consent', 'granted') or (i.state = 'active' and i.expires_at > now()))
    order by i.requested_at desc, i.id limit ${filter.limit}`);
}

/** One of them, when it is in scope. */
export async function findImpersonation(tx: AnyTx, id: string): Promise<ImpersonationRow | null> {
  return tx.maybeOne(sql.type(impersonationRow)`
    select ${ROW} from impersonations i join tenants t on t.id = i.tenant_id where i.id = ${id}::uuid`);
}

const consentRow = z.object({ consent: z.enum(CONSENT_KINDS) });

/** What the tenant wants to happen before somebody enters. */
export async function getConsentKind(tx: TenantTx, tenantId: string): Promise<z.infer<typeof consentRow>['consent']> {
  const row = await tx.maybeOne(sql.type(consentRow)`
    select impersonation_consent as consent from tenant_settings where tenant_id = ${tenantId}::uuid`);
  return row?.consent ?? 'none';
}

/** Sets it. */
export async function setConsentKind(tx: TenantTx, tenantId: string, consent: string): Promise<void> {
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id, impersonation_consent) values (${tenantId}::uuid, ${consent})
    on conflict (tenant_id) do update set impersonation_consent = excluded.impersonation_consent`);
}

/** The credential an impersonation hangs on. */
export type ParentCredential = { readonly kind: 'session' | 'api_token'; readonly id: string };

/** Stores a request; with `tokenHash` it starts at once. */
export async function insertImpersonation(
  tx: TenantTx,
  request: {
    readonly id: string;
    readonly tenant_id: string;
    readonly msp_id: string;
    readonly user_id: string;
    readonly user_email: string;
    readonly reason: string;
    readonly mode: ImpersonationMode;
    readonly duration_minutes: number;
    readonly parent: ParentCredential;
    readonly tokenHash: Buffer | null;
    readonly consent_minutes: number;
  },
): Promise<void> {
  const isActive = request.tokenHash !== null;
  await tx.query(sql.unsafe`
    insert into impersonations (id, tenant_id, msp_id, user_id, user_email, reason, mode, duration_minutes, state, session_id, api_token_id,
      token_hash, consent_until, started_at, expires_at)
    values (${request.id}::uuid, ${request.tenant_id}::uuid, ${request.msp_id}::uuid, ${request.user_id}::uuid, ${request.user_email},
      ${request.reason}, ${request.mode}, ${request.duration_minutes}, ${isActive ? 'active' : 'awaiting_consent'},
      ${request.parent.kind === 'session' ? request.parent.id : null}::uuid, ${request.parent.kind === 'api_token' ? request.parent.id : null}::uuid,
      ${request.tokenHash === null ? null : sql.binary(request.tokenHash)},
      case when ${isActive} then null else now() + make_interval(mins => ${request.consent_minutes}) end,
      case when ${isActive} then now() end, case when ${isActive} then now() + make_interval(mins => ${request.duration_minutes}) end)`);
}

/** The client's answer; false when nothing waits for one. */
export async function answerConsent(
  tx: TenantTx,
  id: string,
  by: { readonly user_id: string; readonly email: string },
  granted: boolean,
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update impersonations set consented_by = ${by.user_id}::uuid, consented_by_email = ${by.email},
      state = case when ${granted} then 'granted' else 'ended' end,
      ended_at = case when ${granted} then null else now() end, end_reason = case when ${granted} then null else 'refused' end
    where id = ${id}::uuid and state = 'awaiting_consent' and consent_until > now()`);
  return result.rowCount === 1;
}

/** Starts a granted one: whoever asked claims the token, with the credential they asked with. */
export async function claimImpersonation(
  tx: TenantTx,
  id: string,
  claim: { readonly user_id: string; readonly parent: ParentCredential; readonly tokenHash: Buffer },
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update impersonations set state = 'active', token_hash = ${sql.binary(claim.tokenHash)}, started_at = now(),
      expires_at = now() + make_interval(mins => duration_minutes)
    where id = ${id}::uuid and state = 'granted' and user_id = ${claim.user_id}::uuid
      -- Whether or not a worker was there to end the wait.
      and consent_until + make_interval(mins => ${CLAIM_WAIT_MINUTES}) > now()
      and coalesce(session_id, api_token_id) = ${claim.parent.id}::uuid`);
  return result.rowCount === 1;
}

const endedRow = z.object({
  tenant_id: z.uuid(),
  msp_id: z.uuid(),
  user_id: z.uuid(),
  user_email: z.string(),
  end_reason: z.string(),
  was_active: z.boolean(),
});

/**
 * Ends one, once; null when it has ended before. An end by the clock is dated to the moment the token died, and a
 * reason given later than that is `expired` all the same.
 */
export async function endImpersonation(
  tx: TenantTx,
  id: string,
  reason: string,
  endedByEmail: string | null,
): Promise<z.infer<typeof endedRow> | null> {
  return tx.maybeOne(sql.type(endedRow)`
    update impersonations i set state = 'ended',
      ended_at = case when i.expires_at <= now() then i.expires_at else now() end,
      end_reason = case when i.state = 'active' and i.expires_at <= now() then 'expired' else ${reason} end,
      ended_by_email = ${endedByEmail}
    from (select id, state from impersonations where id = ${id}::uuid and state <> 'ended' for update) before
    where i.id = before.id
    returning i.tenant_id, i.msp_id, i.user_id, i.user_email, i.end_reason, before.state = 'active' as was_active`);
}

/** The dashboard's session takes the impersonation on, or puts it off. */
export async function setSessionImpersonation(
  tx: IdentityTx,
  sessionId: string,
  impersonationId: string | null,
): Promise<void> {
  await tx.query(sql.unsafe`
    update sessions set impersonation_id = ${impersonationId}::uuid where id = ${sessionId}::uuid`);
}

const callerRow = z.object({
  impersonation_id: z.uuid(),
  tenant_id: z.uuid(),
  mode: z.enum(IMPERSONATION_MODES),
  expires_at: z.string(),
  user_id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  msp_id: z.uuid(),
  scopes: z.array(z.enum(PERMISSION_NAMES)).nullable(),
  totp_confirmed: z.boolean(),
});
/** The engineer behind a live impersonation, with the scopes of the credential it hangs on. */
export type ImpersonationCaller = z.infer<typeof callerRow>;

// Everything that may end it is in the statement that lets it in: its own state and time by the database's clock,
// the parent credential, the person.
const LIVE = sql.fragment`
  select i.id as impersonation_id, i.tenant_id, i.mode, i.expires_at, u.id as user_id, u.email, u.name, u.role, u.msp_id,
    t.scopes, u.totp_confirmed_at is not null as totp_confirmed
  from impersonations i join users u on u.id = i.user_id
    left join sessions s on s.id = i.session_id
    left join api_tokens t on t.id = i.api_token_id
  where i.state = 'active' and i.expires_at > now() and u.msp_id = i.msp_id and u.tenant_id is null
    and u.is_active and (u.expires_at is null or u.expires_at > now())
    and case when i.session_id is not null then s.revoked_at is null and s.expires_at > now()
      else t.revoked_at is null and t.expires_at > now() end`;

/** Finds the live impersonation with this token hash. */
export async function findImpersonationCaller(tx: IdentityTx, hash: Uint8Array): Promise<ImpersonationCaller | null> {
  return tx.maybeOne(sql.type(callerRow)`${LIVE} and i.token_hash = ${sql.binary(Buffer.from(hash))}`);
}

/** Finds the live impersonation by id, for the session that took it on and for streams that ask again. */
export async function findLiveImpersonation(tx: IdentityTx, id: string): Promise<ImpersonationCaller | null> {
  return tx.maybeOne(sql.type(callerRow)`${LIVE} and i.id = ${id}::uuid`);
}

const idRow = z.object({ id: z.uuid(), tenant_id: z.uuid() });

/** Live or waiting ones in scope: of one person, of one session, or all. */
export async function listLiveIds(
  tx: AnyTx,
  filter: { readonly userId: string | null; readonly sessionId: string | null },
): Promise<readonly z.infer<typeof idRow>[]> {
  return tx.any(sql.type(idRow)`
    select id, tenant_id from impersonations
    where state <> 'ended' and (${filter.userId}::uuid is null or user_id = ${filter.userId}::uuid)
      and (${filter.sessionId}::uuid is null or session_id = ${filter.sessionId}::uuid)
    order by requested_at`);
}

const timeRow = z.object({ state: z.string(), remaining_ms: z.number(), email: z.string(), reason: z.string() });

/** How long until something must happen to it by itself: the end of the consent wait, of the claim wait, or of the session. */
export async function getImpersonationClock(
  tx: AnyTx,
  id: string,
  claimMinutes: number,
): Promise<z.infer<typeof timeRow>> {
  return tx.one(sql.type(timeRow)`
    select state, user_email as email, reason, greatest(0, floor(extract(epoch from (
      case state when 'awaiting_consent' then consent_until
        when 'granted' then consent_until + make_interval(mins => ${claimMinutes})
        when 'active' then expires_at else now() end - now())) * 1000))::bigint as remaining_ms
    from impersonations where id = ${id}::uuid`);
}

const noticeRow = z.object({
  user_email: z.string(),
  msp_name: z.string(),
  tenant_name: z.string(),
  reason: z.string(),
  duration_minutes: z.int(),
  state: z.string(),
  client_ids: z.array(z.uuid()),
});

/** What the client's people are told of one, and who they are; null when there is none such. */
export async function findImpersonationNotice(
  tx: SystemTx,
  ref: { readonly impersonation_id: string; readonly tenant_id: string },
): Promise<z.infer<typeof noticeRow> | null> {
  return tx.maybeOne(sql.type(noticeRow)`
    select i.user_email, m.name as msp_name, t.name as tenant_name, i.reason, i.duration_minutes, i.state,
      array(select u.id from users u where u.tenant_id = i.tenant_id and u.role = 'client_viewer' and u.is_active order by u.id) as client_ids
    from impersonations i join tenants t on t.id = i.tenant_id join msps m on m.id = i.msp_id
    where i.id = ${ref.impersonation_id}::uuid and i.tenant_id = ${ref.tenant_id}::uuid`);
}

const watchedRow = z.object({ impersonation_id: z.uuid(), tenant_id: z.uuid(), msp_id: z.uuid() });

/** Those that have not ended and whose workflow should be there by now. */
export async function listWatchedImpersonations(tx: SystemTx): Promise<readonly z.infer<typeof watchedRow>[]> {
  return tx.any(sql.type(watchedRow)`
    select id as impersonation_id, tenant_id, msp_id from impersonations
    where state <> 'ended' and requested_at < now() - interval '15 seconds' order by requested_at limit 1000`);
}
