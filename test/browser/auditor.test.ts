/** What an auditor sees who was sent a link. */

import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, picture, demo, call } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme') as { readonly id: string; readonly name: string };

async function makeLink(note: string): Promise<{ readonly id: string; readonly token: string }> {
  const answer = await call('alice', 'POST', `/tenants/${acme.id}/auditor-links`, {
    note,
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as { readonly id: string; readonly token: string };
}

describe('the auditor’s view', () => {
  it('takes the token out of the address at once, and shows packs, both logs and the end of the access', async () => {
    const link = await makeLink('Browser test');
    const page = await (await open()).newPage();
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url(), request.headers()['referer'] ?? ''));
    await page.goto(`/auditor#${link.token}`);
    await page.getByRole('heading', { level: 1, name: 'Audit packs' }).waitFor();
    expect(page.url()).not.toContain('msys_audit');
    expect(addresses.filter((address) => address.includes('msys_audit'))).toEqual([]);
    await page.getByText(/Access ends/).waitFor();
    await page.getByText(/\((?:1 h|5\d min)\)/).waitFor();
    await expectAccessible(page);
    await picture(page, 'auditor');
    await page.getByRole('link', { name: 'Audit log' }).click();
    const entries = page.getByRole('list', { name: 'Entries, newest first' }).getByRole('listitem');
    const opened = entries.filter({ hasText: 'Auditor’s link: Browser test' }).first();
    await opened.getByText(/^Signed in with an auditor’s link from /).waitFor();
    await entries.getByText('Made the auditor’s link “Browser test”').first().waitFor();
    expect(await page.getByText('links.invalid').count()).toBe(0);
    await page.getByText(`Auditor access · ${acme.name}`).waitFor();
    await picture(page, 'auditor-log');
    // Both actors of what was done in the client's context, and the whole session a link away; nothing leads elsewhere.
    await page.getByLabel('Event').selectOption({ label: 'impersonation started' });
    await page.waitForURL(/type=impersonation_started/);
    await entries.getByText(`in the context of ${acme.name}`).first().waitFor();
    await entries
      .getByRole('link', { name: /^session / })
      .first()
      .click();
    await page.waitForURL((url) => url.pathname === '/auditor' && url.searchParams.has('session'));
    await entries
      .getByText(/^Left the client’s context|^Entered for at most/)
      .first()
      .waitFor();
    await entries
      .getByRole('button', { name: /^Details of entry / })
      .first()
      .click();
    await page.getByText('Hash recomputed in your browser: it holds').waitFor();
    expect(await entries.getByRole('link', { name: /^Open / }).count()).toBe(0);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.waitForURL((url) => url.search === '?view=audit');
    await page.getByRole('link', { name: 'Transparency log' }).click();
    await page.getByText(/checked in this browser$/).waitFor();
    await page.getByRole('link', { name: 'Verify', exact: true }).click();
    await page.getByText('Drop the files here, or choose them').waitFor();
    // Back at the evidence without the link: the session goes on.
    await page.getByRole('link', { name: 'Audit packs' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit packs' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Audit packs' }).waitFor();
    await call('alice', 'POST', `/auditor-links/${link.id}/revoke`);
    await page.reload();
    await page.getByText('Open the link that you were given').waitFor();
  });

  it('says in a sentence that a link is over, and what works without one', async () => {
    const link = await makeLink('Browser test, revoked');
    await call('alice', 'POST', `/auditor-links/${link.id}/revoke`);
    const page = await (
      await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true })
    ).newPage();
    await page.goto(`/auditor#${link.token}`);
    await page.getByRole('alert').waitFor();
    expect(page.url()).not.toContain('msys_audit');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'auditor-over-phone-dark');
    await page.getByRole('link', { name: 'Packs that you have are verified without any access' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Drop the files here, or choose them').waitFor();
  });

  it('fits a phone, in the dark (390 px)', async () => {
    const link = await makeLink('Browser test on a phone');
    const page = await (
      await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true })
    ).newPage();
    await page.goto(`/auditor#${link.token}`);
    await page.getByRole('heading', { level: 1, name: 'Audit packs' }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'auditor-phone-dark');
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('list', { name: 'Entries, newest first' }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'auditor-log-phone-dark');
    await call('alice', 'POST', `/auditor-links/${link.id}/revoke`);
  });
});
