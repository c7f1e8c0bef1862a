/** Two real core workers against a real Temporal server: every schedule exists once, and each pass does its work. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { beatPresence } from '../../src/db/presence.ts';
import { seedDemo } from '../../src/workers/seedDemo.ts';
import { creditNoteStart, domainLostStart, SCHEDULES } from '../../src/workflows/messages.ts';
import { type FeedServer, startFeedServer } from '../support/feedServer.ts';
import { createTestDatabase, freePort } from '../support/postgres.ts';
import {
  spawnNode,
  startTemporalServer,
  type TestProcess,
  type TestTemporal,
  waitUntil,
} from '../support/processes.ts';
import { recordHistory, recordLastRun } from '../support/replay.ts';

const db = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'monsys-schedules-'));
let temporal: TestTemporal;
let feeds: FeedServer;
let connection: Connection;
let client: Client;
let workers: TestProcess[] = [];

beforeAll(async () => {
  [temporal, feeds] = await Promise.all([startTemporalServer(), startFeedServer()]);
  await seedDemo({ uri: db.uri('postgres'), sealKeyHex: 'cd'.repeat(32), path: join(folder, 'demo.json') });
  const nobody = `127.0.0.1:${await freePort()}`;
  // Both come up at once, as after a restart of the machine.
  workers = [0, 1].map(() =>
    spawnNode('src/workers/core.ts', [], {
      DATABASE_URL: db.uri('monsys_core'),
      TEMPORAL_ADDRESS: temporal.address,
      KEV_URL: feeds.urls.kev,
      KERNEL_CVE_URL: feeds.urls.kernel,
      DNS_SERVER: nobody,
    }),
  );
  await Promise.all(workers.map((worker) => worker.waitFor(/"msg":"ready"/)));
  connection = await Connection.connect({ address: temporal.address });
  client = new Client({ connection });
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await connection?.close();
  await temporal?.stop();
  await feeds?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Triggers a schedule as an operator would, and gives the result of the run that comes of it. */
async function run(scheduleId: string, historyName: string): Promise<unknown> {
  const handle = client.schedule.getHandle(scheduleId);
  const before = (await handle.describe()).info.recentActions.length;
  await handle.trigger();
  const action = await waitUntil(`${scheduleId} starts`, async () => {
    const { recentActions } = (await handle.describe()).info;
    const last = recentActions.at(-1);
    return recentActions.length > before && last?.action.type === 'startWorkflow' ? last.action.workflow : undefined;
  });
  const workflow = client.workflow.getHandle(action.workflowId, action.firstExecutionRunId);
  const result: unknown = await workflow.result();
  await recordHistory(
    temporal.address,
    { workflowId: action.workflowId, runId: action.firstExecutionRunId },
    historyName,
  );
  return result;
}

const countRow = z.object({ count: z.number() });

