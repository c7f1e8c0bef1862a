/**
 * Every page there is: what holds for all of them, whatever they show. The list is the running router's own, and tabs
 * are found on the pages, so a new page or tab is walked without being named here; one that needs an id is red until
 * `ids` has it.
 */

import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { PAGES } from '../../dashboard/src/portal/location.ts';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';
import { listenForEnglish } from '../support/english.ts';

const { open, signedIn, call, demo, picture } = await createTestBrowser({ kept: true });

type Storage = Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>;
type Items<Row> = { readonly items: readonly Row[] };

const acme = demo.tenants.find(({ slug }) => slug === 'acme') as (typeof demo.tenants)[number];
const db = demo.agents.find(({ hostname }) => hostname === 'db-prod-01') as (typeof demo.agents)[number];
const live = demo.agents.find(({ hostname }) => hostname === 'acme-live-01') as (typeof demo.agents)[number];
/** Where screens are served alone (MONSYS_BROWSER_URL) nobody maps /portal to its page. */
const PORTAL = process.env['MONSYS_BROWSER_URL'] ? '/portal.html' : '/portal';
/** "Good" of Core Web Vitals. */
const GOOD_CLS = 0.1;
/** A host has seven tabs, each looked at three times. */
const TIME = { timeout: 180_000 };
const DESKTOP = { viewport: { width: 1440, height: 900 } };
/** In Dutch, whose words are longer. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'nl-BE' };

async function first<Row>(path: string): Promise<Row> {
  const { items } = (await (await call('alice', 'GET', path)).json()) as Items<Row>;
  if (items[0] === undefined) throw new Error(`The demonstration has nothing at ${path}.`);
  return items[0];
}

async function make<Made>(path: string, body: unknown): Promise<Made> {
  const answer = await call('alice', 'POST', path, body);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as Made;
}

const group = await make<{ readonly id: string }>('/groups', {
  tenant_id: acme.id,
  name: `every-page-${randomUUID().slice(0, 8)}`,
  rule: { all_of: [{ tag: 'production' }, { tag: 'eu-west-1' }] },
  runbook_md: '# Every page\n\n1. Look at it\n',
});
const request = await make<{ readonly id: string }>('/emergency/quorum', {
  agent_id: live.id,
  actions: [{ kind: 'run_playbook', id: 'db-restore' }],
  reason: 'Every page is looked at, this one too',
  required_approvers: 2,
});
const link = await make<{ readonly id: string; readonly token: string }>(`/tenants/${acme.id}/auditor-links`, {
  note: 'Every page',
  expires_at: new Date(Date.now() + 3_600_000).toISOString(),
});
const window = await make<{ readonly id: string }>('/maintenance-windows', {
  tenant_id: acme.id,
  title: 'Every page is looked at, and the storage of the database hosts is swapped',
  reason: 'A row as long as people write them, in a table that must fit a phone',
  scope: { kind: 'tenant' },
  schedule: {
    kind: 'once',
    from: new Date(Date.now() + 86_400_000).toISOString(),
    until: new Date(Date.now() + 90_000_000).toISOString(),
  },
});
const webhook = await make<{ readonly id: string }>('/webhooks', {
  tenant_id: acme.id,
  name: `Every page ${randomUUID()}`,
  url: 'https://hooks.invalid/every-page/of-the-dashboard-and-of-the-portal',
  events: ['alert.created'],
});
const preIssued = await make<{ readonly id: string }>(`/agents/${live.id}/pre-issued-eats`, {
  playbook_id: 'isolate-network',
  valid_from: new Date(Date.now() + 3_600_000).toISOString(),
  valid_until: new Date(Date.now() + 7_200_000).toISOString(),
  conditions: { heartbeat_lost_minutes: 5 },
  reason: 'Every page is looked at, also on a phone',
});
afterAll(async () => {
  await call('alice', 'POST', `/pre-issued-eats/${preIssued.id}/revoke`);
  await call('alice', 'DELETE', `/webhooks/${webhook.id}`);
  await call('alice', 'POST', `/maintenance-windows/${window.id}/cancel`);
  await call('alice', 'DELETE', `/groups/${group.id}`);
  await call('alice', 'POST', `/emergency/quorum/${request.id}/cancel`, { reason: 'Every page was looked at' });
  await call('alice', 'POST', `/auditor-links/${link.id}/revoke`);
});

/** What stands for the parameters of the routes. */
const ids: Readonly<Record<string, string>> = {
  agentId: db.id,
  alertId: (await first<{ readonly id: string }>(`/alerts?tenant_id=${acme.id}&limit=1`)).id,
  cveId: (await first<{ readonly cve_id: string }>(`/inventory/cves?tenant_id=${acme.id}&limit=1`)).cve_id,
  groupId: group.id,
  nonce: (await first<{ readonly nonce: string }>('/emergency?limit=1')).nonce,
  playbookId: demo.playbooks[0]?.id ?? '',
  requestId: request.id,
  scheduleId: (await first<{ readonly id: string }>('/on-call/schedules')).id,
};

