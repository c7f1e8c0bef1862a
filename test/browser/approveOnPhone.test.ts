/** The card on a phone: sign-in first and back, one hand, offline, and cards that come too late. */

import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { approvalUrl } from '../../src/domain/pushText.ts';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, signedIn, user, freshCode, picture, call, demo } = await createTestBrowser();

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const REASON = 'Restore from 2026-04-15 snapshot per ticket TKT-9001';
/** No real agent: nothing runs, whatever is approved. */
const host = demo.agents.find(({ hostname, real }) => hostname === 'db-prod-01' && !real);
if (host === undefined) throw new Error('The demonstration has no host db-prod-01.');
const tenant = demo.tenants.find(({ id }) => id === host.tenant_id)?.name ?? '';

async function ask(by = 'alice', required = 2, parameters = {}): Promise<string> {
  const response = await call(by, 'POST', '/emergency/quorum', {
    agent_id: host?.id,
    actions: [{ kind: 'run_playbook', id: 'db-restore', parameters }],
    reason: REASON,
    required_approvers: required,
  });
  expect(response.status, await response.clone().text()).toBe(201);
  return ((await response.json()) as { id: string }).id;
}
const decide = async (by: string, id: string, decision: 'approve' | 'reject' | 'cancel'): Promise<void> =>
  expect((await call(by, 'POST', `/emergency/quorum/${id}/${decision}`)).status).toBe(200);

async function card(page: Page, id: string, query = ''): Promise<void> {
  await page.goto(`/approve/${id}${query}`);
  await page.getByRole('heading', { name: `${tenant} / db-prod-01` }).waitFor();
}

/** Opens what ntfy opens at a press, on a phone that is not signed in, and signs in there. */
async function signInAt(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Email').fill(user(name).email);
  await page.getByLabel('Password').fill(user(name).password);
  await page.getByLabel('TOTP code').fill(await freshCode(user(name)));
  await page.getByRole('button', { name: 'Sign in' }).tap();
  await page.waitForURL(address);
  await page.getByRole('heading', { name: `${tenant} / db-prod-01` }).waitFor();
}

/** Where the two buttons stand, from the top and from the left. */
async function placesOf(page: Page): Promise<unknown> {
  const places = [];
  for (const name of ['Approve with TOTP', 'Reject']) {
    const box = await page.getByRole('button', { name }).boundingBox();
    places.push({ name, x: box?.x, y: box?.y });
  }
  return places;
}

