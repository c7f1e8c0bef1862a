/** The passes that turn facts into alerts, CVEs and scores, on a real database as the worker's role sees it. */

import fc from 'fast-check';
import { sql } from 'slonik';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAlertRuleActivities } from '../../src/activities/alertRules.ts';
import { createFeedActivities, loadBundledFeeds } from '../../src/activities/feeds.ts';
import { createLivenessActivities } from '../../src/activities/liveness.ts';
import { createTrustScoreActivities, trustScoreSlot } from '../../src/activities/trustScores.ts';
import { touchAgent } from '../../src/db/agents.ts';
import { beatPresence } from '../../src/db/presence.ts';
import { withSystem, withTenant } from '../../src/db/scope.ts';
import { syncKernelCves } from '../../src/db/vulnerabilities.ts';
import { openKernelCves, parseKernelVersion } from '../../src/domain/kernelCve.ts';
import { recomputeTrustScore } from '../../src/domain/trustScore.ts';
import { startFeedServer } from '../support/feedServer.ts';
import { plantMaintenance } from '../support/maintenance.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const idRow = z.object({ id: z.string() });
const alertRow = z.object({
  status: z.string(),
  severity: z.string(),
  title: z.string(),
  occurrences: z.number(),
  source: z.string(),
  minutes: z.number(),
});

const msp = await db.admin.one(
  sql.type(idRow)`insert into msps (name, email_domain) values ('M', 'm.example') returning id`,
);
let tenantId: string;
let agentId: string;

/** A tenant with one host, new for every test. */
beforeEach(async () => {
  const tenant = await db.admin.one(sql.type(idRow)`
    insert into tenants (msp_owner, slug, name) values (${msp.id}::uuid, 't' || substr(md5(random()::text), 1, 12), 'T') returning id`);
  tenantId = tenant.id;
  agentId = await addHost('web-01');
});

async function addHost(hostname: string): Promise<string> {
  const { id } = await db.admin.one(sql.type(idRow)`
    insert into agents (id, tenant_id, hostname, public_key, agent_version)
    values (gen_random_uuid(), ${tenantId}::uuid, ${hostname}, decode(repeat('00', 32), 'hex'), '0.1.0') returning id`);
  return id;
}

function alerts() {
  return db.admin.any(sql.type(alertRow)`
    select status, severity, title, occurrences, source, (extract(epoch from sla_due_at - opened_at) / 60)::int as minutes
    from alerts where tenant_id = ${tenantId}::uuid order by number`);
}

function linkState() {
  return db.admin.oneFirst(sql.type(z.object({ link_state: z.string() }))`
    select link_state from agents where id = ${agentId}::uuid`);
}

async function silentFor(seconds: number): Promise<void> {
  await db.admin.query(sql.unsafe`
    update agents set last_seen_at = now() - make_interval(secs => ${seconds}) where id = ${agentId}::uuid`);
}

async function hearingFor(seconds: number): Promise<void> {
  await beatPresence(db.app);
  await db.admin.query(sql.unsafe`update hub_presence set hearing_since = now() - make_interval(secs => ${seconds})`);
}

