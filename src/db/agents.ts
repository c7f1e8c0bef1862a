/** Hosts: registration, what they are, and whether they are heard. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, IdentityTx, TenantTx } from './scope.ts';

/** A host as lists show it. */
export const agentRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  hostname: z.string(),
  tags: z.array(z.string()),
  is_active: z.boolean(),
  is_demo: z.boolean(),
  link_state: z.enum(['online', 'offline']),
  link_state_since: z.string(),
  last_seen_at: z.string(),
  registered_at: z.string(),
  agent_version: z.string(),
  os_id: z.string().nullable(),
  os_name: z.string().nullable(),
  arch: z.string().nullable(),
  kernel_release: z.string().nullable(),
  kernel_upstream: z.string().nullable(),
  maintenance_until: z.string().nullable(),
});
export type AgentRow = z.infer<typeof agentRow>;

const COLUMNS = sql.fragment`id, tenant_id, hostname, tags, is_active, is_demo, link_state, link_state_since, last_seen_at, registered_at,
  agent_version, os_id, os_name, arch, kernel_release, kernel_upstream,
  (select max(q.ends_at) from app.hosts_in_maintenance(now()) q where (q.tenant_id, q.agent_id) = (agents.tenant_id, agents.id)) as maintenance_until`;

/** What a list of hosts is narrowed to. */
export type AgentFilter = {
  readonly tenantId: string | null;
  readonly tag: string | null;
  readonly linkState: 'online' | 'offline' | null;
  readonly isActive: boolean | null;
  readonly search: string | null;
  /** Silent hosts before the others. */
  readonly offlineFirst?: boolean;
  readonly after: { readonly offline?: boolean | undefined; readonly hostname: string; readonly id: string } | null;
  readonly limit: number;
};

/** Hosts in scope by name, or the offline ones first. */
export async function listAgents(tx: AnyTx, filter: AgentFilter): Promise<readonly AgentRow[]> {
  const { after, offlineFirst = false } = filter;
  // False sorts before true: the offline ones come first.
  const key = offlineFirst ? sql.fragment`link_state <> 'offline', hostname, id` : sql.fragment`hostname, id`;
  const afterRow = sql.fragment`${after?.hostname ?? ''}, ${after?.id ?? null}::uuid`;
  const afterKey = offlineFirst ? sql.fragment`${after?.offline === false}, ${afterRow}` : afterRow;
  return tx.any(sql.type(agentRow)`
    select ${COLUMNS} from agents
    where (${filter.tenantId}::uuid is null or tenant_id = ${filter.tenantId}::uuid)
      and (${filter.tag}::text is null or tags @> array[${filter.tag}::text])
      and (${filter.linkState}::text is null or link_state = ${filter.linkState})
      and (${filter.isActive}::boolean is null or is_active = ${filter.isActive})
      and (${filter.search}::text is null or strpos(lower(hostname), lower(${filter.search})) > 0)
      and (${after === null} or (${key}) > (${afterKey}))
    order by ${key} limit ${filter.limit}`);
}

/** One host, when it is in scope. */
export async function findAgent(tx: AnyTx, agentId: string): Promise<AgentRow | null> {
  return tx.maybeOne(sql.type(agentRow)`select ${COLUMNS} from agents where id = ${agentId}::uuid`);
}

const activeRow = z.object({ is_active: z.boolean() });

/** Is the host there and not deactivated? */
export async function isAgentActive(tx: TenantTx, tenantId: string, agentId: string): Promise<boolean> {
  const row = await tx.maybeOne(sql.type(activeRow)`
    select is_active from agents where tenant_id = ${tenantId}::uuid and id = ${agentId}::uuid`);
  return row?.is_active ?? false;
}

/** The tenant of a host in scope; null when there is none. */
export async function findAgentTenant(tx: AnyTx, agentId: string): Promise<string | null> {
  return (await findAgent(tx, agentId))?.tenant_id ?? null;
}

const pinRow = z.object({ tenant_id: z.uuid(), msp_id: z.uuid(), same_key: z.boolean(), may_repin: z.boolean() });

/** How a registration relates to what is pinned for this agent id, in whichever tenant it is. */
export async function findAgentPin(
  tx: IdentityTx,
  agentId: string,
  publicKey: Buffer,
): Promise<z.infer<typeof pinRow> | null> {
  return tx.maybeOne(sql.type(pinRow)`
    select a.tenant_id, t.msp_owner as msp_id, a.public_key = ${sql.binary(publicKey)} as same_key,
      coalesce(a.key_reset_until > now(), false) as may_repin
    from agents a join tenants t on t.id = a.tenant_id where a.id = ${agentId}::uuid`);
}

/** A host to register. */
export type NewAgent = {
  readonly id: string;
  readonly tenant_id: string;
  readonly hostname: string;
  readonly public_key: Buffer;
  readonly agent_version: string;
  readonly tags: readonly string[];
  readonly enrolled_with: string;
};

/** Inserts a host; false when the id exists already (in any tenant: the primary key decides). */
export async function insertAgent(tx: TenantTx, agent: NewAgent): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version, tags, enrolled_with)
    values (${agent.id}::uuid, ${agent.tenant_id}::uuid, ${agent.hostname}, ${sql.binary(agent.public_key)}, ${agent.agent_version},
      ${sql.array([...agent.tags], 'text')}, ${agent.enrolled_with}::uuid)
    on conflict do nothing`);
  return result.rowCount === 1;
}

/** Pins another key while an admin's reset is open, and closes it. */
export async function repinAgentKey(
  tx: TenantTx,
  tenantId: string,
  agentId: string,
  publicKey: Buffer,
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update agents set public_key = ${sql.binary(publicKey)}, key_reset_until = null
    where tenant_id = ${tenantId}::uuid and id = ${agentId}::uuid and key_reset_until > now()`);
  return result.rowCount === 1;
}

