/** Silent hosts: marked, alerted, cleared. Each statement is over the whole fleet. */

import { z } from 'zod';
import { OFFLINE_AFTER_SECONDS } from '../domain/ingest.ts';
import { sql } from './pool.ts';
import { PRESENCE_GAP_SECONDS } from './presence.ts';
import type { SystemTx } from './scope.ts';

/**
 * Marks hosts offline whose silence is longer than {@link OFFLINE_AFTER_SECONDS}, counted from when the hub could
 * hear at the earliest. While no API is up nobody can be heard, so nobody is marked. Gives how many were marked.
 */
export async function markSilentAgents(tx: SystemTx): Promise<number> {
  const result = await tx.query(sql.unsafe`
    update agents set link_state = 'offline', link_state_since = now()
    from hub_presence p
    where is_active and link_state = 'online'
      and greatest(last_seen_at, p.hearing_since) < now() - make_interval(secs => ${OFFLINE_AFTER_SECONDS})
      and last_seen_at < now() - make_interval(secs => ${OFFLINE_AFTER_SECONDS})
      and p.last_beat_at > now() - make_interval(secs => ${PRESENCE_GAP_SECONDS})`);
  return result.rowCount;
}

/** Keeps the hosts of the demonstration as they were told: nobody speaks for them, so those online count as heard at every pass. */
export async function touchDemoAgents(tx: SystemTx): Promise<void> {
  await tx.query(sql.unsafe`
    update agents set last_seen_at = now() where is_demo and is_active and link_state = 'online' and last_seen_at < now()`);
}

const silentRow = z.object({ tenant_id: z.uuid(), agent_id: z.uuid(), hostname: z.string(), last_seen_at: z.string() });

/** A silent host that nobody has been alerted of. */
export type SilentAgent = z.infer<typeof silentRow>;

/** Offline hosts outside maintenance that have no unresolved alert about it, by tenant: all, or those of some. */
export async function listUnalertedSilentAgents(
  tx: SystemTx,
  agentIds: readonly string[] | null,
): Promise<readonly SilentAgent[]> {
  const narrowed =
    agentIds === null ? sql.fragment`true` : sql.fragment`a.id = any (${sql.array([...agentIds], 'uuid')})`;
  return tx.any(sql.type(silentRow)`
    with quiet as materialized (select tenant_id, agent_id from app.hosts_in_maintenance(now()))
    select tenant_id, id as agent_id, hostname, last_seen_at from agents a
    where ${narrowed} and is_active and link_state = 'offline' and not exists (select from quiet q where (q.tenant_id, q.agent_id) = (a.tenant_id, a.id))
      and not exists (select from alerts x where x.tenant_id = a.tenant_id and x.fingerprint = 'agent_offline:' || a.id and x.status <> 'resolved')
    order by tenant_id, id`);
}

/** Resolves alerts of hosts that are heard again or no longer watched; gives how many. */
export async function clearHeardAgents(tx: SystemTx): Promise<number> {
  const result = await tx.query(sql.unsafe`
    update alerts x set status = 'resolved', resolved_at = now(),
      resolution = case when a.is_active then 'The host is heard again.' else 'The host was deactivated.' end
    from agents a
    where x.source = 'liveness' and x.status <> 'resolved' and a.tenant_id = x.tenant_id and a.id = x.agent_id
      and (not a.is_active or a.link_state = 'online')`);
  return result.rowCount;
}
