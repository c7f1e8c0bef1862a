/** On-call and escalation, in a real browser over the running hub. */

import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, user, picture, demo, call } = await createTestBrowser();

const MARK = `test-${Date.now()}`;
type Listed = { readonly items: readonly { readonly id: string; readonly name: string }[] };

// The demonstration is left as it was, whatever failed.
afterAll(async () => {
  for (const path of ['/escalation-policies', '/on-call/schedules']) {
    const { items } = (await (await call('alice', 'GET', path)).json()) as Listed;
    for (const { id, name } of items) if (name.includes(MARK)) await call('alice', 'DELETE', `${path}/${id}`);
  }
});

/** A schedule of one person who is always on call, made by the API. */
async function alwaysOnCall(name: string, person: string): Promise<string> {
  const answer = await call('alice', 'POST', '/on-call/schedules', {
    name: `${name} ${MARK}`,
    time_zone: 'America/New_York',
    layers: [
      {
        name: 'Every day',
        members: [user(person).id],
        rotation: 'daily',
        handover_time: '09:00',
        starts_on: '2026-01-05',
      },
    ],
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return ((await answer.json()) as { readonly id: string }).id;
}

async function settled(page: Page): Promise<void> {
  // By its tag: an open dialog hides it from roles.
  await page.locator('h1').waitFor();
  await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
}

const PAGES = [
  ['week', '/on-call'],
  ['month', '/on-call?view=month&layers=true'],
  ['policies', '/on-call?tab=policies'],
  ['policy', '/on-call?tab=policies&policy=new'],
  ['schedule', '/on-call/schedules/new'],
] as const;

describe('every page of on-call', () => {
  it.each(PAGES)('is accessible in light and in dark, and fits a phone: %s', async (name, path) => {
    const page = await signedIn('alice');
    await page.goto(path);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      await expectAccessible(page);
      await picture(page, `on-call-${name}-${colorScheme}`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
    await picture(page, `on-call-${name}-phone`);
  });

  it('has a list of shifts in place of the calendar on a phone', async () => {
    const page = await signedIn('alice', { viewport: { width: 390, height: 844 } });
    await page.goto('/on-call');
    const calendar = page.getByRole('region', { name: 'On-call calendar' });
    await calendar
      .getByRole('button', { name: /Primary on-call/ })
      .first()
      .click();
    await page.getByRole('dialog', { name: 'On call: Primary on-call' }).getByText('Week by week').waitFor();
    await expectAccessible(page);
  });
});

describe('the calendar', () => {
  it('draws the days as long as the clocks make them, and goes back to today by a key', async () => {
    const page = await signedIn('alice');
    await page.goto('/on-call?from=2026-10-20');
    const calendar = page.getByRole('region', { name: 'On-call calendar' });
    await calendar.getByText('25 h').waitFor();
    await page.goto('/on-call?from=2027-03-24');
    await calendar.getByText('23 h').waitFor();
    expect(await calendar.getByText(/^Now /).count()).toBe(0);
    await page.keyboard.press('t');
    await calendar.getByText(/^Now /).waitFor();
    expect(new URL(page.url()).searchParams.get('from')).toBeNull();
    await calendar.getByRole('button', { name: 'Month', exact: true }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('month');
    await page
      .getByRole('navigation', { name: 'Parts of on-call' })
      .locator('a[aria-current=page]', { hasText: 'Calendar' })
      .waitFor();
  });

  it('is walked by the keyboard alone, from shift to shift and over the edge of the week', async () => {
    await alwaysOnCall('Keys', 'dave');
    const page = await signedIn('alice');
    await page.goto('/on-call?from=2026-06-02');
    const shifts = page.getByRole('list', { name: `Keys ${MARK}` }).getByRole('button');
    await shifts.first().waitFor();
    expect(await shifts.count()).toBe(8);
    await shifts.first().focus();
    // The times of the viewer's zone, the schedule's and UTC come by the keyboard too.
    const tip = page.getByRole('tooltip');
    await expect.poll(() => tip.textContent()).toMatch(/Brussels.*New York.*UTC/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => shifts.nth(1).evaluate((each) => each === document.activeElement)).toBe(true);
    for (let press = 0; press < 7; press += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(() => new URL(page.url()).searchParams.get('from')).toBe('2026-06-08');
    await expect.poll(() => shifts.first().evaluate((each) => each === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: `On call: Keys ${MARK}` });
    await dialog.getByText('By the layer “Every day”').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('speaks Dutch', async () => {
    const page = await signedIn('alice');
    await page.addInitScript(() => localStorage.setItem('monsys.language', 'nl'));
    await page.goto('/on-call?view=month');
    await page.getByRole('heading', { name: 'Oproepdienst', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Nu oproepbaar' }).waitFor();
    await page.getByRole('link', { name: 'Nieuw rooster' }).click();
    await page.getByRole('heading', { name: 'De komende vier weken' }).waitFor();
  });
});

describe('a schedule', () => {
  it('is made of two layers with its weeks in view, and says who is on call now', async () => {
    const page = await signedIn('alice');
    const name = `Night watch ${MARK}`;
    await page.goto('/on-call');
    await page.getByRole('link', { name: 'New schedule' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Time zone').selectOption('Europe/London');
    const first = page.getByRole('region', { name: 'Layer 1', exact: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await first.getByText('Add at least one person.').waitFor();
    for (const person of ['Bob Brandt', 'Carol Castell'])
      await first.getByLabel('Add a person to Layer 1').selectOption({ label: person });
    await first.getByLabel('Starts on').fill('2026-01-05');
    await first.getByRole('button', { name: 'Move Carol Castell up' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(() => first.getByRole('listitem').first().textContent()).toContain('Carol Castell');
    await first.getByText('Carol Castell is now 1 of 2.').waitFor();

    const preview = page.getByRole('region', { name: 'The next four weeks' });
    await preview
      .getByText(/^Carol Castell, /)
      .first()
      .waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Add layer' }).click();
    const second = page.getByRole('region', { name: 'Layer 2', exact: true });
    await preview.getByText('Give each layer a person').waitFor();
    await second.getByLabel('Rotation').selectOption('Daily');
    await second.getByLabel('Starts on').fill('2026-01-05');
    await second.getByLabel('Add a person to Layer 2').selectOption({ label: 'Dave Dupont' });
    await second.getByRole('button', { name: 'Restrict to hours' }).click();
    for (const day of ['Saturday', 'Sunday']) await second.getByRole('button', { name: day }).click();
    await second.getByLabel('Hours from').fill('00:00');
    await second.getByLabel('Hours until').fill('00:00');
    // Four weeks are 672 hours, but for a change of the clock.
    await preview.getByText(/^67[123] hours$/).waitFor();
    await picture(page, 'on-call-schedule-filled');
    await page.getByRole('button', { name: 'Save' }).click();

    const card = page.getByRole('article', { name });
    await card.getByText('Dave Dupont').waitFor();
    await card.getByText('no change within 92 days').waitFor();
    await page.getByRole('button', { name: 'Show layers' }).click();
    await page.getByRole('list', { name: `Week by week, of ${name}` }).waitFor();
    await page.getByRole('list', { name: `Layer 2, of ${name}` }).waitFor();

    await card.getByRole('button', { name: `Actions of ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Remove Layer 2' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await card
      .getByText(/Bob Brandt|Carol Castell/)
      .first()
      .waitFor();
    await card.getByRole('button', { name: `Actions of ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await card.waitFor({ state: 'detached' });
  });

  it('shows a fault of the hub at its field', async () => {
    const page = await signedIn('alice');
    await page.goto('/on-call/schedules/new');
    await page.getByLabel('Name', { exact: true }).fill('   ');
    await page.getByLabel('Add a person to Layer 1').selectOption({ label: 'Bob Brandt' });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  });

  it('is read by a calendar program with a token for a password', async () => {
    const id = await alwaysOnCall('Calendar', 'dave');
    const page = await signedIn('alice');
    await page.goto(`/on-call?calendar=${id}`);
    const address = await page
      .getByRole('dialog')
      .getByText(/calendar\.ics$/)
      .textContent();
    expect(address).toBe(`${demo.base_url}/api/v1/on-call/schedules/${id}/calendar.ics`);
    await expectAccessible(page);
    const authorization = `Basic ${Buffer.from(`calendar:${user('alice').api_token}`).toString('base64')}`;
    const answer = await fetch(address ?? '', { headers: { authorization } });
    expect(await answer.text()).toContain('SUMMARY:Dave Dupont on call');
  });
});

describe('an override', () => {
  it('puts an operator on call at once, and is taken back', async () => {
    const name = `Cover ${MARK}`;
    await alwaysOnCall('Cover', 'dave');
    const page = await signedIn('erin');
    await page.goto('/on-call');
    const card = page.getByRole('article', { name });
    await card.getByText('Dave Dupont').waitFor();
    await card.getByRole('button', { name: `Actions of ${name}` }).click();
    expect(await page.getByRole('menuitem', { name: 'Edit' }).count(), 'an operator changes no schedule').toBe(0);
    await page.getByRole('menuitem', { name: 'Take over' }).click();
    const dialog = page.getByRole('dialog', { name: `Take over: ${name}` });
    expect(await dialog.getByLabel('Person').isDisabled(), 'operators put themselves alone').toBe(true);
    await dialog.getByLabel('Reason').fill('Dave has a wedding');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Take over' }).click();
    await card.getByText('Erin Eriksen').waitFor();
    await card.getByText(/Override/).waitFor();
    await picture(page, 'on-call-override');

    const list = page.getByRole('list', { name, exact: true });
    await list.getByRole('button', { name: /^Erin Eriksen.*Override: Dave has a wedding/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove override' }).click();
    await card.getByText('Dave Dupont').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await card.getByText('Erin Eriksen').waitFor();
  });

  it('takes a range of shifts that was drawn over, and an admin puts anybody', async () => {
    const name = `Range ${MARK}`;
    const id = await alwaysOnCall('Range', 'dave');
    const page = await signedIn('alice');
    const next = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
    await page.goto(`/on-call?from=${next}`);
    const shifts = page.getByRole('list', { name, exact: true }).getByRole('button');
    await shifts.nth(2).hover();
    await page.mouse.down();
    await shifts.nth(3).hover();
    await shifts.nth(4).hover();
    await page.mouse.up();
    const dialog = page.getByRole('dialog', { name: `Take over: ${name}` });
    await dialog.getByLabel('Person').selectOption({ label: 'Bob Brandt' });
    await dialog.getByRole('button', { name: 'Take over' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { overrides } = (await (await call('alice', 'GET', `/on-call/schedules/${id}`)).json()) as {
      readonly overrides: readonly { readonly user_id: string; readonly from: string; readonly until: string }[];
    };
    expect(overrides).toMatchObject([{ user_id: user('bob').id }]);
    const { from = '', until = '' } = overrides[0] ?? {};
    expect((Date.parse(until) - Date.parse(from)) / 3_600_000).toBe(72);
  });
});

describe('escalation policies', () => {
  it('are made, changed, deleted, and a deletion is undone', async () => {
    const page = await signedIn('alice');
    const name = `Policy ${MARK}`;
    await page.goto('/on-call?tab=policies');
    await page.getByRole('button', { name: 'New policy' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill(name);
    await dialog.getByLabel('Minimum severity').selectOption('Critical');
    const level = dialog.getByRole('group', { name: 'Level 1' });
    await level.getByLabel('Schedule').selectOption({ label: 'Primary on-call' });
    await level.getByLabel('Wait in minutes').fill('5');
    await level.getByRole('button', { name: 'Tell somebody else too' }).click();
    await level.getByLabel('Person', { exact: true }).selectOption({ label: 'Bob Brandt' });
    await dialog.getByRole('button', { name: 'Add level' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    const card = page.getByRole('region', { name });
    await card.getByText('Primary on-call').waitFor();
    await card.getByText('Bob Brandt').waitFor();
    await card.getByText('All admins and owners').waitFor();

    await card.getByRole('button', { name: `Edit: ${name}` }).click();
    await dialog.getByLabel('Repeats').fill('0');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await card.getByText('Told once, not repeated').waitFor();
    await card.getByRole('button', { name: `Delete: ${name}` }).click();
    await card.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await card.waitFor();
    await card.getByRole('button', { name: `Delete: ${name}` }).click();
    await card.waitFor({ state: 'detached' });
  });

  it('are for an operator to read', async () => {
    const page = await signedIn('erin');
    await page.goto('/on-call?tab=policies&policy=new');
    await page.getByRole('region', { name: 'Default' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'New policy' }).count()).toBe(0);
  });
});