/** Paths that only lead on to another. */
const LEADS_ON: ReadonlySet<string> = new Set(['/', '/settings']);
/** Without a sign-in; the others are walked as the owner, in a client's context. */
const SIGNED_OUT: ReadonlySet<string> = new Set(['/login', '/enrol', '/invitation', '/verify', '/transparency']);

async function storageOf(page: Page): Promise<Storage> {
  const storage = await page.context().storageState();
  await page.context().close();
  return storage;
}

const nobody: Storage = { cookies: [], origins: [] };
const alice = await storageOf(await signedIn('alice'));
const olivia = await storageOf(await signedIn('olivia'));

/** The routes of the dashboard as it runs, such as `/hosts/$agentId`. */
async function routesOfApp(): Promise<string[]> {
  const page = await (await open()).newPage();
  await page.goto('/login');
  await page.locator('h1').waitFor();
  const paths = await page.evaluate<string[]>('Object.keys(__TSR_ROUTER__.routesByPath)');
  await page.context().close();
  return [...new Set(paths.map((path) => (path === '/' ? path : path.replace(/\/$/, ''))))].toSorted();
}
const routes = await routesOfApp();

function addressOf(route: string): string {
  const path = route.replace(/\$(\w+)/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`${route}: say in \`ids\` what stands for ${name}.`);
    return id;
  });
  return SIGNED_OUT.has(route) || route === '/auditor' ? path : `${path}?tenant=${acme.id}`;
}

