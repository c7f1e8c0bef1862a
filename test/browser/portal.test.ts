/** The client portal, in a real browser over the running hub, as the client's own people see it. */

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, signedIn, picture, demo, call, user, freshCode } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme') as { readonly id: string; readonly name: string };
/** Where screens are served alone (MONSYS_BROWSER_URL) nobody maps /portal to its page. */
const PORTAL = process.env['MONSYS_BROWSER_URL'] ? '/portal.html' : '/portal';
const REASON = 'Investigating a full disk on ci-01 for the browser test';

async function hasPack(): Promise<boolean> {
  const answer = await call('alice', 'GET', `/audit-packs?tenant_id=${acme.id}`);
  const { items } = (await answer.json()) as { readonly items: readonly { readonly has_files: boolean }[] };
  return items.some(({ has_files }) => has_files);
}

beforeAll(async () => {
  if (await hasPack()) return;
  const month = new Date().toISOString().slice(0, 7);
  await call('alice', 'POST', '/audit-packs', { tenant_id: acme.id, month });
  await vi.waitFor(async () => (await hasPack()) || Promise.reject(new Error('not built yet')), {
    timeout: 60_000,
    interval: 500,
  });
});

/** A brand as the hub would answer it on a client's proven domain (test/api/dashboard.test.ts has the real one). */
async function withBrand(page: Page): Promise<void> {
  const theme = (surface: string, accent: string, tint: string) => ({
    surface,
    solid: '#0f766e',
    on_solid: '#ffffff',
    accent,
    is_adjusted: false,
    tint,
  });
  await page.route('**/api/v1/branding', (route) =>
    route.fulfill({
      json: {
        product_name: 'AcmeOps',
        primary_color: '#0f766e',
        colors: { light: theme('#ffffff', '#0f766e', '#e7f1f1'), dark: theme('#0f172a', '#5fb3ad', '#0f2a33') },
        logo_url: null,
        powered_by: 'yourMSP',
      },
    }),
  );
}

describe('the client portal', () => {
  it('signs a client in under its own brand and shows how it stands', async () => {
    const page = await (await open()).newPage();
    await withBrand(page);
    await page.goto(PORTAL);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('AcmeOps').waitFor();
    await page.getByText('Powered by yourMSP').waitFor();
    await expectAccessible(page);
    await picture(page, 'portal-sign-in');
    const olivia = user('olivia');
    await page.getByLabel('Email').fill(olivia.email);
    await page.getByLabel('Password').fill(olivia.password);
    await page.getByLabel('TOTP code').fill(await freshCode(olivia));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Posture' }).waitFor();
    await page.getByRole('heading', { name: 'Trust Score' }).waitFor();
    await page.getByText('Disk full on ci-01', { exact: false }).first().waitFor();
    const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'));
    expect(accent).toContain('#0f766e');
    await expectAccessible(page);
    await picture(page, 'portal-posture');
  });

  it('says what was done in a month in plain sentences', async () => {
    const page = await signedIn('olivia');
    await page.goto(`${PORTAL}?page=work`);
    await page.getByRole('heading', { level: 1, name: 'Done for you' }).waitFor();
    await page.getByRole('heading', { name: /^Emergency actions: |^No emergency action was needed$/ }).waitFor();
    await expectAccessible(page);
    await picture(page, 'portal-work');
    await page.getByRole('button', { name: 'Month before' }).click();
    await page
      .getByText(/^CVE-.* was fixed on \d+ hosts?\./)
      .first()
      .waitFor();
    // Headings claim no more than the rows below them say, and what a person closed did not clear by itself.
    await page.getByRole('heading', { name: /^Vulnerabilities: .*fixed (everywhere|on some hosts)$/ }).waitFor();
    await page.getByRole('heading', { name: /^Alerts: \d+ closed by your provider/ }).waitFor();
    await page.getByText('closed by your provider ·').first().waitFor();
    expect(await page.getByText(/IsolateNetwork|StopService|RunPlaybook/).count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('month')).toMatch(/^\d{4}-\d{2}$/);
  });

  it('shows who works in its systems, live and with the reason, the moment it begins', async () => {
    const page = await signedIn('olivia');
    await page.goto(`${PORTAL}?page=sessions`);
    await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
    const started = await call('bob', 'POST', '/auth/impersonate', {
      tenant_id: acme.id,
      duration_minutes: 5,
      reason: REASON,
    });
    expect(started.status, await started.clone().text()).toBe(200);
    const { token } = (await started.json()) as { readonly token: string };
    const row = page.getByRole('listitem').filter({ hasText: REASON }).first();
    await row.getByText('Live now').waitFor();
    await row.getByText(/^[0-4] min \d\d s left$/).waitFor();
    await expectAccessible(page);
    await picture(page, 'portal-sessions');
    await fetch(`${demo.base_url}/api/v1/auth/impersonate/end`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    await row.getByText('Ended').waitFor();
  });

  it('hands out packs that the client verifies itself, in the browser', async () => {
    const page = await signedIn('olivia');
    await page.goto(PORTAL);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Evidence' }).click();
    await page
      .getByText(/verify-pack --pack acme-/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await picture(page, 'portal-packs');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Signature' }).first().click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toMatch(/^monsys-pack-sig-v1\n/);
    await page.getByRole('main').getByRole('link', { name: 'Verify it yourself' }).first().click();
    await page.getByRole('list', { name: 'Files given' }).waitFor();
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await vi.waitFor(async () => expect(await page.getByRole('heading', { name: 'Verified' }).count()).toBe(2), {
      timeout: 15_000,
    });
    await picture(page, 'portal-verify');
  });

  it('is for clients: the provider’s people are led to the dashboard, and nothing can be changed', async () => {
    const page = await signedIn('grace');
    await page.goto(PORTAL);
    await page.getByText('This portal is for clients').waitFor();
    const client = await signedIn('gustav');
    await client.goto(PORTAL);
    await client.getByRole('heading', { name: 'Trust Score' }).waitFor();
    expect(await client.getByText(acme.name, { exact: true }).count()).toBe(0);
    expect(await client.getByRole('button').allTextContents()).toEqual(
      expect.arrayContaining(['English', 'Nederlands']),
    );
  });

  it('fits a phone in the dark, in Dutch, by keyboard alone (390 px)', async () => {
    const page = await signedIn('olivia', {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
      hasTouch: true,
      locale: 'nl-BE',
    });
    await withBrand(page);
    await page.goto(PORTAL);
    await page.getByRole('heading', { level: 1, name: 'Stand van zaken' }).waitFor();
    await page.getByText('Verzorgd door yourMSP').waitFor();
    for (const [link, heading] of [
      ['Voor u gedaan', 'Voor u gedaan'],
      ['Sessies', 'Sessies'],
      ['Bewijs', 'Bewijs'],
      ['Stand van zaken', 'Stand van zaken'],
    ] as const) {
      await page.getByRole('link', { name: link }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await page.getByRole('status', { name: 'Laden' }).first().waitFor({ state: 'detached' });
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
    await picture(page, 'portal-phone-dark-nl');
  });
});
