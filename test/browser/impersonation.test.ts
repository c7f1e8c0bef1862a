/** Working in a client's context: in by the switcher or the cockpit, a banner on every page, out by End or by time. */

import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, picture, demo, user, freshCode, call } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme') as (typeof demo.tenants)[number];
const globex = demo.tenants.find(({ slug }) => slug === 'globex') as (typeof demo.tenants)[number];
const REASON = 'Restore of the database, ticket 4711';

// Whatever a test leaves open would be "also here" to the next.
afterEach(async () => {
  await call('alice', 'POST', '/auth/impersonations/end-all');
});

/** The banner, on whatever page. */
const banner = (page: Page) => page.getByRole('region', { name: 'Impersonation' });

/** Fills the dialog as a person does, and waits for the client's overview. */
async function enter(page: Page, name: string, who: string, minutes?: number): Promise<void> {
  const dialog = page.getByRole('dialog', { name: `Work in the context of ${name}` });
  await dialog.getByLabel('Reason').fill(REASON);
  if (minutes !== undefined) await dialog.getByLabel('Duration (minutes)').fill(String(minutes));
  await dialog.getByLabel('TOTP code').fill(await freshCode(user(who)));
  await dialog.getByRole('button', { name: 'Start impersonation' }).click();
  await banner(page).waitFor();
}

