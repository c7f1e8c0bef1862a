/** What opens over a page comes when it is first wanted: one press opens it all the same, and focus goes where it should. */

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createTestBrowser } from '../support/browser.ts';

const { signedIn } = await createTestBrowser();

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

it('the list of pages opens on a phone, and closes by the page that is chosen (390 px)', async () => {
  const page = await slowOverlays(390);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Alerts' }).click();
  await page.waitForURL(/\/alerts/);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});
