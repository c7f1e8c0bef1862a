/** Playbooks: read, written, approved by another; and tokens handed to a host for a night, and taken back. */

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, user, freshCode, picture, call, demo } = await createTestBrowser();

const live = demo.agents.find(({ hostname }) => hostname === 'globex-live-01');
if (live === undefined) throw new Error('The demonstration has no real agent globex-live-01.');

describe('the list', () => {
  it('shows level, version, what cannot be undone, and state', async () => {
    const page = await signedIn('grace');
    await page.goto('/playbooks');
    const row = page.getByRole('row', { name: /Restore the database/ });
    for (const words of ['Level 3', 'Irreversible', 'v1', 'Approved', 'Built in'])
      await row.getByText(words, { exact: true }).filter({ visible: true }).waitFor();
    expect(
      await page
        .getByRole('row', { name: /Isolate network/ })
        .getByText('Irreversible')
        .count(),
    ).toBe(0);
    await expectAccessible(page);
    await picture(page, 'playbooks');
    expect(await page.getByRole('link', { name: 'New playbook' }).count()).toBe(0);
    await page.goto('/playbooks?tab=pre-issued');
    await page.getByRole('heading', { name: 'Live pre-issued EATs' }).waitFor();
    await expectAccessible(page);
  });

  it('fits a phone, in the dark (390 px)', async () => {
    const page = await signedIn('bob', { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'dark' });
    for (const path of ['/playbooks', '/playbooks?tab=pre-issued', '/playbooks/isolate-network', '/playbooks/new']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    }
  });
});

