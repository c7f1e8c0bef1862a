/** CVEs in a real browser over the running hub: the list, and the timeline of one by host. */

import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, call, picture, demo } = await createTestBrowser();

type Cve = { readonly cve_id: string; readonly hosts_open: number; readonly hosts_patched: number };
const cves = async (query: string): Promise<readonly Cve[]> =>
  ((await (await call('alice', 'GET', `/inventory/cves?limit=200&${query}`)).json()) as { items: Cve[] }).items;

describe('the list of CVEs', () => {
  it('shows known-exploited ones first with their hosts, and keeps its filters in the address', async () => {
    const [worst] = await cves('');
    const page = await signedIn('frank');
    await page.goto('/cves');
    const first = page.getByRole('row').nth(1);
    await first.getByText(worst?.cve_id ?? '').waitFor();
    await first.getByText('KEV').waitFor();
    expect(await first.innerText()).toContain(String(worst?.hosts_open));
    await expectAccessible(page);
    await picture(page, 'cves');
    await page.getByRole('button', { name: 'Known exploited (KEV)' }).click();
    await page.waitForURL(/kev=true/);
    await page.getByRole('button', { name: 'Kernel only' }).click();
    await page.waitForURL(/kernel=true/);
    const kernel = await cves('kev=true&source=kernel');
    await page.getByText(`${kernel.length} CVEs shown`).waitFor({ state: 'attached' });
    await page.getByLabel('State').selectOption('patched');
    await page.waitForURL(/state=patched/);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.waitForURL((url) => url.search === '');
    // The kernel feed gives no scores: there is no column of dashes, nor a filter of what nobody has said.
    await page.getByText('the kernel feed gives no scores').waitFor();
    expect(await page.getByRole('columnheader', { name: 'CVSS' }).count()).toBe(0);
    expect(await page.getByLabel('CVSS').count()).toBe(0);
    // Where one has a score, both are there.
    await page.route('**/api/v1/inventory/cves?*', async (route) => {
      const response = await route.fetch();
      const { items, ...rest } = (await response.json()) as { items: object[] };
      const json = { items: items.map((cve, index) => (index === 0 ? { ...cve, cvss: 9.8 } : cve)), ...rest };
      await route.fulfill({ response, json });
    });
    await page.reload();
    await page.getByRole('columnheader', { name: 'CVSS' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Severity' }).count()).toBe(0);
    await page.getByText('9.8').waitFor();
    await page.getByLabel('CVSS').selectOption('9');
    await page.waitForURL(/cvss=9/);
    await page.getByLabel('Search CVE or package').fill('nothing-has-this-name');
    await page.getByText('No CVE fits these filters').waitFor();
    await expectAccessible(page);
  });

  it('fits a phone, in the dark (390 px); its filters fold away', async () => {
    const page = await signedIn('frank', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'dark',
    });
    await page.goto('/cves');
    await page.getByRole('row').nth(2).waitFor();
    expect(await page.getByLabel('State').count()).toBe(0);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByLabel('State').selectOption('all');
    await page.waitForURL(/state=all/);
    await page.getByRole('row').nth(2).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'cves-phone-dark');
  });
});

describe('one CVE', () => {
  it('is drawn by host from when it was seen to when it was patched, with a table of the same', async () => {
    // Open ones tell of the hosts that are patched already.
    const cve = (await cves('')).find(({ hosts_patched: patched }) => patched > 0);
    if (cve === undefined) throw new Error('The demonstration has no CVE that is patched on some hosts only.');
    const page = await signedIn('grace', { colorScheme: 'dark' });
    await page.goto('/cves');
    // By keyboard alone, from the list to the page of one.
    await page.getByRole('link', { name: cve.cve_id, exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: cve.cve_id }).waitFor();
    await page.getByText('Not scored by the kernel feed').waitFor();
    const chart = page.getByRole('img', { name: /^Timeline of \d+ hosts/ });
    await chart.waitFor();
    const rows = page.getByRole('region', { name: 'Hosts' }).getByRole('row');
    expect(await rows.count()).toBeGreaterThanOrEqual(1 + cve.hosts_open + cve.hosts_patched);
    await rows.first().getByText('Patched by').waitFor();
    const csv = await page
      .getByRole('link', { name: /^All CVEs of .* as CSV$/ })
      .first()
      .getAttribute('href');
    const answer = await page.request.get(csv ?? '');
    expect(answer.status()).toBe(200);
    expect(await answer.text()).toMatch(/^\uFEFF?hostname,cve_id/);
    await expectAccessible(page);
    await picture(page, 'cve-dark');
  });

  it('says so when no host in view has it, and fits a phone (390 px)', async () => {
    const [cve] = await cves('');
    const page = await signedIn('grace', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.goto(`/cves/${cve?.cve_id}`);
    await page.getByRole('img', { name: /^Timeline of/ }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'cve-phone');
    await page.goto(`/cves/CVE-1999-0001?tenant=${demo.tenants[0]?.id}`);
    await page.getByText('No host in view has or had this CVE').waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    await expectAccessible(page);
  });
});
