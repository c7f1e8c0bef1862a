/** Groups of hosts: what people decide about them, and who is inside. Rules are rendered to SQL in groupMembership.ts. */

import { z } from 'zod';
import type { InheritableGroup } from '../domain/groupInheritance.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { slaPolicy } from '../domain/slaPolicy.ts';
import { type TagRule, tagRule } from '../domain/tagRule.ts';
import { agentRow } from './agents.ts';
import { lockTenantAlerts } from './alertLock.ts';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';
import { POLICY_JSON } from './slaPolicies.ts';

const onCall = z.object({ name: z.string(), contact: z.string() }).nullable();

/** A group as lists show it. */
export const groupRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  name: z.string(),
  rule: tagRule,
  priority: z.number(),
  sla_policy_id: z.uuid().nullable(),
  sla_resolve_minutes: z.partialRecord(z.enum(SEVERITIES), z.number()),
  on_call: onCall,
  on_call_schedule_id: z.uuid().nullable(),
  escalation_policy_id: z.uuid().nullable(),
  runbook_version: z.number(),
  has_runbook: z.boolean(),
  member_count: z.number(),
  members_hash: z.string(),
  members_changed_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type GroupRow = z.infer<typeof groupRow>;

const COLUMNS = sql.fragment`id, tenant_id, name, rule, priority, sla_policy_id, sla_resolve_minutes, on_call, on_call_schedule_id, escalation_policy_id, runbook_version,
  has_runbook, member_count,
  encode(members_hash, 'hex') as members_hash, members_changed_at, created_at, updated_at`;

/** What people decide about a group. */
export type GroupDefinition = {
  readonly name: string;
  readonly rule: TagRule;
  readonly priority: number;
  readonly sla_policy_id: string | null;
  readonly sla_resolve_minutes: Partial<Readonly<Record<Severity, number>>>;
  readonly on_call: { readonly name: string; readonly contact: string } | null;
  readonly on_call_schedule_id: string | null;
  readonly escalation_policy_id: string | null;
};

/** What a list of groups is narrowed to; `after` is the sort key of the last row of the page before. */
export type GroupFilter = {
  readonly tenantId: string | null;
  readonly after: { readonly priority: number; readonly name: string; readonly id: string } | null;
  readonly limit: number;
};

/** Groups in scope in the order in which they are asked. */
export async function listGroups(tx: AnyTx, { tenantId, after, limit }: GroupFilter): Promise<readonly GroupRow[]> {
  return tx.any(sql.type(groupRow)`
    select ${COLUMNS} from groups
    where archived_at is null and (${tenantId}::uuid is null or tenant_id = ${tenantId}::uuid)
      and (${after === null} or (priority, name collate "C", id) > (${after?.priority ?? 0}, ${after?.name ?? ''}, ${after?.id ?? null}::uuid))
    order by priority, name collate "C", id limit ${limit}`);
}

/** One group in scope that is not archived. */
export async function findGroup(tx: AnyTx, id: string): Promise<GroupRow | null> {
  return tx.maybeOne(sql.type(groupRow)`select ${COLUMNS} from groups where id = ${id}::uuid and archived_at is null`);
}

/** Tenant of a group in scope. */
export async function findGroupTenant(tx: AnyTx, id: string): Promise<string | null> {
  return (await findGroup(tx, id))?.tenant_id ?? null;
}

/**
 * Waits for the tenant's groups, to the end of the transaction, and gives them: whoever changes membership does so
 * alone. With the alerts before them, whose clocks follow their hosts: taken before the audit chain and after hosts,
 * everywhere, so that no two wait for each other.
 */
