/** What becomes of tokens and quorum requests in the database; each step is safe to repeat. */

import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { listWaitingProposals } from '../db/automaticResponses.ts';
import {
  abandonOrder,
  findEatState,
  giveUpOrder,
  isAuditedOverdue,
  listForgottenOrders,
  lockOrder,
} from '../db/emergency.ts';
import { listWatchedImpersonations } from '../db/impersonations.ts';
import { closeWindow } from '../db/preIssued.ts';
import {
  closeQuorumRequest,
  listDecisions,
  listTargets,
  listWatchedRequests,
  lockQuorumRequest,
} from '../db/quorum.ts';
import { withSystem, withTenant, withTenantAndPeople } from '../db/scope.ts';
import type { DeliveryRef } from '../db/webhookDeliveries.ts';
import type { WebhookRef } from '../db/webhooks.ts';
import type { QuorumState } from '../domain/quorum.ts';
import type { ProposalRef } from './automaticResponses.ts';
import type { OrderRef, SignedOrder } from './eatSigning.ts';
import type { ImpersonationRef } from './impersonation.ts';

/** Names one quorum request. */
export type RequestRef = { readonly request_id: string; readonly tenant_id: string; readonly msp_id: string };

/** A request as its workflow needs to know it. */
export type RequestState = {
  readonly state: QuorumState;
  readonly requiredApprovers: number;
  readonly remainingMs: number;
  readonly approvers: readonly string[];
  readonly rejectedBy: string | null;
  readonly requestedBy: string;
  readonly reason: string;
  readonly hosts: readonly {
    readonly nonce: string;
    readonly agent_id: string;
    readonly hostname: string;
    readonly stage: number;
  }[];
};

/** Starts the workflows that somebody should have started; given by the worker, which has a Temporal client. */
export type WorkflowStarter = {
  readonly startDelivery: (order: OrderRef & { readonly agent_id: string }) => Promise<void>;
  readonly startPreIssued: (order: OrderRef & { readonly agent_id: string }) => Promise<void>;
  /** Sees that the request's workflow runs. */
  readonly startQuorum: (request: RequestRef) => Promise<void>;
  /** Starts the request's workflow, or tells a running one to look again. */
  readonly wakeQuorum: (request: RequestRef) => Promise<void>;
  readonly startAutomaticResponse: (ref: ProposalRef & { readonly level: number }) => Promise<void>;
  readonly startImpersonation: (ref: ImpersonationRef) => Promise<void>;
  readonly startWebhookDelivery: (ref: DeliveryRef) => Promise<void>;
  /** Sees that admins are told of a webhook that fails. */
  readonly startWebhookFailing: (ref: WebhookRef) => Promise<void>;
};