describe('entering', () => {
  it('goes by the tenant switcher: pick the client, Impersonate, reason, 60 minutes, TOTP', async () => {
    const page = await signedIn('bob');
    await page.goto('/msp/cockpit');
    await page.getByRole('button', { name: /^Client in view/ }).click();
    await page.getByRole('searchbox', { name: 'Search clients…' }).fill('acme');
    await page.getByRole('button', { name: 'Impersonate ACME' }).click();
    const dialog = page.getByRole('dialog', { name: 'Work in the context of ACME' });
    expect(await dialog.getByLabel('Duration (minutes)').inputValue()).toBe('60');
    await dialog.getByLabel('Reason').fill('short');
    await dialog.getByLabel('TOTP code').fill('123456');
    await dialog.getByRole('button', { name: 'Start impersonation' }).click();
    await dialog.getByText('Say in at least 10 letters why.').waitFor();
    await expectAccessible(page);
    await picture(page, 'impersonation-dialog');
    await enter(page, 'ACME', 'bob');
    await page.waitForURL('**/overview*');
    await banner(page).getByText('ACME').waitFor();
    const text = await banner(page).innerText();
    expect(text).toContain('bob@yourmsp.com');
    // The clocks of browser and hub may differ by a moment.
    expect(text).toMatch(/(1 h|60 min|59 min \d\d s)/);
    await page.getByRole('heading', { level: 1, name: 'ACME' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'impersonation-banner');
  });

  it('goes by the cockpit’s "Open in tenant context", without another sign-in; the banner is on every page', async () => {
    const page = await signedIn('carol', { colorScheme: 'dark' });
    await page.goto('/msp/cockpit');
    await page.getByRole('button', { name: 'Open in tenant context : ACME' }).click();
    await enter(page, 'ACME', 'carol', 30);
    const navigation = page.getByRole('navigation', { name: 'Main navigation' });
    for (const name of ['Hosts', 'Alerts', 'CVEs', 'Audit log', 'Settings']) {
      await navigation.getByRole('link', { name, exact: true }).click();
      await page.locator('h1').first().waitFor();
      await banner(page).getByText('ACME').waitFor();
    }
    // What is the MSP's is not there: no cockpit, no billing, no other client.
    expect(await navigation.getByText('MSP cockpit').count()).toBe(0);
    expect(await navigation.getByText('Billing').count()).toBe(0);
    await page.goto('/hosts');
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Client' }).count()).toBe(0);
    await expectAccessible(page);
    await picture(page, 'impersonation-hosts-dark');
  });

  it('keeps the dialog and says the hub’s sentence when the code is wrong', async () => {
    const page = await signedIn('dave');
    await page.goto(`/overview?tenant=${globex.id}`);
    await page.getByRole('button', { name: 'Impersonate', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: `Work in the context of ${globex.name}` });
    await dialog.getByLabel('Reason').fill(REASON);
    await dialog.getByLabel('TOTP code').fill('000000');
    await dialog.getByRole('button', { name: 'Start impersonation' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('TOTP code').inputValue()).toBe('');
    expect(await dialog.getByLabel('Reason').inputValue()).toBe(REASON);
    expect(await banner(page).count()).toBe(0);
  });

  it('waits where the client wants to be asked, and enters once they agree', async () => {
    await call('alice', 'PUT', `/tenants/${globex.id}/impersonation-consent`, { impersonation_consent: 'approve' });
    try {
      const page = await signedIn('carol');
      await page.goto(`/overview?tenant=${globex.id}`);
      await page.getByRole('button', { name: 'Impersonate', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: `Work in the context of ${globex.name}` });
      await dialog.getByLabel('Reason').fill(REASON);
      await dialog.getByLabel('TOTP code').fill(await freshCode(user('carol')));
      await dialog.getByRole('button', { name: 'Start impersonation' }).click();
      await dialog.getByText(`${globex.name} wants to be asked first`).waitFor();
      expect(await banner(page).count()).toBe(0);
      const asked = (await (await call('gustav', 'GET', '/auth/impersonations?active=true')).json()) as {
        items: { id: string }[];
      };
      await call('gustav', 'POST', `/auth/impersonations/${asked.items[0]?.id}/consent`, { granted: true });
      await banner(page).waitFor();
      await page.getByRole('heading', { level: 1, name: globex.name }).waitFor();
    } finally {
      await call('alice', 'PUT', `/tenants/${globex.id}/impersonation-consent`, { impersonation_consent: 'none' });
    }
  });

  it('shows who else is in the same context', async () => {
    const other = await signedIn('bob');
    await other.goto(`/overview?tenant=${acme.id}`);
    await other.getByRole('button', { name: 'Impersonate', exact: true }).click();
    await enter(other, 'ACME', 'bob');
    const page = await signedIn('carol');
    await page.goto(`/overview?tenant=${acme.id}`);
    await page.getByRole('button', { name: 'Impersonate', exact: true }).click();
    await enter(page, 'ACME', 'carol');
    await banner(page).getByText('Also here: bob@yourmsp.com').waitFor();
  });
});

describe('leaving', () => {
  it('goes by End on the banner, back to the cockpit of all clients', async () => {
    const page = await signedIn('bob');
    await page.goto(`/overview?tenant=${acme.id}`);
    await page.getByRole('button', { name: 'Impersonate', exact: true }).click();
    await enter(page, 'ACME', 'bob');
    await banner(page).getByRole('button', { name: 'End' }).click();
    await page.waitForURL('**/msp/cockpit');
    await page.locator('[data-tenant]').first().waitFor();
    expect(await page.locator('[data-tenant]').count()).toBeGreaterThan(1);
    expect(await banner(page).count()).toBe(0);
  });

  it('says that the time is over, and leads out by one button', async () => {
    const page = await signedIn('carol');
    await page.goto(`/overview?tenant=${acme.id}`);
    await page.getByRole('button', { name: 'Impersonate', exact: true }).click();
    await enter(page, 'ACME', 'carol');
    const ended = await call('alice', 'POST', '/auth/impersonations/end-all');
    expect(ended.status).toBe(200);
    // The page asks the hub every few seconds; the first answer that says so opens the dialog.
    const dialog = page.getByRole('alertdialog', { name: 'Your time in ACME’s context is over' });
    await dialog.waitFor({ timeout: 40_000 });
    await expectAccessible(page);
    await picture(page, 'impersonation-over');
    await dialog.getByRole('button', { name: 'End and go to the cockpit' }).click();
    await page.waitForURL('**/msp/cockpit');
    await page.locator('[data-tenant]').first().waitFor();
  });
});

describe('the tenant switcher', () => {
  it('sets the client in the address, stays on the page, and is kept from page to page', async () => {
    const page = await signedIn('erin');
    await page.goto('/hosts');
    await page.getByRole('button', { name: 'Client in view: All clients' }).click();
    await page.getByRole('dialog').getByRole('button', { name: globex.name, exact: true }).waitFor();
    await page.getByRole('row').nth(1).waitFor();
    await picture(page, 'tenant-switcher');
    await expectAccessible(page);
    await page.keyboard.type('globex');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/hosts?tenant=${globex.id}`);
    await page.getByRole('button', { name: `Client in view: ${globex.name}` }).waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).first().click();
    await page.waitForURL(`**/overview?tenant=${globex.id}`);
    await page.getByRole('heading', { level: 1, name: globex.name }).waitFor();
  });

  it('is used with a thumb, and the banner fits beside it (390 px)', async () => {
    const page = await signedIn('bob', { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'dark' });
    await page.goto('/hosts');
    await page.getByRole('button', { name: /^Client in view/ }).tap();
    await page.getByRole('button', { name: 'Impersonate ACME' }).tap();
    await page.getByRole('dialog', { name: 'Work in the context of ACME' }).getByLabel('TOTP code').waitFor();
    await picture(page, 'impersonation-dialog-phone-dark');
    await enter(page, 'ACME', 'bob', 4);
    await page.getByText('Less than five minutes are left in the context of ACME.').waitFor({ state: 'attached' });
    await expectNoSidewaysScroll(page);
    await picture(page, 'impersonation-ending-phone-dark');
    await expectAccessible(page);
  });
});