/** Runs in the page before anything of ours. */
const OBSERVER = `
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifted += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Loads an address and waits until all of it is there; fails when it has no heading, jumps, or is too wide. */
async function load(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator('h1').first().waitFor();
  await expect
    .poll(() => page.getByRole('status', { name: /^(?:Loading|Laden)$/ }).count(), { timeout: 15_000 })
    .toBe(0);
  await page.evaluate('document.fonts.ready');
  expect(await page.locator('h1').count(), `headings of level 1 of ${address}`).toBe(1);
  expect(await page.evaluate<number>('shifted'), `layout shift of ${address}`).toBeLessThan(GOOD_CLS);
  await expectNoSidewaysScroll(page);
}

/**
 * Fails when a table is wider than its place on a phone: what stands at its end, often the only button, would be there
 * for those alone who think of pushing the table aside.
 */
async function expectTablesToFit(page: Page): Promise<void> {
  const wide = await page
    .locator('section:has(> table)')
    .evaluateAll((all) =>
      all
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map((each) => `${each.getAttribute('aria-label')}: ${each.scrollWidth} > ${each.clientWidth}`),
    );
  expect(wide, `tables of ${page.url()} that do not fit a phone`).toEqual([]);
}

/** Tabs of the page: links of a list within it that lead to the same path. */
async function tabsOf(page: Page): Promise<string[]> {
  const { pathname } = new URL(page.url());
  const links = await page
    .locator('main nav a')
    .evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href));
  return links.filter((href) => new URL(href).pathname === pathname && href !== page.url());
}

/** A page on a desk, one on a phone, and what of the latter's words is English. */
type Pages = readonly [desk: Page, phone: Page, english: ReturnType<typeof listenForEnglish>];

/** Looks at an address on a desk, in light and in dark, and on a phone; keeps pictures. Returns its tabs. */
async function look([desk, phone, english]: Pages, address: string, name: string): Promise<string[]> {
  const onDesk = async (): Promise<void> => {
    await desk.emulateMedia({ colorScheme: 'light' });
    await load(desk, address);
    await expectAccessible(desk);
    await picture(desk, `every/${name}-light`, 'whole');
    await desk.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(desk, 'colours');
    await picture(desk, `every/${name}-dark`, 'whole');
  };
  const onPhone = async (): Promise<void> => {
    await load(phone, address);
    expect(await english(), `English on ${phone.url()} in Dutch`).toEqual([]);
    await expectTablesToFit(phone);
    await picture(phone, `every/${name}-phone`, 'whole');
  };
  // One that fails leaves the other to end: the next test has the same pages.
  const ended = await Promise.allSettled([onDesk(), onPhone()]);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return tabsOf(desk);
}

/** A page on a desk and one on a phone, for somebody who is signed in already. */
async function newPages(storageState: Storage): Promise<Pages> {
  const [desk, phone] = (await Promise.all(
    [DESKTOP, PHONE].map(async (options) => (await open({ ...options, storageState })).newPage()),
  )) as [Page, Page];
  for (const page of [desk, phone]) await page.addInitScript({ content: OBSERVER });
  return [desk, phone, listenForEnglish(phone)];
}

const pages = new Map<Storage, Promise<Pages>>();
/** The same two for every test of a person: most of a page's load is its code, which they then have. */
function pagesOf(storage: Storage): Promise<Pages> {
  const found = pages.get(storage) ?? newPages(storage);
  pages.set(storage, found);
  return found;
}

const nameOf = (route: string): string => route.replace(/\$\w+/g, 'one').replaceAll('/', '-').slice(1);

describe('every page of the dashboard', () => {
  it('is in the list (a control: the cockpit, and one host)', () => {
    expect(routes).toEqual(expect.arrayContaining(['/msp/cockpit', '/hosts/$agentId', '/settings/team', '/login']));
  });

  it.for(routes.filter((route) => !LEADS_ON.has(route)))('%s, with all its tabs', TIME, async (route) => {
    const at = await pagesOf(SIGNED_OUT.has(route) ? nobody : alice);
    const tabs = await look(at, addressOf(route), nameOf(route));
    for (const [index, tab] of tabs.entries()) await look(at, tab, `${nameOf(route)}-tab-${index + 1}`);
  });

  it('also where an address leads nowhere', async () => {
    await look(await pagesOf(alice), '/no/such/page', 'not-found');
  });
});

describe('every page of the client portal', () => {
  it('the sign-in', async () => {
    await look(await pagesOf(nobody), PORTAL, 'portal-sign-in');
  });

  it.for(PAGES)('%s', async (page) => {
    await look(await pagesOf(olivia), `${PORTAL}?page=${page}`, `portal-${page}`);
  });
});

it('every page of the auditor', TIME, async () => {
  // The link signs them in, so they are nobody's else.
  const [desk, phone, english] = await newPages(nobody);
  for (const page of [desk, phone]) {
    await page.goto(`/auditor#${link.token}`);
    await page.getByRole('heading', { level: 1, name: /^Audit packs$|^Auditpakketten$/ }).waitFor();
  }
  for (const [address, name] of [
    ['/auditor', 'auditor-packs'],
    ['/auditor?view=audit', 'auditor-audit'],
    ['/transparency', 'auditor-transparency'],
    ['/verify', 'auditor-verify'],
  ] as const)
    await look([desk, phone, english], address, name);
});
