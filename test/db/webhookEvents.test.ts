/** Events become deliveries in the very transaction that makes them true, as whichever role that is. */

import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clearAlert, raiseAlert } from '../../src/db/alerts.ts';
import { clearHeardAgents, markSilentAgents } from '../../src/db/liveness.ts';
import { sql } from '../../src/db/pool.ts';
import { withMsp, withSystem, withTenant } from '../../src/db/scope.ts';
import { syncKernelCves, syncPackageCves } from '../../src/db/vulnerabilities.ts';
import { deleteWebhook, insertWebhook, updateWebhook } from '../../src/db/webhooks.ts';
import type { PackageCve } from '../../src/domain/trivy.ts';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../src/domain/webhook.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { tenants } = api;

/** A webhook of the test MSP, for all tenants or for one. */
async function webhook(
  tenantId: string | null,
  change: { readonly events?: readonly WebhookEvent[]; readonly is_active?: boolean } = {},
): Promise<string> {
  const id = randomUUID();
  const made = {
    id,
    msp_id: api.msp.id,
    tenant_id: tenantId,
    name: `webhook-${id}`,
    url: 'https://receiver.example/',
    events: WEBHOOK_EVENTS,
    is_active: true,
    sealed_secret: Buffer.from('sealed'),
    created_by_email: 'admin@msp.example',
    ...change,
  };
  if (tenantId === null) await withMsp(db.app, api.msp.id, (tx) => insertWebhook(tx, made));
  else await withTenant(db.app, tenantId, (tx) => insertWebhook(tx, made));
  return id;
}

const told = z.object({ webhook_id: z.uuid(), tenant_id: z.uuid(), event: z.string(), body: z.string() });
async function deliveries(): Promise<readonly { webhook_id: string; tenant_id: string; event: string; body: Body }[]> {
  const rows = await db.admin.any(sql.type(told)`
    select webhook_id, tenant_id, event, body from webhook_deliveries order by created_at, event, body`);
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body) as Body }));
}
type Body = Readonly<Record<string, unknown>> & { readonly cve_match?: CveMatch };
type CveMatch = { readonly cves: readonly { readonly cve_id: string }[]; readonly not_listed: number };

const alert = (tenantId: string, agentId: string | null, change: object = {}) => ({
  tenant_id: tenantId,
  agent_id: agentId,
  source: 'ingest' as const,
  fingerprint: `test:${randomUUID()}`,
  severity: 'high' as const,
  title: 'Disk of "db" is full',
  detail: {},
  at: new Date().toISOString(),
  ...change,
});

beforeEach(async () => {
  await db.admin.query(sql.unsafe`truncate webhooks, webhook_subscriptions, webhook_secrets, webhook_deliveries`);
});

describe('an alert', () => {
  it('is told when it opens and when it is resolved, not when it folds', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'alert-01');
    const hook = await webhook(null);
    const raised = alert(tenants.a, agent.id);
    await withTenant(db.app, tenants.a, (tx) => raiseAlert(tx, raised));
    await withTenant(db.app, tenants.a, (tx) => raiseAlert(tx, raised));
    await withTenant(db.app, tenants.a, (tx) =>
      clearAlert(tx, tenants.a, raised.fingerprint, new Date().toISOString(), 'It is over.'),
    );
    const rows = await deliveries();
    expect(rows.map(({ event, webhook_id }) => [event, webhook_id])).toEqual([
      ['alert.created', hook],
      ['alert.resolved', hook],
    ]);
    expect(rows[0]?.body).toEqual({
      event: 'alert.created',
      delivery_id: expect.any(String),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      tenant_id: tenants.a,
      agent_id: agent.id,
      alert: {
        id: expect.any(String),
        number: expect.any(Number),
        severity: 'high',
        category: 'ingest',
        title: 'Disk of "db" is full',
        hostname: 'alert-01',
        created_at: raised.at,
        resolved_at: null,
        resolution: null,
      },
    });
    expect(rows[1]?.body).toMatchObject({ alert: { resolution: 'It is over.', resolved_at: expect.any(String) } });
    expect(rows[0]?.body['delivery_id']).not.toBe(rows[1]?.body['delivery_id']);
  });

  it('that never was (its transaction failed) is not told', async () => {
    await webhook(null);
    await expect(
      withTenant(db.app, tenants.a, async (tx) => {
        await raiseAlert(tx, alert(tenants.a, null));
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await deliveries()).toEqual([]);
  });

  it('of a bait that was touched is told as honeypot.tripped, too', async () => {
    await webhook(null, { events: ['honeypot.tripped'] });
    await withTenant(db.app, tenants.a, (tx) => raiseAlert(tx, alert(tenants.a, null)));
    await withTenant(db.app, tenants.a, (tx) =>
      raiseAlert(tx, alert(tenants.a, null, { detail: { kind: 'honeypot', path: '/srv/passwords.xlsx' } })),
    );
    expect((await deliveries()).map(({ event }) => event)).toEqual(['honeypot.tripped']);
  });
});

