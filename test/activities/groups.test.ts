/** The pass over groups on a real database, as the worker's role sees it. */

import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'slonik';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createGroupActivities } from '../../src/activities/groups.ts';
import { updateAgent } from '../../src/db/agents.ts';
import { syncHostGroups } from '../../src/db/groupMembership.ts';
import { withTenant } from '../../src/db/scope.ts';
import { matches, type RuleHost, ruleFaults, type TagRule } from '../../src/domain/tagRule.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { randomHost, randomRule } from '../support/tagRule.ts';

const db = await createTestDatabase();
const groups = createGroupActivities({ pool: db.core });
const idRow = z.object({ id: z.string() });
const msp = await db.admin.one(
  sql.type(idRow)`insert into msps (name, email_domain) values ('M', 'm.example') returning id`,
);
let tenantId: string;

async function newTenant(): Promise<string> {
  const tenant = await db.admin.one(sql.type(idRow)`
    insert into tenants (msp_owner, slug, name) values (${msp.id}::uuid, 't' || substr(md5(random()::text), 1, 12), 'T') returning id`);
  return tenant.id;
}

beforeEach(async () => {
  await db.admin.query(sql.unsafe`update groups set archived_at = now()`);
  tenantId = await newTenant();
});

async function addHost(hostname: string, tags: readonly string[] = []): Promise<string> {
  const { id } = await db.admin.one(sql.type(idRow)`
    insert into agents (id, tenant_id, hostname, public_key, agent_version, tags)
    values (gen_random_uuid(), ${tenantId}::uuid, ${hostname}, decode(repeat('00', 32), 'hex'), '0.1.0', ${sql.array([...tags], 'text')}) returning id`);
  return id;
}

async function addGroup(rule: TagRule, of = tenantId): Promise<string> {
  const { id } = await db.admin.one(sql.type(idRow)`
    insert into groups (tenant_id, name, rule) values (${of}::uuid, ${randomUUID()}, ${JSON.stringify(rule)}::jsonb) returning id`);
  return id;
}

async function membersOf(groupId: string): Promise<readonly string[]> {
  const rows = await db.admin.any(sql.type(z.object({ hostname: z.string() }))`
    select hostname from group_members m join agents a on a.id = m.agent_id where group_id = ${groupId}::uuid order by hostname`);
  return rows.map((row) => row.hostname);
}

function changesOf(groupId: string) {
  return db.admin.any(sql.type(
    z.object({ added: z.array(z.string()), removed: z.array(z.string()), actor: z.string() }),
  )`
    select array(select jsonb_array_elements(event_data -> 'added') ->> 'hostname') as added,
      array(select jsonb_array_elements(event_data -> 'removed') ->> 'hostname') as removed, actor_kind as actor
    from audit_log where event_type = 'group_members_changed' and event_data ->> 'group_id' = ${groupId} order by seq`);
}

