/** Which pages which host serves: the dashboard on the hub's own, the portal on a client's proven domain, nothing elsewhere. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { ROUTES } from '../../src/api/routes/index.ts';
import { sql } from '../../src/db/pool.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'monsys-dashboard-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the dashboard</title>');
writeFileSync(join(folder, 'portal.html'), '<!doctype html><title>the portal</title>');
writeFileSync(join(folder, 'assets/index-a1b2c3.js'), 'export {};');
writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');

const db = await createTestDatabase();
const plain = await createTestApi(db);
const app = createApp(
  { ...plain.deps, config: { ...plain.deps.config, PUBLIC_URL: 'https://hub.test', DASHBOARD_DIR: folder } },
  ROUTES,
);
await db.admin.query(sql.unsafe`
  insert into custom_domains (tenant_id, domain, challenge) values (${plain.tenants.a}::uuid, 'ops.acme.com', ${'a'.repeat(40)})`);
await db.admin.query(sql.unsafe`
  insert into domain_claims (tenant_id, domain, challenge) values (${plain.tenants.b}::uuid, 'claimed.example.net', ${'b'.repeat(40)})`);

const get = async (url: string) => {
  const response = await app.request(url);
  return { response, status: response.status, text: await response.text() };
};

describe('the pages', () => {
  it.each(['/', '/msp/cockpit', '/audit-packs?client=x', '/verify', '/auditor'])(
    'of the hub’s own host are the dashboard at %s',
    async (path) => {
      const { status, text, response } = await get(`https://hub.test${path}`);
      expect([status, text]).toEqual([200, '<!doctype html><title>the dashboard</title>']);
      expect(response.headers.get('Cache-Control')).toBe('no-cache');
    },
  );

  it.each(['/portal', '/portal/', '/portal/anything?page=packs'])(
    'of the hub’s own host are the portal at %s',
    async (path) => {
      expect((await get(`https://hub.test${path}`)).text).toContain('the portal');
    },
  );

  it.each(['/', '/?page=sessions', '/msp/cockpit', '/portal', '/auditor'])(
    'of a proven domain are the portal on every path, such as %s',
    async (path) => {
      expect((await get(`https://ops.acme.com${path}`)).text).toContain('the portal');
    },
  );

  it.each(['https://claimed.example.net/', 'https://elsewhere.example.org/portal', 'https://acme.com/'])(
    'of any other host are not found, and nobody’s brand is told (%s)',
    async (url) => {
      const { status, text, response } = await get(url);
      expect(status).toBe(404);
      expect(response.headers.get('Content-Type')).toContain('application/problem+json');
      expect(JSON.parse(text)).toMatchObject({ type: 'urn:monsys:problem:not_found' });
      expect(text).not.toMatch(/acme/i);
    },
  );

  it.each([
    '/docs',
    '/docs/start.js',
    '/docs/swagger-ui.css',
    '/api/v1/openapi.json',
    '/assets/index-a1b2c3.js',
    '/nothing',
  ])('of any other host have no documents and no files either: %s says what every address there says', async (path) => {
    const { status, text } = await get(`https://elsewhere.example.org${path}`);
    const { instance: _, ...said } = JSON.parse(text) as Record<string, unknown>;
    const { instance: __, ...root } = JSON.parse((await get('https://elsewhere.example.org/')).text) as typeof said;
    expect([status, said]).toEqual([404, root]);
    // A control: the hub's own host has them.
    if (path !== '/nothing') expect((await get(`https://hub.test${path}`)).status).toBe(200);
  });

  it.each(['/docs', '/docs/start.js', '/api/v1/openapi.json'])(
    'of a proven domain do not tell whose API is behind them: %s is not found',
    async (path) => {
      expect((await get(`https://ops.acme.com${path}`)).status).toBe(404);
      expect((await get('https://ops.acme.com/assets/index-a1b2c3.js')).status).toBe(200);
    },
  );

  it('load nothing from elsewhere and run no script of a page: their policy says so', async () => {
    for (const url of ['https://hub.test/', 'https://ops.acme.com/', 'https://hub.test/portal']) {
      const policy = (await get(url)).response.headers.get('Content-Security-Policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    }
  });

  it('keep what carries a digest in its name for ever, and ask again for what does not', async () => {
    const asset = await get('https://hub.test/assets/index-a1b2c3.js');
    expect([asset.status, asset.text]).toEqual([200, 'export {};']);
    expect(asset.response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    const icon = await get('https://ops.acme.com/icon.svg');
    expect(icon.status).toBe(200);
    expect(icon.response.headers.get('Cache-Control')).toBe('no-cache');
  });

  it.each(['/assets/index-000000.js', '/api/v1/nothing', '/assets/../index.js', '/pubkeys/none.pub', '/icon-none.svg'])(
    'are not what a wrong address of a file or of the API answers: %s is 404',
    async (path) => {
      const { status, text } = await get(`https://hub.test${path}`);
      expect(status).toBe(404);
      expect(text).not.toContain('<!doctype html>');
    },
  );
});
