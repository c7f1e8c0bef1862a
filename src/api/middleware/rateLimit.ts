/** Rate limits with `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers): 1,000/min per address, 60/min per agent on /ingest. */

import type { MiddlewareHandler } from 'hono';
import { countHit } from '../../db/rateLimits.ts';
import { RefusedError } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { AppEnv } from '../route.ts';

const WINDOW_SECONDS = 60;

/** Counts a hit and refuses above `limit`; returns what is left for the headers. */
export async function enforceLimit(
  deps: ApiDeps,
  key: string,
  limit: number,
  windowSeconds = WINDOW_SECONDS,
): Promise<RateState> {
  const { hits, resets_in_seconds } = await countHit(deps.pool, key, windowSeconds);
  if (hits > limit) {
    throw new RefusedError(
      'rate_limited',
      `At most ${limit} in ${windowSeconds} seconds; wait ${resets_in_seconds} seconds.`,
      {
        retry_after_seconds: resets_in_seconds,
      },
    );
  }
  return { limit, remaining: limit - hits, resetSeconds: resets_in_seconds, windowSeconds };
}

/** What the RateLimit headers say. */
export type RateState = {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly windowSeconds: number;
};

/** The limit of all routes, per client address. */
export function limitRate(deps: ApiDeps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const state = await enforceLimit(deps, `address:${c.get('clientAddress')}`, deps.config.RATE_LIMIT_PER_MINUTE);
    c.header('RateLimit-Policy', `"address";q=${state.limit};w=${state.windowSeconds}`);
    c.header('RateLimit', `"address";r=${state.remaining};t=${state.resetSeconds}`);
    await next();
  };
}
