/** Rate limits with `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers): 1,000/min per address, 60/min per agent on /ingest. */

import type { MiddlewareHandler } from 'hono';
import { countHit } from '../../db/rateLimits.ts';
import { RefusedError } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { AppEnv } from '../route.ts';

const WINDOW_SECONDS = 60;

function tooMany(limit: number, windowSeconds: number, waitSeconds: number): RefusedError {
  return new RefusedError(
    'rate_limited',
    `At most ${limit} in ${windowSeconds} seconds; wait ${waitSeconds} seconds.`,
    { retry_after_seconds: waitSeconds },
  );
}

/** Counts a hit and refuses above `limit`. */
export async function enforceLimit(
  deps: ApiDeps,
  key: string,
  limit: number,
  windowSeconds = WINDOW_SECONDS,
): Promise<void> {
  const { hits, resets_in_seconds } = await countHit(deps.pool, key, windowSeconds);
  if (hits > limit) throw tooMany(limit, windowSeconds, resets_in_seconds);
}

/** The limit of all routes, per client address. */
export function limitRate(deps: ApiDeps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const limit = deps.config.RATE_LIMIT_PER_MINUTE;
    c.header('RateLimit-Policy', `"address";q=${limit};w=${WINDOW_SECONDS}`);
    const { hits, resets_in_seconds } = await countHit(deps.pool, `address:${c.get('clientAddress')}`, WINDOW_SECONDS);
    c.header('RateLimit', `"address";r=${Math.max(0, limit - hits)};t=${resets_in_seconds}`);
    if (hits > limit) throw tooMany(limit, WINDOW_SECONDS, resets_in_seconds);
    await next();
  };
}
