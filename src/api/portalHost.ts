/**
 * What a host is to the hub: its own, a client's proven domain, or a name that somebody points here, which is told
 * nothing.
 */

import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Context, MiddlewareHandler } from 'hono';
import type { DatabasePool } from 'slonik';
import { findBrandOfDomain, type PublicBrand } from '../db/branding.ts';
import { withIdentity } from '../db/scope.ts';
import type { ApiConfig } from '../platform/config.ts';
import type { ApiDeps } from './deps.ts';
import { problemResponse } from './problem.ts';
import type { AppEnv } from './route.ts';

/** The host of the operator's choice, or the machine itself. */
export function isOwnHost(c: Context<AppEnv>, config: ApiConfig): boolean {
  const host = hostOf(c).replace(/^\[|\]$/g, '');
  const own = config.PUBLIC_URL === undefined ? config.HOST : new URL(config.PUBLIC_URL).hostname;
  return host === own || host === 'localhost' || isIP(host) !== 0;
}

/** One answer for every address that a host does not have: whoever points a domain here learns nothing. */
export function nothingHere(c: Context<AppEnv>): Response {
  return problemResponse(c, { code: 'not_found', detail: 'There is nothing at this address.' });
}

/** Lets requests through that were sent to the hub's own host. */
export function onOwnHost(config: ApiConfig): MiddlewareHandler<AppEnv> {
  return async (c, next) => (isOwnHost(c, config) ? next() : nothingHere(c));
}

/** Lets requests through that were sent to the hub's own host or to a proven domain. */
export function onServedHost({ config, pool }: Pick<ApiDeps, 'config' | 'pool'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => (isOwnHost(c, config) || (await servesDomain(pool, hostOf(c))) ? next() : nothingHere(c));
}

/** Lets requests through that came from beside the hub: a proxy in front says for whom it asks. */
export const notThroughProxy: MiddlewareHandler<AppEnv> = async (c, next) =>
  c.req.header('x-forwarded-for') === undefined && c.req.header('forwarded') === undefined ? next() : nothingHere(c);

function hostOf(c: Context<AppEnv>): string {
  // The request's URL has the Host header in it, parsed; the port is not part of a brand.
  return new URL(c.req.url).hostname;
}

/** The brand of the host a request was sent to; null for the hub's own host and any other. */
export function findPortal(c: Context<AppEnv>, pool: DatabasePool): Promise<PublicBrand | null> {
  return findByDomain(pool, hostOf(c));
}

/** Whether the hub answers for `domain`, so that a certificate may be had for it. */
export async function servesDomain(pool: DatabasePool, domain: string): Promise<boolean> {
  return (await findByDomain(pool, domain)) !== null;
}

async function findByDomain(pool: DatabasePool, host: string): Promise<PublicBrand | null> {
  const domain = domainToASCII(host).replace(/\.$/, '');
  return domain === '' ? null : withIdentity(pool, (tx) => findBrandOfDomain(tx, domain));
}
