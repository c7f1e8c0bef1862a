/** Emergency actions in real browsers, up to the signed result of a real host. */

import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, user, freshCode, picture, call, demo } = await createTestBrowser();

const live = demo.agents.find(({ hostname }) => hostname === 'acme-live-01');
if (live === undefined) throw new Error('The demonstration has no real agent acme-live-01.');
const acme = demo.tenants.find(({ id }) => id === live.tenant_id) as (typeof demo.tenants)[number];
const REASON = 'Restore from the snapshot of 2026-04-15 per ticket TKT-9001';

type Request = { readonly id: string; readonly state: string };

async function ask(by: string, required = 2, action: unknown = { kind: 'run_playbook', id: 'db-restore' }) {
  const response = await call(by, 'POST', '/emergency/quorum', {
    agent_id: live?.id,
    actions: [action],
    reason: REASON,
    required_approvers: required,
  });
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as Request;
}

/** Types into the picker and takes the host that is left. */
async function pickHost(page: Page, hostname: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Host' }).click();
  await page.getByRole('combobox', { name: 'Host' }).fill(hostname);
  await page.getByRole('option', { name: hostname }).click();
}

async function approve(page: Page, name: string): Promise<void> {
  await page.getByLabel('TOTP code').fill(await freshCode(user(name)));
  await page.getByRole('button', { name: 'Approve with TOTP' }).click();
}

