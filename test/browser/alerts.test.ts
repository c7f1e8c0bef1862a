/** Alerts in a real browser over the running hub: find them, acknowledge them, by hand and by keyboard. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, call, picture, demo, user } = await createTestBrowser();
const acme = demo.tenants[0] as (typeof demo.tenants)[number];

type Alert = { readonly id: string; readonly number: number; readonly title: string };
/** Open alerts, oldest of the least severity first. */
const openAlerts = async (): Promise<Alert[]> => {
  const answer = await call('alice', 'GET', `/alerts?status=open&tenant_id=${acme.id}&limit=100`);
  return ((await answer.json()) as { items: Alert[] }).items.toReversed();
};
const row = (page: Page, { title }: Alert) => page.getByRole('row').filter({ hasText: title }).first();

describe('the list of alerts', () => {
  it('shows severity, host, client and a clock that counts; filters are in the address', async () => {
    const page = await signedIn('alice');
    await page.goto('/alerts');
    const table = page.getByRole('table');
    await table.getByRole('columnheader', { name: 'Client' }).waitFor();
    await page.getByRole('row').nth(2).waitFor();
    await picture(page, 'alerts');
    await expectAccessible(page);
    await page.getByLabel('Severity').selectOption('critical');
    await page.waitForURL(/severity=critical/);
    await page.getByLabel('SLA', { exact: true }).selectOption('breached');
    await page.waitForURL(/sla=breached/);
    await page.getByRole('cell', { name: 'Overdue' }).first().waitFor();
    expect(await page.getByRole('cell', { name: 'On time' }).count()).toBe(0);
    const clock = page.getByRole('cell', { name: 'Overdue' }).first();
    expect(await clock.innerText()).toMatch(/by \d+ (?:d|h|min|s)/);
    await page.reload();
    expect(await page.getByLabel('Severity').inputValue()).toBe('critical');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.waitForURL((url) => url.search === '');
    await page.getByLabel('Search title, host or #number').fill('no such alert anywhere');
    await page.getByText('No alert fits these filters').waitFor();
    await expectAccessible(page);
  });

  it('names one client only, when it is in view, and acknowledges several at once', async () => {
    const chosen = (await openAlerts()).slice(0, 2);
    expect(chosen).toHaveLength(2);
    const page = await signedIn('erin', { colorScheme: 'dark' });
    await page.goto(`/alerts?tenant=${acme.id}`);
    await page.getByRole('row').nth(2).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Client' }).count()).toBe(0);
    for (const alert of chosen) await page.getByLabel(`Select #${alert.number}`, { exact: true }).check();
    const bar = page.getByRole('region', { name: 'With the selected alerts' });
    await bar.getByText('2 selected').waitFor();
    await picture(page, 'alerts-selected-dark');
    // What lies half under the bar above is no fault of its size.
    await page.evaluate('scrollTo(0, 0)');
    await expectAccessible(page);
    await bar.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('2 alerts acknowledged.').waitFor();
    for (const alert of chosen) {
      await row(page, alert).getByText('Acknowledged', { exact: true }).waitFor();
      const now = (await (await call('alice', 'GET', `/alerts/${alert.id}`)).json()) as Alert;
      expect(now).toMatchObject({ status: 'acknowledged', acknowledged_by_email: user('erin').email });
    }
  });

  it('goes back when the hub refuses', async () => {
    const [alert] = await openAlerts();
    if (alert === undefined) throw new Error('The demonstration has no open alert left.');
    const page = await signedIn('erin');
    await page.route('**/api/v1/alerts/acknowledge', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: 'urn:monsys:problem:unavailable', title: 'Unavailable', detail: 'Not now.' }),
      }),
    );
    await page.goto(`/alerts?tenant=${acme.id}`);
    await page.getByLabel(`Select #${alert.number}`, { exact: true }).check();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Not acknowledged: Not now.').waitFor();
    expect(await row(page, alert).getByText('Acknowledged', { exact: true }).count()).toBe(0);
  });

  it('can be walked by keyboard alone: j, k, x, Enter, r', async () => {
    const page = await signedIn('erin');
    await page.goto(`/alerts?tenant=${acme.id}`);
    await page.getByRole('row').nth(2).waitFor();
    await page.keyboard.press('j');
    const focused = () => page.locator(':focus').getAttribute('data-alert');
    const first = await focused();
    expect(first).not.toBeNull();
    await page.keyboard.press('j');
    expect(await focused()).not.toBe(first);
    await page.keyboard.press('k');
    expect(await focused()).toBe(first);
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('r');
    await page.getByRole('dialog', { name: /Resolve alert #/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('resolve'));
    await page.getByRole('button', { name: 'Turn keys off' }).click();
    const before = await focused();
    await page.keyboard.press('j');
    expect(await focused()).toBe(before);
    await page.getByRole('button', { name: 'Turn keys on' }).click();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/alerts\/[0-9a-f-]{36}/);
  });

  it('is cards on a phone (390 px), with the actions below', async () => {
    const [alert] = await openAlerts();
    const page = await signedIn('erin', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'dark',
    });
    await page.goto(`/alerts?tenant=${acme.id}`);
    await page.getByRole('list', { name: 'Alerts in view' }).getByRole('listitem').nth(2).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'alerts-phone-dark');
    await page.goto(`/alerts/${alert?.id}`);
    const resolve = page.getByRole('button', { name: 'Resolve' });
    await resolve.waitFor();
    expect((await resolve.boundingBox())?.y).toBeGreaterThan(844 / 2);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'alert-phone-dark');
  });
});
