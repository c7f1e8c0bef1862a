/**
 * Who belongs to which group. A rule is rendered from src/domain/tagRule.ts to a condition, so that all groups of a pass
 * are one statement over the hosts; for one host the pure function decides. test/activities/groups.test.ts compares the
 * two over random fleets and rules.
 */

import type { FragmentSqlToken as SqlFragment } from 'slonik';
import { z } from 'zod';
import { asciiLower, matches, type TagRule, tagRule, versionTest } from '../domain/tagRule.ts';
import { appendAudit } from './audit.ts';
import { lockGroups } from './groups.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx, TenantTx } from './scope.ts';
import { followMembers } from './slaClocks.ts';

/** A group as far as membership goes. */
export type GroupToCheck = {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly rule: TagRule;
};

type Condition = SqlFragment;

const NUMBERS = '^[0-9]{1,9}(?:[.][0-9]{1,9})*';
/** As `numbersOf` of the domain: arrays compare number by number, the longer of two that agree being the greater. */
const numbers = (version: SqlFragment): SqlFragment => sql.fragment`
  string_to_array(regexp_replace(substring(${version} from ${NUMBERS}), '(?:[.]0+)+$', ''), '.')::int[]`;

/** Hosts that may be members, with what rules look at worked out once a host. */
function hostsOf(tenantIds: readonly string[]): SqlFragment {
  return sql.fragment`
    select id, tenant_id, hostname, tags, lower(hostname collate "C") as hostname_lower, lower(os_id collate "C") as os_id_lower,
      lower(os_name collate "C") as os_name_lower, kernel_release, kernel_upstream, agent_version,
      ${numbers(sql.fragment`coalesce(kernel_upstream, kernel_release)`)} as kernel_numbers, ${numbers(sql.fragment`agent_version`)} as agent_numbers
    from agents where is_active and tenant_id = any (${sql.array([...tenantIds], 'uuid')})`;
}

/** The rule as a condition on a row `h` of {@link hostsOf}; never null, as a fact that is not known matches nothing. */
function conditionOf(rule: TagRule): Condition {
  if ('all_of' in rule) return sql.fragment`(${sql.join(rule.all_of.map(conditionOf), sql.fragment` and `)})`;
  if ('any_of' in rule) return sql.fragment`(${sql.join(rule.any_of.map(conditionOf), sql.fragment` or `)})`;
  if ('none_of' in rule) return sql.fragment`not (${sql.join(rule.none_of.map(conditionOf), sql.fragment` or `)})`;
  if ('tag' in rule) return sql.fragment`${rule.tag} = any (h.tags)`;
  if ('hostname' in rule) return sql.fragment`h.hostname_lower like ${likePattern(rule.hostname)}`;
  if ('os' in rule) {
    const pattern = likePattern(rule.os);
    return sql.fragment`(coalesce(h.os_id_lower like ${pattern}, false) or coalesce(h.os_name_lower like ${pattern}, false))`;
  }
  return 'kernel' in rule
    ? versionCondition(
        rule.kernel,
        [sql.fragment`h.kernel_upstream`, sql.fragment`h.kernel_release`],
        sql.fragment`h.kernel_numbers`,
      )
    : versionCondition(rule.agent_version, [sql.fragment`h.agent_version`], sql.fragment`h.agent_numbers`);
}

function versionCondition(text: string, names: readonly SqlFragment[], known: SqlFragment): Condition {
  const test = versionTest(text);
  if (test.kind === 'compare') {
    const version = sql.array([...test.version], 'int4');
    return sql.fragment`coalesce(${known} ${OPERATORS[test.operator]} ${version}, false)`;
  }
  const endsInNumber = /[0-9]$/.test(test.prefix);
  const begins = names.map((name) => {
    const boundary = sql.fragment` and substr(${name}, ${test.prefix.length + 1}, 1) !~ '[0-9]'`;
    return sql.fragment`coalesce(starts_with(${name}, ${test.prefix})${endsInNumber ? boundary : sql.fragment``}, false)`;
  });
  return sql.fragment`(${sql.join(begins, sql.fragment` or `)})`;
}

const OPERATORS = {
  '>=': sql.fragment`>=`,
  '<=': sql.fragment`<=`,
  '<>': sql.fragment`<>`,
  '=': sql.fragment`=`,
  '>': sql.fragment`>`,
  '<': sql.fragment`<`,
} as const;