export async function lockGroups(tx: AnyTx, tenantId: string): Promise<readonly GroupRow[]> {
  await lockTenantAlerts(tx, tenantId);
  // Not by the rows: a group that is being made has none yet, and a host that registers meanwhile would miss it.
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${`monsys:groups:${tenantId}`}, 0))`);
  return tx.any(sql.type(groupRow)`
    select ${COLUMNS} from groups where tenant_id = ${tenantId}::uuid and archived_at is null order by id`);
}

const takenRow = z.object({ id: z.uuid() });

/** Another group of the tenant by that name, letters' case aside. */
export async function isNameTaken(
  tx: TenantTx,
  tenantId: string,
  name: string,
  butId: string | null,
): Promise<boolean> {
  const row = await tx.maybeOne(sql.type(takenRow)`
    select id from groups where tenant_id = ${tenantId}::uuid and lower(name) = lower(${name}) and archived_at is null
      and id is distinct from ${butId}::uuid`);
  return row !== null;
}

/** Makes a group; null when the name was taken meanwhile. */
export async function insertGroup(tx: TenantTx, tenantId: string, group: GroupDefinition): Promise<GroupRow | null> {
  return tx.maybeOne(sql.type(groupRow)`
    insert into groups (tenant_id, name, rule, priority, sla_policy_id, sla_resolve_minutes, on_call, on_call_schedule_id, escalation_policy_id)
    values (${tenantId}::uuid, ${group.name}, ${JSON.stringify(group.rule)}::jsonb, ${group.priority}, ${group.sla_policy_id}::uuid,
      ${JSON.stringify(group.sla_resolve_minutes)}::jsonb, ${group.on_call === null ? null : JSON.stringify(group.on_call)}::jsonb,
      ${group.on_call_schedule_id}::uuid, ${group.escalation_policy_id}::uuid)
    on conflict (tenant_id, lower(name)) where archived_at is null do nothing
    returning ${COLUMNS}`);
}

/** Replaces what people decide about a group; the caller has locked the groups and looked whether the name is free. */
export async function updateGroup(tx: TenantTx, tenantId: string, id: string, group: GroupDefinition): Promise<void> {
  await tx.query(sql.unsafe`
    update groups set name = ${group.name}, rule = ${JSON.stringify(group.rule)}::jsonb, priority = ${group.priority},
      sla_policy_id = ${group.sla_policy_id}::uuid, sla_resolve_minutes = ${JSON.stringify(group.sla_resolve_minutes)}::jsonb,
      on_call = ${group.on_call === null ? null : JSON.stringify(group.on_call)}::jsonb,
      on_call_schedule_id = ${group.on_call_schedule_id}::uuid, escalation_policy_id = ${group.escalation_policy_id}::uuid, updated_at = now()
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid`);
}

/** Takes a group out of use: nobody is inside and nothing is inherited from it; its runbooks stay. */
export async function archiveGroup(tx: TenantTx, tenantId: string, id: string): Promise<void> {
  await tx.query(sql.unsafe`
    delete from group_members where tenant_id = ${tenantId}::uuid and group_id = ${id}::uuid`);
  await tx.query(sql.unsafe`
    update groups set archived_at = now(), updated_at = now(), sla_policy_id = null, on_call_schedule_id = null, escalation_policy_id = null,
      member_count = 0, members_hash = sha256(''), members_changed_at = now()
    where tenant_id = ${tenantId}::uuid and id = ${id}::uuid`);
}

const runbookRow = z.object({
  version: z.number(),
  markdown: z.string(),
  author_email: z.string().nullable(),
  created_at: z.string(),
});
export type RunbookRow = z.infer<typeof runbookRow>;

/** Keeps a runbook as the group's next version unless its text is that of the present one; gives the version in force. */
export async function putRunbook(
  tx: TenantTx,
  group: { readonly tenant_id: string; readonly id: string; readonly runbook_version: number },
  markdown: string,
  authorEmail: string | null,
): Promise<number> {
  const present = await findRunbook(tx, group, group.runbook_version);
  if ((present?.markdown ?? '') === markdown) return group.runbook_version;
  const version = group.runbook_version + 1;
  await tx.query(sql.unsafe`
    insert into group_runbooks (tenant_id, group_id, version, markdown, author_email)
    values (${group.tenant_id}::uuid, ${group.id}::uuid, ${version}, ${markdown}, ${authorEmail})`);
  await tx.query(sql.unsafe`
    update groups set runbook_version = ${version}, has_runbook = ${markdown !== ''}, updated_at = now() where tenant_id = ${group.tenant_id}::uuid and id = ${group.id}::uuid`);
  return version;
}

/** One version of a group's runbook. */
export async function findRunbook(
  tx: AnyTx,
  group: { readonly tenant_id: string; readonly id: string },
  version: number,
): Promise<RunbookRow | null> {
  return tx.maybeOne(sql.type(runbookRow)`
    select version, markdown, author_email, created_at from group_runbooks
    where tenant_id = ${group.tenant_id}::uuid and group_id = ${group.id}::uuid and version = ${version}`);
}

/** A version of a runbook as the list shows it. */
export const runbookVersionRow = z.object({
  version: z.number(),
  characters: z.number(),
  author_email: z.string().nullable(),
  created_at: z.string(),
});

/** Versions of a group's runbook, newest first. */
export async function listRunbookVersions(
  tx: AnyTx,
  group: { readonly tenant_id: string; readonly id: string },
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly z.infer<typeof runbookVersionRow>[]> {
  return tx.any(sql.type(runbookVersionRow)`
    select version, length(markdown) as characters, author_email, created_at from group_runbooks
    where tenant_id = ${group.tenant_id}::uuid and group_id = ${group.id}::uuid
      and (${page.before}::int is null or version < ${page.before}::int)
    order by version desc limit ${page.limit}`);
}

/** A host as a member. */
export const memberRow = agentRow
  .pick({
    id: true,
    hostname: true,
    tags: true,
    link_state: true,
    os_id: true,
    os_name: true,
    kernel_release: true,
    kernel_upstream: true,
    agent_version: true,
  })
  .extend({ added_at: z.string() });

/** Members of a group by name. */
export async function listMembers(
  tx: AnyTx,
  group: { readonly tenant_id: string; readonly id: string },
  page: { readonly after: { readonly hostname: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly z.infer<typeof memberRow>[]> {
  const { after } = page;
  return tx.any(sql.type(memberRow)`
    select a.id, a.hostname, a.tags, a.link_state, a.os_id, a.os_name, a.kernel_release, a.kernel_upstream, a.agent_version, m.added_at
    from group_members m join agents a on (a.tenant_id, a.id) = (m.tenant_id, m.agent_id)
    where m.tenant_id = ${group.tenant_id}::uuid and m.group_id = ${group.id}::uuid
      and (${after === null} or (a.hostname, a.id) > (${after?.hostname ?? ''}, ${after?.id ?? null}::uuid))
    order by a.hostname, a.id limit ${page.limit}`);
}

const memberIdRow = z.object({ agent_id: z.uuid() });

/** Ids of all members of a group. */
export async function listMemberIds(
  tx: AnyTx,
  group: { readonly tenant_id: string; readonly id: string },
): Promise<readonly string[]> {
  const rows = await tx.any(sql.type(memberIdRow)`
    select agent_id from group_members where tenant_id = ${group.tenant_id}::uuid and group_id = ${group.id}::uuid`);
  return rows.map(({ agent_id }) => agent_id);
}

const inheritableRow = z.object({
  agent_id: z.uuid(),
  id: z.uuid(),
  name: z.string(),
  priority: z.number(),
  runbook_version: z.number(),
  has_runbook: z.boolean(),
  sla_policy: slaPolicy.nullable(),
  sla_resolve_minutes: z.partialRecord(z.enum(SEVERITIES), z.number()),
  on_call: onCall,
  on_call_schedule_id: z.uuid().nullable(),
});

/** Groups of some hosts of a tenant by host, in the order in which they are asked; a host in no group is left out. */
export async function listGroupsOfHosts(
  tx: AnyTx,
  hosts: { readonly tenantId: string; readonly agentIds: readonly string[] },
): Promise<ReadonlyMap<string, readonly InheritableGroup[]>> {
  const rows = await tx.any(sql.type(inheritableRow)`
    select m.agent_id, g.id, g.name, g.priority, g.runbook_version, g.has_runbook, ${POLICY_JSON} as sla_policy, g.sla_resolve_minutes, g.on_call,
      g.on_call_schedule_id
    from group_members m join groups g on (g.tenant_id, g.id) = (m.tenant_id, m.group_id)
      left join sla_policies p on p.id = g.sla_policy_id
    where m.tenant_id = ${hosts.tenantId}::uuid and m.agent_id = any (${sql.array([...hosts.agentIds], 'uuid')})
    order by g.priority, g.name collate "C", g.id`);
  return Map.groupBy(rows, (row) => row.agent_id);
}

/** Groups of a host, in the order in which they are asked. */
export async function listGroupsOfHost(
  tx: AnyTx,
  host: { readonly tenantId: string; readonly agentId: string },
): Promise<readonly InheritableGroup[]> {
  const groups = await listGroupsOfHosts(tx, { tenantId: host.tenantId, agentIds: [host.agentId] });
  return groups.get(host.agentId) ?? [];
}
