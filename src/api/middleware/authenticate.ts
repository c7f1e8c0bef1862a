/** Finds out who is calling and refuses whoever may not. Deny by default: each kind of `auth` has its own proof. */

import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { type CallerRow, findApiTokenCaller, findIntegrationCaller, findSessionCaller } from '../../db/identity.ts';
import { findImpersonationCaller, findLiveImpersonation, type ImpersonationCaller } from '../../db/impersonations.ts';
import { withIdentity } from '../../db/scope.ts';
import { type ImpersonationMode, isAllowedWhileImpersonating } from '../../domain/impersonation.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { tokenHash, tokenKind } from '../../domain/token.ts';
import { verifyAgentRequest } from '../agentRequest.ts';
import type { ApiDeps } from '../deps.ts';
import type { AgentPrincipal, IntegrationPrincipal, UserPrincipal } from '../principal.ts';
import type { AppEnv, Auth } from '../route.ts';
import { requireRightTotp } from '../totp.ts';

/** Name of the session cookie; `__Host-` would forbid plain http on localhost, where the demo runs. */
export const SESSION_COOKIE = 'monsys_session';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether the proof covers the body, which then has to be read before it. */
export function isSigned({ kind }: Auth): boolean {
  return kind === 'agent' || kind === 'agent_or_integration';
}

/** Sets `principal` when the request carries a proof of the kind that `auth` asks for. Wrong proofs are refused here. */
export function authenticate(deps: ApiDeps, auth: Auth): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (auth.kind === 'user' || auth.kind === 'self')
      c.set('principal', refuseEnded(await signedIn(deps, c, auth), auth));
    else if (auth.kind === 'agent') c.set('principal', await agentPrincipal(deps, c));
    else if (auth.kind === 'integration') c.set('principal', await integrationPrincipal(deps, c));
    else if (auth.kind === 'agent_or_integration') {
      c.set(
        'principal',
        c.req.header('signature') ? await agentPrincipal(deps, c) : await integrationPrincipal(deps, c),
      );
    }
    await next();
  };
}

/** Refuses callers without the permission, and asks for TOTP where the route wants it. */
export function requireAuth(deps: ApiDeps, auth: Auth): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const principal = c.get('principal');
    if (auth.kind === 'public') return next();
    if (principal === null) throw new RefusedError('unauthenticated');
    if (auth.kind === 'integration' || auth.kind === 'agent_or_integration') {
      if (principal.kind === 'integration' && principal.purpose !== auth.purpose) {
        throw new RefusedError('forbidden', `This token is for ${principal.purpose}, not for ${auth.purpose}.`);
      }
    }
    if (auth.kind === 'agent' && principal.kind === 'agent') {
      const named = c.req.param('id');
      if (named !== undefined && named !== principal.agentId) {
        throw new RefusedError('forbidden', 'An agent speaks only for itself.');
      }
    }
    if (principal.kind === 'user' && principal.impersonation !== null)
      refuseOutside(principal.impersonation.mode, auth);
    if (principal.kind === 'user' && principal.auditorLinkId !== null) refuseWriting(c.req.method, auth);
    if (auth.kind === 'user' && principal.kind === 'user') {
      if (!isAllowed(auth.permission, principal.role, principal.scopes)) {
        throw new RefusedError('forbidden', `This needs the permission ${auth.permission}.`, {
          permission: auth.permission,
        });
      }
    }
    const code = c.req.header('x-totp-code');
    if (auth.kind === 'user' && auth.sudo && principal.kind === 'user' && principal.via.kind === 'session') {
      if (code !== undefined) await proveTotp(deps, c, principal, code);
      else if (!principal.isSudo) throw new RefusedError('sudo_required');
    }
    if ((auth.kind === 'user' || auth.kind === 'self') && auth.totp && principal.kind === 'user') {
      await proveTotp(deps, c, principal, code);
    }
    await next();
  };
}