describe('who is told', () => {
  it('is each webhook that wants the event: the MSP’s of every tenant, a tenant’s own of that one', async () => {
    const all = await webhook(null);
    const a = await webhook(tenants.a);
    const b = await webhook(tenants.b);
    await webhook(null, { events: ['agent.offline'] });
    await webhook(tenants.a, { is_active: false });
    for (const tenant of [tenants.a, tenants.b, tenants.other])
      await withTenant(db.app, tenant, (tx) => raiseAlert(tx, alert(tenant, null)));
    const rows = (await deliveries()).map(({ webhook_id, tenant_id }) => `${webhook_id} ${tenant_id}`);
    expect(rows.toSorted()).toEqual(
      [`${all} ${tenants.a}`, `${all} ${tenants.b}`, `${a} ${tenants.a}`, `${b} ${tenants.b}`].toSorted(),
    );
  });

  it('is nobody once the webhook is switched off or deleted, and again when it is switched on', async () => {
    const id = await webhook(null);
    const raise = () => withTenant(db.app, tenants.a, (tx) => raiseAlert(tx, alert(tenants.a, null)));
    const change = (is_active: boolean) => withMsp(db.app, api.msp.id, (tx) => updateWebhook(tx, id, { is_active }));
    await change(false);
    await raise();
    expect(await deliveries()).toHaveLength(0);
    await change(true);
    await raise();
    expect(await deliveries()).toHaveLength(1);
    await withMsp(db.app, api.msp.id, (tx) => deleteWebhook(tx, id));
    await raise();
    expect(await deliveries()).toHaveLength(1);
  });
});

describe('a host', () => {
  it('is told when it registers, falls silent and is heard again; a heartbeat of a host that is online is not', async () => {
    await webhook(tenants.a);
    const agent = await registerTestAgent(api, tenants.a, 'host-01');
    const beat = () =>
      agent.send(api, 'POST', `/agents/${agent.id}/heartbeat`, {
        sent_at: new Date().toISOString(),
        boot_id: 'boot',
        agent_version: '1.0.0',
        buffered_batches: 0,
      });
    expect((await beat()).status).toBeLessThan(300);
    await db.admin.query(
      sql.unsafe`update agents set last_seen_at = now() - interval '10 minutes' where id = ${agent.id}::uuid`,
    );
    await db.admin.query(sql.unsafe`
      insert into hub_presence (hearing_since, last_beat_at) values (now() - interval '1 hour', now())
      on conflict (only_row) do update set hearing_since = excluded.hearing_since, last_beat_at = excluded.last_beat_at`);
    await withSystem(db.core, markSilentAgents);
    await withSystem(db.core, clearHeardAgents);
    expect((await beat()).status).toBeLessThan(300);
    const rows = await deliveries();
    expect(rows.map(({ event }) => event)).toEqual(['agent.online', 'agent.offline', 'agent.online']);
    expect(rows[1]?.body).toMatchObject({
      agent_id: agent.id,
      agent: {
        id: agent.id,
        hostname: 'host-01',
        tags: ['production'],
        since: expect.any(String),
        last_seen_at: expect.any(String),
      },
    });
  });
});

