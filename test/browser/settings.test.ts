/** The settings, in a real browser over the running hub. */

import { describe, expect, it } from 'vitest';
import { totpCodeAt } from '../../src/platform/totpCode.ts';
import { createTestBrowser, expectAccessible } from '../support/browser.ts';

const { open, signedIn, user, freshCode, picture, demo, call, asOwner } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme')?.id ?? '';

describe('the team', () => {
  it('gets a person by an invitation, who chooses a password, sets an authenticator up and is in', async () => {
    const page = await signedIn('alice');
    await page.goto('/settings/team');
    await page.getByRole('button', { name: 'Invite a person' }).click();
    const email = `new-${Date.now()}@yourmsp.com`;
    await page.getByLabel('Full name').fill('New Person');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Role').selectOption('operator');
    await page.getByLabel('TOTP code').fill(await freshCode(user('alice')));
    await page.getByRole('dialog').getByRole('button', { name: 'Invite a person' }).click();
    const link = await page.getByText(/\/invitation#/).textContent();
    await page.getByRole('region', { name: 'Open invitations' }).getByText(email).waitFor();

    const browser = page.context().browser();
    const other = await (await browser?.newContext({ baseURL: demo.base_url }))?.newPage();
    if (other === undefined) throw new Error('no second browser');
    await other.goto(link ?? '');
    await other.getByRole('heading', { name: 'You are invited' }).waitFor();
    expect(new URL(other.url()).hash, 'the token is gone from the address').toBe('');
    await other.getByLabel('New password').fill('a sentence is the best password');
    await other.getByRole('button', { name: 'Accept' }).click();
    await other.getByRole('heading', { name: 'Set up your authenticator' }).waitFor();
    const secret = (await other.getByText(/^[A-Z2-7]{32}$/).textContent()) ?? '';
    await other.getByLabel('TOTP code').fill(totpCodeAt(secret, Date.now()));
    await other.getByRole('button', { name: 'Confirm' }).click();
    await other.getByRole('link', { name: 'I have saved the codes' }).click();
    await other.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    await other.context().close();
  });
});

describe('one’s own account', () => {
  it('makes recovery codes, each of which signs in once; and that session is ended from the first', async () => {
    const frank = user('frank');
    const page = await signedIn('frank');
    await page.goto('/settings/security');
    const recovery = page.getByRole('region', { name: 'Recovery codes' });
    await recovery.getByLabel('TOTP code').fill(await freshCode(frank));
    await recovery.getByRole('button', { name: 'Make new codes' }).click();
    await recovery.getByRole('listitem').nth(9).waitFor();
    await expectAccessible(page);
    const [code = ''] = await recovery.getByRole('listitem').allInnerTexts();
    expect(await page.getByRole('link', { name: 'Save as a file' }).getAttribute('href')).toContain(code);

    // Another kind of browser, so that its line in the list is told from the others'.
    const other = await (
      await open({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' })
    ).newPage();
    await other.goto('/login?next=/hosts');
    const signIn = async (): Promise<void> => {
      await other.getByLabel('Email').fill(frank.email);
      await other.getByLabel('Password').fill(frank.password);
      await other.getByRole('button', { name: 'Use a recovery code instead' }).click();
      await other.getByLabel('Recovery code').fill(code);
      await other.getByRole('button', { name: 'Sign in', exact: true }).click();
    };
    await signIn();
    await other.waitForURL('**/hosts');

    await page.reload();
    const there = page.getByRole('region', { name: 'Where you are signed in' }).getByRole('row', { name: /Firefox/ });
    await there.getByRole('button', { name: 'Sign out there' }).click();
    await there.waitFor({ state: 'detached' });
    await other.goto('/hosts');
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn();
    await other.getByRole('alert').getByText('Email, password or code is wrong').waitFor();
  });

  it('makes an API token of a part of one’s permissions, shown once, and revokes it', async () => {
    const page = await signedIn('frank');
    await page.goto('/settings/tokens');
    await page.getByRole('button', { name: 'New API token' }).click();
    const dialog = page.getByRole('dialog', { name: 'New API token' });
    const name = `Script ${Date.now()}`;
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Good for').selectOption('7');
    await dialog.getByLabel('agents.read').check();
    await dialog.getByLabel('TOTP code').fill(await freshCode(user('frank')));
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Make token' }).click();
    const token = await page.getByText(/^msys_/).innerText();
    const status = async (path: string): Promise<number> =>
      (await fetch(`${demo.base_url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await status('/agents?limit=1'), await status('/alerts?limit=1')]).toEqual([200, 403]);
    await page.reload();
    const row = page.getByRole('row').filter({ hasText: name });
    await row.getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await page.getByText(/^msys_/).count(), 'the token is kept nowhere').toBe(0);
    expect(await status('/agents?limit=1')).toBe(401);
  });
});

describe('a client’s brand', () => {
  it('shows what it will look like while one types, and is saved', async () => {
    const page = await signedIn('alice');
    await page.goto(`/settings/branding?tenant=${acme}`);
    const preview = page.getByRole('figure').first();
    await page.getByLabel('Product name').fill('AcmeOps');
    await preview.getByText('AcmeOps').waitFor();
    await page.getByLabel('Colour', { exact: true }).fill('#1e3a8a');
    await page.getByLabel('Logo').setInputFiles({
      name: 'acme-logo.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" onload="alert(1)"><circle cx="20" cy="20" r="18" fill="#fff"/></svg>',
      ),
    });
    await page.getByLabel('Custom domain').fill('ops.acme.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Not proven yet').waitFor();
    await page.getByText('Publish this TXT record').waitFor();
    await picture(page, 'settings-branding-filled');
    const saved = (await (await call('alice', 'GET', `/tenants/${acme}/branding`)).json()) as {
      product_name: string;
      primary_color: string;
      custom_domain: string;
      logo_type: string;
    };
    expect(saved).toMatchObject({
      product_name: 'AcmeOps',
      primary_color: '#1e3a8a',
      custom_domain: 'ops.acme.com',
      logo_type: 'image/svg+xml',
    });

    // What is served stays beside what waits for its proof.
    await asOwner('insert into custom_domains (tenant_id, domain, challenge) values ($1, $2, $3)', [
      acme,
      'portal.acme.com',
      '0'.repeat(40),
    ]);
    await page.reload();
    await page.getByRole('region', { name: 'portal.acme.com' }).getByText('Served', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'ops.acme.com' }).getByText('takes the place of portal.acme.com').waitFor();
    await picture(page, 'settings-branding-next-domain');
    await asOwner('delete from custom_domains where domain = $1', ['portal.acme.com']);
  });
});

describe('enrolment', () => {
  it('asks who it is once, and gives a command to copy', async () => {
    const page = await signedIn('alice');
    await page.goto(`/settings/enrolment?tenant=${acme}`);
    const form = page.getByRole('region', { name: 'New host' });
    await form.getByLabel('Name').fill('web-99');
    await form.getByLabel('Tags').fill('production, eu-west-1');
    await form.getByRole('button', { name: 'Make token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByLabel('TOTP code').fill(await freshCode(user('alice')));
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await form.getByText(/--enrolment-token msys_/).waitFor();
    await page.getByRole('region', { name: 'Enrolment tokens' }).getByText('web-99').first().waitFor();
  });
});

describe('alert rules', () => {
  it('start from a template, and a deletion can be undone', async () => {
    const page = await signedIn('alice');
    await page.goto(`/settings/alert-rules?tenant=${acme}`);
    await page.getByRole('button', { name: 'New rule' }).click();
    await page.getByRole('menuitem').nth(1).click();
    const name = `Rule ${Date.now()}`;
    await page.getByRole('dialog').getByLabel('Name').fill(name);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const table = page.getByRole('region', { name: 'Alert rules' });
    await table.getByRole('row').filter({ hasText: name }).getByText('CPU > 85 %').waitFor();
    await page.getByRole('button', { name: `Delete: ${name}` }).click();
    await table.getByText(name).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await table.getByText(name).waitFor();
    await page.getByRole('button', { name: `Delete: ${name}` }).click();
    await table.getByText(name).waitFor({ state: 'detached' });
  });
});

describe('SLA policies', () => {
  it('are made with business hours and deleted again', async () => {
    const page = await signedIn('alice');
    await page.goto('/settings/sla');
    await page.getByRole('button', { name: 'New policy' }).click();
    const dialog = page.getByRole('dialog');
    const name = `Office ${Date.now()}`;
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Critical: Acknowledged within').fill('10');
    await dialog.getByLabel('When minutes count').selectOption('business_hours');
    await dialog.getByLabel('Time zone').selectOption('Europe/Brussels');
    await dialog.getByLabel('Friday').fill('09:00-12:30, 13:00-16:00');
    await dialog.getByLabel('Holidays').fill('2026-12-25');
    await picture(page, 'settings-sla-form');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const card = page.getByRole('region', { name });
    await card.getByText('Business hours of Europe/Brussels').waitFor();
    await card.getByRole('button', { name: `Delete: ${name}` }).click();
    await card.waitFor({ state: 'detached' });
  });
});

describe('maintenance windows', () => {
  it('are planned for a client and ended', async () => {
    const page = await signedIn('alice');
    await page.goto(`/settings/maintenance?tenant=${acme}`);
    await page.getByRole('button', { name: 'Plan a window' }).click();
    const dialog = page.getByRole('dialog');
    const title = `Storage swap ${Date.now()}`;
    await dialog.getByLabel('What is done').fill(title);
    await dialog.getByLabel('Reason').fill('New disks in the database hosts');
    await dialog.getByLabel('Hosts', { exact: true }).selectOption('Chosen hosts');
    for (const host of ['db-prod-01', 'db-prod-02', 'web-01']) {
      await dialog.getByRole('combobox', { name: 'Host', exact: true }).fill(host);
      await dialog.getByRole('option', { name: host }).click();
    }
    await dialog.getByRole('button', { name: 'Leave out web-01' }).click();
    expect(await dialog.getByRole('list', { name: 'Chosen hosts' }).getByRole('listitem').allInnerTexts()).toEqual([
      'db-prod-01',
      'db-prod-02',
    ]);
    await dialog.getByRole('button', { name: 'Plan it' }).click();
    const row = page.getByRole('row', { name: title });
    await row.getByText('Planned').waitFor();
    await row.getByText('2 hosts').waitFor();
    await row.getByRole('button', { name: `Cancel: ${title}` }).click();
    await row.waitFor({ state: 'detached' });
  });
});

describe('webhooks', () => {
  it('are made, pinged, shown in their log and deleted', async () => {
    const page = await signedIn('alice');
    await page.goto('/settings/webhooks');
    await page.getByRole('button', { name: 'New webhook' }).click();
    const dialog = page.getByRole('dialog').first();
    const name = `Tickets ${Date.now()}`;
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Address').fill('https://hooks.invalid/monsys');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const sudo = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await sudo.getByLabel('TOTP code').fill(await freshCode(user('alice')));
    await sudo.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole('button', { name: `More: ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Send a ping' }).click();
    const log = page.getByRole('region', { name: `Deliveries of ${name}` });
    await log.getByText('ping', { exact: true }).waitFor();
    // The address leads nowhere: it is tried again, and the page says so.
    const listed = page.getByRole('region', { name: 'Webhooks' }).getByRole('row').filter({ hasText: name });
    await listed.getByText('Retrying').waitFor({ timeout: 30_000 });
    await log.getByRole('columnheader', { name: 'Next try' }).waitFor();
    await picture(page, 'settings-webhooks-log');
    await page.getByRole('button', { name: `More: ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('region', { name: 'Webhooks' }).getByText(name).waitFor({ state: 'detached' });
  });
});
