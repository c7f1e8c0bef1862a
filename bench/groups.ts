/**
 * The pass over dynamic groups: filling empty groups, a pass in which nothing changed, one in which a hundred hosts did,
 * and the work of one host that registers. Within `npm run bench` on one tenant of 10,000 hosts and 50 groups; alone,
 * `node bench/groups.ts [hosts ...]`, on 1,000 groups of a hundred tenants with 10,000, 100,000 and 1,000,000 hosts.
 */

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { createGroupActivities } from '../src/activities/groups.ts';
import { syncHostGroups } from '../src/db/groupMembership.ts';
import { openPool } from '../src/db/pool.ts';
import { withTenant } from '../src/db/scope.ts';
import {
  startTestPostgres,
  TEMPLATE_DATABASE,
  type TestPostgres,
  testDatabaseUri,
} from '../test/support/embeddedPostgres.ts';

/** What is measured on; hosts and groups are spread evenly over the tenants. */
type Fleet = { readonly tenants: number; readonly hosts: number; readonly groups: number };
const ONE_TENANT: Fleet = { tenants: 1, hosts: 10_000, groups: 50 };
const SIZES = [10_000, 100_000, 1_000_000];
const CHANGED_HOSTS = 100;
const ROUNDS = 7;
/** Of a fleet that takes a minute and more for each. */
const ROUNDS_OF_LARGE = 3;
const LARGE_HOSTS = 500_000;
const MSP_ID = '00000000-0000-4000-8000-000000000001';

/** Id of the n-th tenant, from 0. */
function tenantId(index: number): string {
  return `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`;
}

/** Milliseconds; all but the first are medians. */
export type GroupsResult = {
  readonly hosts: number;
  readonly groups: number;
  readonly members: number;
  readonly fillMs: number;
  readonly quietMs: number;
  readonly changedMs: number;
  readonly oneHostMs: number;
};

/** A rule of five conditions over every kind of fact. */
function ruleOf(index: number): string {
  return JSON.stringify({
    all_of: [
      { any_of: [{ tag: `tag-${index % 20}` }, { hostname: `host-*${index % 10}` }] },
      { none_of: [{ os: 'ubuntu*' }, { agent_version: '<0.0.9' }] },
      { kernel: '>=5.15' },
    ],
  });
}

function fleetStatements({ tenants, hosts, groups }: Fleet): readonly string[] {
  return [
    `insert into msps (id, name, email_domain) values ('${MSP_ID}', 'Bench', 'bench.example')`,
    `insert into tenants (id, msp_owner, slug, name)
     select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, '${MSP_ID}', 'bench-' || n, 'Bench ' || n from generate_series(0, ${tenants - 1}) n`,
    `insert into agents (id, tenant_id, hostname, public_key, agent_version, tags, os_id, os_name, kernel_release, kernel_upstream)
     select gen_random_uuid(), ('00000000-0000-4000-9000-' || lpad((n % ${tenants})::text, 12, '0'))::uuid, 'host-' || n / ${tenants},
       decode(repeat('00', 32), 'hex'), '0.1.0', array['tag-' || n / ${tenants} % 20, 'tag-' || n / ${tenants} % 7],
       (array['debian', 'ubuntu'])[1 + n / ${tenants} % 2], (array['Debian GNU/Linux 12', 'Ubuntu 24.04'])[1 + n / ${tenants} % 2], '6.1.0-18-amd64',
       (array['6.1.80', '5.15.148', '5.10.216'])[1 + n / ${tenants} % 3]
     from generate_series(0, ${hosts - 1}) n`,
    ...Array.from(
      { length: groups },
      (_, index) =>
        `insert into groups (tenant_id, name, rule) values ('${tenantId(index % tenants)}', 'group-${index}', '${ruleOf(Math.floor(index / tenants))}')`,
    ),
    'vacuum analyze',
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function median(rounds: number, work: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await work());
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** Fills a database of `server` and measures. */
export async function benchGroups(
  server: TestPostgres,
  report: (line: string) => void,
  fleet: Fleet = ONE_TENANT,
): Promise<GroupsResult> {
  const uri = (database: string, role = 'postgres'): string => testDatabaseUri(server.port, role, database);
  const database = `bench_groups_${randomUUID().slice(0, 8)}`;
  const maker = new Client({ connectionString: uri('postgres') });
  await maker.connect();
  await maker.query(`create database ${database} template ${TEMPLATE_DATABASE}`);
  await maker.end();
  const admin = new Client({ connectionString: uri(database) });
  await admin.connect();
  const [core, app] = await Promise.all(
    ['monsys_core', 'monsys_app'].map((role) =>
      openPool(uri(database, role), { maxPoolSize: 1, applicationName: 'bench' }),
    ),
  );
  if (core === undefined || app === undefined) throw new Error('two pools were opened');
  try {
    report(`filling ${fleet.hosts} hosts and ${fleet.groups} groups`);
    for (const statement of fleetStatements(fleet)) await admin.query(statement);
    const rounds = fleet.hosts >= LARGE_HOSTS ? ROUNDS_OF_LARGE : ROUNDS;
    const activities = createGroupActivities({ pool: core });
    const pass = () => activities.updateGroupMembership();
    const fillMs = await timed(pass);
    await admin.query('vacuum analyze');
    const quietMs = await median(rounds, () => timed(pass));
    const changedMs = await median(rounds, async () => {
      await admin.query(`update agents set tags = array['tag-' || (random() * 20)::int]
        where id in (select id from agents order by random() limit ${CHANGED_HOSTS})`);
      return timed(pass);
    });
    const { rows } = await admin.query<{ id: string }>('select id from agents where tenant_id = $1 limit 1', [
      tenantId(0),
    ]);
    const agentId = rows[0]?.id ?? '';
    const oneHostMs = await median(rounds, async () => {
      await admin.query(`update agents set tags = array['tag-' || (random() * 20)::int] where id = '${agentId}'`);
      return timed(() =>
        withTenant(app, tenantId(0), (tx) =>
          syncHostGroups(tx, { tenantId: tenantId(0), mspId: MSP_ID, agentIds: [agentId] }),
        ),
      );
    });
    const members = await admin.query<{ count: string }>('select count(*) from group_members');
    return {
      hosts: fleet.hosts,
      groups: fleet.groups,
      members: Number(members.rows[0]?.count),
      fillMs,
      quietMs,
      changedMs,
      oneHostMs,
    };
  } finally {
    await Promise.all([core.end(), app.end(), admin.end()]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2).map(Number);
  const server = await startTestPostgres();
  try {
    for (const hosts of named.length === 0 ? SIZES : named) {
      const result = await benchGroups(server, (line) => process.stdout.write(`${line}\n`), {
        tenants: 100,
        hosts,
        groups: 1_000,
      });
      process.stdout.write(`${JSON.stringify(result)}\n`);
    }
  } finally {
    await server.stop();
  }
}
