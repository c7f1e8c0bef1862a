/**
 * The cockpit's statement on 10,000 tenants, with and without the index of migrations/0013_cockpit_indexes.sql, in
 * turns within one run: a ratio of the same minutes on the same machine says more than two numbers of two days.
 */

import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import { loadBundledFeeds } from '../src/activities/feeds.ts';
import { listCockpit } from '../src/db/cockpit.ts';
import { openPool } from '../src/db/pool.ts';
import { withMsp } from '../src/db/scope.ts';
import { TEMPLATE_DATABASE, type TestPostgres, testDatabaseUri } from '../test/support/embeddedPostgres.ts';

const TENANTS = 10_000;
const HOSTS_PER_TENANT = 2;
const SNAPSHOTS_PER_TENANT = 16;
const ROUNDS = 7;
const PAGE = 50;
const MSP_ID = '00000000-0000-4000-8000-000000000001';

/** One measurement of both; milliseconds. */
export type CockpitResult = {
  readonly tenants: number;
  readonly openCves: number;
  readonly withIndexMs: number;
  readonly withoutIndexMs: number;
  readonly ratio: number;
};

async function runSql(uri: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: uri });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A fleet of real kernels against the real fixes, so that the share of known-exploited CVEs is the real one. */
const FLEET = [
  // Neither triggers nor foreign keys: the rows are right by construction, and a million of them must be there soon.
  'set session_replication_role = replica',
  `insert into msps (id, name, email_domain) values ('${MSP_ID}', 'Bench', 'bench.example')`,
  `insert into tenants (msp_owner, slug, name, created_at)
   select '${MSP_ID}', 'tenant-' || n, 'Tenant ' || n, now() - interval '400 days' from generate_series(1, ${TENANTS}) n`,
  `insert into agents (id, tenant_id, hostname, public_key, agent_version, kernel_upstream)
   select gen_random_uuid(), t.id, 'host-' || n, decode(repeat('00', 32), 'hex'), '0.1.0',
     (array['6.1.80', '5.15.148', '6.6.20', '5.10.216', '6.1.85'])[1 + (hashtext(t.slug || n) & 2147483647) % 5]
   from tenants t, generate_series(1, ${HOSTS_PER_TENANT}) n`,
  `insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, fixed_version, detected_at)
   select a.tenant_id, a.id, 'kernel', 'linux', f.cve_id, a.kernel_upstream, f.fixed_version, now() - interval '40 days'
   from agents a join kernel_cve_fixes f on f.stream = substring(a.kernel_upstream from '^\\d+\\.\\d+')
     and f.fixed_patch > split_part(a.kernel_upstream, '.', 3)::int`,
  `insert into alerts (tenant_id, number, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
   select id, n, 'rule', 'bench:' || n, (array['critical', 'high', 'medium', 'low'])[1 + (hashtext(slug || n) & 2147483647) % 4], 'An alert',
     now() - interval '3 hours', now(), now() + make_interval(mins => (hashtext(slug || n) % 600))
   from tenants, generate_series(1, 3) n`,
  `insert into trust_scores (tenant_id, computed_at, score, components, formula_version, inputs, inputs_hash)
   select id, now() - make_interval(hours => n * 22), 60 + (hashtext(slug || n) & 2147483647) % 40, '{}', '1.2', '{}', decode(repeat('00', 32), 'hex')
   from tenants, generate_series(0, ${SNAPSHOTS_PER_TENANT - 1}) n`,
  'vacuum analyze',
];

async function measure(pool: DatabasePool): Promise<number> {
  const began = performance.now();
  await withMsp(pool, MSP_ID, (tx) =>
    listCockpit(tx, {
      mspId: MSP_ID,
      urgencyGreaterThan: null,
      search: null,
      sort: '-urgency',
      after: null,
      limit: PAGE,
    }),
  );
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Fills two equal databases of `server`, takes the index from one, and measures both in turns. */
export async function benchCockpit(server: TestPostgres, report: (line: string) => void): Promise<CockpitResult> {
  const uri = (database: string, role = 'postgres'): string => testDatabaseUri(server.port, role, database);
  await runSql(uri('postgres'), [`create database bench_with template ${TEMPLATE_DATABASE}`]);
  const feeds = await openPool(uri('bench_with'), { maxPoolSize: 1, applicationName: 'bench' });
  await loadBundledFeeds(feeds);
  await feeds.end();
  report(`filling ${TENANTS} tenants`);
  await runSql(uri('bench_with'), FLEET);
  await runSql(uri('postgres'), ['create database bench_without template bench_with']);
  await runSql(uri('bench_without'), ['drop index agent_cves_open_by_cve', 'vacuum analyze agent_cves']);

  const counter = new Client({ connectionString: uri('bench_with') });
  await counter.connect();
  const { rows } = await counter.query<{ count: string }>('select count(*) from agent_cves where patched_at is null');
  await counter.end();

  const open = (database: string): Promise<DatabasePool> =>
    openPool(uri(database, 'monsys_app'), { maxPoolSize: 1, applicationName: 'bench' });
  const [indexed, bare] = await Promise.all([open('bench_with'), open('bench_without')]);
  try {
    // The first of each reads the disk; it is not counted.
    await measure(indexed);
    await measure(bare);
    report('measuring');
    const times = { indexed: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      times.indexed.push(await measure(indexed));
      times.bare.push(await measure(bare));
    }
    const withIndexMs = median(times.indexed);
    const withoutIndexMs = median(times.bare);
    return {
      tenants: TENANTS,
      openCves: Number(rows[0]?.count),
      withIndexMs,
      withoutIndexMs,
      ratio: withoutIndexMs / withIndexMs,
    };
  } finally {
    await indexed.end();
    await bare.end();
  }
}
