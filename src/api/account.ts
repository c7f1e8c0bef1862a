/** What the routes of identity share: opening sessions, who one is, and the proofs beyond the session. */

import { setCookie } from 'hono/cookie';
import { z } from 'zod';
import { appendAudit } from '../db/audit.ts';
import { forgetAttempts } from '../db/authFailures.ts';
import { type IdentityTx, withIdentity } from '../db/scope.ts';
import { insertSession } from '../db/sessions.ts';
import { type Credentials, getCredentials } from '../db/users.ts';
import { passwordFault } from '../domain/password.ts';
import { ROLES } from '../domain/permissions.ts';
import { RefusedError } from '../domain/refusal.ts';
import { isPassword } from '../platform/passwordHash.ts';
import type { ApiDeps } from './deps.ts';
import { rememberDevice } from './knownDevice.ts';
import { refuseCrossSite, SESSION_COOKIE } from './middleware/authenticate.ts';
import { newToken } from './newToken.ts';
import type { UserPrincipal } from './principal.ts';
import type { RouteContext } from './route.ts';
import { allowAttempt } from './totp.ts';

const SESSION_SECONDS = 12 * 3600;
const ENROLMENT_SECONDS = 600;

/** A password as typed; what it must be is src/domain/password.ts. */
export const password = z.string().min(1).max(1000);

/** A person as they see themselves. */
export const me = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  msp_id: z.uuid(),
  tenant_id: z.uuid().nullable(),
});

/** What a handler knows before anybody has signed in. */
export type PublicCtx = Pick<
  RouteContext<{ kind: 'public' }, undefined, undefined, undefined>,
  'deps' | 'http' | 'clientAddress'
>;

/** The answer of {@link me}. */
export function present(user: Credentials): z.input<typeof me> {
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
export function refuseForeignPage({ http }: PublicCtx): void {
  if (http.req.header('origin') !== undefined || http.req.header('sec-fetch-site') !== undefined) refuseCrossSite(http);
}

/** Opens a session under a new token (whatever cookie was sent before) and sets the cookie. */
export async function signIn(
  ctx: PublicCtx,
  tx: IdentityTx,
  user: Credentials,
  how: string,
  link?: { readonly id: string; readonly note: string },
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
    ...(link === undefined ? {} : { auditor_link_id: link.id }),
  });
  await recordOwn(tx, user, 'signed_in', {
    session_id: session.id,
    how,
    address: ctx.clientAddress,
    // The account's address tells a reader nothing; the note does.
    ...(link === undefined ? {} : { auditor_link_id: link.id, note: link.note }),
  });
  setCookie(http, SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    secure: deps.config.PUBLIC_URL?.startsWith('https:') ?? false,
    maxAge: SESSION_SECONDS,
  });
  // Who comes by a link has no attempts to count.
  if (link === undefined) rememberDevice(ctx, user.email);
  return { expires_at: session.expires_at };
}

/** Audits what a person does about their own account. */
export function recordOwn(
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

/** Re-checks the password of someone who is signed in. */
export async function recheckPassword(deps: ApiDeps, principal: UserPrincipal, given: string): Promise<Credentials> {
  const subject = `login:${principal.email}`;
  await allowAttempt(deps, subject);
  const user = await withIdentity(deps.pool, (tx) => getCredentials(tx, principal.userId));
  if (!(await isPassword(given, user.password_hash)))
    throw new RefusedError('bad_credentials', 'The password is wrong.');
  await forgetAttempts(deps.pool, subject);
  return user;
}

/** Account changes are for the person at the keyboard, not for a token that may have leaked. */
export function requireSession(principal: UserPrincipal): void {
  if (principal.via.kind !== 'session')
    throw new RefusedError('forbidden', 'Sign in for this; an API token is not enough.', { permission: 'session' });
}

/** Throws `password_too_weak` with the reason. */
export function refuseWeakPassword(text: string, forEmail: string): void {
  const fault = passwordFault(text, forEmail);
  if (fault !== null) throw new RefusedError('password_too_weak', fault);
}