describe('the card', () => {
  it('asks for the sign-in, comes back, shows the four lines, and takes an approval with a finger', async () => {
    const id = await ask();
    const page = await (await open(PHONE)).newPage();
    const carol = user('carol');
    await signInAt(page, approvalUrl(demo.base_url, id), 'carol');
    await page.getByText('RunPlaybook: db-restore', { exact: true }).waitFor();
    await page.getByText(/^Requested by alice@yourmsp\.com at \d\d:\d\d$/i).waitFor();
    await page.getByText(`Reason: ${REASON}`, { exact: true }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'approve-phone');

    const code = page.getByLabel('TOTP code');
    expect(await code.getAttribute('autocomplete')).toBe('one-time-code');
    for (const name of ['Approve with TOTP', 'Reject']) {
      const box = await page.getByRole('button', { name }).boundingBox();
      // Within the thumb's reach: the lower half, and 44 px or more.
      expect(box?.y, name).toBeGreaterThan(844 / 2);
      expect(box?.height, name).toBeGreaterThanOrEqual(44);
    }
    await code.fill(await freshCode(carol));
    await page.getByRole('button', { name: 'Approve with TOTP' }).tap();
    await page.getByText('You have approved already.').waitFor();
    await page.getByText('One more approval fires it.').waitFor();
    await decide('alice', id, 'cancel');
    await page.getByText(/^Cancelled by alice@/).waitFor();
  });

  it('says that it cannot be undone, and what exactly would run: the values, and the steps of the version pinned', async () => {
    const id = await ask('alice', 2, { snapshot: '2026-04-15' });
    const preset = await ask('alice', 2);
    const page = await signedIn('carol', PHONE);
    await card(page, id);
    await page.getByText('This cannot be undone.').waitFor();
    await page.getByText('Level 3', { exact: true }).waitFor();
    await page.getByText('2026-04-15', { exact: true }).waitFor();
    const command = page.getByText('argv ["/etc/monsys/hooks/db-restore","2026-04-15"]');
    expect(await command.isVisible(), 'steps are folded').toBe(false);
    await page.getByText('Steps on the host, version 1').tap();
    await command.waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'approve-phone-steps');
    await page.goto(`/emergency/quorum/${preset}`);
    await page.getByText('This cannot be undone.').waitFor();
    await page.getByText('latest (default)', { exact: true }).waitFor();
    await decide('alice', id, 'cancel');
    await decide('alice', preset, 'cancel');
  });

  it('sends a decision once, however often the button is pressed', async () => {
    const id = await ask();
    const page = await signedIn('dave', PHONE);
    let sent = 0;
    await page.route('**/emergency/quorum/*/approve', async (route) => {
      sent += 1;
      await route.continue();
    });
    await card(page, id);
    await page.getByLabel('TOTP code').fill(await freshCode(user('dave')));
    await page.getByRole('button', { name: 'Approve with TOTP' }).evaluate((button) => {
      for (let press = 0; press < 3; press += 1) (button as HTMLElement).click();
    });
    await page.getByText('You have approved already.').waitFor();
    expect(sent).toBe(1);
    await decide('alice', id, 'cancel');
  });

  it('an answer that was lost: what the hub has is shown, and nothing is sent again', async () => {
    const id = await ask();
    const page = await signedIn('dave', PHONE);
    await page.route('**/emergency/quorum/*/approve', async (route) => {
      // The browser's own headers, which a request from the test does not have by itself.
      const headers = { ...route.request().headers(), 'sec-fetch-site': 'same-origin', origin: demo.base_url };
      expect((await route.fetch({ headers })).status()).toBe(200);
      await route.abort('connectionreset');
    });
    await card(page, id);
    await page.getByLabel('TOTP code').fill(await freshCode(user('dave')));
    await page.getByRole('button', { name: 'Approve with TOTP' }).tap();
    await page.getByText('You have approved already.').waitFor();
    await decide('alice', id, 'cancel');
  });

  it('Reject from the notification: preselected in its place, in the dark, and it ends the request with its why', async () => {
    const id = await ask();
    const page = await (await open({ ...PHONE, colorScheme: 'dark' })).newPage();
    await signInAt(page, `${approvalUrl(demo.base_url, id)}?decision=reject`, 'carol');
    await page.getByLabel('Why (optional)').waitFor();
    await card(page, id);
    const places = await placesOf(page);
    await card(page, id, '?decision=reject');
    expect(await placesOf(page), 'a thumb finds each button where it was').toEqual(places);
    await expectAccessible(page);
    await picture(page, 'approve-phone-reject-dark');
    await page.getByLabel('Why (optional)').fill('The snapshot is of the wrong host');
    await page.getByLabel('TOTP code').fill(await freshCode(user('carol')));
    await page.getByLabel('TOTP code').press('Enter');
    await page.getByText(/^Rejected by carol@.* Nothing runs\.$/).waitFor();
    await page.getByText('The snapshot is of the wrong host').waitFor();
  });

  it('a wrong code is refused in a sentence, and the request waits on', async () => {
    const id = await ask();
    const page = await signedIn('carol', PHONE);
    await card(page, id);
    await page.getByLabel('TOTP code').fill('000000');
    await page.getByRole('button', { name: 'Approve with TOTP' }).tap();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('TOTP code').inputValue()).toBe('');
    await page.getByText('Approvals: 0 of 2').waitFor();
    await decide('alice', id, 'cancel');
  });
});

describe('without a network', () => {
  it('says so and keeps the buttons from being pressed until it is back', async () => {
    const id = await ask();
    const page = await signedIn('carol', PHONE);
    await card(page, id);
    await page.context().setOffline(true);
    await page.getByText('You are offline. Nothing can be decided until the connection is back.').waitFor();
    for (const name of ['Approve with TOTP', 'Reject'])
      expect(await page.getByRole('button', { name }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await picture(page, 'approve-phone-offline');
    await page.context().setOffline(false);
    await expect.poll(() => page.getByRole('button', { name: 'Reject' }).isEnabled()).toBe(true);
    await decide('alice', id, 'cancel');
  });
});

describe('a card that comes too late says what happened', () => {
  it('approved by others and fired', async () => {
    const id = await ask('alice', 2);
    await decide('bob', id, 'approve');
    await decide('carol', id, 'approve');
    const page = await signedIn('dave', PHONE);
    await card(page, id);
    await page.getByText(/^Approved by bob@.* and carol@.*, and fired at /).waitFor();
    expect(await page.getByRole('button', { name: 'Approve with TOTP' }).count()).toBe(0);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'approve-phone-stale');
  });

  it('decided while one looks at it', async () => {
    const id = await ask();
    const page = await signedIn('dave', PHONE);
    await card(page, id);
    await page.getByRole('button', { name: 'Approve with TOTP' }).waitFor();
    await decide('bob', id, 'reject');
    await page.getByText(/^Rejected by bob@/).waitFor();
    expect(await page.getByLabel('TOTP code').count()).toBe(0);
  });

  it('one’s own request, and a role that does not approve', async () => {
    const id = await ask('bob');
    const own = await signedIn('bob', PHONE);
    await card(own, id);
    await own.getByText('You asked for this. Others decide.').waitFor();
    const operator = await signedIn('erin', PHONE);
    await card(operator, id);
    await operator.getByText('Owners and admins approve; your role does not.').waitFor();
    await decide('bob', id, 'cancel');
  });

  it('no such request', async () => {
    const page = await signedIn('dave', PHONE);
    await page.goto('/approve/00000000-0000-4000-8000-000000000000');
    await page.getByText('There is no such request, or it is not in your reach.').waitFor();
  });
});