describe('a quorum of people in their own browsers', () => {
  it('bob asks, carol and dave approve, the host runs it, and the signed result shows', async () => {
    const bob = await signedIn('bob');
    await bob.goto('/emergency');
    await bob.getByRole('link', { name: 'New Level 3 EAT' }).click();
    await bob.getByRole('heading', { name: 'New Level 3 EAT' }).waitFor();
    await pickHost(bob, 'acme-live-01');
    await bob.getByLabel('Playbook').selectOption({ label: 'Restore the database (db-restore)' });
    await bob.getByLabel('Reason').fill(REASON);
    await bob.getByLabel('required_approvers').fill('2');
    await bob.getByText('RunPlaybook: db-restore on ACME / acme-live-01').waitFor();
    await bob.getByText('This cannot be undone.').waitFor();
    await expectAccessible(bob);
    await picture(bob, 'emergency-new');
    await bob.getByLabel('TOTP code').fill(await freshCode(user('bob')));
    await bob.getByRole('button', { name: 'Request approval' }).click();
    await bob.waitForURL('**/emergency/quorum/*');
    await bob.getByText('0 of 2').waitFor();
    const path = new URL(bob.url()).pathname;

    const carol = await signedIn('carol');
    await carol.goto('/emergency');
    await carol.getByRole('link', { name: 'RunPlaybook: db-restore' }).first().waitFor();
    await expectAccessible(carol);
    await picture(carol, 'emergency-pending');
    await carol.goto(path);
    await approve(carol, 'carol');
    await carol.getByText('You have approved already.').waitFor();
    await bob.getByText('1 of 2').waitFor();
    await bob.getByText(user('carol').email).waitFor();
    await expectAccessible(bob);
    await picture(bob, 'emergency-quorum');

    const dave = await signedIn('dave', { colorScheme: 'dark' });
    await dave.goto(path);
    await dave.getByRole('button', { name: 'Approve with TOTP' }).waitFor();
    await expectAccessible(dave);
    await picture(dave, 'emergency-quorum-decide-dark');
    await approve(dave, 'dave');
    await dave.getByText(/^Approved by .*carol.*dave/).waitFor();
    await bob.getByText('2 of 2').waitFor();
    await bob.getByText('Succeeded').first().waitFor();
    await bob.getByRole('link', { name: 'Timeline: acme-live-01' }).click();
    await bob.waitForURL('**/emergency/eats/*');
    for (const words of ['Requested', 'Approved', 'Signed by the hub', 'Delivered to the host', 'Started'])
      await bob.getByText(words, { exact: true }).first().waitFor();
    await bob.getByText('Result signed by the host').waitFor();
    await bob.getByRole('region', { name: 'Result, exactly as the host signed it' }).waitFor();
    const href = await bob.getByRole('link', { name: 'Workflow in the Temporal UI' }).getAttribute('href');
    expect(href).toMatch(/\/namespaces\/default\/workflows\/eat%3A/);
    await expectAccessible(bob);
    await picture(bob, 'emergency-eat');
    await bob.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(bob);
    await picture(bob, 'emergency-eat-dark');
    await bob.setViewportSize({ width: 390, height: 844 });
    await bob.reload();
    await bob.getByText('Result signed by the host').waitFor();
    await expectNoSidewaysScroll(bob);
    await picture(bob, 'emergency-eat-phone');
  }, 120_000);

  it('the requester sees no way to approve, and cancels', async () => {
    const { id } = await ask('bob');
    const bob = await signedIn('bob');
    await bob.goto(`/emergency/quorum/${id}`);
    await bob.getByText('You asked for this. Others decide.').waitFor();
    expect(await bob.getByRole('button', { name: 'Approve with TOTP' }).count()).toBe(0);
    await bob.getByRole('button', { name: 'Cancel request' }).click();
    await bob.waitForURL('**?cancel=true');
    const dialog = bob.getByRole('dialog', { name: 'Cancel this request?' });
    await dialog.waitFor();
    await expectAccessible(bob);
    await dialog.getByRole('button', { name: 'Cancel request' }).click();
    await bob.getByText(/^Cancelled by bob@/).waitFor();
  });

  it('a group: the first host by name is the canary, and each has its row', async () => {
    const name = `db hosts ${randomBytes(3).toString('hex')}`;
    const made = await call('bob', 'POST', '/groups', {
      tenant_id: live.tenant_id,
      name,
      rule: { hostname: 'db-*' },
    });
    expect(made.status, await made.clone().text()).toBe(201);
    const { id: groupId } = (await made.json()) as { id: string };
    const bob = await signedIn('bob');
    await bob.goto('/emergency/new?playbook=collect-triage');
    await bob.getByRole('radio', { name: 'A group of hosts' }).check();
    const groups = bob.getByLabel('Group', { exact: true });
    await groups.getByRole('option', { name }).waitFor({ state: 'attached' });
    await groups.selectOption({ value: groupId });
    await bob.getByText('The first host is the canary. A failure there stops the rest.').waitFor();
    await bob.getByLabel('Reason').fill('Collect what an investigator asks for first, TKT-9003');
    await bob.getByLabel('TOTP code').fill(await freshCode(user('bob')));
    await bob.getByRole('button', { name: 'Request approval' }).click();
    await bob.waitForURL('**/emergency/quorum/*');
    await bob.getByText('0 of 2').waitFor();
    const { targets } = (await (
      await call('bob', 'GET', `/emergency/quorum/${new URL(bob.url()).pathname.split('/').at(-1)}`)
    ).json()) as { targets: { hostname: string }[] };
    const rows = bob.getByRole('region', { name: 'Hosts' }).getByRole('row');
    expect(targets.length).toBeGreaterThan(1);
    expect(await rows.count()).toBe(targets.length + 1);
    await rows.nth(1).getByText('Canary').waitFor();
    await bob.getByRole('button', { name: 'Cancel request' }).click();
    await bob.getByRole('dialog').getByRole('button', { name: 'Cancel request' }).click();
    await bob.getByText(/^Cancelled by bob@/).waitFor();
    expect((await call('bob', 'DELETE', `/groups/${groupId}`)).status).toBeLessThan(300);
  });

  it('a refusal is shown in the hub’s own sentence, and nothing is asked for', async () => {
    const bob = await signedIn('bob');
    await bob.goto(`/emergency/new?agent=${live.id}&playbook=db-restore`);
    await bob.getByText('RunPlaybook: db-restore on ACME / acme-live-01').waitFor();
    await bob.getByLabel('Reason').fill(REASON);
    await bob.getByLabel('required_approvers').fill('10');
    await bob.getByLabel('TOTP code').fill(await freshCode(user('bob')));
    await bob.getByRole('button', { name: 'Request approval' }).click();
    await bob.getByRole('alert').getByText('10 approvers are required').waitFor();
    expect(new URL(bob.url()).pathname).toBe('/emergency/new');
    expect(await bob.getByLabel('TOTP code').inputValue()).toBe('');
  });
});

