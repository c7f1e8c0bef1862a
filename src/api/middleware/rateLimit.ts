/** Rate limits with `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers): 1,000/min per address, 60/min per agent on /ingest. */

import { isIPv6 } from 'node:net';
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

/**
 * Who is counted together: an IPv4 address, or an IPv6 network of 64 bits, which is the least that one client has
 * (RFC 6177), and from which it may choose addresses as it likes.
 */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('%', 1).join('').split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = (tail ?? '').split(':').filter((group) => group !== '');
  const all =
    tail === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - rest.length).fill('0'), ...rest];
  const network = all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}

/** The limit of all routes, per client address. */
export function limitRate(deps: ApiDeps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const limit = deps.config.RATE_LIMIT_PER_MINUTE;
    c.header('RateLimit-Policy', `"address";q=${limit};w=${WINDOW_SECONDS}`);
    const { hits, resets_in_seconds } = await countHit(
      deps.pool,
      `address:${addressGroup(c.get('clientAddress'))}`,
      WINDOW_SECONDS,
    );
    c.header('RateLimit', `"address";r=${Math.max(0, limit - hits)};t=${resets_in_seconds}`);
    if (hits > limit) throw tooMany(limit, WINDOW_SECONDS, resets_in_seconds);
    await next();
  };
}
