/** Which client's portal a request is for: by the host it was sent to, and only if that domain is proven. */

import { domainToASCII } from 'node:url';
import type { Context } from 'hono';
import type { DatabasePool } from 'slonik';
import { findBrandOfDomain, type PublicBrand } from '../db/branding.ts';
import { withIdentity } from '../db/scope.ts';
import type { AppEnv } from './route.ts';

/** The brand of the host a request was sent to; null for the hub's own host and any other. */
export function findPortal(c: Context<AppEnv>, pool: DatabasePool): Promise<PublicBrand | null> {
  // The request's URL has the Host header in it, parsed; the port is not part of a brand.
  return findByDomain(pool, new URL(c.req.url).hostname);
}

/** Whether the hub answers for `domain`, so that a certificate may be had for it. */
export async function servesDomain(pool: DatabasePool, domain: string): Promise<boolean> {
  return (await findByDomain(pool, domain)) !== null;
}

async function findByDomain(pool: DatabasePool, host: string): Promise<PublicBrand | null> {
  const domain = domainToASCII(host).replace(/\.$/, '');
  return domain === '' ? null : withIdentity(pool, (tx) => findBrandOfDomain(tx, domain));
}
