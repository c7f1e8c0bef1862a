/** A client's overview, the list of hosts, and one host with all its tabs. */

import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, picture, demo, user, freshCode, call, asOwner } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme') as (typeof demo.tenants)[number];
const ofAcme = demo.agents.filter(({ tenant_id }) => tenant_id === acme.id);
const db = ofAcme.find(({ hostname }) => hostname === 'db-prod-01') as (typeof demo.agents)[number];

/** Conditions are waited for as long as the pages' own. */
const SOON = { timeout: 15_000 };

type Listed = { id: string; hostname: string; link_state: string; tags: string[] };

async function hostsOfHub(query: string): Promise<Listed[]> {
  const answer = await call('alice', 'GET', `/agents?limit=500&is_active=true&${query}`);
  return ((await answer.json()) as { items: Listed[] }).items;
}

describe('the overview', () => {
  it('asks which client, then shows its score, alerts, hosts, CVEs, emergencies and who is on call', async () => {
    const page = await signedIn('alice');
    await page.goto('/overview');
    await page.getByRole('heading', { name: 'Choose a client' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('main').getByRole('button', { name: 'ACME', exact: true }).click();
    await page.waitForURL(`**/overview?tenant=${acme.id}`);
    for (const name of [
      'Trust Score',
      'What it is made of',
      'Open alerts',
      'Patch first',
      'Emergencies',
      'On call now',
    ])
      await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.getByText(/EATs failed in 30 days|No EAT in 30 days/).waitFor();
    await page.getByRole('figure', { name: 'Trust Score of ACME' }).waitFor();
    // The same numbers as the cockpit's, which counts what nobody has acknowledged; and a score says of when it is.
    const { items } = (await (
      await call('alice', 'GET', `/alerts?tenant_id=${acme.id}&status=open&limit=500`)
    ).json()) as { items: { severity: string }[] };
    const stat = page.locator('p', { hasText: /^Open alerts$/ }).locator('..');
    await stat.getByText(String(items.length), { exact: true }).waitFor();
    const high = items.filter(({ severity }) => severity === 'high').length;
    expect(await stat.innerText()).toContain(`${high} high`);
    await page.getByText(/^as of /).waitFor();
    await picture(page, 'overview');
    await expectAccessible(page);
  });

  it('draws the score over 30, 90 or 365 days, as the address says, with its inputs a link away', async () => {
    const page = await signedIn('frank', { colorScheme: 'dark' });
    await page.goto(`/overview?tenant=${acme.id}`);
    await page.getByRole('button', { name: '365 days' }).click();
    await page.waitForURL((url) => url.searchParams.get('range') === '365d');
    const figure = page.getByRole('figure', { name: 'Trust Score of ACME' });
    await figure.getByText('Show as table').click();
    await figure.getByRole('row').nth(2).waitFor();
    const inputs = await page.getByRole('link', { name: 'See the inputs' }).getAttribute('href');
    const answer = await page.request.get(inputs ?? '');
    expect(await answer.json()).toMatchObject({ inputs: expect.stringContaining('"formula_version":"1.2"') });
    await expectAccessible(page);
    await picture(page, 'overview-dark');
  });

  it('fits a phone (390 px), also for the client’s own people', async () => {
    const page = await signedIn('olivia', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.goto('/overview');
    await page.getByRole('heading', { level: 1, name: 'ACME' }).waitFor();
    await page.getByRole('heading', { name: 'What it is made of' }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'overview-client-phone');
  });
});

describe('the list of hosts', () => {
  it('is narrowed by search, tag and state in the address, and puts silent hosts first when asked', async () => {
    const page = await signedIn('erin');
    await page.goto(`/hosts?tenant=${acme.id}`);
    const rows = page.getByRole('table').getByRole('row');
    await expect.poll(() => rows.count(), SOON).toBe((await hostsOfHub(`tenant_id=${acme.id}`)).length + 1);
    await picture(page, 'hosts');
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Offline first' }).click();
    await page.waitForURL((url) => url.searchParams.get('offline_first') === 'true');
    const [silent] = await hostsOfHub(`tenant_id=${acme.id}&sort=offline_first`);
    await expect.poll(() => rows.nth(1).innerText(), SOON).toContain(silent?.hostname ?? '?');

    await page.getByRole('button', { name: 'Only hosts tagged db' }).first().click();
    await page.waitForURL((url) => url.searchParams.get('tag') === 'db');
    const tagged = await hostsOfHub(`tenant_id=${acme.id}&tag=db`);
    await expect.poll(() => rows.count(), SOON).toBe(tagged.length + 1);
    await page.getByRole('button', { name: /^Tag db/ }).click();

    await page.keyboard.press('/');
    await page.keyboard.type('db-prod-01');
    await page.waitForURL((url) => url.searchParams.get('q') === 'db-prod-01');
    await expect.poll(() => rows.count(), SOON).toBe(2);
    await page.getByRole('button', { name: 'Deactivated' }).click();
    await page.getByText('No host fits these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await expect.poll(() => rows.count(), SOON).toBeGreaterThan(2);
  });

  it('fits a phone in the dark (390 px)', async () => {
    const page = await signedIn('grace', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      colorScheme: 'dark',
    });
    await page.goto('/hosts');
    await page.getByRole('row').nth(3).waitFor();
    await picture(page, 'hosts-phone-dark');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

describe('one host', () => {
  it('is walked through its tabs by the keyboard alone', async () => {
    const page = await signedIn('alice');
    await page.goto(`/hosts/${db.id}`);
    const tabs = page.getByRole('navigation', { name: 'Parts of the host' });
    const shows = {
      Metrics: page.getByRole('figure', { name: 'Usage of db-prod-01' }),
      CVEs: page.getByRole('link', { name: 'Timeline (CSV)' }),
      Alerts: page.getByRole('heading', { name: 'Alerts', exact: true, level: 2 }),
      Groups: page.getByRole('heading', { name: 'What it inherits' }),
      Findings: page.getByRole('heading', { name: 'Drift from the baseline' }),
      'EAT history': page
        .getByRole('region', { name: 'EAT history' })
        .getByRole('row')
        .or(page.getByText('No EATs yet'))
        .first(),
    };
    await page.getByRole('heading', { name: 'System' }).waitFor();
    await page.getByText('Ubuntu 20.04').first().waitFor();
    await expectAccessible(page);
    await tabs.getByRole('link', { name: 'Facts' }).focus();
    for (const [name, shown] of Object.entries(shows)) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toContain(name);
      await page.keyboard.press('Enter');
      await shown.waitFor();
      await picture(page, `host-${name.toLowerCase().replaceAll(' ', '-')}`);
      await expectAccessible(page);
      await tabs.getByRole('link', { name }).focus();
    }
    expect(new URL(page.url()).searchParams.get('tab')).toBe('eats');
  });

  it('shows its first tab to an address that asks for what there is not', async () => {
    const page = await signedIn('alice');
    await page.goto(`/hosts/${db.id}?tab=nonsense&range=nonsense`);
    const tabs = page.getByRole('navigation', { name: 'Parts of the host' });
    await tabs.getByRole('link', { name: 'Facts' }).and(page.locator('[aria-current=page]')).waitFor();
    await page.goto(`/hosts/${db.id}?tab=metrics&range=nonsense`);
    await page.getByRole('button', { name: '24 hours', pressed: true }).waitFor();
  });

  it('draws metrics over the range in the address, and gives their numbers as a table', async () => {
    const page = await signedIn('bob', { colorScheme: 'dark' });
    await page.goto(`/hosts/${db.id}?tab=metrics`);
    await page.getByRole('button', { name: '7 days' }).click();
    await page.waitForURL((url) => url.searchParams.get('range') === '7d');
    // The demonstration measures since its start: the axis is that of the range, and what is empty is explained.
    await page.getByText(/^Nothing was measured in this time before /).waitFor();
    // The tab stays the current one, whatever else the address holds.
    const current = page.getByRole('navigation', { name: 'Parts of the host' }).locator('[aria-current=page]');
    expect(await current.allInnerTexts()).toEqual(['Metrics']);
    const usage = page.getByRole('figure', { name: 'Usage of db-prod-01' });
    await usage.getByText('Show as table').click();
    for (const name of ['CPU', 'Memory', 'Disk']) await usage.getByRole('columnheader', { name }).waitFor();
    expect(await usage.getByRole('row').nth(1).innerText()).toMatch(/\d %/);
    expect(await usage.locator('canvas').count()).toBe(1);
    await expectAccessible(page);
    await picture(page, 'host-metrics-dark');
  });

  it('falls silent under an open page, which says so by itself', async () => {
    const host = ofAcme.find(({ hostname }) => hostname === 'cache-01') as (typeof demo.agents)[number];
    const page = await signedIn('grace');
    const link = async (state: 'online' | 'offline'): Promise<void> =>
      asOwner('update agents set link_state = $2, link_state_since = now() where id = $1', [host.id, state]);
    await page.clock.install();
    await page.goto(`/hosts/${host.id}`);
    await page.getByText('Online', { exact: true }).waitFor();
    await link('offline');
    try {
      // The page asks again every ten seconds.
      await page.clock.fastForward(11_000);
      await page.getByText('Offline', { exact: true }).waitFor();
    } finally {
      await link('online');
    }
  });

  it('is tagged, refreshed and put into maintenance by an admin', async () => {
    const page = await signedIn('carol');
    await page.goto(`/hosts/${db.id}`);
    await page.getByRole('button', { name: 'Edit tags' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tags').fill([...db.tags, 'by-test'].join(' '));
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('by-test').first().waitFor();
    await call('alice', 'PATCH', `/agents/${db.id}`, { tags: db.tags });

    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Refresh inventory' }).click();
    await page.getByText(/has been asked for its inventory|it is asked as soon as it is back/).waitFor();

    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Maintenance…' }).click();
    await dialog.getByLabel('For how long').selectOption('4 hours');
    await dialog.getByRole('button', { name: 'Start maintenance' }).click();
    await page.getByText('Maintenance until', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Maintenance…' }).click();
    await dialog.getByRole('button', { name: 'End it now' }).click();
    await page.getByText('Maintenance until', { exact: true }).waitFor({ state: 'detached' });
  });

  it('is deactivated and activated after a question, and its key is reset with a code', async () => {
    const page = await signedIn('dave');
    const host = ofAcme.find(({ hostname }) => hostname === 'log-01') as (typeof demo.agents)[number];
    await page.goto(`/hosts/${host.id}`);
    const act = async (item: string, button: string): Promise<void> => {
      await page.getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      await page.getByRole('dialog').getByRole('button', { name: button }).click();
    };
    await act('Deactivate…', 'Deactivate…');
    await page.getByText('log-01 is deactivated.').waitFor();
    await page.getByText('Deactivated', { exact: true }).waitFor();
    await act('Activate…', 'Activate…');
    await page.getByText('log-01 is active.').waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Reset key…' }).click();
    await page.getByLabel('TOTP code').fill(await freshCode(user('dave')));
    await page.getByRole('dialog').getByRole('button', { name: 'Reset key…' }).click();
    await page.getByText('log-01 may register another key within the hour.').waitFor();
  });

  it('shows a viewer nothing to press, and fits a phone (390 px)', async () => {
    const page = await signedIn('grace', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.goto(`/hosts/${db.id}`);
    await page.getByRole('heading', { name: 'System' }).waitFor();
    expect(await page.getByRole('button', { name: 'Actions' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Edit tags' }).count()).toBe(0);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'host-phone');
  });
});