describe('liveness', () => {
  const liveness = createLivenessActivities({ pool: db.core });

  it('marks a host that is silent for 90 s, alerts once, and clears with its return', async () => {
    await hearingFor(600);
    await silentFor(80);
    await liveness.checkLiveness();
    expect(await linkState()).toBe('online');
    await silentFor(91);
    await liveness.checkLiveness();
    expect(await linkState()).toBe('offline');
    await liveness.checkLiveness();
    expect(await alerts()).toMatchObject([
      { status: 'open', severity: 'high', source: 'liveness', occurrences: 1, minutes: 240 },
    ]);
    await withTenant(db.app, tenantId, (tx) =>
      touchAgent(tx, { tenantId, agentId, agentVersion: '0.1.0', bootId: 'b' }),
    );
    await liveness.checkLiveness();
    expect(await linkState()).toBe('online');
    expect(await alerts()).toMatchObject([{ status: 'resolved' }]);
  });

  it('flags nobody while no API could hear, nor for the first 90 s after', async () => {
    await hearingFor(600);
    await silentFor(500);
    await db.admin.query(sql.unsafe`update hub_presence set last_beat_at = now() - interval '2 minutes'`);
    await liveness.checkLiveness();
    expect(await linkState()).toBe('online');
    // The API is back: its first beat after the gap starts the hearing anew.
    await beatPresence(db.app);
    await liveness.checkLiveness();
    expect(await linkState()).toBe('online');
    await hearingFor(91);
    await liveness.checkLiveness();
    expect(await linkState()).toBe('offline');
  });

  it('that dies in between has told of what it has alerted of, and leaves the rest to the next pass', async () => {
    await db.admin.query(sql.unsafe`
      insert into escalation_policies (msp_id, name, minimum_severity, levels, repeats, is_default)
      values (${msp.id}::uuid, 'D', 'high', '[{"targets": [{"kind": "admins"}], "wait_minutes": 5}]', 0, true)`);
    await hearingFor(600);
    const tenants = [tenantId];
    await silentFor(300);
    const { id: second } = await db.admin.one(sql.type(idRow)`
      insert into tenants (msp_owner, slug, name) values (${msp.id}::uuid, 'second-' || substr(md5(random()::text), 1, 12), 'S') returning id`);
    tenants.push(second);
    tenantId = second;
    agentId = await addHost('web-02');
    await silentFor(300);
    const started: string[] = [];
    const dying = createLivenessActivities({
      pool: db.core,
      starter: {
        startEscalation: ({ tenant_id }) => {
          started.push(tenant_id);
          return Promise.reject(new Error('the worker died'));
        },
      },
    });
    await expect(dying.checkLiveness()).rejects.toThrow('the worker died');
    const counts = () =>
      db.admin.any(sql.type(z.object({ tenant_id: z.uuid(), hosts: z.number(), times: z.number() }))`
        select tenant_id, count(*) as hosts, sum(occurrences) as times from alerts
        where tenant_id = any (${sql.array(tenants, 'uuid')}) group by tenant_id`);
    expect(started).toHaveLength(1);
    expect(await counts()).toEqual([{ tenant_id: started[0], hosts: 1, times: 1 }]);
    await liveness.checkLiveness();
    expect(await counts()).toHaveLength(2);
    expect((await counts()).every(({ hosts, times }) => hosts === 1 && times === 1)).toBe(true);
    await db.admin.query(sql.unsafe`delete from escalation_policies`);
  });

  it('does not alert about hosts in maintenance', async () => {
    await hearingFor(600);
    await silentFor(300);
    await plantMaintenance(db, { tenantId, agentId }, 60);
    await liveness.checkLiveness();
    expect(await alerts()).toEqual([]);
  });
});

describe('alert rules', () => {
  async function addRule(durationSecs: number): Promise<void> {
    await db.admin.query(sql.unsafe`
      insert into alert_rules (tenant_id, name, metric, operator, threshold, duration_secs, severity, target)
      values (${tenantId}::uuid, 'CPU busy', 'cpu_pct', '>', 85, ${durationSecs}, 'medium', '{"kind":"all"}')`);
  }
  async function sample(cpu: number): Promise<void> {
    await db.admin.query(sql.unsafe`
      insert into metric_samples (tenant_id, agent_id, sampled_at, cpu_pct)
      values (${tenantId}::uuid, ${agentId}::uuid, clock_timestamp(), ${cpu})`);
  }
  const passAt = (atMs: number) => createAlertRuleActivities({ pool: db.core, now: () => atMs }).evaluateAlertRules();

  it('fire after their duration, fold while they hold, and clear', async () => {
    await addRule(120);
    await sample(97);
    const began = Date.now();
    await passAt(began);
    await passAt(began + 119_000);
    expect(await alerts()).toEqual([]);
    await passAt(began + 120_000);
    await passAt(began + 180_000);
    expect(await alerts()).toMatchObject([
      { status: 'open', severity: 'medium', title: 'CPU busy on web-01: CPU 97 % (limit 85 %)', occurrences: 1 },
    ]);
    await sample(20);
    await passAt(began + 240_000);
    expect(await alerts()).toMatchObject([{ status: 'resolved' }]);
    // It begins anew: another alert, and its whole duration again.
    await sample(99);
    await passAt(began + 300_000);
    expect(await alerts()).toHaveLength(1);
    await passAt(began + 420_000);
    expect((await alerts()).map(({ status }) => status)).toEqual(['resolved', 'open']);
  });

  it('wait anew when the value was not known in between', async () => {
    await addRule(120);
    await sample(97);
    const began = Date.now();
    await passAt(began);
    await db.admin.query(
      sql.unsafe`update metric_samples set sampled_at = sampled_at - interval '10 minutes' where agent_id = ${agentId}::uuid`,
    );
    await passAt(began + 60_000);
    await sample(97);
    await passAt(began + 130_000);
    expect(await alerts()).toEqual([]);
    await passAt(began + 250_000);
    expect(await alerts()).toHaveLength(1);
  });

  it('raise one alert when two passes run at once', async () => {
    await addRule(0);
    await sample(97);
    const now = Date.now();
    await Promise.all([passAt(now), passAt(now), passAt(now)]);
    expect(await alerts()).toHaveLength(1);
  });
});