/** Lets the next registration pin another key for an hour. */
export async function openKeyReset(tx: TenantTx, tenantId: string, agentId: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update agents set key_reset_until = now() + interval '1 hour' where tenant_id = ${tenantId}::uuid and id = ${agentId}::uuid`);
  return result.rowCount === 1;
}

const heartbeatRow = z.object({ was_offline: z.boolean() });

/** Notes a sign of life. Tells whether the host had been counted as offline. */
export async function touchAgent(
  tx: TenantTx,
  beat: { readonly tenantId: string; readonly agentId: string; readonly agentVersion: string; readonly bootId: string },
): Promise<{ readonly was_offline: boolean }> {
  return tx.one(sql.type(heartbeatRow)`
    update agents set last_seen_at = now(), agent_version = ${beat.agentVersion}, boot_id = ${beat.bootId}, link_state = 'online',
      link_state_since = case when agents.link_state = 'online' then agents.link_state_since else now() end
    from (select link_state from agents where tenant_id = ${beat.tenantId}::uuid and id = ${beat.agentId}::uuid for update) before
    where agents.tenant_id = ${beat.tenantId}::uuid and agents.id = ${beat.agentId}::uuid
    returning before.link_state = 'offline' as was_offline`);
}

/** Changes what an admin decides about a host; absent members stay. */
export async function updateAgent(
  tx: TenantTx,
  tenantId: string,
  agentId: string,
  change: {
    readonly tags?: readonly string[] | undefined;
    readonly is_active?: boolean | undefined;
  },
): Promise<AgentRow | null> {
  // Whoever holds the host's socket looks again, and closes it.
  if (change.is_active === false) await tx.query(sql.unsafe`select pg_notify('agent_outbox', ${agentId})`);
  return tx.maybeOne(sql.type(agentRow)`
    update agents set
      tags = coalesce(${change.tags === undefined ? null : sql.array([...change.tags], 'text')}, tags),
      is_active = coalesce(${change.is_active ?? null}::boolean, is_active)
    where tenant_id = ${tenantId}::uuid and id = ${agentId}::uuid returning ${COLUMNS}`);
}

/** Facts of an inventory that the host's own row carries. */
export type HostFacts = {
  readonly os_id: string;
  readonly os_name: string;
  readonly arch: string;
  readonly kernel_release: string;
  readonly kernel_upstream: string | null;
};

const factsRow = z.object({ kernel_release: z.string().nullable(), is_other: z.boolean() });

/**
 * Stores the facts; gives the kernel release that was known before, and whether anything is other than it was. The lock
 * leaves room for rows that point at the host: who puts it into a group meanwhile need not wait.
 */
export async function updateHostFacts(
  tx: TenantTx,
  tenantId: string,
  agentId: string,
  facts: HostFacts,
): Promise<z.infer<typeof factsRow>> {
  const before = await tx.one(sql.type(factsRow)`
    select kernel_release, (os_id, os_name, kernel_release, kernel_upstream) is distinct from
      (${facts.os_id}, ${facts.os_name}, ${facts.kernel_release}, ${facts.kernel_upstream}::text) as is_other
    from agents where tenant_id = ${tenantId}::uuid and id = ${agentId}::uuid for no key update`);
  await tx.query(sql.unsafe`
    update agents set os_id = ${facts.os_id}, os_name = ${facts.os_name}, arch = ${facts.arch},
      kernel_release = ${facts.kernel_release}, kernel_upstream = ${facts.kernel_upstream}
    where tenant_id = ${tenantId}::uuid and id = ${agentId}::uuid`);
  return before;
}

/** Records that a host runs another kernel now; the same instant twice is one change. */
export async function insertKernelChange(
  tx: TenantTx,
  change: {
    readonly tenantId: string;
    readonly agentId: string;
    readonly at: string;
    readonly from: string | null;
    readonly to: string;
  },
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into kernel_changes (tenant_id, agent_id, changed_at, from_release, to_release)
    values (${change.tenantId}::uuid, ${change.agentId}::uuid, ${change.at}::timestamptz, ${change.from}, ${change.to}) on conflict do nothing`);
}

const namedRow = z.object({ id: z.uuid(), is_exact: z.boolean(), is_active: z.boolean() });

/**
 * Host of a tenant by name, for reports of other systems: the full name before the short one, a host in service
 * before a retired one. Null when two answer to it alike: facts of one host must not land on another.
 */
export async function findAgentByHostname(tx: AnyTx, tenantId: string, hostname: string): Promise<string | null> {
  const rows = await tx.any(sql.type(namedRow)`
    select id, lower(hostname) = lower(${hostname}) as is_exact, is_active from agents
    where tenant_id = ${tenantId}::uuid and (lower(hostname) = lower(${hostname}) or lower(split_part(hostname, '.', 1)) = lower(${hostname}))
    order by is_exact desc, is_active desc limit 2`);
  const [best, next] = rows;
  if (best === undefined) return null;
  const isAmbiguous = next?.is_exact === best.is_exact && next.is_active === best.is_active;
  return isAmbiguous ? null : best.id;
}
