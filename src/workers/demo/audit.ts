/** The audit log of the demonstration's past, chained as the live one goes on. */

import type { DemoRow } from '../../db/demo.ts';
import { CHAIN_START, type ChainEntry, chainHash } from '../../domain/auditChain.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { DAY_MS, HISTORY_DAYS, type TenantFacts } from './facts.ts';
import type { DemoFile } from './file.ts';
import { createRandom } from './random.ts';
import { iso } from './records.ts';

type Event = {
  readonly atMs: number;
  readonly type: string;
  /** Place of a person, or what else acted. */
  readonly actor: number | 'agent' | 'system';
  readonly data: { readonly [key: string]: Json };
};

/** Rows of every chain with their heads. */
export function auditRows(
  file: DemoFile,
  facts: readonly TenantFacts[],
  nowMs: number,
): { readonly entries: DemoRow[]; readonly heads: DemoRow[] } {
  const chains = [
    chain(file, null, signIns(nowMs)),
    ...facts.map((tenant, index) => chain(file, file.tenants[index]?.id as string, tenantEvents(file, tenant, index))),
  ];
  return {
    entries: chains.flatMap(({ entries }) => entries),
    heads: chains.flatMap(({ head }) => (head === null ? [] : [head])),
  };
}

function signIns(nowMs: number): Event[] {
  const random = createRandom(7);
  return Array.from({ length: HISTORY_DAYS * 2 }, (_, index) => ({
    atMs: nowMs - HISTORY_DAYS * DAY_MS + (index * DAY_MS) / 2 + random.int(0, 9 * 60) * 60_000,
    type: 'signed_in',
    actor: random.int(0, 5),
    data: { how: 'password_totp', address: '192.0.2.10' },
  })).filter((event) => event.atMs < nowMs);
}

function tenantEvents(file: DemoFile, facts: TenantFacts, index: number): Event[] {
  const agent = (host: number): string => file.agents[host]?.id as string;
  return [
    { atMs: facts.createdMs, type: 'tenant_created', actor: 0, data: { slug: file.tenants[index]?.slug as string } },
    ...facts.hosts.map((host): Event => {
      return {
        atMs: host.registeredMs,
        type: 'agent_registered',
        actor: 'agent',
        data: { agent_id: agent(host.index), hostname: host.hostname },
      };
    }),
    ...facts.alerts.flatMap((alert): Event[] => {
      if (alert.resolver === null || alert.endedMs === null) return [];
      const data = { title: alert.title, severity: alert.severity };
      return [
        ...(alert.acknowledgedMs === null
          ? []
          : [{ atMs: alert.acknowledgedMs, type: 'alert_acknowledged', actor: alert.resolver, data }]),
        {
          atMs: alert.endedMs,
          type: 'alert_resolved',
          actor: alert.resolver,
          data: { ...data, resolution: 'Handled; see the ticket.' },
        },
      ];
    }),
  ];
}

function chain(
  file: DemoFile,
  tenantId: string | null,
  events: readonly Event[],
): { entries: DemoRow[]; head: DemoRow | null } {
  const chainId = tenantId ?? file.msp.id;
  let previous = CHAIN_START;
  const entries = events
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((event, index): DemoRow => {
      const user = typeof event.actor === 'number' ? file.users[event.actor] : undefined;
      const entry: ChainEntry = {
        chain_id: chainId,
        seq: index + 1,
        msp_id: file.msp.id,
        tenant_id: tenantId,
        event_type: event.type,
        actor_kind: typeof event.actor === 'number' ? 'user' : event.actor,
        actor_user_id: user?.id ?? null,
        actor_email: user?.email ?? null,
        impersonation_id: null,
        event_data: event.data,
        occurred_at: iso(event.atMs),
      };
      const hash = chainHash(entry, previous);
      const row = { ...entry, prev_hash: `\\x${previous}`, hash: `\\x${hash}` };
      previous = hash;
      return row;
    });
  const head =
    entries.length === 0
      ? null
      : { chain_id: chainId, msp_id: file.msp.id, tenant_id: tenantId, seq: entries.length, hash: `\\x${previous}` };
  return { entries, head };
}
