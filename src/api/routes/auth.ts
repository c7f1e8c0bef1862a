/** Signing in and out, TOTP, one's own sessions and API tokens. */

import { createHash, randomBytes } from 'node:crypto';
import { deleteCookie, setCookie } from 'hono/cookie';
import QRCode from 'qrcode';
import { z } from 'zod';
import { appendAudit } from '../../db/audit.ts';
import { forgetAttempts } from '../../db/authFailures.ts';
import { type IdentityTx, withIdentity } from '../../db/scope.ts';
import {
  apiTokenRow,
  findEnrolmentSession,
  insertApiToken,
  insertSession,
  listApiTokens,
  listSessions,
  revokeApiToken,
  revokeOtherSessions,
  revokeSession,
  sessionRow,
} from '../../db/sessions.ts';
import {
  type Credentials,
  confirmPendingTotp,
  findCredentialsByEmail,
  getCredentials,
  replaceRecoveryCodes,
  setPasswordHash,
  setPendingTotp,
  useRecoveryCode,
} from '../../db/users.ts';
import { passwordFault } from '../../domain/password.ts';
import { isAllowed, PERMISSION_NAMES, ROLES } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { tokenHash, tokenKind } from '../../domain/token.ts';
import { hashPassword, isPassword } from '../../platform/passwordHash.ts';
import { matchTotpStep, newTotpSecret, totpSealContext, totpUri } from '../../platform/totpCode.ts';
import type { ApiDeps } from '../deps.ts';
import { refuseCrossSite, SESSION_COOKIE } from '../middleware/authenticate.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import { newToken } from '../newToken.ts';
import type { UserPrincipal } from '../principal.ts';
import { auditActor, defineRoute, type RouteContext } from '../route.ts';
import { allowAttempt, spendTotpCode } from '../totp.ts';

const SESSION_SECONDS = 12 * 3600;
const ENROLMENT_SECONDS = 600;
const LOGINS_PER_ADDRESS = 30;
const LOGIN_WINDOW_SECONDS = 600;
const RECOVERY_CODES = 10;

const email = z.string().trim().toLowerCase().min(3).max(254);
const password = z.string().min(1).max(1000);
const me = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  msp_id: z.uuid(),
  tenant_id: z.uuid().nullable(),
});

type PublicCtx = Pick<
  RouteContext<{ kind: 'public' }, undefined, undefined, undefined>,
  'deps' | 'http' | 'clientAddress'
>;

function present(user: Credentials): z.input<typeof me> {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    msp_id: user.msp_id,
    tenant_id: user.tenant_id,
  };
}

/** A sign-in from a page of another site is refused; programs send neither header and may pass. */
function refuseForeignPage({ http }: PublicCtx): void {
  if (http.req.header('origin') !== undefined || http.req.header('sec-fetch-site') !== undefined) refuseCrossSite(http);
}

/** Opens a session under a new token (whatever cookie was sent before) and sets the cookie. */
async function signIn(
  ctx: PublicCtx,
  tx: IdentityTx,
  user: Credentials,
  how: string,
): Promise<{ readonly expires_at: string }> {
  const { deps, http } = ctx;
  const { token, hash } = newToken('session');
  const session = await insertSession(tx, {
    hash,
    user_id: user.id,
    msp_id: user.msp_id,
    tenant_id: user.tenant_id,
    purpose: 'session',
    lifetime_seconds: SESSION_SECONDS,
    ip: ctx.clientAddress,
    user_agent: http.req.header('user-agent')?.slice(0, 300) ?? null,
  });
  await recordOwn(tx, user, 'signed_in', { session_id: session.id, how, address: ctx.clientAddress });
  setCookie(http, SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    secure: deps.config.PUBLIC_URL?.startsWith('https:') ?? false,
    maxAge: SESSION_SECONDS,
  });
  return { expires_at: session.expires_at };
}

/** Audits what a person does about their own account. */
function recordOwn(
  tx: IdentityTx,
  user: Credentials,
  event_type: string,
  event_data: { readonly [key: string]: string | number | readonly string[] },
): Promise<void> {
  return appendAudit(tx, {
    msp_id: user.msp_id,
    tenant_id: user.tenant_id,
    event_type,
    actor: { kind: 'user', user_id: user.id, email: user.email, impersonation_id: null },
    event_data,
  });
}

