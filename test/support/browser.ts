/** A real Chromium for tests: people of the demonstration sign in, walk the screens, and leave screenshots. */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { Client } from 'pg';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, expect, inject } from 'vitest';
import { totpCodeAt } from '../../src/platform/totpCode.ts';
import type { Demo } from './browserHub.ts';
import { SCREENSHOTS } from './screenshots.ts';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
/** How Chromium runs without a screen, as root. */
export const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];
/** Of WCAG 2.2, levels A and AA, with those of 2.0 and 2.1. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** A person of the demonstration by the first part of the email, such as `alice`. */
export type DemoUser = Demo['users'][number];

/** What a browser test has at hand. */
export type TestBrowser = {
  readonly demo: Demo;
  readonly user: (name: string) => DemoUser;
  /** A code that is good now, whatever was used before. */
  readonly freshCode: (user: DemoUser) => Promise<string>;
  /** A browser of its own, without a sign-in. */
  readonly open: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A page of a browser in which the person is signed in. */
  readonly signedIn: (name: string, options?: BrowserContextOptions) => Promise<Page>;
  /** Calls the API as a person, by API token; a fresh TOTP code goes along with every write. */
  readonly call: (name: string, method: string, path: string, body?: unknown) => Promise<Response>;
  /** Runs a statement on the hub's database as its owner. */
  readonly asOwner: (statement: string, values: readonly unknown[]) => Promise<void>;
  /** Keeps a picture of the page under a name; returns its path. `whole` takes what lies below the window too. */
  readonly picture: (page: Page, name: string, whole?: 'whole') => Promise<string>;
};

/** Where Chromium is. */
export function chromiumPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
  if (found === undefined) throw new Error('No Chromium on the PATH: install the package chromium.');
  return found;
}

/**
 * Starts Chromium for this file and ends it afterwards. A page that logs an error fails its test. Browsers that `open`
 * gives last for one test, or with `kept` for the file: what they have fetched is then fetched once.
 */
export async function createTestBrowser({ kept = false }: { readonly kept?: boolean } = {}): Promise<TestBrowser> {
  const demo = inject('demo');
  const executablePath = chromiumPath();
  const browser: Browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  afterAll(() => browser.close());
  const database = new Client({ connectionString: demo.ownerUrl });
  await database.connect();
  afterAll(() => database.end());
  const faults: string[] = [];
  const contexts: BrowserContext[] = [];
  afterEach(async () => {
    if (!kept) await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(faults.splice(0), 'errors of the pages').toEqual([]);
  });

  const user = (name: string): DemoUser => {
    const found = demo.users.find(({ email }) => email.split('@')[0] === name);
    if (found === undefined) throw new Error(`The demonstration has no ${name}.`);
    return found;
  };
  const freshCode = async ({ id, totp_secret }: DemoUser): Promise<string> => {
    await database.query('delete from totp_used_steps where user_id = $1', [id]);
    // One machine plays a whole team: what limits an intruder at the door would stop the tests.
    await database.query("delete from rate_limits where key like 'login:%' or key like 'emergency:%'");
    return totpCodeAt(totp_secret, Date.now());
  };
  const open: TestBrowser['open'] = async (options = {}) => {
    const context = await browser.newContext({
      baseURL: demo.base_url,
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      timezoneId: 'Europe/Brussels',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(15_000);
    contexts.push(context);
    context.on('weberror', (error) => faults.push(`${error.page()?.url()}: ${error.error().message}`));
    context.on('console', (message) => {
      // Refusals are answers; the page shows them, and Chromium logs their status by itself.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      faults.push(`${message.page()?.url()}: ${message.text()}`);
    });
    return context;
  };
  const signedIn: TestBrowser['signedIn'] = async (name, options) => {
    const context = await open(options);
    const person = user(name);
    const answer = await context.request.post('/api/v1/auth/login', {
      headers: { 'Sec-Fetch-Site': 'same-origin', Origin: demo.base_url },
      data: { email: person.email, password: person.password, totp_code: await freshCode(person) },
    });
    expect(answer.status(), await answer.text()).toBe(200);
    return context.newPage();
  };
  const call: TestBrowser['call'] = async (name, method, path, body) => {
    const person = user(name);
    return fetch(`${demo.base_url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${person.api_token}`,
        ...(method === 'GET' ? {} : { 'x-totp-code': await freshCode(person) }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  const picture: TestBrowser['picture'] = async (page, name, whole) => {
    await mkdir(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await page.screenshot({ path, fullPage: whole !== undefined });
    return path;
  };
  const asOwner: TestBrowser['asOwner'] = async (statement, values) => {
    await database.query(statement, [...values]);
  };
  return { demo, user, freshCode, open, signedIn, call, asOwner, picture };
}

/**
 * Fails with what axe finds on the page as it is: WCAG 2.2 AA. `colours` looks at contrast alone: all that another
 * colour scheme can change on a page that was looked at whole.
 */
export async function expectAccessible(page: Page, part?: 'colours'): Promise<void> {
  const axe = new AxeBuilder({ page })
    // No page of ours has frames of another origin: a second page to gather results in would cost half the time.
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] });
  const { violations } = await (part === undefined
    ? axe.withTags(WCAG)
    : axe.withRules(['color-contrast', 'link-in-text-block'])
  ).analyze();
  expect(
    violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    ),
    `axe on ${page.url()}`,
  ).toEqual([]);
}

/** How long a page may take to lie still after its window changed. */
const SETTLED_MS = 1_000;

/**
 * Fails when the page is wider than its window: nothing may be cut off on a phone. A window that was just made narrow
 * is laid out within the next frames, hence the patience; a page that is too wide stays so and fails.
 */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), {
      message: `sideways scroll of ${page.url()}`,
      timeout: SETTLED_MS,
      interval: 50,
    })
    .toBeLessThanOrEqual(0);
}
