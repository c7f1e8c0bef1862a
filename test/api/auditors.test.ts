/** Auditors: an account or a link that ends, reads one tenant's evidence, and does nothing else. */

import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROUTES } from '../../src/api/routes/index.ts';
import { sql } from '../../src/db/pool.ts';
import { isLinkEmail } from '../../src/domain/auditorLink.ts';
import { PERMISSION_NAMES, PERMISSIONS, type Role } from '../../src/domain/permissions.ts';
import { formatToken } from '../../src/domain/token.ts';
import { createTestApi } from '../support/api.ts';
import {
  createTestClock,
  forgetRates,
  giveAuthenticator,
  nextCode,
  openBrowser,
  problemOf,
  signIn,
  type TestBrowser,
} from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const clock = createTestClock();
const api = await createTestApi(db, { now: clock.now });
const { a: acme, b: globex } = api.tenants;
const adminSecret = await giveAuthenticator(db, api, api.user('admin').id);
const asAdmin = (method: string, path: string, body?: unknown): Promise<Response> =>
  api.as('admin')(method, path, body, { 'x-totp-code': nextCode(clock, adminSecret) });
const inDays = (days: number): string => new Date(clock.now() + days * 86_400_000).toISOString();
await db.admin.query(sql.unsafe`
  insert into audit_packs (tenant_id, month, built_at, is_demo) values (${acme}::uuid, '2020-01', now(), true), (${globex}::uuid, '2020-01', now(), true)`);
beforeEach(() => forgetRates(db));

type Link = {
  id: string;
  token: string;
  url: string;
  user_id: string;
  opened_count: number;
  revoked_at: string | null;
};

async function makeLink(): Promise<Link> {
  const response = await asAdmin('POST', `/tenants/${acme}/auditor-links`, {
    expires_at: inDays(7),
    note: 'Spring audit',
  });
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as Link;
}

async function openLink(token: string): Promise<TestBrowser> {
  const browser = openBrowser(api.app);
  const response = await browser.send('POST', '/auth/auditor-link', { token });
  expect(response.status, await response.clone().text()).toBe(200);
  return browser;
}

/** What every auditor sees, and that it is of their own tenant alone. */
async function expectEvidenceOnly(browser: TestBrowser): Promise<void> {
  const packs = (await (await browser.send('GET', '/audit-packs')).json()) as { items: { tenant_id: string }[] };
  expect(packs.items.map(({ tenant_id }) => tenant_id)).toEqual([acme]);
  const trail = (await (await browser.send('GET', '/audit-log')).json()) as { items: { tenant_id: string }[] };
  expect(trail.items.length).toBeGreaterThan(0);
  expect(trail.items.every(({ tenant_id }) => tenant_id === acme)).toBe(true);
  expect((await browser.send('GET', '/transparency/log')).status).toBe(200);
  for (const path of ['/audit-packs', '/audit-log'])
    expect((await browser.send('GET', `${path}?tenant_id=${globex}`)).status, path).toBe(404);
  for (const path of ['/agents', '/alerts', '/inventory/cves', '/team', '/msp/cockpit', '/playbooks'])
    expect((await browser.send('GET', path)).status, path).toBe(403);
}

const auditTypes = async (): Promise<string[]> =>
  (
    await db.admin.any(sql.type(z.object({ type: z.string() }))`
      select event_type as type from audit_log where tenant_id = ${acme}::uuid order by seq`)
  ).map(({ type }) => type);

describe('the role', () => {
  it('holds evidence, and one’s own tokens', () => {
    const held = PERMISSION_NAMES.filter((name) => (PERMISSIONS[name].roles as readonly Role[]).includes('auditor'));
    expect(held).toEqual(['tenants.read', 'audit_log.read', 'packs.read', 'impersonation.read', 'tokens.own']);
  });
});

describe('an invited auditor', () => {
  const email = 'eve@auditors.example';
  const invitation = { email, name: 'Eve', role: 'auditor', tenant_id: acme };

  it('400: an account without an end, or with one too far away', async () => {
    expect(await problemOf(await asAdmin('POST', '/invitations', invitation))).toBe('invalid_request');
    const far = await asAdmin('POST', '/invitations', { ...invitation, user_expires_at: inDays(400) });
    expect(await problemOf(far)).toBe('invalid_request');
  });

  it('sees packs, log and audit trail of the tenant, nothing else, until the account ends', async () => {
    const invited = await asAdmin('POST', '/invitations', { ...invitation, user_expires_at: inDays(30) });
    const { token } = (await invited.json()) as { token: string };
    const password = `Correct horse ${randomBytes(6).toString('hex')}`;
    const accepted = await api.anonymous('POST', '/invitations/accept', { token, password });
    expect(accepted.status, await accepted.clone().text()).toBe(201);
    const { user_id: id } = (await accepted.json()) as { user_id: string };
    const account = { id, email, password, secret: await giveAuthenticator(db, api, id) };
    const browser = await signIn(api, clock, account);
    await expectEvidenceOnly(browser);
    await db.admin.query(sql.unsafe`update users set expires_at = now() - interval '1 second' where id = ${id}::uuid`);
    expect((await browser.send('GET', '/audit-packs')).status).toBe(401);
    await expect(signIn(api, clock, account)).rejects.toThrow(/^login: 4/);
  });
});

