/** Signing in and out, and the password. */

import { deleteCookie } from 'hono/cookie';
import { z } from 'zod';
import { forgetAttempts } from '../../db/authFailures.ts';
import { listImpersonations } from '../../db/impersonations.ts';
import { withIdentity, withTenant } from '../../db/scope.ts';
import { grantSudo, revokeOtherSessions, revokeSession } from '../../db/sessions.ts';
import {
  type Credentials,
  findCredentialsByEmail,
  getCredentials,
  setPasswordHash,
  useRecoveryCode,
} from '../../db/users.ts';
import { IMPERSONATION_MODES, isAllowedWhileImpersonating } from '../../domain/impersonation.ts';
import { isAllowed, PERMISSION_NAMES } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { hashPassword, isPassword } from '../../platform/passwordHash.ts';
import {
  me,
  openEnrolment,
  type PublicCtx,
  password,
  present,
  recheckPassword,
  recordOwn,
  refuseForeignPage,
  refuseWeakPassword,
  requireSession,
  signIn,
} from '../account.ts';
import type { ApiDeps } from '../deps.ts';
import { endAll } from '../impersonations.ts';
import { attemptSubject } from '../knownDevice.ts';
import { SESSION_COOKIE } from '../middleware/authenticate.ts';
import { addressGroup, enforceLimit } from '../middleware/rateLimit.ts';
import { findPortal } from '../portalHost.ts';
import type { UserPrincipal } from '../principal.ts';
import { recoveryCodeHash } from '../recoveryCodes.ts';
import { defineRoute } from '../route.ts';
import { allowAttempt, spendTotpCode } from '../totp.ts';

const LOGINS_PER_ADDRESS = 30;
const LOGIN_WINDOW_SECONDS = 600;

const email = z.string().trim().toLowerCase().min(3).max(254);

const login = defineRoute({
  method: 'post',
  path: '/auth/login',
  tag: 'Identity',
  summary: 'Sign in with email, password and TOTP (or a recovery code)',
  description:
    'Sets the session cookie (12 hours). An account without TOTP gets `enrolment_required` with a token for /auth/totp/enrol. ' +
    'Five wrong attempts lock the account for 30 seconds, doubling up to 15 minutes; a locked account refuses the right proof ' +
    'too, but not from a browser in which the person has signed in before: that one has a count of its own.',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: z.strictObject({
    email,
    password,
    totp_code: z.string().max(20).optional(),
    recovery_code: z.string().max(40).optional(),
  }),
  output: z.union([
    z.object({ enrolment_required: z.literal(false), user: me, expires_at: z.iso.datetime() }),
    z.object({ enrolment_required: z.literal(true), enrolment_token: z.string() }),
  ]),
  refusals: ['bad_credentials', 'locked_out', 'csrf'],
  handle: async (ctx) => {
    const { deps, body } = ctx;
    refuseForeignPage(ctx);
    await enforceLimit(deps, `login:${addressGroup(ctx.clientAddress)}`, LOGINS_PER_ADDRESS, LOGIN_WINDOW_SECONDS);
    const subject = attemptSubject(ctx, body.email);
    const { locksNow } = await allowAttempt(deps, subject);
    const user = await withIdentity(deps.pool, (tx) => findCredentialsByEmail(tx, body.email));
    const isRight = await isPassword(body.password, user?.password_hash ?? null);
    const isHere = user !== null && (await isAtHome(ctx, user, isRight));
    const proof = user && isHere && isRight && user.may_enter ? await checkSecondFactor(deps, user, body) : 'wrong';
    if (user === null || proof === 'wrong') {
      if (user && locksNow)
        await withIdentity(deps.pool, (tx) => recordOwn(tx, user, 'sign_in_locked', { address: ctx.clientAddress }));
      throw new RefusedError('bad_credentials');
    }
    await forgetAttempts(deps.pool, subject);
    if (proof === 'not_enrolled') {
      const enrolment_token = await withIdentity(deps.pool, (tx) => openEnrolment(ctx, tx, user));
      return { enrolment_required: true, enrolment_token } as const;
    }
    const { expires_at } = await withIdentity(deps.pool, (tx) => signIn(ctx, tx, user, proof));
    return { enrolment_required: false, user: present(user), expires_at } as const;
  },
});

/**
 * False on a client's domain for anybody but that client's people: whoever runs its DNS could otherwise come by a session
 * that sees every client. No code is spent there, and a right password is written down: it has been seen in a wrong place.
 */
async function isAtHome(ctx: PublicCtx, user: Credentials, isRight: boolean): Promise<boolean> {
  const portal = await findPortal(ctx.http, ctx.deps.pool);
  if (portal === null || portal.tenant_id === user.tenant_id) return true;
  if (isRight)
    await withIdentity(ctx.deps.pool, (tx) =>
      recordOwn(tx, user, 'sign_in_elsewhere', { address: ctx.clientAddress, client: portal.tenant_name }),
    );
  return false;
}

type SecondFactor = { readonly totp_code?: string | undefined; readonly recovery_code?: string | undefined };

/** The second proof. A reused code is as wrong as any other: at the door nothing is explained. */
async function checkSecondFactor(
  deps: ApiDeps,
  user: Credentials,
  proof: SecondFactor,
): Promise<'totp' | 'recovery_code' | 'not_enrolled' | 'wrong'> {
  if (user.totp_confirmed_at === null || user.totp_secret_sealed === null) return 'not_enrolled';
  if (proof.totp_code !== undefined) {
    const verdict = await spendTotpCode(deps, user.id, user.totp_secret_sealed, proof.totp_code);
    return verdict.kind === 'accepted' ? 'totp' : 'wrong';
  }
  if (proof.recovery_code === undefined) return 'wrong';
  const hash = recoveryCodeHash(user.id, proof.recovery_code);
  return (await withIdentity(deps.pool, (tx) => useRecoveryCode(tx, user.id, hash))) ? 'recovery_code' : 'wrong';
}

