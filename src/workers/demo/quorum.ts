/** Restores that two admins approved, and one that an admin rejected: requests, decisions, and the tokens that came of them. */

import { randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import { BUILT_IN_PLAYBOOKS } from '../../domain/builtInPlaybooks.ts';
import { sha256Hex } from '../../domain/bytes.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { actionLabel, type EatAction } from '../../domain/eat.ts';
import { playbookSha256 } from '../../domain/playbook.ts';
import type { DemoEvent } from './audit.ts';
import type { DemoFile } from './file.ts';
import type { DemoHost } from './fleet.ts';
import { DAY_MS, HOUR_MS, iso, MINUTE_MS } from './moments.ts';

/** How long approvals may be collected. */
const COLLECTION_MS = 60 * MINUTE_MS;

/** A request with its end. People are places in the file. */
export type QuorumFact = {
  readonly id: string;
  readonly host: number;
  readonly nonce: string;
  readonly actions: readonly EatAction[];
  readonly reason: string;
  readonly requester: number;
  readonly requestedMs: number;
  /** In their order; the last one decided it. */
  readonly decisions: readonly {
    readonly person: number;
    readonly decision: 'approve' | 'reject';
    readonly atMs: number;
    readonly comment: string | null;
  }[];
};

/** Clients that have had a restore: days ago and the ticket. */
const RESTORES: Readonly<Record<string, readonly { readonly daysAgo: number; readonly ticket: string }[]>> = {
  acme: [
    { daysAgo: 41, ticket: 'TKT-8714' },
    { daysAgo: 6, ticket: 'TKT-8990' },
  ],
  initech: [{ daysAgo: 17, ticket: 'TKT-8853' }],
  contoso: [{ daysAgo: 33, ticket: 'TKT-8761' }],
};
/** The client whose restore was rejected, as it would have lost a day of orders. */
const REJECTED = 'northwind';

const OWNER = 0;
const ADMINS = [1, 2, 3] as const;

/** What a client's requests were and how they ended; `hosts` are its own. */
export function quorumFacts(
  slug: string,
  hosts: readonly (DemoHost & { readonly index: number })[],
  nowMs: number,
): readonly QuorumFact[] {
  const host = hosts.find(({ hostname }) => hostname.startsWith('db-prod'));
  if (host === undefined) return [];
  const request = (daysAgo: number, ticket: string): Omit<QuorumFact, 'decisions'> => {
    const requestedMs = nowMs - daysAgo * DAY_MS - 3 * HOUR_MS;
    return {
      id: randomUUID(),
      host: host.index,
      nonce: randomUUID(),
      actions: [restore(iso(requestedMs - DAY_MS).slice(0, 10))],
      reason: `Restore from the snapshot of the night before per ticket ${ticket}`,
      requester: ADMINS[daysAgo % ADMINS.length] as number,
      requestedMs,
    };
  };
  if (slug === REJECTED) {
    const asked = request(24, 'TKT-8805');
    const comment = 'The replica is whole: promote it, and nothing is lost.';
    const decision = { person: OWNER, decision: 'reject', atMs: asked.requestedMs + 7 * MINUTE_MS, comment } as const;
    return [{ ...asked, decisions: [decision] }];
  }
  return (RESTORES[slug] ?? []).map(({ daysAgo, ticket }) => {
    const asked = request(daysAgo, ticket);
    const approvers = [OWNER, ...ADMINS].filter((person) => person !== asked.requester).slice(0, 2);
    return {
      ...asked,
      decisions: approvers.map((person, place) => ({
        person,
        decision: 'approve',
        atMs: asked.requestedMs + (4 + 5 * place) * MINUTE_MS,
        comment: null,
      })),
    };
  });
}

function restore(snapshot: string): EatAction {
  const playbook = BUILT_IN_PLAYBOOKS.find(({ content }) => content.slug === 'db-restore');
  if (playbook === undefined) throw new RangeError('there is no playbook db-restore');
  const { id, version, content } = playbook;
  return {
    kind: 'run_playbook',
    playbook_id: id,
    slug: content.slug,
    version,
    sha256: playbookSha256(content),
    irreversible: content.irreversible,
    parameters: { snapshot },
  };
}

/** When the last decision fell, and whether it was the approval that completes the quorum. */
export function endOf(quorum: QuorumFact): { readonly atMs: number; readonly isApproved: boolean } {
  const last = quorum.decisions.at(-1);
  if (last === undefined) throw new RangeError('a request of the demonstration has an end');
  return { atMs: last.atMs, isApproved: last.decision === 'approve' };
}

const level = 3;
const stepHash = (quorum: QuorumFact, person: number): string => sha256Hex(`${quorum.id} ${person}`);

/** The rows of a client's requests by table. */
export function quorumRows(file: DemoFile, tenantId: string, quorums: readonly QuorumFact[]) {
  const email = (person: number): string => file.users[person]?.email as string;
  const userId = (person: number): string => file.users[person]?.id as string;
  const agentId = (quorum: QuorumFact): string => file.agents[quorum.host]?.id as string;
  const approved = quorums.filter((quorum) => endOf(quorum).isApproved);
  const common = (quorum: QuorumFact) => ({
    tenant_id: tenantId,
    msp_id: file.msp.id,
    actions: quorum.actions as unknown as Json,
    level,
    reason: quorum.reason,
    requested_by: userId(quorum.requester),
    requested_by_email: email(quorum.requester),
  });
  return {
    requests: quorums.map((quorum): DemoRow => {
      const end = endOf(quorum);
      return {
        ...common(quorum),
        id: quorum.id,
        state: end.isApproved ? 'approved' : 'rejected',
        required_approvers: 2,
        created_at: iso(quorum.requestedMs),
        expires_at: iso(quorum.requestedMs + COLLECTION_MS),
        decided_at: iso(end.atMs),
      };
    }),
    targets: quorums.map((quorum): DemoRow => {
      return {
        tenant_id: tenantId,
        request_id: quorum.id,
        agent_id: agentId(quorum),
        nonce: quorum.nonce,
        stage: 0,
      };
    }),
    decisions: quorums.flatMap((quorum) =>
      quorum.decisions.map(({ person, decision, atMs, comment }): DemoRow => {
        return {
          tenant_id: tenantId,
          request_id: quorum.id,
          user_id: userId(person),
          email: email(person),
          decision,
          totp_step_sha256: stepHash(quorum, person),
          decided_at: iso(atMs),
          comment,
        };
      }),
    ),
    fires: approved.map((quorum): DemoRow => {
      return { tenant_id: tenantId, request_id: quorum.id, fired_at: iso(endOf(quorum).atMs) };
    }),
    orders: approved.map((quorum): DemoRow => {
      return {
        ...common(quorum),
        nonce: quorum.nonce,
        agent_id: agentId(quorum),
        kind: 'immediate',
        authorisation: 'quorum',
        quorum_request_id: quorum.id,
        stage: 0,
        created_at: iso(endOf(quorum).atMs),
      };
    }),
  };
}

/** What the audit log says of a client's requests. */
export function quorumEvents(file: DemoFile, tenantId: string, quorums: readonly QuorumFact[]): readonly DemoEvent[] {
  const email = (person: number): string => file.users[person]?.email as string;
  return quorums.flatMap((quorum): DemoEvent[] => {
    const host = file.agents[quorum.host];
    const actions = quorum.actions.map(actionLabel);
    const { atMs: decidedMs, isApproved } = endOf(quorum);
    const common = { actions, reason: quorum.reason, required_approvers: 2 };
    const event = (atMs: number, actor: number, type: string, data: DemoEvent['data']): DemoEvent => ({
      atMs,
      tenantId,
      type,
      actor,
      data,
    });
    return [
      event(quorum.requestedMs, quorum.requester, 'emergency_quorum_requested', {
        ...common,
        request_id: quorum.id,
        agent_ids: [host?.id as string],
        hostnames: [host?.hostname as string],
        level,
      }),
      ...quorum.decisions.map(({ person, decision, atMs, comment }) =>
        event(atMs, person, decision === 'approve' ? 'emergency_quorum_approval' : 'emergency_quorum_rejected', {
          request_id: quorum.id,
          totp_step_sha256: stepHash(quorum, person),
          comment,
        }),
      ),
      ...(isApproved
        ? [
            event(decidedMs, quorum.decisions.at(-1)?.person as number, 'emergency_quorum_approved', {
              ...common,
              nonce: quorum.nonce,
              request_id: quorum.id,
              agent_id: host?.id as string,
              hostname: host?.hostname as string,
              requested_by: email(quorum.requester),
              quorum: `${quorum.decisions.length}-of-2`,
              approvers: quorum.decisions.map(({ person, atMs }) => ({
                user_id: file.users[person]?.id as string,
                email: email(person),
                approved_at: iso(atMs),
                totp_step_sha256: stepHash(quorum, person),
              })),
            }),
          ]
        : []),
    ];
  });
}
