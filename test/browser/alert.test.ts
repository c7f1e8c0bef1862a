/** One alert in a real browser over the running hub: acknowledged, assigned, snoozed, resolved, with its runbook beside it. */

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible } from '../support/browser.ts';

const { signedIn, call, picture, demo, user } = await createTestBrowser();
const database = new Client({ connectionString: demo.ownerUrl });
await database.connect();
afterAll(() => database.end());
/** A client that no other test touches. */
const tenant = demo.tenants[2] as (typeof demo.tenants)[number];

type Alert = {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly hostname: string | null;
  readonly effective_group: { readonly id: string } | null;
};
const read = async (path: string): Promise<{ items: Alert[] }> =>
  (await (await call('alice', 'GET', path)).json()) as { items: Alert[] };
/** Oldest of the least severity first. */
const openAlerts = async (): Promise<Alert[]> =>
  (await read(`/alerts?status=open&tenant_id=${tenant.id}&limit=100`)).items.toReversed();

describe('one alert', () => {
  it('is acknowledged, assigned, snoozed and resolved with a note', async () => {
    // Of a host in no group: which hosts the groups of the demonstration take is theirs to say.
    const alert = (await openAlerts()).find(({ effective_group: group }) => group === null);
    if (alert === undefined) throw new Error('The demonstration has no open alert of a host in no group left.');
    // The demonstration's alerts are from before there was a clock of acknowledging.
    await database.query(`update alerts set ack_due_at = now() + interval '5 minutes' where id = $1`, [alert.id]);
    // And its first level was one person, without a phone or browser that can be reached.
    await database.query(
      `insert into alert_escalations (alert_id, tenant_id, msp_id, policy_id, policy, state, level, next_at)
        select $1, $2, p.msp_id, p.id, jsonb_build_object('name', p.name, 'levels', p.levels, 'repeats', p.repeats), 'escalating', 1,
          now() + interval '1 hour' from escalation_policies p join tenants t on t.msp_owner = p.msp_id and t.id = $2 limit 1`,
      [alert.id, tenant.id],
    );
    await database.query(
      `insert into alert_escalation_notices (tenant_id, alert_id, round, level, user_id, unreached_at) values ($1, $2, 0, 1, $3, now())`,
      [tenant.id, alert.id, user('erin').id],
    );
    const page = await signedIn('alice');
    await page.goto(`/alerts/${alert.id}`);
    await page.getByRole('heading', { level: 1, name: alert.title }).waitFor();
    await page.getByText('Nobody could be told of this alert so far').waitFor();
    await page.getByText(`Level 1: ${user('erin').email} could not be reached`).waitFor();
    await picture(page, 'alert-unreached');
    const clocks = page.getByRole('region', { name: 'SLA clock' });
    await clocks.getByText(/^due in [34] min \d\d s$/).waitFor();
    await page.getByText('No runbook yet').waitFor();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText(`Acknowledged by ${user('alice').email}`).waitFor();
    await clocks.getByRole('paragraph').filter({ hasText: 'Acknowledge' }).getByText('On time').waitFor();
    await page.getByRole('button', { name: 'Assign' }).click();
    const assign = page.getByRole('dialog', { name: `Assign alert #${alert.number}` });
    await assign.getByLabel('Assign to').selectOption({ label: `Erin Eriksen (${user('erin').email})` });
    await expectAccessible(page);
    await assign.getByRole('button', { name: 'Assign' }).click();
    await page.getByText(`Assigned to ${user('erin').email}`, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Snooze' }).click();
    await page.getByRole('menuitem', { name: 'For 1 hour' }).click();
    const silenced = page.getByText('Snoozed', { exact: true });
    await silenced.waitFor();
    await picture(page, 'alert');
    await page.getByRole('button', { name: 'Undo' }).click();
    await silenced.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Resolve' }).click();
    const dialog = page.getByRole('dialog', { name: `Resolve alert #${alert.number}` });
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await dialog.getByText('This is needed.').waitFor();
    await dialog.getByLabel('Resolution note').fill('Old log files removed.');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText(`Resolved by ${user('alice').email}`).waitFor();
    await page.getByText('Old log files removed.').waitFor();
    expect(await page.getByRole('button', { name: 'Resolve' }).count()).toBe(0);
  });

  it('has the runbook of its group beside it, and who is on call with the way to reach them', async () => {
    const { items } = await read(`/alerts?tenant_id=${tenant.id}&limit=100`);
    const alert = items.find(({ hostname }) => hostname !== null);
    const hostname = alert?.hostname;
    const name = `Runbook ${randomUUID().slice(0, 8)}`;
    const made = await call('alice', 'POST', '/groups', {
      tenant_id: tenant.id,
      name,
      rule: { hostname },
      priority: 1,
      on_call: { name: 'Night desk', contact: '+32 2 555 01 01' },
      runbook_md:
        '# Disk full\n\n1. Look with `df -h`\n2. <script>alert(1)</script>\n\n[Wiki](https://wiki.example/disk)',
    });
    expect(made.status, await made.clone().text()).toBe(201);
    const { id } = (await made.json()) as { id: string };
    try {
      const page = await signedIn('grace', { colorScheme: 'dark' });
      await page.goto(`/alerts/${alert?.id}`);
      await page.getByRole('heading', { name: 'Disk full', exact: true }).waitFor();
      await page.getByText('df -h').waitFor();
      expect(await page.locator('main script').count()).toBe(0);
      expect(await page.getByRole('link', { name: 'Wiki' }).getAttribute('rel')).toContain('noopener');
      await page.getByText('Night desk').waitFor();
      expect(await page.getByRole('link', { name: '+32 2 555 01 01' }).getAttribute('href')).toBe('tel:+3225550101');
      // A viewer sees and does nothing.
      expect(await page.getByRole('button', { name: 'Resolve' }).count()).toBe(0);
      await expectAccessible(page);
      await picture(page, 'alert-runbook-dark');
    } finally {
      await call('alice', 'DELETE', `/groups/${id}`);
    }
  });
});