describe('feeds', () => {
  const kevOf = (ids: readonly string[]) =>
    JSON.stringify({
      catalogVersion: 'test',
      vulnerabilities: ids.map((cveID) => ({
        cveID,
        vendorProject: 'Linux',
        product: 'Kernel',
        vulnerabilityName: 'A hole',
        dateAdded: '2024-01-01',
        knownRansomwareCampaignUse: 'Unknown',
      })),
    });
  const feedRow = z.object({ entries: z.number(), last_error: z.string().nullable() });
  const kev = () => db.admin.one(sql.type(feedRow)`select entries, last_error from feeds where name = 'kev'`);

  it('keep the last good copy when the live one fails, is no feed, or has shrunk; and take a good one', async () => {
    await loadBundledFeeds(db.core);
    const before = await kev();
    expect(before.entries).toBeGreaterThan(1_000);
    const server = await startFeedServer();
    try {
      const live = createFeedActivities({ pool: db.core, urls: server.urls });
      const bad = [
        { status: 500, body: 'oops', why: '500' },
        { status: 200, body: '<html>', why: 'not JSON' },
        { status: 200, body: '{"catalogVersion":"x"}', why: 'not the format' },
        { status: 200, body: kevOf(['CVE-2024-0001']), why: 'only 1 entries' },
      ];
      for (const { why, ...answer } of bad) {
        server.serve('kev', answer);
        await expect(live.refreshFeed('kev')).rejects.toThrow(why);
        expect(await kev()).toEqual({ entries: before.entries, last_error: expect.stringContaining(why) });
        const stored = await db.admin.oneFirst(
          sql.type(z.object({ count: z.number() }))`select count(*) as count from kev_entries`,
        );
        expect(stored).toBe(before.entries);
      }
      const many = Array.from({ length: before.entries + 5 }, (_, index) => `CVE-2024-${10_000 + index}`);
      server.serve('kev', { status: 200, body: kevOf(many) });
      expect(await live.refreshFeed('kev')).toEqual({ feed: 'kev', changed: true, entries: many.length });
      expect(await live.refreshFeed('kev')).toMatchObject({ changed: false });
      expect(await kev()).toEqual({ entries: many.length, last_error: null });
    } finally {
      await server.close();
    }
  });

  it('are loaded once by workers that start together', async () => {
    const other = await createTestDatabase();
    await Promise.all([loadBundledFeeds(other.core), loadBundledFeeds(other.core), loadBundledFeeds(other.core)]);
    const rows = await other.admin.any(sql.type(z.object({ name: z.string() }))`select name from feeds order by name`);
    expect(rows).toEqual([{ name: 'kernel' }, { name: 'kev' }]);
  });
});

