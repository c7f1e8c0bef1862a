/** One's own sessions and API tokens. */

import { z } from 'zod';
import { withIdentity } from '../../db/scope.ts';
import {
  apiTokenRow,
  insertApiToken,
  listApiTokens,
  listSessions,
  revokeApiToken,
  revokeSession,
  sessionRow,
} from '../../db/sessions.ts';
import { getCredentials } from '../../db/users.ts';
import { isAllowed, PERMISSION_NAMES } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { recordOwn, requireSession } from '../account.ts';
import { newToken } from '../newToken.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

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
      await recordAct(tx, principal, principal.tenantId, 'api_token_created', {
        api_token_id: made.id,
        name: made.name,
        scopes,
        expires_at: made.expires_at,
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

/** Routes of one's own credentials. */
export const credentialRoutes = [sessions, endSession, createToken, listTokens, revokeToken];
