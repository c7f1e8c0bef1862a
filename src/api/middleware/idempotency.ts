/**
 * `Idempotency-Key` on POST: a retry after a lost answer gets the first answer, and nothing is done twice.
 *
 * A refusal gives the key back, since it knows that nothing was done. A failure that nobody foresaw does not know it:
 * its key stays in doubt for the day that keys live, and a retry is told to look first rather than run again.
 *
 * A retry with the TOTP code of the first request, which that one burnt, gets its answer too. It does nothing, so
 * the code proves no second presence; and it gives nothing away: who asks is signed in as the same person with the
 * permission of the route, sends the same request under the same key, and the very code that the first one burnt,
 * while it is still a right one. Everything else with a used code is refused here, whatever the route.
 */

import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import {
  claimKey,
  findKeptAnswer,
  type KeptAnswer,
  keepAnswer,
  leaveInDoubt,
  releaseKey,
} from '../../db/idempotency.ts';
import { RefusedError } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import type { AnyRoute, AppEnv } from '../route.ts';

/** Applies to POST routes of signed-in callers; keys are 1 to 255 printable characters and live for a day. */
export function rememberAnswers(deps: ApiDeps, route: AnyRoute): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const key = c.req.header('idempotency-key');
    const principal = c.get('principal');
    const spentStep = c.get('spentTotpStep');
    if (route.method !== 'post' || key === undefined || principal === null) {
      if (spentStep !== null) throw new RefusedError('totp_reused');
      return next();
    }
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new RefusedError('invalid_request', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
    }
    const owner = `${principal.kind}:${ownerId(principal)}`;
    const url = new URL(c.req.url);
    const requestHash = createHash('sha256').update(`${url.pathname}${url.search}\n`).update(c.get('rawBody')).digest();
    const answerAgain = (kept: KeptAnswer): Response => {
      if (kept.is_in_doubt) throw new RefusedError('idempotency_in_doubt');
      if (kept.status === null || kept.response_sealed === null) throw new RefusedError('idempotency_in_progress');
      return replay(c, kept.status, deps.seal.open(kept.response_sealed, `${owner}/${key}`).toString('utf8'));
    };
    if (spentStep !== null) {
      // Looked up, never claimed: with a used code nothing runs, even when the answer has just been forgotten.
      const kept = await findKeptAnswer(deps.pool, owner, key, requestHash);
      if (!kept?.same_request || kept.totp_step !== spentStep) throw new RefusedError('totp_reused');
      return answerAgain(kept);
    }
    const state = await claimKey(deps.pool, owner, key, requestHash, c.get('totpStep'));
    if (state.kind === 'kept') {
      if (!state.same_request) throw new RefusedError('idempotency_key_reused');
      return answerAgain(state);
    }
    await next();
    if (c.error !== undefined) {
      const mayBeDone = c.get('isBegun') && !(c.error instanceof RefusedError);
      await (mayBeDone ? leaveInDoubt(deps.pool, owner, key, c.res.status) : releaseKey(deps.pool, owner, key));
      return;
    }
    const body = Buffer.from(await c.res.clone().arrayBuffer());
    await keepAnswer(deps.pool, owner, key, c.res.status, deps.seal.seal(body, `${owner}/${key}`));
  };
}

function replay(c: Context<AppEnv>, status: number, body: string): Response {
  c.header('Idempotent-Replayed', 'true');
  if (status === 204) return c.body(null, 204);
  return c.body(body, status as 200, { 'Content-Type': 'application/json' });
}

function ownerId(principal: Principal): string {
  // A client's context has its own answers: what was kept outside may be another tenant's.
  if (principal.kind === 'user')
    return principal.impersonation === null ? principal.userId : `${principal.userId}@${principal.impersonation.id}`;
  return principal.kind === 'agent' ? principal.agentId : principal.tokenId;
}