/** A short-lived token that is good for setting TOTP up. */
export async function openEnrolment(
  ctx: PublicCtx,
  tx: IdentityTx,
  user: Pick<Credentials, 'id' | 'msp_id' | 'tenant_id'>,
): Promise<string> {
  const { token, hash } = newToken('step');
  await insertSession(tx, {
    hash,
    user_id: user.id,
    msp_id: user.msp_id,
    tenant_id: user.tenant_id,
    purpose: 'enrolment',
    lifetime_seconds: ENROLMENT_SECONDS,
    ip: ctx.clientAddress,
    user_agent: null,
  });
  return token;
}

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
  refusals: ['bad_credentials', 'locked_out', 'csrf', 'totp_reused'],
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

/** Codes have 80 random bits, so a fast hash is enough; the user's id keeps equal codes of two people apart. */
function recoveryCodeHash(userId: string, code: string): Buffer {
  return createHash('sha256')
    .update(`${userId}:${code.toUpperCase().replaceAll('-', '')}`)
    .digest();
}

/** Ten codes of the form ABCD-EFGH-IJKL-MNOP in an alphabet without look-alikes. */
function newRecoveryCodes(): string[] {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return Array.from({ length: RECOVERY_CODES }, () => {
    const symbols = [...randomBytes(16)].map((byte) => alphabet[byte & 31]).join('');
    return symbols.match(/.{4}/g)?.join('-') ?? symbols;
  });
}

const tokenBody = z.strictObject({ enrolment_token: z.string().max(200) });

/** The person behind an enrolment token. */
async function enrollee(
  tx: IdentityTx,
  token: string,
): Promise<{ readonly sessionId: string; readonly user: Credentials }> {
  const session = tokenKind(token) === 'step' ? await findEnrolmentSession(tx, Buffer.from(tokenHash(token))) : null;
  if (session === null) throw new RefusedError('token_expired');
  return { sessionId: session.id, user: await getCredentials(tx, session.user_id) };
}

const enrol = defineRoute({
  method: 'post',
  path: '/auth/totp/enrol',
  tag: 'Identity',
  summary: 'Get a new TOTP secret with its QR code',
  description:
    'The secret comes into force with its first right code at /auth/totp/confirm; an old one stays good until then.',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: tokenBody,
  output: z.object({ secret: z.string(), otpauth_uri: z.string(), qr_svg: z.string() }),
  refusals: ['token_expired', 'csrf'],
  handle: async (ctx) => {
    refuseForeignPage(ctx);
    const { deps, body } = ctx;
    const secret = newTotpSecret();
    const user = await withIdentity(deps.pool, async (tx) => {
      const found = await enrollee(tx, body.enrolment_token);
      await setPendingTotp(
        tx,
        found.user.id,
        deps.seal.seal(Buffer.from(secret, 'utf8'), totpSealContext(found.user.id)),
      );
      return found.user;
    });
    const otpauth_uri = totpUri(secret, user.email, 'monsys-msp');
    return {
      secret,
      otpauth_uri,
      qr_svg: await QRCode.toString(otpauth_uri, { type: 'svg', errorCorrectionLevel: 'M' }),
    };
  },
});

