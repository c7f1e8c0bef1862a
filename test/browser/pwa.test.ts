/** The dashboard as an app: what browsers need to install it, no network, and notifications. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { quorumRequestText, webPushPayload } from '../../src/domain/pushText.ts';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, signedIn, picture, demo } = await createTestBrowser();
const REQUEST = '00000000-0000-4000-8000-00000000d00d';

/** Waits until the worker serves this page. */
async function serviceWorkerReady(page: Page): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready');
  await page.waitForFunction('navigator.serviceWorker.controller !== null');
}

/** The id that Chromium gave the worker's registration, which a push is addressed to. */
async function registrationId(session: CDPSession): Promise<string> {
  return new Promise((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0] !== undefined) resolve(registrations[0].registrationId);
    });
    void session.send('ServiceWorker.enable');
  });
}

describe('an app', () => {
  it('names itself and its pictures, which are there in the sizes that it says', async () => {
    const context = await open();
    const page = await context.newPage();
    await page.goto('/login');
    const href = await page.locator('link[rel=manifest]').getAttribute('href');
    const manifest = (await (await context.request.get(href ?? '')).json()) as {
      name: string;
      display: string;
      start_url: string;
      icons: { src: string; sizes: string; type: string; purpose: string }[];
    };
    expect(manifest).toMatchObject({ name: 'monsys', display: 'standalone', start_url: '/' });
    expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual(
      expect.arrayContaining(['192x192 any', '512x512 any', '512x512 maskable']),
    );
    for (const { src, sizes, type } of manifest.icons.filter((icon) => icon.type === 'image/png')) {
      const answer = await context.request.get(src);
      expect(answer.headers()['content-type'], src).toBe(type);
      const bytes = await answer.body();
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, src).toBe(sizes);
    }
    const session = await context.newCDPSession(page);
    const { errors } = await session.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // A private window cannot install; nothing else may be missing.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  });

  it('registers its worker, which keeps files of the build and no answer of the API', async () => {
    const page = await signedIn('alice');
    await page.goto('/emergency');
    await page.getByRole('heading', { name: 'Emergency' }).waitFor();
    await serviceWorkerReady(page);
    const worker = await page.context().request.get('/sw.js');
    expect(worker.headers()['content-type']).toMatch(/javascript/);
    // Asked for anew each time: an old worker must not outlive a new hub.
    expect(worker.headers()['cache-control']).toBe('no-cache');
    await page.reload();
    await page.getByRole('heading', { name: 'Emergency' }).waitFor();
    const kept = await page.evaluate<string[]>(`(async () => {
      const paths = [];
      for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
      return paths;
    })()`);
    expect(kept).toContain('/offline.html');
    expect(kept.filter((path) => /^\/assets\/.+\.(js|css)$/.test(path)).length).toBeGreaterThan(5);
    expect(kept.filter((path) => !path.startsWith('/assets/') && !/^\/(offline|icon)/.test(path))).toEqual([]);
  });

  it('without a network: a page that says so at any address, and the asked one when it is back', async () => {
    const page = await signedIn('alice', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.goto('/emergency');
    await serviceWorkerReady(page);
    await page.context().setOffline(true);
    await page.goto('/alerts').catch(() => undefined);
    await page.getByRole('heading', { name: 'You are offline' }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'offline-phone');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Menu', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/alerts');
  });
});

describe('a push', () => {
  it('shows the hub’s card with its buttons', async () => {
    const page = await signedIn('alice', { permissions: ['notifications'] });
    await page.goto('/emergency');
    await serviceWorkerReady(page);
    const card = quorumRequestText(
      {
        requestId: REQUEST,
        tenantName: 'ACME',
        hostnames: ['db-prod-01'],
        actions: [],
        requestedByEmail: 'bob@yourmsp.com',
        requestedAt: '2026-05-19T14:23:07.000Z',
        reason: 'Restore from 2026-04-15 snapshot',
      },
      demo.base_url,
    );
    const session = await page.context().newCDPSession(page);
    await session.send('ServiceWorker.deliverPushMessage', {
      origin: demo.base_url,
      registrationId: await registrationId(session),
      data: webPushPayload(card),
    });
    const shown = `navigator.serviceWorker.ready
      .then((registration) => registration.getNotifications())
      .then((all) => all.map(({ title, body, tag, actions }) => ({ title, body, tag, labels: actions.map((a) => a.title) })))`;
    await expect
      .poll(() => page.evaluate(shown))
      .toEqual([
        {
          title: 'ACME / db-prod-01',
          body: card.body,
          tag: `quorum-${REQUEST}`,
          labels: ['Approve with TOTP', 'Reject'],
        },
      ]);
  });

  it('a person sees their devices, and how to be reached', async () => {
    const page = await signedIn('carol');
    await page.goto('/settings/notifications');
    await page.getByRole('heading', { name: 'Notifications on this device' }).waitFor();
    await page.getByText('This browser is not told yet.').waitFor();
    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    await page.getByText('No device is told yet').waitFor();
    await expectAccessible(page);
    await picture(page, 'settings-notifications');
    const phone = await signedIn('carol', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await phone.goto('/settings/notifications');
    await phone.getByText('No device is told yet').waitFor();
    await expectAccessible(phone);
    await expectNoSidewaysScroll(phone);
    await picture(phone, 'settings-notifications-phone-dark');
  });

  it('a browser that says no is told how to change its mind', async () => {
    const page = await signedIn('carol');
    await page.goto('/settings/notifications');
    await page.evaluate(`Notification.requestPermission = async () => 'denied'`);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('This browser blocks notifications from this site.').waitFor();
  });
});

describe('the page for no network', () => {
  it('needs nothing that is not kept (its script and its picture are in the list)', async () => {
    const html = await readFile(join(import.meta.dirname, '../../dashboard/public/offline.html'), 'utf8');
    const needed = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    const list = await readFile(join(import.meta.dirname, '../../dashboard/serviceWorker.ts'), 'utf8');
    for (const path of needed) expect(list).toContain(`'${path}'`);
  });
});