describe('a pass', () => {
  it('takes in who matches, puts out who does not, and records both', async () => {
    await addHost('web-01', ['production', 'eu-west-1']);
    const other = await addHost('web-02', ['production']);
    const group = await addGroup({ all_of: [{ tag: 'production' }, { tag: 'eu-west-1' }] });
    expect(await groups.updateGroupMembership()).toEqual({ groups: 1, changed: 1, added: 1, removed: 0 });
    expect(await membersOf(group)).toEqual(['web-01']);
    await db.admin.query(sql.unsafe`
      update agents set tags = case when id = ${other}::uuid then array['production', 'eu-west-1'] else '{}' end where tenant_id = ${tenantId}::uuid`);
    expect(await groups.updateGroupMembership()).toEqual({ groups: 1, changed: 1, added: 1, removed: 1 });
    expect(await membersOf(group)).toEqual(['web-02']);
    expect(await changesOf(group)).toEqual([
      { added: ['web-01'], removed: [], actor: 'system' },
      { added: ['web-02'], removed: ['web-01'], actor: 'system' },
    ]);
  });

  it('touches nothing where the hash of the set is the same', async () => {
    await addHost('web-01', ['production']);
    const group = await addGroup({ tag: 'production' });
    await groups.updateGroupMembership();
    const versions = () =>
      db.admin.any(sql.type(z.object({ row: z.string() }))`
      select xmin::text || ctid::text as row from groups where id = ${group}::uuid
      union all select xmin::text || ctid::text from group_members where group_id = ${group}::uuid`);
    const before = await versions();
    expect(before).toHaveLength(2);
    expect(await groups.updateGroupMembership()).toEqual({ groups: 1, changed: 0, added: 0, removed: 0 });
    expect(await versions()).toEqual(before);
    expect(await changesOf(group)).toHaveLength(1);
  });

  it('keeps the hash that anyone can compute: SHA-256 of the sorted ids', async () => {
    const ids = [await addHost('a', ['x']), await addHost('b', ['x']), await addHost('c', ['x'])];
    const group = await addGroup({ tag: 'x' });
    await groups.updateGroupMembership();
    const { hash } = await db.admin.one(sql.type(z.object({ hash: z.string() }))`
      select encode(members_hash, 'hex') as hash from groups where id = ${group}::uuid`);
    expect(hash).toBe(createHash('sha256').update(ids.toSorted().join('\n')).digest('hex'));
  });

  it('leaves deactivated hosts out, and hosts of other tenants', async () => {
    const sister = await newTenant();
    const host = await addHost('web-01', ['x']);
    const group = await addGroup({ hostname: '*' });
    const theirs = await addGroup({ hostname: '*' }, sister);
    await groups.updateGroupMembership();
    expect(await membersOf(group)).toEqual(['web-01']);
    expect(await membersOf(theirs)).toEqual([]);
    await db.admin.query(sql.unsafe`update agents set is_active = false where id = ${host}::uuid`);
    await groups.updateGroupMembership();
    expect(await membersOf(group)).toEqual([]);
  });

  it('run by two workers at once does the work once', async () => {
    for (let index = 0; index < 20; index++) await addHost(`web-${index}`, ['x']);
    const ids = await Promise.all(Array.from({ length: 5 }, () => addGroup({ tag: 'x' })));
    const reports = await Promise.all(Array.from({ length: 4 }, () => groups.updateGroupMembership()));
    expect(reports.reduce((sum, report) => sum + report.added, 0)).toBe(100);
    for (const id of ids) {
      expect(await membersOf(id)).toHaveLength(20);
      expect(await changesOf(id)).toHaveLength(1);
    }
  });

  it('beside hosts whose tags change: whoever was last, members are right afterwards, and nobody waits for ever', async () => {
    const hosts = await Promise.all(Array.from({ length: 8 }, (_, index) => addHost(`web-${index}`)));
    const group = await addGroup({ tag: 'x' });
    const flip = async (agentId: string, round: number): Promise<void> => {
      await withTenant(db.app, tenantId, async (tx) => {
        await updateAgent(tx, tenantId, agentId, { tags: round % 2 === 0 ? ['x'] : [] });
        await syncHostGroups(tx, { tenantId, mspId: msp.id, agentIds: [agentId] });
      });
    };
    for (let round = 0; round < 5; round++) {
      await Promise.all([
        ...hosts.map((agentId, index) => flip(agentId, round + index)),
        groups.updateGroupMembership(),
        groups.updateGroupMembership(),
      ]);
      const expected = hosts.flatMap((_, index) => ((round + index) % 2 === 0 ? [`web-${index}`] : []));
      expect(await membersOf(group)).toEqual(expected);
    }
    expect(await groups.updateGroupMembership()).toMatchObject({ changed: 0 });
  });
});

describe('the rule in SQL', () => {
  it('says what the pure function says, over random fleets and rules', async () => {
    const seen = { yes: 0, no: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomHost, { minLength: 8, maxLength: 25 }),
        fc.array(randomRule(3), { minLength: 8, maxLength: 20 }),
        async (hosts, rules) => {
          tenantId = await newTenant();
          await db.admin.query(sql.unsafe`update groups set archived_at = now() where archived_at is null`);
          const fleet = hosts.map((host) => ({ ...host, id: randomUUID() }));
          await insertFleet(fleet);
          for (const rule of rules) {
            expect(ruleFaults(rule)).toEqual([]);
            await addGroup(rule);
          }
          await groups.updateGroupMembership();
          const rows = await db.admin.any(sql.type(z.object({ rule: z.unknown(), members: z.array(z.string()) }))`
            select rule, array(select agent_id::text from group_members m where m.group_id = g.id) as members
            from groups g where archived_at is null and tenant_id = ${tenantId}::uuid`);
          for (const { rule, members } of rows) {
            for (const host of fleet) {
              const expected = matches(rule as TagRule, host);
              seen[expected ? 'yes' : 'no'] += 1;
              expect(members.includes(host.id), `${JSON.stringify(rule)} on ${JSON.stringify(host)}`).toBe(expected);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
    // A control: the random fleets and rules do meet.
    expect(seen.yes).toBeGreaterThan(1000);
    expect(seen.no).toBeGreaterThan(1000);
  }, 120_000);
});

async function insertFleet(fleet: readonly (RuleHost & { readonly id: string })[]): Promise<void> {
  await db.admin.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version, tags, os_id, os_name, kernel_release, kernel_upstream)
    select id, ${tenantId}::uuid, hostname, decode(repeat('00', 32), 'hex'), agent_version, tags, os_id, os_name, kernel_release, kernel_upstream
    from jsonb_to_recordset(${JSON.stringify(fleet)}::jsonb) as h (id uuid, hostname text, agent_version text, tags text[], os_id text, os_name text,
      kernel_release text, kernel_upstream text)`);
}
