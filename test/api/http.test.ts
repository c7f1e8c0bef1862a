/** What every answer has, whatever the route: problems, ids, limits, replays, the document, the probes, and quiet logs. */

import { connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Client, Connection } from '@temporalio/client';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/api/app.ts';
import { addressGroup } from '../../src/api/middleware/rateLimit.ts';
import { createBodyRoom, readBody } from '../../src/api/middleware/request.ts';
import type { AppEnv } from '../../src/api/route.ts';
import { ROUTES } from '../../src/api/routes/index.ts';
import { openPool, sql } from '../../src/db/pool.ts';
import { REFUSALS, RefusedError } from '../../src/domain/refusal.ts';
import { createLogger } from '../../src/platform/log.ts';
import { totpCodeAt } from '../../src/platform/totpCode.ts';
import { createTestApi } from '../support/api.ts';
import { createAccount, createTestClock, nextCode, openBrowser, problemOf, signIn } from '../support/people.ts';
import { createTestDatabase, freePort } from '../support/postgres.ts';

const db = await createTestDatabase();
const clock = createTestClock();
const api = await createTestApi(db, { now: clock.now });
const { tenants } = api;
const get = (path: string, headers: Record<string, string> = {}) =>
  api.app.request(`http://localhost${path}`, { headers });