describe('a CVE', () => {
  const cve = (cve_id: string, severity: PackageCve['severity'], pkg = 'openssl') =>
    ({ cve_id, package: pkg, installed_version: '1.0', fixed_version: '1.1', severity }) as PackageCve;

  it('is told where its score is 7.0 or more, with all of its host’s at once, and again when it is back', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'cve-01');
    await webhook(null, { events: ['cve.match.new'] });
    await db.admin.query(sql.unsafe`
      insert into cve_scores (cve_id, cvss) values ('CVE-2024-0007', 7.0), ('CVE-2024-0006', 6.9) on conflict do nothing`);
    const sync = (cves: readonly PackageCve[]) =>
      withTenant(db.app, tenants.a, (tx) =>
        syncPackageCves(tx, { tenantId: tenants.a, agentId: agent.id, at: new Date().toISOString() }, cves),
      );
    const found = [
      cve('CVE-2024-0007', 'low'),
      cve('CVE-2024-0006', 'critical'),
      cve('CVE-2024-0001', 'high'),
      cve('CVE-2024-0002', 'medium'),
    ];
    await sync(found);
    await sync(found);
    const [first, ...more] = await deliveries();
    expect(more).toEqual([]);
    expect(first?.body).toMatchObject({
      event: 'cve.match.new',
      agent_id: agent.id,
      cve_match: {
        hostname: 'cve-01',
        cves: [
          { cve_id: 'CVE-2024-0001', cvss: null, severity: 'high', kev: false, source: 'trivy', package: 'openssl' },
          { cve_id: 'CVE-2024-0007', cvss: 7, fixed_version: '1.1', installed_version: '1.0' },
        ],
      },
    });
    await sync([]);
    await sync([cve('CVE-2024-0001', 'high')]);
    expect((await deliveries())[1]?.body.cve_match?.cves).toMatchObject([{ cve_id: 'CVE-2024-0001' }]);
  });

  it('that is exploited in the wild is told whatever its score', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'cve-kev');
    await webhook(null, { events: ['cve.match.new'] });
    await db.admin.query(
      sql.unsafe`insert into cve_scores (cve_id, cvss) values ('CVE-2022-5500', 4.1), ('CVE-2022-5501', 4.1)`,
    );
    await db.admin.query(sql.unsafe`
      insert into kev_entries (cve_id, vendor, product, name, date_added, ransomware) values ('CVE-2022-5500', 'v', 'p', 'n', '2022-01-01', false)`);
    await withTenant(db.app, tenants.a, (tx) =>
      syncPackageCves(tx, { tenantId: tenants.a, agentId: agent.id, at: new Date().toISOString() }, [
        cve('CVE-2022-5500', 'low'),
        cve('CVE-2022-5501', 'critical'),
      ]),
    );
    expect((await deliveries()).map(({ body }) => body.cve_match)).toMatchObject([
      { cves: [{ cve_id: 'CVE-2022-5500', cvss: 4.1, kev: true }], not_listed: 0 },
    ]);
  });

  it('of the kernel is told without a score: the newest hundred of a host by name, the rest as a count, those exploited apart', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'cve-kernel');
    await webhook(null, { events: ['cve.match.new'] });
    await db.admin.query(sql.unsafe`
      insert into kernel_cve_fixes (cve_id, stream, fixed_version, fixed_patch)
      select 'CVE-2031-' || n, '9.9', '9.9.50', 50 from generate_series(9950, 10099) n
      union all values ('CVE-2030-0003', '9.9', '9.9.50', 50), ('CVE-2030-0004', '9.9', '9.9.50', 50), ('CVE-2030-0005', '9.9', '9.9.60', 60)`);
    await db.admin.query(sql.unsafe`
      insert into kev_entries (cve_id, vendor, product, name, date_added, ransomware) values ('CVE-2030-0003', 'v', 'p', 'n', '2030-01-01', false)`);
    await db.admin.query(sql.unsafe`insert into cve_scores (cve_id, cvss) values ('CVE-2030-0004', 6.9)`);
    const sync = (kernelUpstream: string) =>
      withTenant(db.app, tenants.a, (tx) =>
        syncKernelCves(tx, { tenantId: tenants.a, agentId: agent.id, kernelUpstream, at: new Date().toISOString() }),
      );
    await sync('9.9.1');
    const told = (await deliveries()).map(({ body }) => body.cve_match as CveMatch);
    const [kev, newest, ...more] = told.toSorted((a, b) => a.cves.length - b.cves.length);
    expect(more).toEqual([]);
    expect([kev, newest].map((each) => [each?.cves.length, each?.not_listed])).toEqual([
      [1, 0],
      [100, 51],
    ]);
    expect(kev?.cves).toMatchObject([{ cve_id: 'CVE-2030-0003', kev: true, cvss: null, severity: null }]);
    expect([newest?.cves[0]?.cve_id, newest?.cves[99]?.cve_id]).toEqual(['CVE-2031-10099', 'CVE-2031-10000']);
    // A newer kernel that is still open to one says nothing new.
    await sync('9.9.55');
    expect(await deliveries()).toHaveLength(2);
  });

  it('goes a hundred a delivery', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'cve-02');
    await webhook(null, { events: ['cve.match.new'] });
    const many = Array.from({ length: 250 }, (_, index) => cve(`CVE-2023-${1000 + index}`, 'critical'));
    await withTenant(db.app, tenants.a, (tx) =>
      syncPackageCves(tx, { tenantId: tenants.a, agentId: agent.id, at: new Date().toISOString() }, many),
    );
    const sizes = (await deliveries()).map(({ body }) => body.cve_match?.cves.length);
    expect(sizes.toSorted((a, b) => Number(b) - Number(a))).toEqual([100, 100, 50]);
  });
});

describe('a token', () => {
  it('is told when the signing worker stores it, without what would let anybody use it', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'token-01');
    await webhook(tenants.a);
    const nonce = randomUUID();
    const insert = (id: string, isDemo: boolean) =>
      withTenant(db.signing, tenants.a, (tx) =>
        tx.query(sql.unsafe`
          insert into eats (nonce, tenant_id, agent_id, level, actions, reason, issued_at, expires_at, token, is_demo)
          values (${id}::uuid, ${tenants.a}::uuid, ${agent.id}::uuid, 3,
            '[{"kind": "run_playbook", "slug": "db-restore", "parameters": {"password": "secret"}}]', 'ticket', now(), now() + interval '1 minute',
            'the-token', ${isDemo})`),
      );
    await insert(nonce, false);
    await insert(randomUUID(), true);
    const rows = await deliveries();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.body).toMatchObject({
      event: 'emergency.token.issued',
      agent_id: agent.id,
      token: {
        nonce,
        kind: 'immediate',
        level: 3,
        actions: [{ kind: 'run_playbook', playbook: 'db-restore' }],
        hostname: 'token-01',
        reason: 'ticket',
      },
    });
    expect(JSON.stringify(rows)).not.toMatch(/secret|the-token/);
  });
});
