/** Signing in and out, and the password. */

import { deleteCookie } from 'hono/cookie';
import { z } from 'zod';
import { forgetAttempts } from '../../db/authFailures.ts';
import { withIdentity } from '../../db/scope.ts';
import { revokeOtherSessions, revokeSession } from '../../db/sessions.ts';
import {
  type Credentials,
  findCredentialsByEmail,
  getCredentials,
  setPasswordHash,
  useRecoveryCode,
} from '../../db/users.ts';
import { isAllowed, PERMISSION_NAMES } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { hashPassword, isPassword } from '../../platform/passwordHash.ts';
import {
  me,
  openEnrolment,
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
import { SESSION_COOKIE } from '../middleware/authenticate.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
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
    'Five wrong attempts lock the account for 30 seconds, doubling up to 15 minutes; a locked account refuses the right proof too.',
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
    await enforceLimit(deps, `login:${ctx.clientAddress}`, LOGINS_PER_ADDRESS, LOGIN_WINDOW_SECONDS);
    const subject = `login:${body.email}`;
    const { locksNow } = await allowAttempt(deps, subject);
    const user = await withIdentity(deps.pool, (tx) => findCredentialsByEmail(tx, body.email));
    const isRight = await isPassword(body.password, user?.password_hash ?? null);
    const proof = user && isRight && user.may_enter ? await checkSecondFactor(deps, user, body) : 'wrong';
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
  summary: 'Sign out',
  auth: { kind: 'self' },
  tenantScoped: false,
  status: 204,
  refusals: [],
  handle: async ({ deps, principal, http }) => {
    if (principal.via.kind === 'session') {
      await withIdentity(deps.pool, async (tx) => {
        await revokeSession(tx, principal.userId, principal.via.id);
        await recordOwn(tx, await getCredentials(tx, principal.userId), 'signed_out', { session_id: principal.via.id });
      });
    }
    deleteCookie(http, SESSION_COOKIE, { path: '/' });
    return undefined;
  },
});

const whoami = defineRoute({
  method: 'get',
  path: '/auth/me',
  tag: 'Identity',
  summary: 'Who am I, and what may I do',
  auth: { kind: 'self' },
  tenantScoped: false,
  output: me.extend({
    permissions: z.array(z.enum(PERMISSION_NAMES)),
    via: z.enum(['session', 'api_token']),
    expires_at: z.iso.datetime(),
  }),
  refusals: [],
  handle: async ({ principal }) => ({
    id: principal.userId,
    email: principal.email,
    name: principal.name,
    role: principal.role,
    msp_id: principal.mspId,
    tenant_id: principal.tenantId,
    permissions: PERMISSION_NAMES.filter((name) => isAllowed(name, principal.role, principal.scopes)),
    via: principal.via.kind,
    expires_at: principal.via.expiresAt,
  }),
});

/** Routes of signing in. */
export const authRoutes = [login, logout, whoami, changePassword];