/** Burns the code, or marks the request as one that may only be answered again (src/api/middleware/idempotency.ts). */
async function proveTotp(
  deps: ApiDeps,
  c: Context<AppEnv>,
  principal: UserPrincipal,
  code: string | undefined,
): Promise<void> {
  const { kind, step } = await requireRightTotp(deps, principal, code);
  c.set(kind === 'accepted' ? 'totpStep' : 'spentTotpStep', step);
}

/** Where HTTP Basic is taken, a refusal asks for it: calendar programs send a password only when asked. */
async function signedIn(deps: ApiDeps, c: Context<AppEnv>, auth: Auth): Promise<UserPrincipal | null> {
  if (auth.kind !== 'user' || !auth.basic) return userPrincipal(deps, c);
  c.set('challenge', 'Basic realm="monsys-msp", charset="UTF-8"');
  const password = basicPassword(c.req.header('authorization'));
  return password === null ? userPrincipal(deps, c) : apiTokenPrincipal(deps, password);
}

/** The password of HTTP Basic (RFC 7617), null when another scheme or none was sent. The name before it says nothing: a token knows whose it is. */
function basicPassword(header: string | undefined): string | null {
  const match = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '');
  if (!match) return null;
  const pair = Buffer.from(match[1] as string, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

async function apiTokenPrincipal(deps: ApiDeps, token: string): Promise<UserPrincipal> {
  if (tokenKind(token) !== 'api') throw new RefusedError('token_expired');
  const caller = await withIdentity(deps.pool, (tx) => findApiTokenCaller(tx, tokenHash(token)));
  if (!caller) throw new RefusedError('token_expired');
  return toPrincipal(caller, 'api_token');
}

/** The person behind the Authorization header or the session cookie; null when neither is sent. */
async function userPrincipal(deps: ApiDeps, c: Context<AppEnv>): Promise<UserPrincipal | null> {
  const header = c.req.header('authorization');
  if (header !== undefined) {
    const token = bearerToken(header);
    if (tokenKind(token) === 'imp') {
      const inside = await withIdentity(deps.pool, (tx) => findImpersonationCaller(tx, tokenHash(token)));
      if (!inside) throw new RefusedError('impersonation_ended');
      return toImpersonating(inside, {
        kind: 'impersonation',
        id: inside.impersonation_id,
        expiresAt: inside.expires_at,
      });
    }
    return apiTokenPrincipal(deps, token);
  }
  const cookie = getCookie(c, SESSION_COOKIE);
  if (cookie === undefined) return null;
  if (tokenKind(cookie) !== 'session') throw new RefusedError('token_expired');
  refuseCrossSite(c);
  const caller = await withIdentity(deps.pool, (tx) => findSessionCaller(tx, tokenHash(cookie)));
  if (!caller) throw new RefusedError('token_expired');
  const own = toPrincipal(caller, 'session');
  const { impersonation_id: id } = caller;
  if (id === null) return own;
  const inside = await withIdentity(deps.pool, (tx) => findLiveImpersonation(tx, id));
  return inside ? { ...toImpersonating(inside, own.via), isSudo: own.isSudo } : { ...own, endedImpersonationId: id };
}

/**
 * A session whose impersonation has ended does not fall back to the engineer's wider view by itself: the page
 * still shows the client, and what is clicked there was meant for the client. It ends the impersonation first.
 */
function refuseEnded(principal: UserPrincipal | null, auth: Auth): UserPrincipal | null {
  const isOver = principal !== null && principal.endedImpersonationId !== null;
  if (isOver && !(auth.kind === 'self' && auth.whileImpersonating)) throw new RefusedError('impersonation_ended');
  return principal;
}

/** From inside an impersonation only what concerns that client is possible. */
function refuseOutside(mode: ImpersonationMode, auth: Auth): void {
  const isPossible =
    auth.kind === 'self'
      ? auth.whileImpersonating === true
      : auth.kind === 'user' && isAllowedWhileImpersonating(auth.permission, mode);
  if (!isPossible) throw new RefusedError('impersonation_not_possible');
}

/** What an auditor's link opened may look and sign out; it has no account to see or change. */
function refuseWriting(method: string, auth: Auth): void {
  const isReading = auth.kind === 'user' && SAFE_METHODS.has(method) && auth.permission.endsWith('.read');
  if (!isReading && !(auth.kind === 'self' && auth.whileImpersonating)) throw new RefusedError('read_only_session');
}

/**
 * A browser says where a request comes from; unsafe methods with the cookie must come from our own pages.
 * Browsers of today send Sec-Fetch-Site; older ones at least Origin. A request with neither is not from a
 * page at all, but a cookie without a browser is no use we know: refused too.
 */
export function refuseCrossSite(c: Context<AppEnv>): void {
  if (SAFE_METHODS.has(c.req.method)) return;
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined ? site === 'same-origin' : sameOrigin(c)) return;
  throw new RefusedError('csrf');
}

