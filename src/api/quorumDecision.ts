/** What follows from a decision on a quorum request, in one transaction (LESSONS 0.1). */

import type { z } from 'zod';
import { appendAudit } from '../db/audit.ts';
import { findPerson } from '../db/emergency.ts';
import {
  closeQuorumRequest,
  findQuorumRequest,
  fireRequest,
  insertDecision,
  listDecisions,
  listTargets,
  lockQuorumRequest,
  type QuorumDecisionRow,
  type QuorumRow,
} from '../db/quorum.ts';
import { type TenantTx, withTenant, withTenantAndPeople } from '../db/scope.ts';
import { actionLabel, type EatAction } from '../domain/eat.ts';
import { ROLES } from '../domain/permissions.ts';
import { decide, type QuorumVerdict } from '../domain/quorum.ts';
import { RefusedError } from '../domain/refusal.ts';
import { decideUpdate, type QuorumInput, WORKFLOW_IDS } from '../workflows/messages.ts';
import type { ApiDeps } from './deps.ts';
import { totpStepSha256 } from './emergencyActions.ts';
import type { UserPrincipal } from './principal.ts';
import { presentQuorum, type quorumAnswer } from './quorumAnswer.ts';
import { readScope } from './reach.ts';
import { auditActor } from './route.ts';

/** How long an answer waits until the workflow has heard; the decision is stored before. */
const HEARD_WAIT_MS = 3_000;

type DecisionContext = {
  readonly deps: ApiDeps;
  readonly principal: UserPrincipal;
  readonly params: { readonly id: string };
  readonly body: { readonly comment?: string | undefined } | undefined;
  readonly totpStep: number | null;
};

/**
 * Stores one decision and everything that follows from it in one transaction: the decision, the count, the state,
 * the orders of the tokens, and the audit rows. The workflow is only told.
 */
export async function handleDecision(
  ctx: DecisionContext,
  decision: 'approve' | 'reject',
): Promise<z.input<typeof quorumAnswer>> {
  const { deps, principal, params: path, body } = ctx;
  const found = await readScope(ctx, (tx) => findQuorumRequest(tx, path.id));
  if (found === null) throw new RefusedError('not_found');
  const input: QuorumInput = { request_id: path.id, tenant_id: found.tenant_id, msp_id: principal.mspId };
  const { verdict, answer } = await withTenantAndPeople(deps.pool, found.tenant_id, principal.mspId, async (tx) => {
    const row = (await lockQuorumRequest(tx, path.id)) as QuorumRow;
    const person = await findPerson(tx, principal.userId);
    const approvals = await listCountedApprovals(tx, path.id);
    const step = totpStepSha256(principal.userId, ctx.totpStep);
    const verdict = decide(
      {
        state: row.state,
        requiredApprovers: row.required_approvers,
        requestedBy: row.requested_by,
        expiresAtMs: Date.parse(row.expires_at),
        approvals,
      },
      {
        decision,
        user_id: principal.userId,
        role: ROLES.find((role) => role === person?.role) ?? 'viewer',
        isActive: person?.is_active ?? false,
        isSameMsp: row.msp_id === principal.mspId,
        totp_step_sha256: step,
      },
      Date.parse(row.now),
    );
    if (verdict.kind === 'refused') throw new RefusedError(verdict.code);
    const isNew = await insertDecision(tx, {
      tenant_id: row.tenant_id,
      request_id: row.id,
      user_id: principal.userId,
      email: principal.email,
      decision,
      totp_step_sha256: step,
      decided_at: row.now,
      comment: body?.comment ?? null,
    });
    if (!isNew) throw new RefusedError('quorum_already_decided');
    await appendAudit(tx, {
      msp_id: row.msp_id,
      tenant_id: row.tenant_id,
      event_type: decision === 'approve' ? 'emergency_quorum_approval' : 'emergency_quorum_rejected',
      actor: auditActor(principal),
      event_data: { request_id: row.id, totp_step_sha256: step, comment: body?.comment ?? null },
    });
    if (verdict.kind === 'rejected') await closeQuorumRequest(tx, row.id, 'rejected');
    if (verdict.kind === 'met') await fire(tx, row, principal);
    return { verdict, answer: await presentQuorum(ctx, tx, (await findQuorumRequest(tx, row.id)) as QuorumRow) };
  }).catch(async (error: unknown) => {
    if (error instanceof RefusedError) await recordRefusal(deps, principal, input, decision, error);
    throw error;
  });
  await tellDecision(deps, input, { user_id: principal.userId, email: principal.email, decision }, verdict);
  return answer;
}

