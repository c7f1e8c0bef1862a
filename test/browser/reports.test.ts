/** Reports on demand, in a real browser over the running hub. */

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, picture, demo } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme') as { readonly id: string; readonly name: string };

describe('reports', () => {
  it('are asked for by client, template and period, built, saved and verified', async () => {
    const page = await signedIn('alice');
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Reports' }).click();
    await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'New report' }).first().click();
    await page.getByLabel('Client', { exact: true }).selectOption({ label: acme.name });
    await page.getByLabel('Template').selectOption({ label: 'Executive summary' });
    const title = `Browser test ${Date.now()}`;
    await page.getByLabel('Title (optional)').fill(title);
    await expectAccessible(page);
    await picture(page, 'reports-new');
    await page.getByRole('button', { name: 'Build report' }).click();
    const card = page.getByRole('listitem').filter({ hasText: title });
    await card.getByText('Ready').waitFor({ timeout: 50_000 });
    await expectAccessible(page);
    await picture(page, 'reports');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: `PDF of ${title}` }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^report-acme-executive-[0-9a-f]{8}\.pdf$/);
    expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe('%PDF-');
    await card.getByRole('link', { name: 'Verify' }).click();
    await page.getByRole('list', { name: 'Files given' }).waitFor();
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('report on demand, not the pack of a month', { exact: false }).first().waitFor();
    await expect.poll(() => page.getByRole('heading', { name: 'Verified' }).count()).toBe(2);
  });

  it('fit a phone, in the dark (390 px), and a period that makes no sense is refused in a sentence', async () => {
    const page = await signedIn('alice', {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
      hasTouch: true,
    });
    await page.goto('/reports?new=true');
    await page.getByLabel('Client', { exact: true }).selectOption({ label: acme.name });
    await page.getByLabel('From').fill('2026-05-01');
    await page.getByLabel('Until, included').fill('2026-04-01');
    await page.getByRole('button', { name: 'Build report' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'reports-phone-dark');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(new URL(page.url()).searchParams.get('new')).toBeNull();
  });
});