/** Whether `Origin` names the host that was asked. */
function sameOrigin(c: Context<AppEnv>): boolean {
  const origin = c.req.header('origin');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === c.req.header('host');
}

function bearerToken(header: string): string {
  const match = /^Bearer ([\x21-\x7e]+)$/i.exec(header);
  if (!match) throw new RefusedError('unauthenticated', 'Only "Authorization: Bearer <token>" is accepted.');
  return match[1] as string;
}

function toPrincipal(caller: CallerRow, via: 'session' | 'api_token'): UserPrincipal {
  // An auditor's link is its own proof; whoever has it has no authenticator.
  if (!caller.totp_confirmed && caller.auditor_link_id === null) throw new RefusedError('totp_enrolment_required');
  return {
    kind: 'user',
    userId: caller.user_id,
    email: caller.email,
    name: caller.name,
    role: caller.role,
    mspId: caller.msp_id,
    tenantId: caller.tenant_id,
    impersonation: null,
    endedImpersonationId: null,
    isSudo: caller.is_sudo,
    auditorLinkId: caller.auditor_link_id,
    scopes: caller.scopes,
    via: { kind: via, id: caller.credential_id, expiresAt: caller.expires_at },
  };
}

/** The engineer in the client's context. Losing the right to impersonate ends it, whatever the token says. */
function toImpersonating(caller: ImpersonationCaller, via: UserPrincipal['via']): UserPrincipal {
  if (!isAllowed('impersonation.start', caller.role, null)) throw new RefusedError('impersonation_ended');
  return {
    kind: 'user',
    userId: caller.user_id,
    email: caller.email,
    name: caller.name,
    role: caller.role,
    mspId: caller.msp_id,
    tenantId: caller.tenant_id,
    impersonation: { id: caller.impersonation_id, mode: caller.mode, expiresAt: caller.expires_at },
    endedImpersonationId: null,
    isSudo: false,
    auditorLinkId: null,
    scopes: caller.scopes,
    via,
  };
}

async function integrationPrincipal(deps: ApiDeps, c: Context<AppEnv>): Promise<IntegrationPrincipal | null> {
  const header = c.req.header('authorization');
  if (header === undefined) return null;
  const token = bearerToken(header);
  if (tokenKind(token) !== 'ingest') throw new RefusedError('token_expired');
  const caller = await withIdentity(deps.pool, (tx) => findIntegrationCaller(tx, tokenHash(token)));
  if (!caller) throw new RefusedError('token_expired');
  return {
    kind: 'integration',
    tokenId: caller.token_id,
    purpose: caller.purpose,
    tenantId: caller.tenant_id,
    mspId: caller.msp_id,
  };
}

/** The agent that signed the request. */
async function agentPrincipal(deps: ApiDeps, c: Context<AppEnv>): Promise<AgentPrincipal> {
  const url = new URL(c.req.url);
  return verifyAgentRequest(deps, {
    method: c.req.method,
    path: url.pathname,
    query: url.search,
    body: c.get('rawBody'),
    header: (name) => c.req.header(name),
  });
}