describe('level 1 and 2', () => {
  it('New Level 1 or 2 action: sent to the host, by the keyboard alone, and its timeline follows', async () => {
    const bob = await signedIn('bob');
    await bob.goto('/emergency');
    await bob.getByRole('button', { name: 'New Level 1 or 2 action' }).focus();
    await bob.keyboard.press('Enter');
    const dialog = bob.getByRole('dialog', { name: 'New Level 1 or 2 action' });
    await dialog.waitFor();
    await expectAccessible(bob);
    await picture(bob, 'emergency-direct');
    await dialog.getByRole('combobox', { name: 'Host' }).focus();
    await bob.keyboard.press('ArrowDown');
    await bob.keyboard.type('acme-live');
    await dialog.getByRole('option', { name: 'acme-live-01' }).waitFor();
    await bob.keyboard.press('Enter');
    await bob.keyboard.press('Tab');
    await dialog.getByLabel('Action').selectOption('isolate_network');
    await bob.keyboard.press('Tab');
    await bob.keyboard.type('60');
    await bob.keyboard.press('Tab');
    await bob.keyboard.type('Outbound traffic to a known command server, TKT-9002');
    await bob.keyboard.press('Tab');
    await bob.keyboard.type(await freshCode(user('bob')));
    await bob.keyboard.press('Enter');
    await bob.waitForURL('**/emergency/eats/*');
    await bob.getByText('Result signed by the host').waitFor();
    await bob.getByRole('heading', { name: 'IsolateNetwork' }).waitFor();
  });
});

describe('the lists', () => {
  it('history: every level with its outcome, the overdue ones by the chip, in the address', async () => {
    const page = await signedIn('grace');
    await page.goto('/emergency?tab=history');
    await page
      .getByRole('link', { name: /QuarantineFile/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    await picture(page, 'emergency-history');
    await page.getByRole('button', { name: 'Overdue only' }).click();
    await page.waitForURL('**overdue=true**');
    await page.getByText('Overdue', { exact: true }).first().waitFor();
    expect(await page.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'New Level 3 EAT' }).count()).toBe(0);
  });

  it('erin acknowledges an overdue token, and it is no longer among them', async () => {
    const page = await signedIn('erin');
    await page.goto('/emergency?tab=history&overdue=true');
    const first = page.getByRole('button', { name: /^Acknowledge/ }).first();
    const name = await first.getAttribute('aria-label');
    const before = await page.getByRole('button', { name: name ?? '', exact: true }).count();
    await first.click();
    await page.getByText('Acknowledged: it no longer raises the urgency.').waitFor();
    await expect.poll(() => page.getByRole('button', { name: name ?? '', exact: true }).count()).toBe(before - 1);
  });

  it('imported history promises nothing: it names who asked, and no log and no workflow that would have it', async () => {
    type Tokens = { readonly items: readonly { readonly nonce: string; readonly is_demo: boolean }[] };
    const path = `/emergency?tenant_id=${acme.id}&limit=100`;
    const { items } = (await (await call('alice', 'GET', path)).json()) as Tokens;
    const imported = items.find(({ is_demo }) => is_demo);
    const other = demo.tenants.find(({ slug }) => slug === 'globex');
    const page = await signedIn('alice');
    await page.goto(`/emergency/eats/${imported?.nonce}?tenant=${other?.id}`);
    await page.getByText('not in the log: imported history').waitFor();
    await page.getByText(/^Requested by \S+@/).waitFor();
    await page.getByText('Signed by the hub').waitFor();
    expect(await page.getByRole('link', { name: 'Workflow in the Temporal UI' }).count()).toBe(0);
    await page.getByText(`This belongs to ${acme.name}; ${other?.name} is in view.`).waitFor();
    await expectAccessible(page);
    await picture(page, 'emergency-eat-imported');
    await page.getByRole('link', { name: `Bring ${acme.name} into view` }).click();
    await page.waitForURL((url) => url.searchParams.get('tenant') === acme.id);
    await expect.poll(() => page.getByText('This belongs to').count()).toBe(0);
  });

  it('fits a phone: the lists and the form (390 px)', async () => {
    const page = await signedIn('bob', { viewport: { width: 390, height: 844 }, hasTouch: true });
    for (const path of ['/emergency', '/emergency?tab=running', '/emergency?tab=history', '/emergency/new']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
    await picture(page, 'emergency-new-phone');
    const top = async (name: string): Promise<number | undefined> =>
      (await page.getByText(name, { exact: true }).boundingBox())?.y;
    expect(await top('What will happen'), 'read before the button is reached').toBeLessThan(
      (await top('Request approval')) ?? 0,
    );
  });
});