const changePassword = defineRoute({
  method: 'post',
  path: '/auth/password',
  tag: 'Identity',
  summary: 'Change the password; every other session ends',
  auth: { kind: 'self', totp: true },
  tenantScoped: false,
  body: z.strictObject({ current_password: password, new_password: password }),
  status: 204,
  refusals: ['bad_credentials', 'locked_out', 'password_too_weak', 'forbidden'],
  handle: async ({ deps, principal, body }) => {
    requireSession(principal);
    const user = await recheckPassword(deps, principal, body.current_password);
    refuseWeakPassword(body.new_password, user.email);
    const passwordHash = await hashPassword(body.new_password);
    await withIdentity(deps.pool, async (tx) => {
      await setPasswordHash(tx, user.id, passwordHash);
      await revokeOtherSessions(tx, user.id, principal.via.id);
      await recordOwn(tx, user, 'password_changed', {});
    });
    return undefined;
  },
});

const logout = defineRoute({
  method: 'post',
  path: '/auth/logout',
  tag: 'Identity',
  summary: 'Sign out; an impersonation of this session ends with it',
  auth: { kind: 'self', whileImpersonating: true },
  tenantScoped: false,
  status: 204,
  refusals: [],
  handle: async ({ deps, principal, http }) => {
    if (principal.via.kind === 'session') {
      await endAll(deps, principal, { userId: principal.userId, sessionId: principal.via.id }, 'signed_out');
      await withIdentity(deps.pool, async (tx) => {
        await revokeSession(tx, principal.userId, principal.via.id);
        await recordOwn(tx, await getCredentials(tx, principal.userId), 'signed_out', { session_id: principal.via.id });
      });
    }
    deleteCookie(http, SESSION_COOKIE, { path: '/' });
    return undefined;
  },
});

/** The impersonation one is in, and who else is in the same client's context. */
async function describeImpersonation(deps: ApiDeps, { impersonation, tenantId }: UserPrincipal) {
  if (impersonation === null || tenantId === null) return null;
  const rows = await withTenant(deps.pool, tenantId, (tx) =>
    listImpersonations(tx, { tenantId, activeOnly: true, limit: 50 }),
  );
  return {
    id: impersonation.id,
    mode: impersonation.mode,
    expires_at: impersonation.expiresAt,
    others: rows.filter((row) => row.state === 'active' && row.id !== impersonation.id),
  };
}

const SUDO_MINUTES = 10;

const sudo = defineRoute({
  method: 'post',
  path: '/auth/sudo',
  tag: 'Identity',
  summary: 'Confirm that it is you, for ten minutes',
  description: 'Sensitive screens ask for it. It belongs to the session and ends with it.',
  auth: { kind: 'self', totp: true },
  tenantScoped: false,
  output: z.object({ sudo_until: z.iso.datetime() }),
  refusals: ['forbidden'],
  handle: async ({ deps, principal }) => {
    requireSession(principal);
    return {
      sudo_until: await withIdentity(deps.pool, async (tx) => {
        const until = await grantSudo(tx, principal.via.id, SUDO_MINUTES);
        await recordOwn(tx, await getCredentials(tx, principal.userId), 'sudo_granted', { until });
        return until;
      }),
    };
  },
});

const whoami = defineRoute({
  method: 'get',
  path: '/auth/me',
  tag: 'Identity',
  summary: 'Who am I, and what may I do',
  description:
    'While impersonating, `tenant_id` is the client’s, and `act` says who really acts (RFC 8693, section 4.1).',
  auth: { kind: 'self', whileImpersonating: true },
  tenantScoped: false,
  output: me.extend({
    permissions: z.array(z.enum(PERMISSION_NAMES)),
    via: z.enum(['session', 'api_token', 'impersonation']),
    expires_at: z.iso.datetime(),
    is_sudo: z.boolean().describe('confirmed by TOTP within the last ten minutes'),
    act: z.object({ sub: z.uuid(), email: z.string() }).nullable(),
    impersonation: z
      .object({
        id: z.uuid(),
        mode: z.enum(IMPERSONATION_MODES),
        expires_at: z.iso.datetime(),
        others: z.array(z.object({ user_email: z.string(), reason: z.string() })),
      })
      .nullable(),
    ended_impersonation_id: z.uuid().nullable().describe('this session’s impersonation is over; end it to go on'),
  }),
  refusals: [],
  handle: async ({ deps, principal }) => ({
    id: principal.userId,
    email: principal.email,
    name: principal.name,
    role: principal.role,
    msp_id: principal.mspId,
    tenant_id: principal.tenantId,
    permissions: PERMISSION_NAMES.filter(
      (name) =>
        isAllowed(name, principal.role, principal.scopes) &&
        (principal.impersonation === null || isAllowedWhileImpersonating(name, principal.impersonation.mode)),
    ),
    via: principal.via.kind,
    expires_at: principal.via.expiresAt,
    is_sudo: principal.isSudo,
    act: principal.impersonation === null ? null : { sub: principal.userId, email: principal.email },
    impersonation: await describeImpersonation(deps, principal),
    ended_impersonation_id: principal.endedImpersonationId,
  }),
});

/** Routes of signing in. */
export const authRoutes = [login, logout, whoami, sudo, changePassword];