const confirm = defineRoute({
  method: 'post',
  path: '/auth/totp/confirm',
  tag: 'Identity',
  summary: 'Put the new TOTP secret in force and sign in',
  description: 'Answers ten recovery codes, shown this once; each is good for one sign-in without the authenticator.',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: tokenBody.extend({ totp_code: z.string().max(20) }),
  output: z.object({ user: me, expires_at: z.iso.datetime(), recovery_codes: z.array(z.string()) }),
  refusals: ['token_expired', 'totp_invalid', 'locked_out', 'csrf'],
  handle: async (ctx) => {
    refuseForeignPage(ctx);
    const { deps, body } = ctx;
    const { user: known } = await withIdentity(deps.pool, (tx) => enrollee(tx, body.enrolment_token));
    await allowAttempt(deps, `totp:${known.id}`);
    const recovery_codes = newRecoveryCodes();
    const result = await withIdentity(deps.pool, async (tx) => {
      const { sessionId, user } = await enrollee(tx, body.enrolment_token);
      const pending =
        user.totp_pending_sealed && deps.seal.open(user.totp_pending_sealed, totpSealContext(user.id)).toString('utf8');
      const step = pending === null ? null : matchTotpStep(pending, body.totp_code, deps.now());
      if (step === null || !(await confirmPendingTotp(tx, user.id))) throw new RefusedError('totp_invalid');
      await replaceRecoveryCodes(
        tx,
        user.id,
        recovery_codes.map((code) => recoveryCodeHash(user.id, code)),
      );
      await revokeSession(tx, user.id, sessionId);
      await recordOwn(tx, user, 'totp_enrolled', { address: ctx.clientAddress });
      return { user: present(user), ...(await signIn(ctx, tx, user, 'enrolment')) };
    });
    await forgetAttempts(deps.pool, `totp:${known.id}`);
    return { ...result, recovery_codes };
  },
});

/** Re-checks the password of someone who is signed in. */
async function recheckPassword(deps: ApiDeps, principal: UserPrincipal, given: string): Promise<Credentials> {
  const subject = `login:${principal.email}`;
  await allowAttempt(deps, subject);
  const user = await withIdentity(deps.pool, (tx) => getCredentials(tx, principal.userId));
  if (!(await isPassword(given, user.password_hash)))
    throw new RefusedError('bad_credentials', 'The password is wrong.');
  await forgetAttempts(deps.pool, subject);
  return user;
}

/** Account changes are for the person at the keyboard, not for a token that may have leaked. */
function requireSession(principal: UserPrincipal): void {
  if (principal.via.kind !== 'session')
    throw new RefusedError('forbidden', 'Sign in for this; an API token is not enough.', { permission: 'session' });
}

const replaceTotp = defineRoute({
  method: 'post',
  path: '/auth/totp/replace',
  tag: 'Identity',
  summary: 'Start setting up another authenticator',
  auth: { kind: 'self', totp: true },
  tenantScoped: false,
  body: z.strictObject({ password }),
  output: z.object({ enrolment_token: z.string() }),
  refusals: ['bad_credentials', 'locked_out', 'forbidden'],
  handle: async (ctx) => {
    requireSession(ctx.principal);
    const user = await recheckPassword(ctx.deps, ctx.principal, ctx.body.password);
    return { enrolment_token: await withIdentity(ctx.deps.pool, (tx) => openEnrolment(ctx, tx, user)) };
  },
});

const renewRecoveryCodes = defineRoute({
  method: 'post',
  path: '/auth/recovery-codes',
  tag: 'Identity',
  summary: 'Replace the recovery codes; shown this once',
  auth: { kind: 'self', totp: true },
  tenantScoped: false,
  output: z.object({ recovery_codes: z.array(z.string()) }),
  refusals: ['forbidden'],
  handle: async ({ deps, principal }) => {
    requireSession(principal);
    const recovery_codes = newRecoveryCodes();
    await withIdentity(deps.pool, async (tx) => {
      await replaceRecoveryCodes(
        tx,
        principal.userId,
        recovery_codes.map((code) => recoveryCodeHash(principal.userId, code)),
      );
      await recordOwn(tx, await getCredentials(tx, principal.userId), 'recovery_codes_replaced', {});
    });
    return { recovery_codes };
  },
});

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

/** Throws `password_too_weak` with the reason. */
export function refuseWeakPassword(text: string, forEmail: string): void {
  const fault = passwordFault(text, forEmail);
  if (fault !== null) throw new RefusedError('password_too_weak', fault);
}

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