/** A glob as a pattern of LIKE. */
function likePattern(glob: string): string {
  return asciiLower(glob)
    .replaceAll(/[\\%_]/g, String.raw`\$&`)
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

/** `hosts` and `wanted (group_id, agent_id)` of the groups, as the start of a `with`. */
function wantedOf(groups: readonly GroupToCheck[]): SqlFragment {
  const parts = groups.map(
    (group) => sql.fragment`
      select ${group.id}::uuid as group_id, h.id as agent_id from hosts h where h.tenant_id = ${group.tenant_id}::uuid and ${conditionOf(group.rule)}`,
  );
  return sql.fragment`
    hosts as materialized (${hostsOf([...new Set(groups.map((group) => group.tenant_id))])}),
    wanted as materialized (${sql.join(parts, sql.fragment` union all `)})`;
}

const HASH = sql.fragment`sha256(convert_to(string_agg(agent_id::text, E'\n' order by agent_id), 'UTF8'))`;

const toCheckRow = z.object({ id: z.uuid(), tenant_id: z.uuid(), name: z.string(), rule: tagRule });

/** Groups after the given one, for passes page by page. */
export async function listGroupsToCheck(
  tx: SystemTx,
  after: GroupToCheck | null,
  limit: number,
): Promise<readonly GroupToCheck[]> {
  return tx.any(sql.type(toCheckRow)`
    select id, tenant_id, name, rule from groups
    where archived_at is null and (${after === null} or (tenant_id, id) > (${after?.tenant_id ?? null}::uuid, ${after?.id ?? null}::uuid))
    order by tenant_id, id limit ${limit}`);
}

const changedRow = z.object({ id: z.uuid(), tenant_id: z.uuid(), msp_id: z.uuid() });

/** Which of the groups have other members than they should: one statement, which changes nothing. */
export async function findChangedGroups(
  tx: SystemTx,
  groups: readonly GroupToCheck[],
): Promise<readonly z.infer<typeof changedRow>[]> {
  if (groups.length === 0) return [];
  return tx.any(sql.type(changedRow)`
    with ${wantedOf(groups)},
    sets as (select group_id, ${HASH} as hash from wanted group by group_id)
    select g.id, g.tenant_id, t.msp_owner as msp_id
    from groups g join tenants t on t.id = g.tenant_id left join sets s on s.group_id = g.id
    where g.id = any (${sql.array(
      groups.map((group) => group.id),
      'uuid',
    )}) and g.members_hash <> coalesce(s.hash, sha256(''))`);
}

const changeRow = z.object({ group_id: z.uuid(), agent_id: z.uuid(), hostname: z.string(), is_added: z.boolean() });
type Change = z.infer<typeof changeRow>;
/** How many came and went. */
export type MembershipChange = { readonly added: number; readonly removed: number };

/**
 * Makes the members of groups of one tenant what their rules say, and records who came and went. The caller holds
 * {@link lockGroups} of the tenant, so the state it reads is the newest and nobody else changes it. `recordCause` writes
 * the audit row of what brought this about: before those of members, and after the alerts, which whoever resolves one has
 * before the audit log as well.
 */
export async function applyMembership(
  tx: AnyTx,
  tenant: { readonly id: string; readonly mspId: string },
  groups: readonly GroupToCheck[],
  recordCause: () => Promise<void> = () => Promise.resolve(),
): Promise<MembershipChange> {
  if (groups.length === 0) return { added: 0, removed: 0 };
  const ids = sql.array(
    groups.map((group) => group.id),
    'uuid',
  );
  const changes = await tx.any(sql.type(changeRow)`
    with ${wantedOf(groups)},
    present as materialized (
      select group_id, agent_id from group_members where tenant_id = ${tenant.id}::uuid and group_id = any (${ids})
    ),
    -- EXCEPT is hashed whatever the planner believes: a join would be a nested loop over a table that fills meanwhile.
    added as (
      insert into group_members (tenant_id, group_id, agent_id)
      select ${tenant.id}::uuid, group_id, agent_id from (select * from wanted except select * from present) as missing
      returning group_id, agent_id
    ), removed as (
      delete from group_members m using (select * from present except select * from wanted) as surplus
      where m.tenant_id = ${tenant.id}::uuid and m.group_id = surplus.group_id and m.agent_id = surplus.agent_id
      returning m.group_id, m.agent_id
    )
    select c.group_id, c.agent_id, a.hostname, c.is_added
    from (select *, true as is_added from added union all select *, false from removed) c
      join agents a on a.tenant_id = ${tenant.id}::uuid and a.id = c.agent_id
    order by c.group_id, c.is_added, c.agent_id`);
  return recordChanges(tx, tenant, groups, changes, recordCause);
}

const hostRow = z.object({
  id: z.uuid(),
  hostname: z.string(),
  tags: z.array(z.string()),
  os_id: z.string().nullable(),
  os_name: z.string().nullable(),
  kernel_release: z.string().nullable(),
  kernel_upstream: z.string().nullable(),
  agent_version: z.string(),
  is_active: z.boolean(),
  member_of: z.array(z.uuid()),
});

/**
 * Puts hosts into their groups and takes them out of others, now: for those that register, or whose facts change, in that
 * very transaction. Call it once, after everything that locks hosts or alerts and before the audit row.
 */
export async function syncHostGroups(
  tx: TenantTx,
  hosts: { readonly tenantId: string; readonly mspId: string; readonly agentIds: readonly string[] },
): Promise<MembershipChange> {
  const { tenantId } = hosts;
  const groups = await lockGroups(tx, tenantId);
  if (groups.length === 0 || hosts.agentIds.length === 0) return { added: 0, removed: 0 };
  const facts = await tx.any(sql.type(hostRow)`
    select id, hostname, tags, os_id, os_name, kernel_release, kernel_upstream, agent_version, is_active,
      array(select group_id from group_members where tenant_id = a.tenant_id and agent_id = a.id) as member_of
    from agents a where tenant_id = ${tenantId}::uuid and id = any (${sql.array([...hosts.agentIds], 'uuid')}) order by id`);
  const changes = facts.flatMap((host) =>
    groups.flatMap((group): Change[] => {
      const belongs = host.is_active && matches(group.rule, host);
      if (belongs === host.member_of.includes(group.id)) return [];
      return [{ group_id: group.id, agent_id: host.id, hostname: host.hostname, is_added: belongs }];
    }),
  );
  if (changes.length === 0) return { added: 0, removed: 0 };
  const moved = (isAdded: boolean): SqlFragment => {
    const moves = changes.filter((change) => change.is_added === isAdded);
    return sql.fragment`unnest(
      ${sql.array(
        moves.map(({ group_id }) => group_id),
        'uuid',
      )},
      ${sql.array(
        moves.map(({ agent_id }) => agent_id),
        'uuid',
      )}) as moved (group_id, agent_id)`;
  };
  await tx.query(sql.unsafe`
    insert into group_members (tenant_id, group_id, agent_id)
    select ${tenantId}::uuid, group_id, agent_id from ${moved(true)}`);
  await tx.query(sql.unsafe`
    delete from group_members m using ${moved(false)}
    where m.tenant_id = ${tenantId}::uuid and m.group_id = moved.group_id and m.agent_id = moved.agent_id`);
  return recordChanges(tx, { id: tenantId, mspId: hosts.mspId }, groups, changes, () => Promise.resolve());
}

const countedRow = z.object({ id: z.uuid(), member_count: z.number(), members_hash: z.string() });
/** Hosts named by one audit row; a larger change is several rows. */
const HOSTS_PER_AUDIT_ROW = 1_000;

/** Counts and hashes the groups that changed, lets the clocks of alerts follow, and writes down who came and went. */
async function recordChanges(
  tx: AnyTx,
  tenant: { readonly id: string; readonly mspId: string },
  groups: readonly GroupToCheck[],
  changes: readonly Change[],
  recordCause: () => Promise<void>,
): Promise<MembershipChange> {
  if (changes.length > 0) await followMembers(tx, tenant.id, changes);
  await recordCause();
  if (changes.length === 0) return { added: 0, removed: 0 };
  const byGroup = Map.groupBy(changes, (change) => change.group_id);
  const ids = sql.array([...byGroup.keys()], 'uuid');
  const counted = await tx.any(sql.type(countedRow)`
    update groups g set members_changed_at = now(), member_count = coalesce(s.count, 0), members_hash = coalesce(s.hash, sha256(''))
    from unnest(${ids}) as c (id) left join (
      select group_id, count(*) as count, ${HASH} as hash from group_members
      where tenant_id = ${tenant.id}::uuid and group_id = any (${ids}) group by group_id
    ) s on s.group_id = c.id
    where g.tenant_id = ${tenant.id}::uuid and g.id = c.id
    returning g.id, g.member_count, encode(g.members_hash, 'hex') as members_hash`);
  for (const { id, member_count, members_hash } of counted) {
    const ofGroup = byGroup.get(id) ?? [];
    const name = groups.find((group) => group.id === id)?.name ?? '';
    for (let start = 0; start < ofGroup.length; start += HOSTS_PER_AUDIT_ROW) {
      const told = ofGroup.slice(start, start + HOSTS_PER_AUDIT_ROW);
      const hosts = (isAdded: boolean) =>
        told.filter((change) => change.is_added === isAdded).map(({ agent_id, hostname }) => ({ agent_id, hostname }));
      await appendAudit(tx, {
        msp_id: tenant.mspId,
        tenant_id: tenant.id,
        event_type: 'group_members_changed',
        actor: { kind: 'system' },
        event_data: { group_id: id, name, member_count, members_hash, added: hosts(true), removed: hosts(false) },
      });
    }
  }
  const added = changes.filter((change) => change.is_added).length;
  return { added, removed: changes.length - added };
}

/** A host that a rule would take in. */
export const previewRow = z.object({
  id: z.uuid(),
  hostname: z.string(),
  tags: z.array(z.string()),
  os_id: z.string().nullable(),
  kernel_release: z.string().nullable(),
  kernel_upstream: z.string().nullable(),
  agent_version: z.string(),
  total: z.number(),
});

/** Who would match a rule, by name; `total` in every row is all of them. */
export async function previewRule(
  tx: TenantTx,
  tenantId: string,
  rule: TagRule,
  limit: number,
): Promise<readonly z.infer<typeof previewRow>[]> {
  return tx.any(sql.type(previewRow)`
    with hosts as (${hostsOf([tenantId])})
    select h.id, h.hostname, h.tags, a.os_id, h.kernel_release, h.kernel_upstream, h.agent_version, count(*) over () as total
    from hosts h join agents a on (a.tenant_id, a.id) = (h.tenant_id, h.id)
    where ${conditionOf(rule)} order by h.hostname, h.id limit ${limit}`);
}
