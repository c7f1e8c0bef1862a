/** Groups in a real browser over the running hub: the rule builder, who matches, what is inherited, the runbook. */

import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, call, picture, demo } = await createTestBrowser();
const acme = demo.tenants[0] as (typeof demo.tenants)[number];
const hosts = demo.agents.filter(({ tenant_id }) => tenant_id === acme.id);
const tag = hosts.flatMap(({ tags }) => tags)[0] as string;
const tagged = hosts.filter(({ tags }) => tags.includes(tag)).length;
const nameOf = (what: string): string => `${what} ${randomUUID().slice(0, 8)}`;
const made: string[] = [];

const make = async (name: string, rule: unknown, runbook_md = '# One\n\nFirst text.'): Promise<string> => {
  const answer = await call('alice', 'POST', '/groups', { tenant_id: acme.id, name, rule, runbook_md });
  expect(answer.status, await answer.clone().text()).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  made.push(id);
  return id;
};
afterAll(async () => {
  for (const id of made) await call('alice', 'DELETE', `/groups/${id}`);
});
const matchCount = async (page: Page): Promise<number> => {
  const text = await page.getByText(/^\d+ hosts? match(?:es)?$/).innerText();
  return Number.parseInt(text, 10);
};

describe('making a group', () => {
  it('builds a rule by blocks, shows who matches while one does, and takes a runbook', async () => {
    const name = nameOf('Production');
    const page = await signedIn('alice');
    await page.goto('/groups');
    await page.getByRole('link', { name: 'New group' }).click();
    await page.waitForURL('**/groups/new');
    await page.getByText('Choose a client to see who matches.').waitFor();
    await page.getByLabel('Client', { exact: true }).selectOption({ label: acme.name });
    await page.waitForURL(/tenant=/);
    await page.getByText('Complete the rule to see who matches.').waitFor();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByText('This is needed.').waitFor();
    await page.getByText('The rule is not complete: see where it is marked.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Value').fill(tag);
    await expect.poll(() => matchCount(page)).toBe(tagged);
    await page.getByRole('button', { name: 'Add block' }).click();
    const block = page.getByRole('group', { name: 'Block 2' });
    await block.getByLabel('Fact').selectOption('hostname');
    await block.getByLabel('Value').fill('no-such-host-*');
    await expect.poll(() => matchCount(page)).toBe(0);
    await block.getByLabel('Hosts match when').selectOption('none_of');
    await expect.poll(() => matchCount(page)).toBe(tagged);
    await expectAccessible(page);
    await picture(page, 'group-new');
    await page.getByLabel('Critical').fill('30');
    await page.getByLabel('On call: name').fill('Night desk');
    await page.getByLabel('On call: contact').fill('+32 2 555 01 01');
    await page
      .getByLabel('Runbook', { exact: true })
      .fill('# Disk full\n\n<b>Look</b> with `df -h`\n\n![x](https://elsewhere.example/x.png)');
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('heading', { name: 'Disk full' }).waitFor();
    expect(await preview.locator('b, img').count()).toBe(0);
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.waitForURL(/\/groups\/[0-9a-f-]{36}/);
    made.push(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText(`tag ${tag} and none of (hostname no-such-host-*)`).waitFor();
    const members = page.getByRole('region', { name: 'Hosts of the group' });
    await expect.poll(() => members.getByRole('row').count()).toBe(tagged + 1);
    await expectAccessible(page);
    await picture(page, 'group');
    await page.getByRole('link', { name: 'Groups', exact: true }).click();
    await page.getByRole('link', { name }).waitFor();
    await expectAccessible(page);
    await picture(page, 'groups');
  });

  it('shows the same rule as JSON, with faults at their pointers', async () => {
    const page = await signedIn('alice', { colorScheme: 'dark' });
    await page.goto(`/groups/new?tenant=${acme.id}`);
    await page.getByRole('button', { name: 'JSON' }).click();
    const json = page.getByLabel('Rule as JSON');
    await json.fill('{"all_of": [{"kernel": ">=six"}, {"colour": "red"}]}');
    const faults = page.getByRole('alert', { name: 'What is wrong with the rule' });
    await faults.getByText('/all_of/0/kernel').waitFor();
    await faults.getByText('/all_of/1/colour').waitFor();
    await expectAccessible(page);
    await picture(page, 'group-json-dark');
    await json.fill(JSON.stringify({ tag }));
    await expect.poll(() => matchCount(page)).toBe(tagged);
    await json.fill('{"all_of": [');
    await page.getByText(/^This is not JSON:/).waitFor();
    // It is not saved as the rule that stood there before.
    await page.getByLabel('Name', { exact: true }).fill(nameOf('Never'));
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByText('The rule is not complete: see where it is marked.').waitFor();
    expect(page.url()).toContain('/groups/new');
    await json.fill(JSON.stringify({ any_of: [{ tag }, { all_of: [{ os: 'no-such-os' }] }] }));
    await expect.poll(() => matchCount(page)).toBe(tagged);
    await page.getByRole('button', { name: 'Builder' }).click();
    expect(await page.getByLabel('Hosts match when').first().inputValue()).toBe('any_of');
    expect(await page.getByRole('group', { name: 'Block 2' }).getByLabel('Value').inputValue()).toBe('no-such-os');
  });

  it('can be done by keyboard alone', async () => {
    const name = nameOf('Keyboard');
    const page = await signedIn('alice');
    await page.goto(`/groups/new?tenant=${acme.id}`);
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.type(name);
    const tabTo = async (label: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        const focused = page.locator(':focus');
        const isButton = (await focused.getAttribute('type')) !== null && (await focused.innerText()) === label;
        if (isButton || (await page.getByLabel(label, { exact: true }).and(focused).count()) > 0) return;
      }
      throw new Error(`Tab does not reach ${label}.`);
    };
    await tabTo('Value');
    await page.keyboard.type(tag);
    await tabTo('Add condition');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Value').count()).toBe(2);
    await page.keyboard.press('Shift+Tab');
    // The last thing before the button is the bin of the new condition.
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Value').count()).toBe(1);
    expect(await page.locator(':focus').innerText()).toBe('Add condition');
    await tabTo('Create group');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/groups\/[0-9a-f-]{36}/);
    made.push(new URL(page.url()).pathname.split('/').at(-1) ?? '');
  });
});

