/**
 * What the triggers of migrations/0115_webhooks.sql add to the writes that they watch while nobody wants an event. Postgres
 * itself says how long each trigger took (`explain analyze`), the fastest of many: other work on the machine only adds.
 */

import { Client } from 'pg';
import { TEMPLATE_DATABASE, type TestPostgres, testDatabaseUri } from '../test/support/embeddedPostgres.ts';

const MSP_ID = '00000000-0000-4000-8000-000000000001';
const TENANT_ID = '00000000-0000-4000-8000-000000000002';
const AGENT_ID = '00000000-0000-4000-8000-000000000003';
const ROUNDS = 60;
const CVES = 500;

/** Milliseconds of a write, and of the trigger of webhooks in it; 0 where it does not fire. */
export type WebhookCost = { readonly write: string; readonly totalMs: number; readonly triggerMs: number };

/** The writes of one round, as a host causes them. */
function writes(round: number): Readonly<Record<string, string>> {
  return {
    'a heartbeat': `update agents set last_seen_at = now(), link_state = 'online' where tenant_id = '${TENANT_ID}' and id = '${AGENT_ID}'`,
    'an alert': `insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
      values ('${TENANT_ID}', ${round}, '${AGENT_ID}', 'ingest', 'bench:${round}', 'high', 'An alert', now(), now(), now())`,
    [`${CVES} CVEs found`]: `insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, severity, detected_at)
      select '${TENANT_ID}', '${AGENT_ID}', 'trivy', 'openssl', 'CVE-${round}-' || n, '1', 'high', now() from generate_series(1, ${CVES}) n`,
    [`${CVES} CVEs seen again`]: `update agent_cves set installed_version = '2' where tenant_id = '${TENANT_ID}' and cve_id like 'CVE-${round}-%'`,
  };
}

/** Runs every write many times in the scope of a tenant, as the API does. */
export async function benchWebhooks(server: TestPostgres): Promise<readonly WebhookCost[]> {
  const connect = async (role: string, database: string): Promise<Client> => {
    const client = new Client({ connectionString: testDatabaseUri(server.port, role, database) });
    await client.connect();
    return client;
  };
  const maker = await connect('postgres', 'postgres');
  await maker.query(`create database bench_webhooks template ${TEMPLATE_DATABASE}`);
  await maker.end();
  const owner = await connect('postgres', 'bench_webhooks');
  await owner.query(`
    insert into msps (id, name, email_domain) values ('${MSP_ID}', 'Bench', 'bench.example');
    insert into tenants (id, msp_owner, slug, name) values ('${TENANT_ID}', '${MSP_ID}', 'bench', 'Bench');
    insert into agents (id, tenant_id, hostname, public_key, agent_version)
      values ('${AGENT_ID}', '${TENANT_ID}', 'host', decode(repeat('00', 32), 'hex'), '1')`);
  await owner.end();
  const api = await connect('monsys_app', 'bench_webhooks');
  const fastest = new Map<string, WebhookCost>();
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const [write, statement] of Object.entries(writes(round))) {
        const { totalMs, triggerMs } = await explain(api, statement);
        const before = fastest.get(write) ?? { totalMs: Infinity, triggerMs: Infinity };
        fastest.set(write, {
          write,
          totalMs: Math.min(before.totalMs, totalMs),
          triggerMs: Math.min(before.triggerMs, triggerMs),
        });
      }
    }
  } finally {
    await api.end();
  }
  return [...fastest.values()];
}

async function explain(
  api: Client,
  statement: string,
): Promise<{ readonly totalMs: number; readonly triggerMs: number }> {
  await api.query('begin');
  await api.query(`select set_config('app.tenant', '${TENANT_ID}', true)`);
  const { rows } = await api.query<{ 'QUERY PLAN': string }>(`explain (analyze, timing on) ${statement}`);
  await api.query('commit');
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  return {
    totalMs: Number(/Execution Time: ([\d.]+)/.exec(plan)?.[1]),
    triggerMs: Number(/Trigger tell_of_\w+: time=([\d.]+)/.exec(plan)?.[1] ?? 0),
  };
}
