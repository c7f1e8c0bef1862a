/**
 * The pass over dynamic groups on one tenant of 10,000 hosts and 50 groups: filling empty groups, a pass in which nothing
 * changed, one in which a hundred hosts did, and the work of one host that registers.
 */

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { createGroupActivities } from '../src/activities/groups.ts';
import { syncHostGroups } from '../src/db/groupMembership.ts';
import { openPool } from '../src/db/pool.ts';
import { withTenant } from '../src/db/scope.ts';
import { TEMPLATE_DATABASE, type TestPostgres, testDatabaseUri } from '../test/support/embeddedPostgres.ts';

const HOSTS = 10_000;
const GROUPS = 50;
const CHANGED_HOSTS = 100;
const ROUNDS = 7;
const MSP_ID = '00000000-0000-4000-8000-000000000001';
const TENANT_ID = '00000000-0000-4000-8000-000000000002';

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

const FLEET = [
  `insert into msps (id, name, email_domain) values ('${MSP_ID}', 'Bench', 'bench.example')`,
  `insert into tenants (id, msp_owner, slug, name) values ('${TENANT_ID}', '${MSP_ID}', 'bench', 'Bench')`,
  `insert into agents (id, tenant_id, hostname, public_key, agent_version, tags, os_id, os_name, kernel_release, kernel_upstream)
   select gen_random_uuid(), '${TENANT_ID}', 'host-' || n, decode(repeat('00', 32), 'hex'), '0.1.0', array['tag-' || n % 20, 'tag-' || n % 7],
     (array['debian', 'ubuntu'])[1 + n % 2], (array['Debian GNU/Linux 12', 'Ubuntu 24.04'])[1 + n % 2], '6.1.0-18-amd64',
     (array['6.1.80', '5.15.148', '5.10.216'])[1 + n % 3]
   from generate_series(1, ${HOSTS}) n`,
  ...Array.from(
    { length: GROUPS },
    (_, index) =>
      `insert into groups (tenant_id, name, rule) values ('${TENANT_ID}', 'group-${index}', '${ruleOf(index)}')`,
  ),
  'vacuum analyze',
];

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function median(work: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await work());
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

/** Fills a database of `server` and measures. */
export async function benchGroups(server: TestPostgres, report: (line: string) => void): Promise<GroupsResult> {
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
    report(`filling ${HOSTS} hosts and ${GROUPS} groups`);
    for (const statement of FLEET) await admin.query(statement);
    const activities = createGroupActivities({ pool: core });
    const pass = () => activities.updateGroupMembership();
    const fillMs = await timed(pass);
    await admin.query('vacuum analyze');
    const quietMs = await median(() => timed(pass));
    const changedMs = await median(async () => {
      await admin.query(`update agents set tags = array['tag-' || (random() * 20)::int]
        where id in (select id from agents order by random() limit ${CHANGED_HOSTS})`);
      return timed(pass);
    });
    const { rows } = await admin.query<{ id: string }>('select id from agents limit 1');
    const agentId = rows[0]?.id ?? '';
    const oneHostMs = await median(async () => {
      await admin.query(`update agents set tags = array['tag-' || (random() * 20)::int] where id = '${agentId}'`);
      return timed(() =>
        withTenant(app, TENANT_ID, (tx) => syncHostGroups(tx, { tenantId: TENANT_ID, mspId: MSP_ID, agentId })),
      );
    });
    const members = await admin.query<{ count: string }>('select count(*) from group_members');
    return {
      hosts: HOSTS,
      groups: GROUPS,
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
