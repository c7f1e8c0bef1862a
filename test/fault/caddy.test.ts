/**
 * A real Caddy in front, with the Caddyfile of docker-compose.yml and its own CA: a client's domain gets a certificate
 * once it is proven, and not before. Needs `caddy` on the PATH (apt-get install caddy).
 */

import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { afterAll, expect, it, vi } from 'vitest';
import { sql } from '../../src/db/pool.ts';
import { createTestApi } from '../support/api.ts';
import { CADDY_START_MS, startCaddy } from '../support/caddy.ts';
import { createTestDatabase } from '../support/postgres.ts';

const HUB = 'hub.msp.net';
/** Caddy gets the first certificate of a name while the handshake waits. */
const HANDSHAKE_MS = 10_000;

const db = await createTestDatabase();
const api = await createTestApi(db);
const hub = serve({ fetch: api.app.fetch, port: 0, hostname: '127.0.0.1' });
await vi.waitUntil(() => hub.address() !== null, CADDY_START_MS);
const hubPort = (hub.address() as AddressInfo).port;
const caddy = await startCaddy(HUB, hubPort);
afterAll(async () => {
  await new Promise<void>((done) => {
    hub.close(() => done());
    if ('closeAllConnections' in hub) hub.closeAllConnections();
  });
});

const ROOT_CERTIFICATE = join(caddy.authorities, 'root.crt');

type Answer = { readonly status: number; readonly text: string };

/** GET over TLS as a browser would: the certificate must be the CA's and name the host. */
function get(host: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: caddy.httpsPort,
        servername: host,
        path,
        headers: { host },
        ca: readFileSync(ROOT_CERTIFICATE),
        agent: false,
        timeout: HANDSHAKE_MS,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    call.on('timeout', () => call.destroy(new Error('timed out')));
    call.on('error', reject);
    call.end();
  });
}

it('gives a client’s domain a certificate and its brand once it is proven, and nothing before', async () => {
  // A control: Caddy serves the hub's own name, which has no brand; its certificate takes a moment after the start.
  await vi.waitUntil(
    () =>
      get(HUB, '/healthz').then(
        (answer) => answer.status === 200,
        () => false,
      ),
    CADDY_START_MS,
  );
  expect((await get(HUB, '/api/v1/branding')).status).toBe(404);

  const put = (table: string, domain: string, tenant: string) =>
    db.admin.query(sql.unsafe`
    insert into ${sql.identifier([table])} (domain, tenant_id, challenge) values (${domain}, ${tenant}::uuid, ${'0'.repeat(40)})`);
  await put('domain_claims', 'ops.acme.com', api.tenants.a);
  await put('domain_claims', 'ops.globex.com', api.tenants.b);
  await expect(get('ops.acme.com', '/api/v1/branding')).rejects.toThrow();

  await put('custom_domains', 'ops.acme.com', api.tenants.a);
  const own = await get('ops.acme.com', '/api/v1/branding');
  expect(own.status).toBe(200);
  expect(JSON.parse(own.text)).toMatchObject({ product_name: 'ACME', powered_by: 'Test MSP' });

  // No certificate for a claim of another tenant, nor for a name that nobody claimed.
  for (const host of ['ops.globex.com', 'evil.net']) await expect(get(host, '/'), host).rejects.toThrow();
  // The proxy lets nobody ask which domains are proven, nor how the hub fares in numbers.
  for (const path of ['/internal/tls-ask?domain=ops.acme.com', '/metrics']) {
    for (const host of [HUB, 'ops.acme.com'])
      expect(await get(host, path), `${host}${path}`).toEqual({ status: 404, text: '' });
    // A control: past the proxy, the same question is answered.
    expect((await fetch(`http://127.0.0.1:${hubPort}${path}`)).status, path).toBe(200);
  }
}, 90_000);