describe('Isolate network → Pre-issue for agent', () => {
  it('hands the token to the host, lists it, and takes it back', async () => {
    const page = await signedIn('bob');
    await page.goto('/playbooks');
    await page.getByRole('link', { name: 'Isolate network' }).click();
    await page.getByRole('heading', { name: 'Isolate network' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'playbook');
    await page.getByRole('button', { name: 'Pre-issue for agent' }).click();
    await page.waitForURL('**preissue=true');
    const dialog = page.getByRole('dialog', { name: 'Pre-issue isolate-network' });
    await dialog.getByRole('combobox', { name: 'Host' }).fill('globex-live');
    await dialog.getByRole('option', { name: 'globex-live-01' }).click();

    const until = dialog.getByLabel('Valid until');
    await until.fill('2099-01-01T08:00');
    await dialog.getByText(/At most 72 h are allowed\.$/).waitFor();
    const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
    await until.fill(`${tomorrow.slice(0, 10)}T08:00`);
    // Brussels is not UTC: both are shown.
    await dialog.getByText(new RegExp(`${tomorrow.slice(0, 10)} 0[67]:00 UTC`)).waitFor();
    await dialog.getByLabel('a critical alert is open on the host').uncheck();
    await dialog.getByLabel('no heartbeat could be delivered for more than').uncheck();
    await dialog.getByText('Choose at least one condition.').waitFor();
    await dialog.getByLabel('no heartbeat could be delivered for more than').check();
    await dialog.getByLabel('Minutes without a heartbeat').fill('30');
    const reason = `After-hours coverage, ${randomBytes(4).toString('hex')}`;
    await dialog.getByLabel('Reason').fill(reason);
    await expectAccessible(page);
    await picture(page, 'playbook-pre-issue');
    await dialog.getByLabel('TOTP code').fill(await freshCode(user('bob')));
    await dialog.getByRole('button', { name: 'Pre-issue', exact: true }).click();
    await page.getByText('globex-live-01 gets the token now.').waitFor();

    const row = page.getByRole('row', { name: /globex-live-01/ }).first();
    await row.getByText('Armed').waitFor();
    await row.getByText('no heartbeat for 30 min', { exact: true }).waitFor();
    await picture(page, 'playbook-live');
    const listed = (await (await call('bob', 'GET', `/pre-issued-eats?limit=1`)).json()) as {
      items: { id: string; reason: string }[];
    };
    expect(listed.items[0]?.reason).toBe(reason);

    await row.getByRole('button', { name: /^Revoke/ }).click();
    const question = page.getByRole('dialog', { name: 'Revoke this token?' });
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText(/globex-live-01 is connected and is being told now/).waitFor();
    await expect
      .poll(
        async () => {
          const answer = await call('bob', 'GET', `/agents/${live.id}/pre-issued-eats`);
          const { items } = (await answer.json()) as { items: { id: string; state: string }[] };
          return items.find(({ id }) => id === listed.items[0]?.id)?.state;
        },
        { timeout: 15_000 },
      )
      .toBe('revoked');
    await page.getByRole('button', { name: 'Ended ones too' }).click();
    await page
      .getByRole('row', { name: /globex-live-01/ })
      .first()
      .getByText('Revoked')
      .waitFor();
  });

  it('is not for what cannot be undone, nor for operators', async () => {
    const bob = await signedIn('bob');
    await bob.goto('/playbooks/db-restore');
    expect(await bob.getByRole('button', { name: 'Pre-issue for agent' }).isDisabled()).toBe(true);
    await bob.getByText('Irreversible playbooks are never pre-issued: ask for a quorum instead.').waitFor();
    const erin = await signedIn('erin');
    await erin.goto('/playbooks/isolate-network');
    await erin.getByRole('heading', { name: 'Isolate network' }).waitFor();
    await erin.getByRole('link', { name: 'Request on a host' }).waitFor();
    expect(await erin.getByRole('button', { name: 'Pre-issue for agent' }).count()).toBe(0);
  });
});

describe('a playbook of one’s own', () => {
  it('is written by bob, approved by carol after reading it, and archived', async () => {
    const slug = `clear-cache-${randomBytes(3).toString('hex')}`;
    const bob = await signedIn('bob');
    await bob.goto('/playbooks/new');
    const editor = bob.getByLabel('Content (JSON)');
    const text = await editor.inputValue();
    await editor.fill(text.replace('"argv": [', '"argv": "'));
    await bob.getByText(/^This is not JSON/).waitFor();
    await editor.fill(text.replace('"{{service}}"', '"{{other}}"'));
    await bob.getByText(/\{\{other\}\} is not a parameter of this playbook/).waitFor();
    expect(await bob.getByRole('button', { name: 'Save version' }).isDisabled()).toBe(true);
    await editor.fill(text.replace('clear-cache', slug).replace('Clear the cache', `Clear the cache ${slug}`));
    await bob.getByRole('heading', { name: 'As it will be read' }).waitFor();
    await expectAccessible(bob);
    await picture(bob, 'playbook-new');
    await bob.getByRole('button', { name: 'Save version' }).click();
    await bob.getByText('Version 1 is saved and awaits approval.').waitFor();
    await bob.getByText('You wrote it: another admin approves it.').waitFor();
    expect(await bob.getByRole('button', { name: 'Pre-issue for agent' }).isDisabled()).toBe(true);

    const carol = await signedIn('carol', { colorScheme: 'dark' });
    await carol.goto(new URL(bob.url()).pathname);
    await carol.getByRole('button', { name: 'Approve version 1' }).click();
    const dialog = carol.getByRole('dialog', { name: `Approve version 1 of ${slug}?` });
    await dialog.getByText('run_command').waitFor();
    await expectAccessible(carol);
    await picture(carol, 'playbook-approve-dark');
    await dialog.getByLabel('TOTP code').fill(await freshCode(user('carol')));
    await dialog.getByRole('button', { name: 'Approve version 1' }).click();
    await carol.getByText('Version 1 is approved.').waitFor();
    await carol.getByText(/^Approved by carol@/).waitFor();

    await bob.reload();
    await bob.getByRole('button', { name: 'Archive' }).click();
    await bob.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await bob.getByText('The playbook is archived.').waitFor();
    await bob.waitForURL('**/playbooks');
  });
});
