/** Builds the HTTP application from its dependencies; `app.request()` in tests is the same as over a socket. */

import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { z } from 'zod';
import { RefusedError } from '../domain/refusal.ts';
import { parseStrictJson } from '../domain/strictJson.ts';
import { API_BASE } from './basePath.ts';
import { mountDashboard } from './dashboard.ts';
import type { ApiDeps } from './deps.ts';
import { faultsOf } from './faults.ts';
import { authenticate, isSigned, requireAuth } from './middleware/authenticate.ts';
import { httpMetrics } from './middleware/httpMetrics.ts';
import { rememberAnswers } from './middleware/idempotency.ts';
import { limitRate } from './middleware/rateLimit.ts';
import { clientAddress, createBodyRoom, readBody, requestLog } from './middleware/request.ts';
import { readMultipart } from './multipart.ts';
import { isOwnHost, nothingHere } from './portalHost.ts';
import { errorResponse, problemResponse } from './problem.ts';
import type { AnyRoute, AppEnv } from './route.ts';
import { mountSite } from './site.ts';

const MIB = 1024 * 1024;
const DEFAULT_BODY_LIMIT_BYTES = MIB;
/** What bodies of callers with a token take in memory: a few of the largest that a route allows. */
const PROVEN_ROOM_BYTES = 256 * MIB;
/** What bodies take that are read before the proof, those of agents, and how much of it one address has: two of the largest. */
const UNPROVEN_ROOM_BYTES = 128 * MIB;
const UNPROVEN_SHARE_BYTES = 16 * MIB;

/** Builds the app with `routes` mounted under {@link API_BASE}. */
export function createApp(deps: ApiDeps, routes: readonly AnyRoute[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('requestId', randomUUID());
    c.set('principal', null);
    c.set('totpStep', null);
    c.set('spentTotpStep', null);
    c.set('challenge', null);
    c.set('isBegun', false);
    c.header('X-Request-Id', c.get('requestId'));
    await next();
  });
  app.use(clientAddress(deps.config.TRUST_PROXY));
  app.use(requestLog(deps.log));
  app.use(httpMetrics());
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: 'DENY',
      // A route may lock its answer down further.
      overwrite: false,
    }),
  );
  app.onError((error, c) => errorResponse(c, error, c.get('log') ?? deps.log));
  app.notFound((c) =>
    isOwnHost(c, deps.config)
      ? problemResponse(c, {
          code: 'not_found',
          detail: `There is nothing at ${c.req.method} ${c.req.path}; see /docs.`,
        })
      : nothingHere(c),
  );

  mountSite(app, deps, routes);
  app.use(`${API_BASE}/*`, limitRate(deps));
  const rooms = {
    proven: createBodyRoom({ bytes: PROVEN_ROOM_BYTES, share: PROVEN_ROOM_BYTES }),
    unproven: createBodyRoom({ bytes: UNPROVEN_ROOM_BYTES, share: UNPROVEN_SHARE_BYTES }),
  };
  for (const route of routes) {
    const [method, path] = [route.method.toUpperCase(), API_BASE + route.path];
    const isProven = route.auth.kind !== 'public' && !isSigned(route.auth);
    const limit = route.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES;
    const body = readBody(limit, isProven ? rooms.proven : rooms.unproven);
    const proof = [authenticate(deps, route.auth), requireAuth(deps, route.auth)];
    // An agent's signature covers the body; whoever has a token shows it before the hub reads on.
    for (const step of isSigned(route.auth) ? [body, ...proof] : [...proof, body]) app.on(method, path, step);
    app.on(method, path, rememberAnswers(deps, route), async (c) => {
      const input = {
        params: parsePart(route.params, c.req.param(), 'params'),
        query: parsePart(route.query, readQuery(c.req.url), 'query'),
        body: route.body ? parsePart(route.body, await readFields(route, route.body, c), 'body') : undefined,
      };
      c.set('isBegun', true);
      const result = await route.handle({
        deps,
        principal: c.get('principal'),
        ...input,
        requestId: c.get('requestId'),
        clientAddress: c.get('clientAddress'),
        totpStep: c.get('totpStep'),
        log: c.get('log'),
        http: c,
      } as never);
      if (result instanceof Response) return result;
      if (result === undefined)
        return c.body(null, route.status === 204 || route.status === undefined ? 204 : route.status);
      // Parsing the answer as well keeps the document honest and stray columns inside.
      return c.json(route.output?.parse(result) as never, route.status === 204 ? 200 : (route.status ?? 200));
    });
  }
  refuseOtherMethods(app, routes);
  mountDashboard(app, deps);
  return app;
}

/** A known path with another method is 405 with Allow, not 404. */
function refuseOtherMethods(app: Hono<AppEnv>, routes: readonly AnyRoute[]): void {
  const methodsByPath = Map.groupBy(routes, (route) => route.path);
  for (const [path, group] of methodsByPath) {
    const allow = group.map((route) => route.method.toUpperCase()).join(', ');
    app.all(API_BASE + path, (c) => {
      c.header('Allow', allow);
      return problemResponse(c, { code: 'method_not_allowed', detail: `${path} answers ${allow}.` });
    });
  }
}

function parsePart(schema: z.ZodType | undefined, value: unknown, part: 'params' | 'query' | 'body'): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RefusedError('invalid_request', undefined, {
    errors: result.error.issues.flatMap((issue) => faultsOf(issue)).map((fault) => ({ part, ...fault })),
  });
}

/** A repeated query parameter is refused: two readers could choose different ones. */
function readQuery(url: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of new URL(url).searchParams) {
    if (key in query) throw new RefusedError('invalid_request', `The query parameter "${key}" appears twice.`);
    query[key] = value;
  }
  return { ...query };
}

/** The body in the kind that the route takes. */
function readFields(route: AnyRoute, schema: z.ZodType, c: Context<AppEnv>): unknown {
  return route.multipart
    ? readMultipart(c.get('rawBody'), c.req.header('content-type'))
    : readJsonOrNothing(schema, c.get('rawBody'));
}

/** No body at all is fine where the schema says so. */
function readJsonOrNothing(schema: z.ZodType, bytes: Uint8Array): unknown {
  return bytes.length === 0 && schema.safeParse(undefined).success ? undefined : readJson(bytes);
}

/** Bodies that are JSON are read as JSON whatever the content type says: `curl -d` of the source sends none of its own. */
function readJson(bytes: Uint8Array): unknown {
  const parsed = parseStrictJson(bytes);
  if (parsed.kind === 'refused') throw new RefusedError('malformed_json', `The body is not JSON: ${parsed.why}.`);
  return parsed.value;
}