const sessions = defineRoute({
  method: 'get',
  path: '/auth/sessions',
  tag: 'Identity',
  summary: 'My sessions',
  auth: { kind: 'self' },
  tenantScoped: false,
  output: z.object({ items: z.array(sessionRow.extend({ is_this: z.boolean() })) }),
  refusals: [],
  handle: async ({ deps, principal }) => {
    const rows = await withIdentity(deps.pool, (tx) => listSessions(tx, principal.userId));
    return { items: rows.map((row) => ({ ...row, is_this: row.id === principal.via.id })) };
  },
});

const endSession = defineRoute({
  method: 'delete',
  path: '/auth/sessions/:id',
  tag: 'Identity',
  summary: 'End one of my sessions',
  auth: { kind: 'self' },
  tenantScoped: false,
  params: z.object({ id: z.uuid() }),
  status: 204,
  refusals: ['not_found'],
  handle: async ({ deps, principal, params }) => {
    await withIdentity(deps.pool, async (tx) => {
      if (!(await revokeSession(tx, principal.userId, params.id))) throw new RefusedError('not_found');
      await recordOwn(tx, await getCredentials(tx, principal.userId), 'session_ended', { session_id: params.id });
    });
    return undefined;
  },
});

const createToken = defineRoute({
  method: 'post',
  path: '/auth/tokens',
  tag: 'Identity',
  summary: 'Make an API token; it is shown once',
  description: 'Scopes are permissions that your role holds. A token cannot make tokens.',
  auth: { kind: 'user', permission: 'tokens.own', totp: true },
  tenantScoped: false,
  body: z.strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(PERMISSION_NAMES)).min(1),
    expires_in_days: z.int().min(1).max(365),
  }),
  output: apiTokenRow.extend({ token: z.string() }),
  status: 201,
  refusals: ['forbidden'],
  handle: async ({ deps, principal, body }) => {
    requireSession(principal);
    const beyond = body.scopes.find((scope) => !isAllowed(scope, principal.role, null));
    if (beyond !== undefined)
      throw new RefusedError('forbidden', `Your role does not hold ${beyond}.`, { permission: beyond });
    const { token, hash } = newToken('api');
    const scopes = [...new Set(body.scopes)];
    const row = await withIdentity(deps.pool, async (tx) => {
      const made = await insertApiToken(tx, {
        hash,
        user_id: principal.userId,
        msp_id: principal.mspId,
        tenant_id: principal.tenantId,
        name: body.name,
        scopes,
        expires_in_days: body.expires_in_days,
      });
      await appendAudit(tx, {
        msp_id: principal.mspId,
        tenant_id: principal.tenantId,
        event_type: 'api_token_created',
        actor: auditActor(principal),
        event_data: { api_token_id: made.id, name: made.name, scopes, expires_at: made.expires_at },
      });
      return made;
    });
    return { ...row, token };
  },
});

const listTokens = defineRoute({
  method: 'get',
  path: '/auth/tokens',
  tag: 'Identity',
  summary: 'My API tokens',
  auth: { kind: 'user', permission: 'tokens.own' },
  tenantScoped: false,
  output: z.object({ items: z.array(apiTokenRow) }),
  refusals: [],
  handle: async ({ deps, principal }) => ({
    items: [...(await withIdentity(deps.pool, (tx) => listApiTokens(tx, principal.userId)))],
  }),
});

const revokeToken = defineRoute({
  method: 'delete',
  path: '/auth/tokens/:id',
  tag: 'Identity',
  summary: 'Revoke one of my API tokens',
  auth: { kind: 'user', permission: 'tokens.own' },
  tenantScoped: false,
  params: z.object({ id: z.uuid() }),
  status: 204,
  refusals: ['not_found'],
  handle: async ({ deps, principal, params }) => {
    await withIdentity(deps.pool, async (tx) => {
      if (!(await revokeApiToken(tx, principal.userId, params.id))) throw new RefusedError('not_found');
      await recordOwn(tx, await getCredentials(tx, principal.userId), 'api_token_revoked', { api_token_id: params.id });
    });
    return undefined;
  },
});

/** Routes of identity. */
export const authRoutes = [
  login,
  enrol,
  confirm,
  replaceTotp,
  renewRecoveryCodes,
  changePassword,
  logout,
  whoami,
  sessions,
  endSession,
  createToken,
  listTokens,
  revokeToken,
];
