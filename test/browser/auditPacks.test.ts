/** Audit packs, in a real browser over the running hub. */

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, signedIn, picture, demo, call, user, freshCode } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme') as { readonly id: string; readonly name: string };
const thisMonth = new Date().toISOString().slice(0, 7);
/** A month that is over; the demonstration has records of it. */
const lastMonth = new Date(Date.UTC(Number(thisMonth.slice(0, 4)), Number(thisMonth.slice(5)) - 2, 1))
  .toISOString()
  .slice(0, 7);

/** Opens the panel of a month; the grid stands behind it. */
async function openMonth(page: Page, month: string): Promise<void> {
  await page.goto(`/audit-packs?year=${month.slice(0, 4)}`);
  const name = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.parse(`${month}-01`),
  );
  await page
    .getByRole('link', { name: new RegExp(`^${acme.name}, ${name.slice(0, 3)}\\w* ${month.slice(0, 4)}`) })
    .filter({ visible: true })
    .click();
  await page.getByRole('dialog', { name: `${acme.name} · ${name}` }).waitFor();
}

/** Builds the pack of the month that is over, unless somebody has. */
async function ensureClosedPack(): Promise<void> {
  const answer = await call('alice', 'POST', '/audit-packs', { tenant_id: acme.id, month: lastMonth });
  expect([202, 409]).toContain(answer.status);
  await expect
    .poll(
      async () => {
        const packs = (await (
          await call('alice', 'GET', `/audit-packs?tenant_id=${acme.id}&month=${lastMonth}`)
        ).json()) as {
          readonly items: readonly { readonly has_files: boolean }[];
        };
        return packs.items[0]?.has_files;
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(true);
}

describe('the demonstration', () => {
  it('has signed packs and a report of the clients with a portal soon after the start, last month’s left to build', async () => {
    const clients = demo.users.filter(({ role }) => role === 'client_viewer').map(({ tenant_id }) => tenant_id);
    expect(clients).toHaveLength(2);
    type Items = { readonly items: readonly { readonly has_files?: boolean; readonly state?: string }[] };
    const read = async (path: string): Promise<Items['items']> =>
      ((await (await call('alice', 'GET', path)).json()) as Items).items;
    for (const id of clients) {
      const built = async (): Promise<number> =>
        (await read(`/audit-packs?tenant_id=${id}`)).filter(({ has_files }) => has_files).length;
      await expect.poll(built, { timeout: 50_000, interval: 500 }).toBeGreaterThanOrEqual(2);
      const done = async (): Promise<boolean> =>
        (await read(`/reports?tenant_id=${id}`)).some(({ state }) => state === 'done');
      await expect.poll(done, { timeout: 50_000, interval: 500 }).toBe(true);
    }
  }, 120_000);
});

describe('audit packs', () => {
  it('go by client and month to the panel, where the handover is filtered to the own people and saved with its signature', async () => {
    await ensureClosedPack();
    const page = await signedIn('alice');
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Audit Packs' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit Packs' }).waitFor();
    await page.getByRole('rowheader', { name: acme.name }).waitFor();
    await expectAccessible(page);
    await picture(page, 'audit-packs');
    await openMonth(page, lastMonth);
    expect(await page.getByLabel('Actor filter').inputValue()).toBe('@yourmsp.com');
    await page.getByRole('link', { name: /^Leaf \d+: see its proof$/ }).waitFor();
    await picture(page, 'audit-packs-panel');
    await expectAccessible(page);
    const saved: Record<string, string> = {};
    page.on('download', async (download) => {
      saved[download.suggestedFilename()] = await download.path();
    });
    await page.getByRole('button', { name: 'Download for handover', exact: true }).click();
    const stem = `handover-acme-${lastMonth}`;
    await page.getByText(/entries kept, \d+ left out/).waitFor({ timeout: 60_000 });
    await expect.poll(() => Object.keys(saved).toSorted()).toEqual([`${stem}.pdf`, `${stem}.sig`]);
    expect((await readFile(saved[`${stem}.pdf`] as string)).subarray(0, 5).toString()).toBe('%PDF-');
    expect(await readFile(saved[`${stem}.sig`] as string, 'utf8')).toContain('"actor_suffix":"@yourmsp.com"');
    await page
      .getByText(
        `verify-pack --pack ${stem}.pdf --sig ${stem}.sig --pubkey ${new URL(page.url()).origin}/pubkeys/hub.pub`,
      )
      .waitFor();
  });

  it('are built now by who may, with the stages of the build (a preview of the present month)', async () => {
    const page = await signedIn('bob');
    await openMonth(page, thisMonth);
    await page.getByRole('button', { name: 'Build now' }).click();
    await page.getByRole('dialog').getByText('Preview of a month that still runs').waitFor({ timeout: 60_000 });
    await page.getByRole('heading', { name: 'Content' }).waitFor();
  });

  it('show a viewer neither the building nor the links for auditors', async () => {
    const page = await signedIn('grace');
    await openMonth(page, thisMonth);
    expect(await page.getByRole('button', { name: 'Build now' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Handover contacts' }).click();
    await page.getByText('On the first of each month').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  });

  it('are handed to contacts that one writes down', async () => {
    const page = await signedIn('alice');
    await openMonth(page, lastMonth);
    await page.getByRole('link', { name: 'Handover contacts' }).click();
    await page.getByRole('button', { name: 'Add a contact' }).click();
    await page.getByLabel('Name').last().fill('Olivia Ott');
    await page.getByLabel('Email').last().fill('handover.test@acme.example');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Remove handover.test@acme.example' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
  });

  it('give an auditor a link that is shown once and can be taken back', async () => {
    const page = await signedIn('alice');
    await openMonth(page, lastMonth);
    await page.getByRole('link', { name: 'Auditor links' }).click();
    const note = `Browser test ${Date.now()}`;
    await page.getByLabel('Who gets it, and what for').fill(note);
    await page.getByLabel('TOTP code').fill(await freshCode(user('alice')));
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByText(/\/auditor#msys_audit_/).waitFor();
    await picture(page, 'audit-packs-auditor-link');
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText(/\/auditor#msys_audit_/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: `Revoke the link: ${note}` }).click();
    await page.getByRole('listitem').filter({ hasText: note }).getByText('Revoked').waitFor();
  });

  it('fit a phone, in the dark (390 px)', async () => {
    const page = await signedIn('alice', {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
      hasTouch: true,
    });
    await page.goto('/audit-packs');
    await page.getByRole('heading', { level: 3, name: acme.name }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'audit-packs-phone-dark');
    await openMonth(page, lastMonth);
    await page.getByRole('link', { name: /^Leaf \d+/ }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'audit-packs-panel-phone-dark');
  });

  it('are walked by the keyboard alone: from the grid into the panel, to the download, and back', async () => {
    const page = await signedIn('alice');
    await page.goto(`/audit-packs?year=${lastMonth.slice(0, 4)}`);
    const cell = page
      .getByRole('link', { name: new RegExp(`^${acme.name}, `) })
      .filter({ visible: true })
      .first();
    await cell.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(new URL(page.url()).searchParams.get('month')).toBeNull();
  });

  it('ask for a sign-in', async () => {
    const page = await (await open()).newPage();
    await page.goto('/audit-packs');
    await page.waitForURL(/\/login/);
  });
});
