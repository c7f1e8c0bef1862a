/** The audit log of the demonstration's past, chained as the live one goes on. */

import type { DemoRow } from '../../db/demo.ts';
import { CHAIN_START, type ChainEntry, chainHash } from '../../domain/auditChain.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { actionLabel } from '../../domain/eat.ts';
import { type EatFact, HISTORY_DAYS, type TenantFacts } from './facts.ts';
import type { DemoFile } from './file.ts';
import { DAY_MS, iso, MINUTE_MS } from './moments.ts';
import { quorumEvents } from './quorum.ts';
import { createRandom } from './random.ts';

/** Something that the audit log has. */
export type DemoEvent = {
  readonly atMs: number;
  /** Null: of the MSP. */
  readonly tenantId: string | null;
  readonly type: string;
  /** Place of a person, or what else acted. */
  readonly actor: number | 'agent' | 'system';
  readonly impersonationId?: string;
  readonly data: { readonly [key: string]: Json };
};

/** Rows of every chain with their heads. `others` is what other parts of the story have to say. */
export function auditRows(
  file: DemoFile,
  facts: readonly TenantFacts[],
  others: readonly DemoEvent[],
  nowMs: number,
): { readonly entries: DemoRow[]; readonly heads: DemoRow[] } {
  const events = [...signIns(nowMs), ...facts.flatMap((tenant, index) => tenantEvents(file, tenant, index)), ...others];
  const chains = [...Map.groupBy(events, ({ tenantId }) => tenantId)].map(([tenantId, its]) =>
    chain(file, tenantId, its),
  );
  return { entries: chains.flatMap(({ entries }) => entries), heads: chains.map(({ head }) => head) };
}

function signIns(nowMs: number): DemoEvent[] {
  const random = createRandom(7);
  return Array.from({ length: HISTORY_DAYS * 2 }, (_, index) => ({
    atMs: nowMs - HISTORY_DAYS * DAY_MS + (index * DAY_MS) / 2 + random.int(0, 9 * 60) * MINUTE_MS,
    tenantId: null,
    type: 'signed_in',
    actor: random.int(0, 5),
    data: { how: 'password_totp', address: '192.0.2.10' },
  })).filter((event) => event.atMs < nowMs);
}

function tenantEvents(file: DemoFile, facts: TenantFacts, index: number): DemoEvent[] {
  const tenantId = file.tenants[index]?.id as string;
  const event = (atMs: number, actor: DemoEvent['actor'], type: string, data: DemoEvent['data']): DemoEvent => ({
    atMs,
    tenantId,
    type,
    actor,
    data,
  });
  return [
    event(facts.createdMs, 0, 'tenant_created', { slug: file.tenants[index]?.slug as string }),
    ...facts.hosts.map((host) =>
      event(host.registeredMs, 'agent', 'agent_registered', {
        agent_id: file.agents[host.index]?.id as string,
        hostname: host.hostname,
      }),
    ),
    ...facts.alerts.flatMap((alert): DemoEvent[] => {
      if (alert.resolver === null || alert.endedMs === null) return [];
      const data = { title: alert.title, severity: alert.severity };
      return [
        ...(alert.acknowledgedMs === null
          ? []
          : [event(alert.acknowledgedMs, alert.resolver, 'alert_acknowledged', data)]),
        event(alert.endedMs, alert.resolver, 'alert_resolved', { ...data, resolution: 'Handled; see the ticket.' }),
      ];
    }),
    ...facts.eats.flatMap((eat) => eatEvents(file, eat, event)),
    ...quorumEvents(file, tenantId, facts.quorums),
  ];
}

/** Of one token, from what was asked to what became of it. */
function eatEvents(
  file: DemoFile,
  eat: EatFact,
  event: (atMs: number, actor: DemoEvent['actor'], type: string, data: DemoEvent['data']) => DemoEvent,
): DemoEvent[] {
  const host = file.agents[eat.host];
  const id = { nonce: eat.nonce, agent_id: host?.id as string };
  const prefix = eat.ahead === null ? 'emergency' : 'pre_issued';
  const what = {
    ...id,
    hostname: host?.hostname as string,
    level: eat.level,
    actions: eat.actions.map(actionLabel),
    reason: eat.reason,
  };
  const issued = {
    ...what,
    authorisation: eat.quorumId === null ? 'single' : 'quorum',
    quorum_request_id: eat.quorumId,
    issued_at: iso(eat.issuedMs),
    expires_at: iso(eat.expiresMs),
  };
  const end = ((): DemoEvent => {
    if (eat.resultMs === null) return event(eat.expiresMs, 'system', 'emergency_token_overdue', id);
    if (eat.outcome === 'expired_unused') return event(eat.resultMs, 'system', 'pre_issued_token_expired_unused', id);
    return event(eat.resultMs, 'agent', 'emergency_token_result', { ...id, outcome: eat.outcome, is_late: false });
  })();
  return [
    ...(eat.quorumId === null ? [event(eat.issuedMs - 1_000, eat.requester, `${prefix}_token_requested`, what)] : []),
    event(eat.issuedMs, eat.requester, `${prefix}_token_issued`, issued),
    end,
  ];
}

function chain(
  file: DemoFile,
  tenantId: string | null,
  events: readonly DemoEvent[],
): { readonly entries: DemoRow[]; readonly head: DemoRow } {
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
        impersonation_id: event.impersonationId ?? null,
        event_data: event.data,
        occurred_at: iso(event.atMs),
      };
      const hash = chainHash(entry, previous);
      const row = { ...entry, prev_hash: `\\x${previous}`, hash: `\\x${hash}` };
      previous = hash;
      return row;
    });
  const head = {
    chain_id: chainId,
    msp_id: file.msp.id,
    tenant_id: tenantId,
    seq: entries.length,
    hash: `\\x${previous}`,
  };
  return { entries, head };
}
