/** `Idempotency-Key` on POST: a retry after a lost answer gets the first answer, and nothing is done twice. */

import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { claimKey, keepAnswer, releaseKey } from '../../db/idempotency.ts';
import { RefusedError } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import type { AnyRoute, AppEnv } from '../route.ts';

/** Applies to POST routes of signed-in callers; keys are 1 to 255 printable characters and live for a day. */
export function rememberAnswers(deps: ApiDeps, route: AnyRoute): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const key = c.req.header('idempotency-key');
    const principal = c.get('principal');
    if (route.method !== 'post' || key === undefined || principal === null) return next();
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new RefusedError('invalid_request', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
    }
    const owner = `${principal.kind}:${ownerId(principal)}`;
    const url = new URL(c.req.url);
    const requestHash = createHash('sha256').update(`${url.pathname}${url.search}\n`).update(c.get('rawBody')).digest();
    const state = await claimKey(deps.pool, owner, key, requestHash);
    if (state.kind === 'kept') {
      if (!state.same_request) throw new RefusedError('idempotency_key_reused');
      if (state.status === null || state.response_sealed === null) throw new RefusedError('idempotency_in_progress');
      const body = deps.seal.open(state.response_sealed, `${owner}/${key}`).toString('utf8');
      c.header('Idempotent-Replayed', 'true');
      if (state.status === 204) return c.body(null, 204);
      return c.body(body, state.status as 200, { 'Content-Type': 'application/json' });
    }
    // A handler that throws has rolled back its transaction: hand the key back so that a retry may succeed.
    await next();
    if (c.error !== undefined || c.res.status >= 400) {
      await releaseKey(deps.pool, owner, key);
      return;
    }
    const body = Buffer.from(await c.res.clone().arrayBuffer());
    await keepAnswer(deps.pool, owner, key, c.res.status, deps.seal.seal(body, `${owner}/${key}`));
  };
}

function ownerId(principal: Principal): string {
  // A client's context has its own answers: what was kept outside may be another tenant's.
  if (principal.kind === 'user')
    return principal.impersonation === null ? principal.userId : `${principal.userId}@${principal.impersonation.id}`;
  return principal.kind === 'agent' ? principal.agentId : principal.tokenId;
}