describe('kernel CVEs', () => {
  const cves = z.object({
    cve_id: z.string(),
    fixed_version: z.string(),
    patched_version: z.string().nullable(),
    detected: z.string(),
    patched: z.string().nullable(),
  });
  const see = (kernelUpstream: string | null, at: string) =>
    withTenant(db.app, tenantId, (tx) => syncKernelCves(tx, { tenantId, agentId, kernelUpstream, at }));
  const listed = () =>
    db.admin.any(sql.type(cves)`
      select cve_id, fixed_version, patched_version, detected_at as detected, patched_at as patched
      from agent_cves where agent_id = ${agentId}::uuid and cve_id in ('CVE-9001-0001', 'CVE-9001-0002') order by cve_id`);

  beforeEach(async () => {
    await db.admin.query(sql.unsafe`
      insert into kernel_cve_fixes (cve_id, stream, fixed_version, fixed_patch) values
        ('CVE-9001-0001', '9.1', '9.1.25', 25), ('CVE-9001-0002', '9.1', '9.1.30', 30), ('CVE-9001-0002', '9.2', '9.2.4', 4) on conflict do nothing`);
    await db.admin.query(sql.unsafe`
      insert into kev_entries (cve_id, vendor, product, name, date_added, ransomware)
      values ('CVE-9001-0001', 'Linux', 'Kernel', 'Dirty', '2022-04-25', true) on conflict do nothing`);
  });

  it('open with the kernel seen, and close with the kernel that fixes them, with their times', async () => {
    await see('9.1.20', '2026-01-01T00:00:00.000Z');
    expect((await listed()).map(({ cve_id, patched }) => [cve_id, patched])).toEqual([
      ['CVE-9001-0001', null],
      ['CVE-9001-0002', null],
    ]);
    expect(await alerts()).toMatchObject([{ status: 'open', severity: 'critical', source: 'cve' }]);
    await see('9.1.25', '2026-02-01T00:00:00.000Z');
    expect(await listed()).toEqual([
      {
        cve_id: 'CVE-9001-0001',
        fixed_version: '9.1.25',
        patched_version: '9.1.25',
        detected: '2026-01-01T00:00:00.000Z',
        patched: '2026-02-01T00:00:00.000Z',
      },
      {
        cve_id: 'CVE-9001-0002',
        fixed_version: '9.1.30',
        patched_version: null,
        detected: '2026-01-01T00:00:00.000Z',
        patched: null,
      },
    ]);
    expect(await alerts()).toMatchObject([{ status: 'resolved' }]);
  });

  it('open again with a downgrade, and are left alone by a kernel that cannot be known', async () => {
    await see('9.1.25', '2026-01-01T00:00:00.000Z');
    await see('9.1.20', '2026-02-01T00:00:00.000Z');
    const opened = await listed();
    expect(opened.map(({ patched }) => patched)).toEqual([null, null]);
    expect(opened[0]?.detected).toBe('2026-02-01T00:00:00.000Z');
    await see(null, '2026-03-01T00:00:00.000Z');
    expect(await listed()).toEqual(opened);
  });

  it('are those of the pure rule after each kernel that is seen, whatever was seen before', async () => {
    const fixes = fc.uniqueArray(
      fc.record({
        cve_id: fc.integer({ min: 1, max: 6 }).map((n) => `CVE-9002-000${n}`),
        stream: fc.constantFrom('97.1', '97.2'),
        fixed_patch: fc.integer({ min: 1, max: 4 }),
      }),
      { selector: ({ cve_id, stream }) => `${cve_id} ${stream}`, maxLength: 10 },
    );
    // Of both streams, of one that nothing is known of, without a patch level, and none.
    const kernels = fc.array(
      fc.constantFrom('97.1', '97.1.1', '97.1.2', '97.1.4', '97.2.0', '97.2.3', '97.3.1', 'not a version', null),
      { minLength: 1, maxLength: 5 },
    );
    const isOpen = z.object({ cve_id: z.string() });
    await fc.assert(
      fc.asyncProperty(fixes, kernels, async (known, seen) => {
        agentId = await addHost('kernel');
        await db.admin.query(sql.unsafe`delete from kernel_cve_fixes where stream like '97.%'`);
        await db.admin.query(sql.unsafe`
          insert into kernel_cve_fixes (cve_id, stream, fixed_version, fixed_patch)
          select cve_id, stream, stream || '.' || fixed_patch, fixed_patch
          from jsonb_to_recordset(${JSON.stringify(known)}::jsonb) as r (cve_id text, stream text, fixed_patch int)`);
        let expected: readonly string[] = [];
        for (const kernel of seen) {
          await see(kernel, '2026-01-01T00:00:00.000Z');
          const version = kernel === null ? null : parseKernelVersion(kernel);
          if (version !== null) expected = openKernelCves(version, known);
          const open = await db.admin.any(sql.type(isOpen)`
            select cve_id from agent_cves where agent_id = ${agentId}::uuid and patched_at is null order by cve_id`);
          expect(open.map(({ cve_id }) => cve_id)).toEqual(expected.toSorted());
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('trust scores', () => {
  const scores = createTrustScoreActivities({ pool: db.core });
  const stored = z.object({ score: z.number(), inputs: z.string(), inputs_hash: z.string(), at: z.string() });
  const snapshots = () =>
    db.admin.any(sql.type(stored)`
      select score, inputs, encode(inputs_hash, 'hex') as inputs_hash, computed_at as at from trust_scores where tenant_id = ${tenantId}::uuid`);

  it('are taken once per half hour, and anyone can recompute them from what is stored', async () => {
    await withSystem(db.core, (tx) =>
      syncKernelCves(tx, { tenantId, agentId, kernelUpstream: '9.1.20', at: new Date().toISOString() }),
    );
    const due = '2026-05-01T10:29:59.000Z';
    await scores.snapshotTrustScores(due);
    await scores.snapshotTrustScores('2026-05-01T10:00:00.000Z');
    const rows = await snapshots();
    expect(rows.map(({ at }) => at)).toEqual([trustScoreSlot(Date.parse(due))]);
    const [row] = rows;
    expect(recomputeTrustScore(row?.inputs ?? '', row?.inputs_hash ?? '')?.score).toBe(row?.score);
    expect(recomputeTrustScore(`${row?.inputs} `, row?.inputs_hash ?? '')).toBeNull();
    expect(JSON.parse(row?.inputs ?? '')).toMatchObject({ tenant_id: tenantId, hosts: { active: 1, online: 1 } });
  });

  it('fall when a known-exploited CVE opens', async () => {
    await scores.snapshotTrustScores('2026-05-01T10:00:00.000Z');
    await withSystem(db.core, (tx) =>
      syncKernelCves(tx, { tenantId, agentId, kernelUpstream: '9.1.20', at: new Date().toISOString() }),
    );
    await scores.snapshotTrustScores('2026-05-01T10:30:00.000Z');
    const [before, after] = (await snapshots()).toSorted((a, b) => a.at.localeCompare(b.at));
    expect(after?.score).toBeLessThan(before?.score ?? 0);
  });
});