describe('one group', () => {
  it('changes its rule, and keeps every version of its runbook', async () => {
    const name = nameOf('Runbooks');
    const id = await make(name, { tag });
    const page = await signedIn('alice', { colorScheme: 'dark' });
    await page.goto(`/groups/${id}?tab=settings`);
    await page.getByLabel('Priority').fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`The group “${name}” is saved.`).waitFor();
    await page.getByText('priority 7').waitFor();
    await page.getByRole('link', { name: 'Runbook', exact: true }).click();
    await page.waitForURL(/tab=runbook/);
    await page.getByLabel('Runbook', { exact: true }).fill('# Two\n\nSecond text.');
    await page.getByRole('button', { name: 'Save runbook' }).click();
    await page.getByText('The runbook is saved as version 2.').waitFor();
    await page.getByRole('link', { name: 'Show version 1' }).click();
    await page.waitForURL(/version=1/);
    await page.getByText('First text.').waitFor();
    expect(await page.getByRole('main').locator('nav [aria-current=page]').allInnerTexts()).toEqual(['Runbook']);
    await expectAccessible(page);
    await picture(page, 'group-runbook-version-dark');
    // On paper the text alone, with whose times it has.
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByText('First text.').isVisible()).toBe(true);
    expect(await page.getByText('Times in Europe/Brussels').isVisible()).toBe(true);
    expect(await page.getByRole('navigation').first().isVisible(), 'the sidebar').toBe(false);
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'Restore this version' }).click();
    await page.getByText('Version 1 is restored as version 3.').waitFor();
    await expect.poll(() => page.getByLabel('Runbook', { exact: true }).inputValue()).toContain('First text.');
    await page.getByRole('link', { name: 'Show version 3' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'group-runbook-dark');
  });

  it('is archived after one has read what that means; viewers only look', async () => {
    const name = nameOf('Archive');
    const id = await make(name, { tag });
    const looking = await signedIn('grace');
    await looking.goto(`/groups/${id}?tab=runbook`);
    await looking.getByText('First text.').waitFor();
    expect(await looking.getByRole('button', { name: 'Archive' }).count()).toBe(0);
    expect(await looking.getByRole('link', { name: 'Rule and settings' }).count()).toBe(0);
    const page = await signedIn('alice');
    await page.goto(`/groups/${id}`);
    await page.getByRole('button', { name: 'Archive' }).click();
    const dialog = page.getByRole('dialog', { name: `Archive the group “${name}”?` });
    await dialog.getByText('This cannot be undone.').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Archive group' }).click();
    await page.waitForURL((url) => url.pathname === '/groups');
    await page.getByText(`The group “${name}” is archived.`).waitFor();
    expect((await call('alice', 'GET', `/groups/${id}`)).status).toBe(404);
  });

  it('fits a phone, in the dark (390 px): the list, one group, a new one', async () => {
    const id = await make(nameOf('Phone'), { all_of: [{ tag }, { any_of: [{ os: '*' }, { kernel: '>=1' }] }] });
    const page = await signedIn('alice', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'dark',
    });
    for (const [path, ready] of [
      ['/groups', 'Groups in view'],
      [`/groups/${id}`, 'Hosts of the group'],
      [`/groups/${id}?tab=settings`, 'The whole rule'],
      [`/groups/${id}?tab=runbook`, 'Versions'],
    ] as const) {
      await page.goto(path);
      await page
        .getByLabel(ready)
        .or(page.getByRole('heading', { name: ready }))
        .first()
        .waitFor();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await picture(page, `group-phone-${ready.toLowerCase().replaceAll(' ', '-')}`);
    }
    // Who matches stands right under the rule, before all that one scrolls through to the button.
    await page.goto(`/groups/${id}?tab=settings`);
    const count = page.getByText(/^\d+ hosts? match(es)?$/);
    await count.waitFor();
    const y = (await count.boundingBox())?.y ?? Infinity;
    expect(y).toBeLessThan((await page.getByLabel('SLA policy').boundingBox())?.y ?? 0);
    const hosts = page.getByRole('list', { name: 'Hosts that match' });
    expect(await hosts.isVisible()).toBe(false);
    await page.getByText('Hosts that match', { exact: true }).tap();
    await hosts.waitFor();
  });
});
