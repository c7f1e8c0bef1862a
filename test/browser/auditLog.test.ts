/** The audit log in a real browser over the running hub: both actors, sentences, the chain, filters in the address. */

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { call, signedIn, freshCode, open, user, picture, demo } = await createTestBrowser();
const acme = demo.tenants[0] as (typeof demo.tenants)[number];
const database = new Client({ connectionString: demo.ownerUrl });
await database.connect();
afterAll(() => database.end());

describe('the audit log', () => {
  it('tells who really acted and in whose context, and links the session', async () => {
    // Carol works in ACME’s context for a moment and handles nothing; entering and leaving are enough to be told of.
    const reason = `Looks at a ticket ${randomUUID().slice(0, 8)}`;
    const context = await open();
    const carol = user('carol');
    const headers = { 'Sec-Fetch-Site': 'same-origin', Origin: demo.base_url };
    const login = { email: carol.email, password: carol.password, totp_code: await freshCode(carol) };
    await context.request.post('/api/v1/auth/login', { headers, data: login });
    const begun = await context.request.post('/api/v1/auth/impersonate', {
      headers: { ...headers, 'X-TOTP-Code': await freshCode(carol) },
      data: { tenant_id: acme.id, reason, duration_minutes: 5 },
    });
    expect(begun.status(), await begun.text()).toBeLessThan(300);
    const { impersonation_id: session } = (await begun.json()) as { impersonation_id: string };
    await context.request.post('/api/v1/auth/impersonate/end', { headers, data: {} });

    const page = await signedIn('alice');
    await page.goto(`/audit-log?tenant=${acme.id}`);
    const entry = page.getByRole('listitem').filter({ hasText: reason }).first();
    await entry.getByText('Entered for at most 5 minutes').waitFor();
    await entry.getByText(carol.email).waitFor();
    await entry.getByText(`in the context of ${acme.name}`).waitFor();
    await expectAccessible(page);
    await picture(page, 'audit-log');
    await entry.getByRole('link', { name: /^session / }).click();
    await page.waitForURL((url) => url.searchParams.get('session') === session);
    await page.getByText('Left the client’s context').waitFor();
    expect(await page.getByRole('list', { name: 'Entries, newest first' }).getByRole('listitem').count()).toBe(2);
  });

  it('unfolds an entry with its facts, and recomputes its hash: an altered entry shows', async () => {
    const listed = await call('erin', 'GET', `/alerts?tenant_id=${acme.id}&limit=50`);
    const alert = ((await listed.json()) as { items: { id: string }[] }).items.at(-1);
    const resolved = await call('erin', 'PATCH', `/alerts/${alert?.id}/resolve`, { resolution: 'Done in the test.' });
    expect(resolved.status).toBe(200);
    const page = await signedIn('frank', { colorScheme: 'dark' });
    await page.goto(`/audit-log?tenant=${acme.id}&type=alert_resolved`);
    const unfold = page.getByRole('button', { name: /^Details of entry / }).first();
    await unfold.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/entry=/);
    expect(await unfold.getAttribute('aria-expanded')).toBe('true');
    await page.getByText('Hash recomputed in your browser: it holds').waitFor();
    await page.getByText('"alert_id"').waitFor();
    expect(await page.getByRole('link', { name: 'Open the alert' }).getAttribute('href')).toMatch(
      /^\/alerts\/[0-9a-f-]{36}/,
    );
    await expectAccessible(page);
    await picture(page, 'audit-log-entry-dark');
    await page.route('**/api/v1/audit-log?*', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replaceAll('"severity":"', '"severity":"not '),
      });
    });
    await page.reload();
    await page.getByText('Hash recomputed in your browser: it does NOT hold').waitFor();
  });

  it('narrows by kind, actor, days and log; the MSP’s own is apart from the client’s', async () => {
    const page = await signedIn('alice');
    await page.goto('/audit-log');
    await page.getByLabel('Event').selectOption({ label: 'signed in' });
    await page.waitForURL(/type=signed_in/);
    await page
      .getByText(/^Signed in with password and authenticator from /)
      .first()
      .waitFor();
    await page.getByLabel(/^Actor/).fill('@acme.example');
    await page.waitForURL(/actor=/);
    await page.getByText(/alice@/).waitFor({ state: 'detached' });
    await page.getByLabel('Log').selectOption('msp');
    await page.waitForURL(/log=msp/);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.waitForURL((url) => url.search === '');
    await page.getByLabel('Until and with').fill('2020-01-01');
    await page.getByText('No entry fits these filters').waitFor();
    await expectAccessible(page);
    const { rows } = await database.query('select count(*)::int as n from audit_log where tenant_id is null');
    expect(rows[0].n).toBeGreaterThan(0);
    await page.goto(`/audit-log?log=msp&tenant=${acme.id}`);
    const entry = page.getByText(/^Signed in with/).first();
    await entry.waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await entry.isVisible()).toBe(true);
    expect(await page.getByText('Times in Europe/Brussels').isVisible(), 'paper says its zone').toBe(true);
    expect(await page.getByLabel('Event').isVisible(), 'the filters').toBe(false);
    await picture(page, 'audit-log-print');
  });

  it('pages to older entries, and fits a phone in the dark (390 px)', async () => {
    const page = await signedIn('audrey', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'dark',
    });
    await page.goto('/audit-log');
    const entries = page.getByRole('list', { name: 'Entries, newest first' }).getByRole('listitem');
    await entries.nth(10).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'audit-log-phone-dark');
    const before = await entries.count();
    await page.getByRole('button', { name: 'Load more' }).click();
    await entries.nth(before).waitFor();
    await page
      .getByRole('button', { name: /^Details of entry / })
      .first()
      .click();
    await page.getByText('it holds').waitFor();
    await expectNoSidewaysScroll(page);
  });
});