describe('a link', () => {
  it('is shown once, its token behind the #, and opens a session that sees the evidence', async () => {
    const link = await makeLink();
    expect(link.url).toBe(`http://hub.test/auditor#${link.token}`);
    const browser = await openLink(link.token);
    await expectEvidenceOnly(browser);
    expect(await (await browser.send('GET', '/auth/me')).json()).toMatchObject({
      role: 'auditor',
      tenant_id: acme,
    });
    const listed = (await (await asAdmin('GET', `/tenants/${acme}/auditor-links`)).json()) as { items: Link[] };
    expect(listed.items[0]).toMatchObject({ id: link.id, opened_count: 1, revoked_at: null });
    expect(JSON.stringify(listed)).not.toContain(link.token);
    expect(await auditTypes()).toEqual(expect.arrayContaining(['auditor_link_created', 'signed_in']));
    const log = (await (await browser.send('GET', '/audit-log?event_type=signed_in&limit=1')).json()) as {
      readonly items: readonly { readonly actor_email: string; readonly event_data: unknown }[];
    };
    // Nobody reads who that is in the account's address: the note says it, in the entry itself.
    expect(isLinkEmail(log.items[0]?.actor_email ?? '')).toBe(true);
    expect(log.items[0]?.event_data).toMatchObject({ auditor_link_id: link.id, note: 'Spring audit' });
  });

  it('changes nothing: every route that is not a read refuses its session', async () => {
    const browser = await openLink((await makeLink()).token);
    const id = '00000000-0000-4000-8000-00000000dead';
    const tried: string[] = [];
    for (const route of ROUTES) {
      if (route.auth.kind !== 'user' && route.auth.kind !== 'self') continue;
      if (route.auth.kind === 'self' ? route.auth.whileImpersonating : route.auth.permission.endsWith('.read'))
        continue;
      const answer = await browser.send(
        route.method.toUpperCase(),
        route.path.replaceAll(/:[a-z_]+/g, id),
        route.method === 'get' ? undefined : {},
      );
      tried.push(`${route.method} ${route.path}`);
      expect([answer.status, await problemOf(answer)], tried.at(-1)).toEqual([403, 'read_only_session']);
    }
    expect(tried).toEqual(expect.arrayContaining(['post /auth/tokens', 'post /auth/password', 'post /audit-packs']));
  });

  it('ends at once when it is taken back, for sessions it opened and for good', async () => {
    const link = await makeLink();
    const browser = await openLink(link.token);
    const revoked = await asAdmin('POST', `/auditor-links/${link.id}/revoke`);
    expect(((await revoked.json()) as Link).revoked_at).not.toBeNull();
    expect((await browser.send('GET', '/audit-packs')).status).toBe(401);
    const again = await openBrowser(api.app).send('POST', '/auth/auditor-link', { token: link.token });
    expect([again.status, await problemOf(again)]).toEqual([401, 'auditor_link_invalid']);
    expect((await asAdmin('POST', `/auditor-links/${link.id}/revoke`)).status).toBe(404);
    expect(await auditTypes()).toContain('auditor_link_revoked');
  });

  it('ends by the clock', async () => {
    const link = await makeLink();
    const browser = await openLink(link.token);
    expect((await browser.send('GET', '/audit-packs')).status).toBe(200);
    await db.admin.query(
      sql.unsafe`update users set expires_at = now() - interval '1 second' where id = ${link.user_id}::uuid`,
    );
    expect((await browser.send('GET', '/audit-packs')).status).toBe(401);
    await db.admin.query(
      sql.unsafe`update auditor_links set expires_at = now() - interval '1 second' where id = ${link.id}::uuid`,
    );
    const again = await openBrowser(api.app).send('POST', '/auth/auditor-link', { token: link.token });
    expect(await problemOf(again)).toBe('auditor_link_invalid');
  });

  it('401: a token that nobody made; 403: from a page of another site', async () => {
    const unknown = await openBrowser(api.app).send('POST', '/auth/auditor-link', {
      token: formatToken('audit', randomBytes(32)),
    });
    expect(await problemOf(unknown)).toBe('auditor_link_invalid');
    const link = await makeLink();
    const foreign = await openBrowser(api.app, 'cross-site').send('POST', '/auth/auditor-link', { token: link.token });
    expect(await problemOf(foreign)).toBe('csrf');
    // As a bearer token it opens nothing.
    const authorization = `Bearer ${link.token}`;
    expect((await api.anonymous('GET', '/audit-packs', undefined, { authorization })).status).toBe(401);
  });

  it('400: for longer than 30 days or for the past; 401: without TOTP; 403: by an operator; 404: of another MSP', async () => {
    const body = { expires_at: inDays(7), note: 'x' };
    const make = (more: object, tenant = acme) =>
      asAdmin('POST', `/tenants/${tenant}/auditor-links`, { ...body, ...more });
    expect((await make({ expires_at: inDays(31) })).status).toBe(400);
    expect((await make({ expires_at: inDays(-1) })).status).toBe(400);
    expect(await problemOf(await api.as('admin')('POST', `/tenants/${acme}/auditor-links`, body))).toBe(
      'totp_required',
    );
    expect((await api.as('operator')('POST', `/tenants/${acme}/auditor-links`, body)).status).toBe(403);
    expect((await make({}, api.tenants.other)).status).toBe(404);
  });
});
