/**
 * What the triggers of migrations/0115_webhooks.sql add to the writes that they watch: without them, with them and no
 * webhook, and with one that wants everything; in turns, on one database.
 */

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import { touchAgent } from '../src/db/agents.ts';
import { clearAlert, raiseAlert } from '../src/db/alerts.ts';
import { openPool } from '../src/db/pool.ts';
import { withMsp, withTenant } from '../src/db/scope.ts';
import { syncPackageCves } from '../src/db/vulnerabilities.ts';
import { insertWebhook } from '../src/db/webhooks.ts';
import type { PackageCve } from '../src/domain/trivy.ts';
import { WEBHOOK_EVENTS } from '../src/domain/webhook.ts';
import { TEMPLATE_DATABASE, type TestPostgres, testDatabaseUri } from '../test/support/embeddedPostgres.ts';

const MSP_ID = '00000000-0000-4000-8000-000000000001';
const TENANT_ID = '00000000-0000-4000-8000-000000000002';
const AGENT_ID = '00000000-0000-4000-8000-000000000003';
const ROUNDS = 25;
const BEATS = 40;
const ALERTS = 10;
const CVES = 500;
const TRIGGERS = [
  ['alerts', 'tell_of_opened_alert'],
  ['alerts', 'tell_of_resolved_alert'],
  ['agents', 'tell_of_agent'],
  ['agent_cves', 'tell_of_new_cves'],
  ['agent_cves', 'tell_of_reopened_cves'],
] as const;

const SETTINGS = ['without', 'noWebhook', 'oneWebhook'] as const;
type Setting = (typeof SETTINGS)[number];
/** Milliseconds, the fastest of all rounds (whatever else the machine does only adds), of one heartbeat, of one alert opened and resolved, and of one scan's CVEs. */
export type WebhookCost = { readonly beatMs: number; readonly alertMs: number; readonly scanMs: number };

const CVE_LIST: readonly PackageCve[] = Array.from({ length: CVES }, (_, index) => ({
  cve_id: `CVE-2025-${10_000 + index}`,
  package: 'openssl',
  installed_version: '3.0.1',
  fixed_version: '3.0.2',
  severity: 'high',
}));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function round(pool: DatabasePool): Promise<WebhookCost> {
  const at = new Date().toISOString();
  const repeat = async (count: number, work: () => Promise<unknown>): Promise<number> =>
    (await timed(async () => {
      for (let turn = 0; turn < count; turn += 1) await work();
    })) / count;
  const beat = { tenantId: TENANT_ID, agentId: AGENT_ID, agentVersion: '1', bootId: 'boot' };
  const host = { tenantId: TENANT_ID, agentId: AGENT_ID, at };
  return {
    beatMs: await repeat(BEATS, () => withTenant(pool, TENANT_ID, (tx) => touchAgent(tx, beat))),
    alertMs: await repeat(ALERTS, () =>
      withTenant(pool, TENANT_ID, async (tx) => {
        const fingerprint = randomUUID();
        await raiseAlert(tx, {
          tenant_id: TENANT_ID,
          agent_id: AGENT_ID,
          source: 'ingest',
          fingerprint,
          severity: 'high',
          title: 'An alert',
          detail: {},
          at,
        });
        await clearAlert(tx, TENANT_ID, fingerprint, at, 'It is over.');
      }),
    ),
    // Found, seen again and patched: inserts and updates.
    scanMs: await timed(async () => {
      for (const cves of [CVE_LIST, CVE_LIST, []])
        await withTenant(pool, TENANT_ID, (tx) => syncPackageCves(tx, host, cves));
    }),
  };
}

/** Measures the three settings in turns. */
export async function benchWebhooks(server: TestPostgres): Promise<Readonly<Record<Setting, WebhookCost>>> {
  const uri = (database: string, role = 'postgres'): string => testDatabaseUri(server.port, role, database);
  const maker = new Client({ connectionString: uri('postgres') });
  await maker.connect();
  await maker.query(`create database bench_webhooks template ${TEMPLATE_DATABASE}`);
  await maker.end();
  const owner = new Client({ connectionString: uri('bench_webhooks') });
  await owner.connect();
  const pool = await openPool(uri('bench_webhooks', 'monsys_app'), { maxPoolSize: 1, applicationName: 'bench' });
  try {
    await owner.query(`insert into msps (id, name, email_domain) values ('${MSP_ID}', 'Bench', 'bench.example')`);
    await owner.query(
      `insert into tenants (id, msp_owner, slug, name) values ('${TENANT_ID}', '${MSP_ID}', 'bench', 'Bench')`,
    );
    await owner.query(
      `insert into agents (id, tenant_id, hostname, public_key, agent_version) values ('${AGENT_ID}', '${TENANT_ID}', 'host', decode(repeat('00', 32), 'hex'), '1')`,
    );
    await withMsp(pool, MSP_ID, (tx) =>
      insertWebhook(tx, {
        id: randomUUID(),
        msp_id: MSP_ID,
        tenant_id: null,
        name: 'Bench',
        url: 'https://bench.example/',
        events: WEBHOOK_EVENTS,
        is_active: false,
        sealed_secret: Buffer.from('x'),
        created_by_email: 'bench@bench.example',
      }),
    );
    const set = async (setting: Setting): Promise<void> => {
      for (const [table, trigger] of TRIGGERS)
        await owner.query(`alter table ${table} ${setting === 'without' ? 'disable' : 'enable'} trigger ${trigger}`);
      await owner.query(`update webhooks set is_active = ${setting === 'oneWebhook'}`);
    };
    const rounds: Record<Setting, WebhookCost[]> = { without: [], noWebhook: [], oneWebhook: [] };
    for (let turn = 0; turn <= ROUNDS; turn += 1) {
      for (const setting of SETTINGS) {
        await set(setting);
        const cost = await round(pool);
        // The first of each warms up; it is not counted.
        if (turn > 0) rounds[setting].push(cost);
      }
    }
    const summary = (costs: readonly WebhookCost[]): WebhookCost => ({
      beatMs: Math.min(...costs.map(({ beatMs }) => beatMs)),
      alertMs: Math.min(...costs.map(({ alertMs }) => alertMs)),
      scanMs: Math.min(...costs.map(({ scanMs }) => scanMs)),
    });
    return {
      without: summary(rounds.without),
      noWebhook: summary(rounds.noWebhook),
      oneWebhook: summary(rounds.oneWebhook),
    };
  } finally {
    await pool.end();
    await owner.end();
  }
}