const count = async (query: ReturnType<typeof sql.fragment>): Promise<number> =>
  (await db.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count ${query}`)).count;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('a problem', () => {
  it.each([
    ['404', '/api/v1/nowhere', 'not_found'],
    ['404', '/nowhere', 'not_found'],
    ['404', '/docs/nowhere.js', 'not_found'],
    ['404', '/docs/..%2f..%2fpackage.json', 'not_found'],
    ['405', '/api/v1/auth/login', 'method_not_allowed'],
    ['401', '/api/v1/agents', 'unauthenticated'],
  ])('%s: %s is problem+json with the id of the request', async (status, path, type) => {
    const response = await get(path);
    expect(response.status).toBe(Number(status));
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const id = response.headers.get('x-request-id') as string;
    expect(id).toMatch(UUID);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      type: `urn:monsys:problem:${type}`,
      status: Number(status),
      title: REFUSALS[type as keyof typeof REFUSALS].title,
      instance: `urn:monsys:request:${id}`,
    });
    expect(body['detail']).toBeTypeOf('string');
  });

  it('401: says how to authenticate; 405 what is allowed', async () => {
    expect((await get('/api/v1/agents')).headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect((await api.anonymous('DELETE', '/auth/login')).headers.get('allow')).toBe('POST');
    expect((await api.anonymous('DELETE', '/tenants')).headers.get('allow')).toBe('GET, POST');
  });

  it('500: shows an id and nothing of what went wrong', async () => {
    const lines: string[] = [];
    const deps = { ...api.deps, log: createLogger('test', 'info', { write: (line: string) => void lines.push(line) }) };
    const broken = createApp(deps, [
      {
        ...ROUTES.find((route) => route.path === '/auth/login'),
        path: '/broken',
        handle: fail,
      } as (typeof ROUTES)[number],
    ]);
    const response = await openBrowser(broken).send('POST', '/broken', { email: 'a@b.example', password: 'x' });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain('relation');
    expect(text).toContain(response.headers.get('x-request-id'));
    expect(lines.join('')).toContain('relation \\"secret\\" does not exist');
  });

  it('503: says that the database is away, rather than that the hub is broken', async () => {
    const line = await openLine(db.uri('monsys_app'));
    const pool = await openPool(line.uri, { maxPoolSize: 1, applicationName: 'x' });
    const app = createApp({ ...api.deps, pool, log: createLogger('test', 'silent') }, ROUTES);
    expect((await app.request('http://hub.test/readyz')).status).toBe(200);
    line.cut();
    expect((await app.request('http://hub.test/healthz')).status).toBe(200);
    expect((await app.request('http://hub.test/readyz')).status).toBe(503);
    // What only reads, or has not begun, has done nothing; the caller need not look.
    for (const method of ['GET', 'POST']) {
      const response = await app.request('http://hub.test/api/v1/tenants', {
        method,
        body: method === 'GET' ? null : '{}',
      });
      expect([response.status, await problemOf(response)]).toEqual([503, 'unavailable']);
    }
    await pool.end();
  });
});

/** A way to the database that can be cut. */
async function openLine(uri: string): Promise<{ readonly uri: string; readonly cut: () => void }> {
  const url = new URL(uri);
  const target = Number(url.port);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  url.port = String(await freePort());
  await new Promise<void>((resolve) => {
    server.listen(Number(url.port), '127.0.0.1', resolve);
  });
  return {
    uri: url.href,
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function fail(): Promise<never> {
  throw new Error('relation "secret" does not exist');
}

describe('a body', () => {
  it('is read as JSON whatever its content type says, as `curl -d` of the source sends it', async () => {
    for (const [index, type] of ['application/x-www-form-urlencoded', 'text/plain', 'application/json'].entries()) {
      const tenant = { name: 'By curl', slug: `curl-${index}` };
      const response = await api.as('admin')('POST', '/tenants', tenant, { 'content-type': type });
      expect(response.status, type).toBe(201);
    }
    const bare = await api.app.request('http://hub.test/api/v1/tenants', {
      method: 'POST',
      headers: { authorization: `Bearer ${api.user('admin').token}` },
      body: Buffer.from('{"name":"No type","slug":"no-type"}'),
    });
    expect(bare.status).toBe(201);
  });

  it('413: is no longer than a megabyte where a route does not say otherwise', async () => {
    const response = await api.as('admin')('POST', '/tenants', `{"name":"${'x'.repeat(1024 * 1024)}"}`);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ limit_bytes: 1024 * 1024 });
  });

  it('400: lists every fault with a pointer to it', async () => {
    const response = await api.as('admin')('POST', '/tenants', { name: 5, slug: 'UPPER', colour: 'red' });
    const { errors } = (await response.json()) as { errors: { pointer: string; part: string }[] };
    expect(errors.map((error) => error.pointer)).toEqual(expect.arrayContaining(['/name', '/slug']));
    expect(errors.every((error) => error.part === 'body')).toBe(true);
  });
});

describe('rate limits', () => {
  it('429: count per address, say so in the headers of each answer, and hold over two instances', async () => {
    await db.admin.query(sql.unsafe`delete from rate_limits`);
    const limited = { ...api.deps, config: { ...api.deps.config, RATE_LIMIT_PER_MINUTE: 6 } };
    const apps = [createApp(limited, ROUTES), createApp(limited, ROUTES)] as const;
    const answers: Response[] = [];
    for (let index = 0; index < 7; index++)
      answers.push(await (apps[index % 2] as (typeof apps)[0]).request('http://hub.test/api/v1/tenants'));
    expect(answers.slice(0, 6).map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401, 401]);
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"address";q=6;w=60');
    expect(answers[2]?.headers.get('ratelimit')).toMatch(/^"address";r=3;t=\d+$/);
    const last = answers[6] as Response;
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/);
    // Probes are not counted: a busy hub is not a dead one.
    expect((await apps[0].request('http://hub.test/healthz')).status).toBe(200);
    await db.admin.query(sql.unsafe`delete from rate_limits`);
  });
});

describe('what a stranger may take', () => {
  it('401: is told so before a byte of the body is read', async () => {
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        if (pulled > 64) return controller.close();
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const request = new Request('http://hub.test/api/v1/integrations/trivy', {
      method: 'POST',
      body,
      duplex: 'half',
    });
    expect((await api.app.request(request)).status).toBe(401);
    expect(pulled).toBeLessThan(3);
  });

  it('503: has a share of the memory for large bodies, which is free again afterwards; small ones always pass', async () => {
    const KIB = 1024;
    const room = createBodyRoom({ bytes: 1000 * KIB, share: 700 * KIB });
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const app = new Hono<AppEnv>()
      .onError((error, c) => c.text(error instanceof RefusedError ? error.refusal.code : String(error), 500))
      .use(async (c, next) => {
        c.set('clientAddress', c.req.header('from') ?? 'local');
        await next();
      })
      .post('/', readBody(800 * KIB, room), async (c) => {
        if (c.get('rawBody').length === 700 * KIB) {
          held.resolve();
          await release.promise;
        }
        return c.text('read');
      });
    const send = async (kib: number, from: string): Promise<string> =>
      (await app.request('/', { method: 'POST', headers: { from }, body: new Uint8Array(kib * KIB) })).text();
    const first = send(700, '192.0.2.1');
    await held.promise;
    // More than the share of one, and more than what all have left; but another with little, and anybody with less.
    expect(await send(200, '192.0.2.1')).toBe('unavailable');
    expect(await send(600, '192.0.2.2')).toBe('unavailable');
    expect(await send(200, '192.0.2.2')).toBe('read');
    expect(await send(64, '192.0.2.1')).toBe('read');
    release.resolve();
    expect(await first).toBe('read');
    expect(await send(600, '192.0.2.2')).toBe('read');
    expect(await send(801, '192.0.2.2')).toBe('body_too_large');
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['local', 'local'],
  ])('is counted by address, or by the network of 64 bits that one client has: %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});

describe('Idempotency-Key', () => {
  const create = (key: string, slug: string, role: 'admin' | 'owner' = 'admin') =>
    api.as(role)('POST', '/tenants', { name: 'Once', slug }, { 'idempotency-key': key });

  it('201: a retry gets the first answer and does nothing again; another person’s key is their own', async () => {
    const first = await create('key-1', 'once');
    const again = await create('key-1', 'once');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.json()).toEqual(await first.json());
    expect(await count(sql.fragment`from tenants where slug = 'once'`)).toBe(1);
    expect((await create('key-1', 'twice', 'owner')).status).toBe(201);
  });

  it('409: two at the same moment make one', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => create('key-race', 'race')));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect(statuses).toContain(201);
    expect(await count(sql.fragment`from tenants where slug = 'race'`)).toBe(1);
    expect(await count(sql.fragment`from audit_log where event_data ->> 'slug' = 'race'`)).toBe(1);
  });

  it('422: the key of another request is refused', async () => {
    await create('key-2', 'second');
    expect(await problemOf(await create('key-2', 'third'))).toBe('idempotency_key_reused');
  });

  it('201: a request that was refused may be corrected under its key', async () => {
    expect((await create('key-3', 'NOT VALID')).status).toBe(400);
    expect((await create('key-3', 'valid')).status).toBe(201);
  });

  it('204: an answer without a body replays as one', async () => {
    const account = await createAccount(db, api, 'viewer');
    const browser = await signIn(api, clock, account);
    const change = () =>
      browser.send(
        'POST',
        '/auth/password',
        { current_password: account.password, new_password: 'a very different horse' },
        { 'x-totp-code': nextCode(clock, account.secret), 'idempotency-key': 'key-4' },
      );
    expect((await change()).status).toBe(204);
    const again = await change();
    expect([again.status, again.headers.get('idempotent-replayed'), await again.text()]).toEqual([204, 'true', '']);
  });

  describe('after a failure that nobody foresaw', () => {
    /** Asks for a pack, whose row is committed before Temporal is asked to build it. */
    const ask = (app: typeof api.app, key: string) =>
      app.request('http://hub.test/api/v1/audit-packs', {
        method: 'POST',
        headers: { authorization: `Bearer ${api.user('admin').token}`, 'idempotency-key': key },
        body: JSON.stringify({ tenant_id: tenants.a, month: '2026-02' }),
      });
    const asked = () => count(sql.fragment`from audit_log where event_type = 'audit_pack_requested'`);
    const problem = async (app: typeof api.app, key: string) => {
      const response = await ask(app, key);
      return [response.status, await problemOf(response)];
    };
    const silent = { ...api.deps, log: createLogger('test', 'silent') };
    // Nothing listens there: Temporal is stopped.
    const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 500 });

    it('409: what failed after its commit is not run again under its key, and says to look', {
      timeout: 60_000,
    }, async () => {
      const stopped = createApp({ ...silent, temporal: new Client({ connection }) }, ROUTES);
      const before = await asked();
      expect(await problem(stopped, 'key-doubt')).toEqual([503, 'outcome_unknown']);
      expect(await problem(stopped, 'key-doubt')).toEqual([409, 'idempotency_in_doubt']);
      expect(await asked()).toBe(before + 1);
      // The caller who looks finds out.
      const builds = await api.as('admin')('GET', `/audit-packs/builds?tenant_id=${tenants.a}&month=2026-02`);
      expect(await builds.json()).toMatchObject({
        items: [{ stage: 'failed', error: expect.stringContaining('ask again') }],
      });
    });

    it('503: a refusal knows that nothing was done, and gives the key back', { timeout: 60_000 }, async () => {
      const unconnected = createApp({ ...silent, temporal: null }, ROUTES);
      const before = await asked();
      expect(await problem(unconnected, 'key-refused')).toEqual([503, 'unavailable']);
      expect(await problem(unconnected, 'key-refused')).toEqual([503, 'unavailable']);
      expect(await asked()).toBe(before);
      expect(await count(sql.fragment`from idempotency_keys where key = 'key-refused'`)).toBe(0);
    });

    it('409: nor is what lost its database after its commit, though that could not be noted', {
      timeout: 60_000,
    }, async () => {
      const line = await openLine(db.uri('monsys_app'));
      const pool = await openPool(line.uri, { maxPoolSize: 2, applicationName: 'x' });
      const start = (): never => {
        line.cut();
        throw new Error('cut');
      };
      const temporal = new Client({ connection, interceptors: { workflow: [{ start }] } });
      const before = await asked();
      expect((await ask(createApp({ ...silent, pool, temporal }, ROUTES), 'key-cut')).status).toBe(503);
      expect(await asked()).toBe(before + 1);
      await pool.end();
      const whole = createApp({ ...silent, temporal }, ROUTES);
      expect(await problem(whole, 'key-cut')).toEqual([409, 'idempotency_in_progress']);
      await db.admin.query(sql.unsafe`
        update idempotency_keys set created_at = created_at - interval '6 minutes' where key = 'key-cut'`);
      expect(await problem(whole, 'key-cut')).toEqual([409, 'idempotency_in_doubt']);
      expect(await asked()).toBe(before + 1);
    });
  });

  describe('with the TOTP code of the first request', () => {
    const setup = async () => {
      const account = await createAccount(db, api, 'viewer');
      const browser = await signIn(api, clock, account);
      const code = nextCode(clock, account.secret);
      const change = (sent: { password?: string; key?: string; code?: string } = {}) =>
        browser.send(
          'POST',
          '/auth/password',
          { current_password: account.password, new_password: sent.password ?? 'a second long pass phrase' },
          { 'x-totp-code': sent.code ?? code, 'idempotency-key': sent.key ?? 'key-totp' },
        );
      const changes = () =>
        count(
          sql.fragment`from audit_log where event_type = 'password_changed' and actor_user_id = ${account.id}::uuid`,
        );
      return { account, change, changes };
    };

    it('204: a retry gets the answer, and nothing is done again', async () => {
      const { change, changes } = await setup();
      expect((await change()).status).toBe(204);
      const again = await change();
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([204, 'true']);
      expect(await changes()).toBe(1);
    });

    it('401: another body, another key, or a key that was answered to another code gets nothing', async () => {
      const { account, change, changes } = await setup();
      expect((await change()).status).toBe(204);
      for (const other of [{ password: 'a third and longer one' }, { key: 'key-other' }])
        expect(await problemOf(await change(other))).toBe('totp_reused');
      const next = nextCode(clock, account.secret);
      // A fresh code has its answer as ever; but it is not the one that the first request burnt.
      expect((await change({ code: next })).headers.get('idempotent-replayed')).toBe('true');
      expect(await problemOf(await change({ code: next }))).toBe('totp_reused');
      expect(await changes()).toBe(1);
    });

    it('401: does nothing anew when the answer was forgotten; and another person’s answer is not theirs', async () => {
      const { change, changes } = await setup();
      expect((await change()).status).toBe(204);
      await db.admin.query(sql.unsafe`delete from idempotency_keys where key = 'key-totp'`);
      expect(await problemOf(await change())).toBe('totp_reused');
      expect(await changes()).toBe(1);
      const other = await setup();
      const theirs = await other.change();
      expect([theirs.status, theirs.headers.get('idempotent-replayed')]).toEqual([204, null]);
    });

    it('409: waits for the first request, which still runs', async () => {
      const { change } = await setup();
      expect((await change()).status).toBe(204);
      await db.admin.query(sql.unsafe`update idempotency_keys set status = null where key = 'key-totp'`);
      expect(await problemOf(await change())).toBe('idempotency_in_progress');
    });

    it('429: counts as an attempt, so that a seen code does not have wrong ones forgotten', async () => {
      const { change } = await setup();
      expect((await change()).status).toBe(204);
      const statuses = [];
      for (let attempt = 0; attempt < 6; attempt++) statuses.push((await change()).status);
      expect(statuses).toEqual([204, 204, 204, 204, 204, 429]);
    });
  });

  it('400: is printable and short', async () => {
    expect((await create('x'.repeat(256), 'long')).status).toBe(400);
  });

  it('keeps a token that was shown once sealed, not readable in the database', async () => {
    const body = { tenant_id: tenants.a, name: 'sealed' };
    const response = await api.as('admin')('POST', '/enrolment-tokens', body, { 'idempotency-key': 'key-5' });
    const { token } = (await response.json()) as { token: string };
    const kept = await count(
      sql.fragment`from idempotency_keys where key = 'key-5' and position(${Buffer.from(token).toString('hex')} in encode(response_sealed, 'hex')) = 0`,
    );
    expect(kept).toBe(1);
  });
});

describe('the document', () => {
  it('is valid OpenAPI 3.1, lists every route, and is what /docs shows', async () => {
    const response = await get('/api/v1/openapi.json');
    expect(response.status).toBe(200);
    const document = (await response.json()) as { openapi: string; paths: Record<string, Record<string, object>> };
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    // A control: the validator does refuse.
    expect((await new Validator().validate({ ...structuredClone(document), paths: { '/x': { get: 5 } } })).valid).toBe(
      false,
    );
    const listed = Object.values(document.paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
    expect(listed).toBe(ROUTES.length);
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map((operation) => (operation as { operationId: string }).operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of every route what it needs and how it refuses', async () => {
    const document = (await (await get('/api/v1/openapi.json')).json()) as {
      paths: Record<string, Record<string, { security: object[]; responses: Record<string, object> }>>;
    };
    expect(document.paths['/alerts/{id}/resolve']?.['patch']).toMatchObject({
      security: [{ bearer: [] }, { session: [] }],
      responses: { 200: {}, 400: {}, 401: {}, 403: {}, 404: {}, 409: {}, 429: {}, 500: {} },
    });
    expect(document.paths['/auth/login']?.['post']?.security).toEqual([]);
    // Each kind that a route answers with, the default first.
    const runbook = document.paths['/groups/{id}/runbook']?.['get']?.responses['200'] as
      | { content: object }
      | undefined;
    expect(Object.keys(runbook?.content ?? {})).toEqual(['text/markdown', 'text/html']);
  });

  it('has a page that loads from here alone', async () => {
    const page = await get('/docs');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      const file = await get(link);
      expect(file.status, link).toBe(200);
      await file.arrayBuffer();
    }
  });
});

describe('probes and headers', () => {
  it('answer whether the hub lives and is ready, and in numbers', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/readyz')).json()).toMatchObject({ status: 'ready', checks: { database: true } });
    await get(`/api/v1/agents/${tenants.a}`);
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(/monsys_http_request_duration_seconds_count\{.*route="\/api\/v1\/agents\/:id".*\} \d+/);
    expect(text, 'ids are no labels').not.toContain(tenants.a);
  });

  it.each(['x-forwarded-for', 'forwarded'])('give no numbers to whoever comes through a proxy (%s)', async (name) => {
    const proxied = { [name]: '203.0.113.7' };
    expect((await get('/metrics', proxied)).status).toBe(404);
    expect((await get('/internal/tls-ask?domain=ops.acme.com', proxied)).status).toBe(404);
    for (const probe of ['/healthz', '/readyz']) expect((await get(probe, proxied)).status, probe).toBe(200);
  });

  it('keep pages from being framed, sniffed or sent as referrer', async () => {
    const { headers } = await get('/docs');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });
});

describe('logs', () => {
  it('name each request by its id and hold no password, code, token, cookie or secret', async () => {
    let written = '';
    const stream = new Writable({
      write: (chunk, _, done) => {
        written += String(chunk);
        done();
      },
    });
    const app = createApp({ ...api.deps, log: createLogger('test', 'trace', stream) }, ROUTES);
    const account = await createAccount(db, api, 'admin');
    const browser = openBrowser(app);
    const code = nextCode(clock, account.secret);
    const body = { email: account.email, password: account.password, totp_code: code };
    const response = await browser.send('POST', '/auth/login', body);
    expect(response.status).toBe(200);
    await browser.send('POST', '/auth/login', { ...body, password: 'wrong horse battery' });
    const stepUp = nextCode(clock, account.secret);
    const made = await browser.send(
      'POST',
      '/auth/tokens',
      { name: 't', scopes: ['alerts.read'], expires_in_days: 1 },
      { 'x-totp-code': stepUp },
    );
    const { token } = (await made.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    await app.request(`http://hub.test/api/v1/alerts?q=${encodeURIComponent(token)}`, { headers });
    await browser.send('POST', '/bootstrap', { token, password: account.password });
    expect(written).toContain(response.headers.get('x-request-id'));
    expect(written.split('\n').filter(Boolean).length).toBeGreaterThanOrEqual(5);
    const secrets = {
      password: account.password,
      wrong: 'wrong horse battery',
      code,
      stepUp,
      token,
      cookie: browser.cookie(),
    };
    for (const [name, secret] of Object.entries({
      ...secrets,
      seed: account.secret,
      next: totpCodeAt(account.secret, clock.now()),
    })) {
      // Six digits may occur in a time or an id by chance; as a value of their own they may not.
      const pattern = /^\d{6}$/.test(String(secret))
        ? new RegExp(`(?<![0-9a-f.-])${secret}(?![0-9a-f-])`)
        : String(secret);
      expect(written, name).not.toMatch(pattern);
    }
  });

  it('leave out what carries a secret’s name, wherever it is logged', () => {
    let written = '';
    const log = createLogger('test', 'info', { write: (line: string) => void (written += line) });
    log.info({
      password: 'p-secret',
      user: { totp_code: '111222', token: 't-secret' },
      headers: { authorization: 'a-secret' },
    });
    const error = Object.assign(new Error('failed'), { values: ['v-secret'], row: { secret: 'r-secret' } });
    log.error({ err: error }, 'failed');
    expect(written).toContain('[redacted]');
    expect(written).not.toMatch(/[ptavr]-secret|111222/);
  });
});