/** Makes the activities of the core queue. */
export function createEmergencyActivities(deps: { readonly pool: DatabasePool; readonly starter: WorkflowStarter }) {
  const { pool, starter } = deps;
  return {
    /**
     * How a token stands: waiting until its time is over, then its outcome, or overdue, which is audited.
     * `is_dry_run`: the host says that it succeeded, and has done nothing.
     */
    async closeEat(ref: OrderRef): Promise<{ readonly outcome: string; readonly is_dry_run?: true }> {
      return withTenant(pool, ref.tenant_id, async (tx) => {
        // The order's lock makes the second of two callers see the first one's row.
        const order = await lockOrder(tx, ref.nonce);
        const state = await findEatState(tx, ref.nonce);
        if (order === null) return { outcome: 'abandoned' };
        if (state === null) return { outcome: order.abandoned_at === null ? 'waiting' : 'abandoned' };
        if (state.outcome !== null)
          return { outcome: state.outcome, ...(state.is_dry_run ? { is_dry_run: true } : {}) };
        if (!state.is_past) return { outcome: 'waiting' };
        // A worker may have died between this transaction and its report of it.
        if (await isAuditedOverdue(tx, ref.nonce)) return { outcome: 'overdue' };
        await appendAudit(tx, {
          msp_id: ref.msp_id,
          tenant_id: ref.tenant_id,
          event_type: 'emergency_token_overdue',
          actor: { kind: 'system' },
          event_data: { nonce: ref.nonce, agent_id: state.agent_id, expires_at: state.expires_at },
        });
        return { outcome: 'overdue' };
      });
    },

    /** How a pre-issued token ended; one that nobody used is recorded as such. */
    async closePreIssued(ref: OrderRef): Promise<{ readonly outcome: string }> {
      return withTenant(pool, ref.tenant_id, async (tx) => {
        const closed = await closeWindow(tx, ref.nonce);
        if (closed === null) return { outcome: (await findEatState(tx, ref.nonce))?.outcome ?? 'waiting' };
        await appendAudit(tx, {
          msp_id: ref.msp_id,
          tenant_id: ref.tenant_id,
          event_type: closed.revoked ? 'pre_issued_token_revocation_unconfirmed' : 'pre_issued_token_expired_unused',
          actor: { kind: 'system' },
          event_data: { nonce: ref.nonce, agent_id: closed.agent_id },
        });
        return { outcome: closed.outcome };
      });
    },

    /**
     * Gives up an order that could not be signed. One that was signed after all, by a worker that died before it could
     * say so, stays signed.
     */
    async giveUpOrder(ref: OrderRef & { readonly why: string }): Promise<SignedOrder> {
      return withTenant(pool, ref.tenant_id, async (tx) => {
        await giveUpOrder(tx, ref, ref.why);
        const made = await findEatState(tx, ref.nonce);
        return made === null
          ? { kind: 'abandoned' }
          : { kind: 'signed', agent_id: made.agent_id, expires_at: made.expires_at };
      });
    },

    /** Reads where a request stands, by the database. */
    async readQuorum(ref: RequestRef): Promise<RequestState> {
      return withTenantAndPeople(pool, ref.tenant_id, ref.msp_id, async (tx) => {
        const request = await lockQuorumRequest(tx, ref.request_id);
        if (request === null) throw new Error(`There is no quorum request ${ref.request_id}.`);
        const decisions = await listDecisions(tx, [ref.request_id]);
        const targets = await listTargets(tx, [ref.request_id]);
        return {
          state: request.state,
          requiredApprovers: request.required_approvers,
          remainingMs: Date.parse(request.expires_at) - Date.parse(request.now),
          approvers: decisions.filter((row) => row.decision === 'approve' && row.counts).map((row) => row.email),
          rejectedBy: decisions.find((row) => row.decision === 'reject')?.email ?? null,
          requestedBy: request.requested_by_email,
          reason: request.reason,
          hosts: targets.map(({ nonce, agent_id, hostname, stage }) => ({ nonce, agent_id, hostname, stage })),
        };
      });
    },

    /** Ends a request whose time is over; a request that was decided in the last moment stays decided. */
    async expireQuorum(ref: RequestRef): Promise<{ readonly state: QuorumState }> {
      return withTenant(pool, ref.tenant_id, async (tx) => {
        const request = await lockQuorumRequest(tx, ref.request_id);
        if (request === null) throw new Error(`There is no quorum request ${ref.request_id}.`);
        if (request.state !== 'open' || Date.parse(request.now) < Date.parse(request.expires_at)) {
          return { state: request.state };
        }
        await closeQuorumRequest(tx, ref.request_id, 'expired');
        await appendAudit(tx, {
          msp_id: ref.msp_id,
          tenant_id: ref.tenant_id,
          event_type: 'emergency_quorum_expired',
          actor: { kind: 'system' },
          event_data: { request_id: ref.request_id, required_approvers: request.required_approvers },
        });
        return { state: 'expired' };
      });
    },

    /** A stage failed: the tokens of later stages are never signed. */
    async stopStages(
      ref: RequestRef & {
        readonly failed_stage: number;
        readonly nonces: readonly string[];
        /** Absent in orders of older workflows: a host did not succeed. */
        readonly why?: 'failed' | 'dry_run';
      },
    ): Promise<number> {
      return withTenant(pool, ref.tenant_id, async (tx) => {
        let stopped = 0;
        for (const nonce of ref.nonces) if (await abandonOrder(tx, nonce)) stopped += 1;
        if (stopped > 0) {
          await appendAudit(tx, {
            msp_id: ref.msp_id,
            tenant_id: ref.tenant_id,
            event_type: 'emergency_stages_stopped',
            actor: { kind: 'system' },
            event_data: {
              request_id: ref.request_id,
              failed_stage: ref.failed_stage,
              stopped_hosts: stopped,
              why: ref.why ?? 'failed',
            },
          });
        }
        return stopped;
      });
    },

    /** Finds orders and requests that nobody works on because a process died in between, and starts their workflows. */
    async reconcileEmergencies(): Promise<{
      readonly orders: number;
      readonly requests: number;
      readonly impersonations: number;
      readonly proposals: number;
    }> {
      const { orders, requests, impersonations, proposals } = await withSystem(pool, async (tx) => ({
        orders: await listForgottenOrders(tx),
        requests: await listWatchedRequests(tx),
        impersonations: await listWatchedImpersonations(tx),
        proposals: await listWaitingProposals(tx),
      }));
      for (const { kind, ...order } of orders) {
        await (kind === 'pre_issued' ? starter.startPreIssued(order) : starter.startDelivery(order));
      }
      for (const { id, state, ...request } of requests) {
        const ref: RequestRef = { request_id: id, ...request };
        // An open one has its own timer: it only has to be there. A fired one that signs nothing must look again.
        await (state === 'open' ? starter.startQuorum(ref) : starter.wakeQuorum(ref));
      }
      for (const ref of impersonations) await starter.startImpersonation(ref);
      for (const proposal of proposals) await starter.startAutomaticResponse(proposal);
      return {
        orders: orders.length,
        requests: requests.length,
        impersonations: impersonations.length,
        proposals: proposals.length,
      };
    },
  };
}

/** Type by which workflows know them. */
export type EmergencyActivities = ReturnType<typeof createEmergencyActivities>;
