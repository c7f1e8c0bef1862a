/** What opens over a page comes when it is first wanted: one press opens it all the same, and focus goes where it should. */

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createTestBrowser, expectAccessible } from '../support/browser.ts';

const { signedIn, demo, picture } = await createTestBrowser();

/** The cockpit with a slow way to the code of what lies over it. */
async function slowOverlays(width: number): Promise<Page> {
  const page = await signedIn('alice', { viewport: { width, height: 900 } });
  await page.context().route(/assets\/overlays-/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  await page.goto('/msp/cockpit');
  await page.getByRole('button', { name: 'Account' }).waitFor();
  return page;
}

it('the tenant switcher opens by one press, closes by another, and gives focus back', async () => {
  const page = await slowOverlays(1440);
  const button = page.getByRole('button', { name: /^Client in view/ });
  await button.press('Enter');
  const search = page.getByRole('dialog').getByRole('searchbox');
  await search.waitFor();
  await expect.poll(() => search.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => button.evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true);
  await button.click();
  await search.waitFor();
  await button.click();
  await search.waitFor({ state: 'detached' });
  expect(await button.getAttribute('aria-expanded')).toBe('false');
});

it('the account menu opens by the keyboard, walks by arrows, and gives focus back', async () => {
  const page = await slowOverlays(1440);
  const button = page.getByRole('button', { name: 'Account' });
  await button.press('ArrowDown');
  await page.getByRole('menu', { name: 'Account' }).waitFor();
  await page.keyboard.press('End');
  const last = page.getByRole('menuitem', { name: 'Sign out' });
  await expect.poll(() => last.evaluate((item) => item === item.ownerDocument.activeElement)).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => button.evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true);
});

it('times are in the viewer’s zone with UTC on hover, and turn to UTC from the account menu (touch, keyboard, paper)', async () => {
  const page = await signedIn('alice');
  const host = demo.agents.find(({ hostname }) => hostname === 'db-prod-01');
  await page.goto(`/hosts/${host?.id}`);
  const since = page.getByRole('main').locator('time').first();
  const moment = new Date((await since.getAttribute('datetime')) ?? '');
  const clock = (zone: string): string =>
    moment.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  expect(clock('UTC'), 'a control: the zones differ').not.toBe(clock('Europe/Brussels'));
  expect(await since.innerText()).toContain(clock('Europe/Brussels'));
  expect(await since.getAttribute('title')).toMatch(new RegExp(`${clock('UTC')}:\\d\\d UTC$`));
  const button = page.getByRole('button', { name: 'Account' });
  await button.press('Enter');
  await page.getByRole('menuitem', { name: 'UTC' }).press('Enter');
  await expect.poll(() => since.innerText()).toContain(`${clock('UTC')} UTC`);
  await page.reload();
  await expect.poll(() => since.innerText(), { message: 'kept' }).toContain(`${clock('UTC')} UTC`);
});

it('the command palette opens by Ctrl-K, finds pages, clients and hosts, goes by Enter, and gives focus back', async () => {
  const page = await signedIn('alice');
  await page.goto('/alerts');
  const from = page.getByRole('button', { name: 'Account' });
  await from.focus();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Search or jump to…' });
  await palette.getByRole('option', { name: 'MSP cockpit' }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await palette.waitFor({ state: 'detached' });
  await expect.poll(() => from.evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true);
  // A client by its name, and a host by a part of its own.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('acme');
  await palette.getByRole('option', { name: 'ACME', exact: true }).waitFor();
  await palette.getByRole('combobox').fill('db-prod-01');
  await palette.getByRole('option', { name: /^db-prod-01 ?ACME$/ }).waitFor();
  await expectAccessible(page);
  await picture(page, 'command-palette');
  await palette.getByRole('combobox').fill('Audit log');
  await expect.poll(() => palette.locator('[role=option][aria-selected=true]').allInnerTexts()).toEqual(['Audit log']);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/audit-log');
  await palette.waitFor({ state: 'detached' });
  // By the same keys it closes again.
  await page.keyboard.press('Control+k');
  await palette.getByText('Pages').waitFor();
  await page.keyboard.press('Control+k');
  await palette.waitFor({ state: 'detached' });
});

it('the list of pages opens on a phone, and closes by the page that is chosen (390 px)', async () => {
  const page = await slowOverlays(390);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Alerts' }).click();
  await page.waitForURL(/\/alerts/);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});