/** Approvals of people who may approve now: one of somebody who has lost the right since counts no more. */
async function listCountedApprovals(tx: TenantTx, requestId: string): Promise<readonly QuorumDecisionRow[]> {
  const decisions = await listDecisions(tx, [requestId]);
  return decisions.filter(({ decision, counts }) => decision === 'approve' && counts);
}

/** Approved: the orders are made, once, and each host's token has its row of proof. */
async function fire(tx: TenantTx, row: QuorumRow, principal: UserPrincipal): Promise<void> {
  const approvals = await listCountedApprovals(tx, row.id);
  await closeQuorumRequest(tx, row.id, 'approved');
  if (!(await fireRequest(tx, row.id))) throw new RefusedError('quorum_closed');
  for (const target of await listTargets(tx, [row.id])) {
    await appendAudit(tx, {
      msp_id: row.msp_id,
      tenant_id: row.tenant_id,
      event_type: 'emergency_quorum_approved',
      actor: auditActor(principal),
      event_data: {
        nonce: target.nonce,
        request_id: row.id,
        agent_id: target.agent_id,
        hostname: target.hostname,
        actions: (row.actions as unknown as readonly EatAction[]).map(actionLabel),
        reason: row.reason,
        requested_by: row.requested_by_email,
        required_approvers: row.required_approvers,
        quorum: `${approvals.length}-of-${row.required_approvers}`,
        approvers: approvals.map((item) => ({
          user_id: item.user_id,
          email: item.email,
          approved_at: item.decided_at,
          totp_step_sha256: item.totp_step_sha256,
          approver_since: item.approver_since,
          approver_by: item.approver_by,
        })),
      },
    });
  }
}

/** Refused attempts at a quorum are evidence too; they are written in a transaction of their own. */
async function recordRefusal(
  deps: ApiDeps,
  principal: UserPrincipal,
  input: QuorumInput,
  decision: string,
  error: RefusedError,
): Promise<void> {
  await withTenant(deps.pool, input.tenant_id, (tx) =>
    appendAudit(tx, {
      msp_id: input.msp_id,
      tenant_id: input.tenant_id,
      event_type: 'emergency_quorum_refused',
      actor: auditActor(principal),
      event_data: { request_id: input.request_id, decision, code: error.refusal.code },
    }),
  );
}

/** The decision is stored; a workflow that cannot be told now is woken by the next sweep. */
export async function tellDecision(
  deps: ApiDeps,
  input: QuorumInput,
  decision: { readonly user_id: string; readonly email: string; readonly decision: 'approve' | 'reject' },
  verdict: QuorumVerdict,
): Promise<void> {
  if (deps.temporal === null) return;
  const { temporal } = deps;
  try {
    await temporal.withDeadline(Date.now() + HEARD_WAIT_MS, () =>
      temporal.workflow
        .getHandle(WORKFLOW_IDS.quorum(input.request_id))
        .executeUpdate(decideUpdate, { args: [decision], updateId: `${decision.user_id}:${decision.decision}` }),
    );
  } catch (error) {
    deps.log.warn(
      { err: error, request_id: input.request_id, verdict: verdict.kind },
      'the workflow has not heard yet',
    );
  }
}