describe('two workers that start at once', () => {
  it('make each schedule once', async () => {
    const ids: string[] = [];
    for await (const schedule of client.schedule.list()) ids.push(schedule.scheduleId);
    expect(ids.toSorted((a, b) => a.localeCompare(b))).toEqual(
      SCHEDULES.map(({ id }) => id).toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it('leave a schedule paused that an operator has paused', async () => {
    const handle = client.schedule.getHandle('housekeeping');
    await handle.pause('maintenance');
    const third = spawnNode('src/workers/core.ts', [], {
      DATABASE_URL: db.uri('monsys_core'),
      TEMPORAL_ADDRESS: temporal.address,
    });
    await third.waitFor(/"msg":"ready"/);
    await third.stop();
    expect((await handle.describe()).state.paused).toBe(true);
    await handle.unpause();
  });
});

describe('a domain that was lost', () => {
  it('is told of, and the run says so where nobody can be', async () => {
    const input = await db.admin.one(sql.type(z.object({ tenant_id: z.string(), msp_id: z.string() }))`
      select id as tenant_id, msp_owner as msp_id from tenants where slug = 'acme'`);
    const start = domainLostStart({ ...input, domain: 'ops.acme.com' });
    expect(await client.workflow.execute('domainLost', start)).toEqual({ outcome: 'not_configured' });
    await recordLastRun(client, temporal.address, start.workflowId, 'domainLost');
  });
});

describe('a credit that was asked for', () => {
  it('becomes a credit note in the series of the invoices, once', async () => {
    const { document, ...input } = await db.admin.one(
      sql.type(
        z.object({
          tenant_id: z.string(),
          msp_id: z.string(),
          month: z.string(),
          document: z.object({ number: z.string() }),
        }),
      )`select tenant_id, msp_id, month, document from tenant_invoices order by number desc limit 1`,
    );
    await db.admin.query(sql.unsafe`
      insert into credit_requests (tenant_id, month, reason, requested_by_email)
      values (${input.tenant_id}::uuid, ${input.month}, 'Billed to the wrong company', 'alice@yourmsp.com')`);
    const make = async () => {
      const handle = await client.workflow.start('creditNote', creditNoteStart(input));
      const result: unknown = await handle.result();
      return { handle, result };
    };
    const [prefix, year, place] = document.number.split('-');
    const { handle, result } = await make();
    expect(result).toEqual({ number: `CN-${prefix}-${year}-${String(Number(place) + 1).padStart(5, '0')}` });
    await recordHistory(
      temporal.address,
      { workflowId: handle.workflowId, runId: handle.firstExecutionRunId },
      'creditNote',
    );
    expect((await make()).result).toEqual({ number: null });
  });
});

describe('a scheduled pass', () => {
  it('agent-liveness marks a silent host and raises its alert', async () => {
    await beatPresence(db.app);
    await db.admin.query(sql.unsafe`update hub_presence set hearing_since = now() - interval '5 minutes'`);
    const [host] = await db.admin.any(sql.type(z.object({ id: z.string() }))`
      update agents set is_demo = false, last_seen_at = now() - interval '2 minutes'
      where id = (select id from agents where link_state = 'online' order by id limit 1) returning id`);
    await run('agent-liveness', 'agentLiveness');
    const alert = await db.admin.one(sql.type(countRow)`
      select count(*) as count from alerts where fingerprint = ${`agent_offline:${host?.id ?? ''}`} and status = 'open'`);
    expect(alert.count).toBe(1);
  });

  it('alert-rules fires a rule', async () => {
    await db.admin.query(sql.unsafe`
      insert into alert_rules (tenant_id, name, metric, operator, threshold, duration_secs, severity, target)
      select id, 'Always', 'fleet_offline_count', '>=', 0, 0, 'low', '{"kind":"all"}' from tenants where slug = 'harbour'`);
    await run('alert-rules', 'alertRules');
    const alert = await db.admin.one(sql.type(countRow)`
      select count(*) as count from alerts where source = 'rule' and starts_with(title, 'Always') and status = 'open'`);
    expect(alert.count).toBe(1);
  });

  it('group-membership puts hosts into the groups that their tags ask for', async () => {
    const { id } = await db.admin.one(sql.type(z.object({ id: z.string() }))`
      insert into groups (tenant_id, name, rule) select id, 'All of Harbour', '{"hostname": "*"}' from tenants where slug = 'harbour' returning id`);
    expect(await run('group-membership', 'groupMembership')).toMatchObject({ changed: 1, removed: 0 });
    const { count } = await db.admin.one(sql.type(countRow)`
      select count(*) as count from agents a where is_active and tenant_id = (select tenant_id from groups where id = ${id}::uuid)
        and exists (select from group_members m where m.agent_id = a.id and m.group_id = ${id}::uuid)`);
    expect(count).toBeGreaterThan(0);
    expect(await run('group-membership', 'groupMembership')).toMatchObject({ changed: 0 });
  });

  it('escalation-sweep starts what nobody has started, once', async () => {
    const { id } = await db.admin.one(sql.type(z.object({ id: z.string() }))`
      insert into alert_escalations (alert_id, tenant_id, msp_id, policy_id, policy, next_at)
      select al.id, al.tenant_id, p.msp_id, p.id, jsonb_build_object('name', p.name, 'levels', p.levels, 'repeats', p.repeats), now() - interval '1 minute'
      from alerts al, escalation_policies p where al.status = 'open' and not exists (select from alert_escalations e where e.alert_id = al.id)
      limit 1 returning alert_id as id`);
    expect(await run('escalation-sweep', 'escalationSweep')).toEqual({ started: 1 });
    await waitUntil('level 1 is told', async () => {
      const { count } = await db.admin.one(sql.type(countRow)`
        select count(*) as count from alert_escalation_notices where alert_id = ${id}::uuid and level = 1`);
      return count === 1 ? true : undefined;
    });
    expect((await client.workflow.getHandle(`escalation:${id}`).describe()).status.name).toBe('RUNNING');
    expect(await run('escalation-sweep', 'escalationSweep')).toEqual({ started: 0 });
  });

  it('trust-scores takes a snapshot of every tenant for the half hour', async () => {
    await db.admin.query(sql.unsafe`delete from trust_scores where computed_at > now() - interval '1 hour'`);
    expect(await run('trust-scores', 'trustScores')).toEqual({ snapshots: 12 });
    expect(await run('trust-scores', 'trustScores')).toEqual({ snapshots: expect.any(Number) });
    const { count } = await db.admin.one(sql.type(countRow)`
      select count(*) as count from trust_scores where computed_at > now() - interval '30 minutes' and not is_demo`);
    expect(count).toBe(12);
  });

  it('feed-sync says why a feed stays as it was, and keeps it', async () => {
    feeds.serve('kev', { status: 200, body: '{"catalogVersion":"x","vulnerabilities":[]}' });
    feeds.serve('kernel', { status: 200, body: '<html>down for maintenance</html>' });
    expect(await run('feed-sync', 'feedSync-refused')).toEqual({
      kev: expect.stringContaining('the last good copy stays'),
      kernel: expect.stringContaining('not JSON'),
    });
    const { count } = await db.admin.one(sql.type(countRow)`select count(*) as count from kev_entries`);
    expect(count).toBeGreaterThan(1000);
  });

  it('domain-records looks every proven domain up, and takes no silence for an answer', async () => {
    await db.admin.query(sql.unsafe`
      insert into custom_domains (tenant_id, domain, challenge) select id, 'ops.acme.com', ${'0'.repeat(40)} from tenants where slug = 'acme'`);
    expect(await run('domain-records', 'domainRecords')).toEqual({ domains: 1, missing: 0, unanswered: 1 });
  });

  it('housekeeping forgets old nonces', async () => {
    await db.admin.query(sql.unsafe`
      insert into agent_request_nonces (tenant_id, agent_id, nonce, seen_at)
      select tenant_id, id, 'a-very-old-nonce-1', now() - interval '2 days' from agents limit 1`);
    await run('housekeeping', 'housekeeping');
    const { count } = await db.admin.one(sql.type(countRow)`select count(*) as count from agent_request_nonces`);
    expect(count).toBe(0);
  });
});
