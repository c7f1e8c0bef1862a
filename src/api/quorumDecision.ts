/** What follows from a decision on a quorum request, in one transaction (LESSONS 0.1), and how a request is shown. */

import { z } from 'zod';
import { appendAudit } from '../db/audit.ts';
import { findPerson } from '../db/emergency.ts';
import {
  closeQuorumRequest,
  filterActivePeople,
  findQuorumRequest,
  fireRequest,
  insertDecision,
  listDecisions,
  listFiringApprovers,
  listTargets,
  lockQuorumRequest,
  type QuorumDecisionRow,
  type QuorumRow,
  quorumRow,
} from '../db/quorum.ts';
import { type AnyTx, seePeople, type TenantTx, withTenant, withTenantAndPeople } from '../db/scope.ts';
import { actionLabel, type EatAction } from '../domain/eat.ts';
import { isAllowed, ROLES } from '../domain/permissions.ts';
import { decide, type QuorumVerdict } from '../domain/quorum.ts';
import { RefusedError } from '../domain/refusal.ts';
import { decideUpdate, type QuorumInput, WORKFLOW_IDS } from '../workflows/messages.ts';
import type { ApiDeps } from './deps.ts';
import { totpStepSha256 } from './emergencyActions.ts';
import type { UserPrincipal } from './principal.ts';
import { readScope } from './reach.ts';
import { auditActor } from './route.ts';
import { workflowUrl } from './temporalUi.ts';

/** How long an answer waits until the workflow has heard; the decision is stored before. */
const HEARD_WAIT_MS = 3_000;

/** A request with its decisions and hosts, as the API shows it. */
export const quorumAnswer = quorumRow.omit({ now: true }).extend({
  labels: z.array(z.string()),
  approvals: z
    .int()
    .describe('distinct people who count: who may approve now while it is open, whose approvals fired it afterwards'),
  seconds_left: z.int(),
  decisions: z.array(
    z.object({
      user_id: z.uuid(),
      email: z.string(),
      decision: z.enum(['approve', 'reject']),
      decided_at: z.iso.datetime(),
      comment: z.string().nullable(),
      counts: z
        .boolean()
        .describe('false for an approval of somebody who has lost the right to approve, or the account'),
    }),
  ),
  targets: z.array(
    z.object({
      nonce: z.uuid(),
      agent_id: z.uuid(),
      hostname: z.string(),
      stage: z.int(),
      state: z.string().describe('waiting, signed, stopped, or the outcome'),
    }),
  ),
  workflow_id: z.string(),
  workflow_url: z.string().nullable().describe('in the Temporal UI, for operators; null for others'),
});

/** Reads what belongs to a request, as the caller may see it. */
export async function presentQuorum(
  caller: { readonly deps: ApiDeps; readonly principal: UserPrincipal },
  tx: AnyTx,
  row: QuorumRow,
): Promise<z.input<typeof quorumAnswer>> {
  const decisions = await listDecisions(tx, row.id);
  const targets = await listTargets(tx, row.id);
  const counted = await countedPeople(tx, row, decisions);
  return {
    ...row,
    labels: (row.actions as unknown as readonly EatAction[]).map(actionLabel),
    approvals: decisions.filter((item) => item.decision === 'approve' && counted.has(item.user_id)).length,
    seconds_left:
      row.state === 'open' ? Math.max(0, Math.floor((Date.parse(row.expires_at) - Date.parse(row.now)) / 1000)) : 0,
    decisions: decisions.map((item) => ({ ...item, counts: item.decision === 'reject' || counted.has(item.user_id) })),
    targets: targets.map(({ outcome, abandoned, is_signed, ...target }) => ({
      ...target,
      state: outcome ?? (abandoned ? 'stopped' : is_signed ? 'signed' : 'waiting'),
    })),
    workflow_id: WORKFLOW_IDS.quorum(row.id),
    workflow_url: workflowUrl(caller, WORKFLOW_IDS.quorum(row.id)),
  };
}

const APPROVING_ROLES = ROLES.filter((role) => isAllowed('emergency.approve', role, null));

/** Whose approvals count: while a request is open those of people who may approve now, then those it fired with. */
async function countedPeople(
  tx: AnyTx,
  row: Pick<QuorumRow, 'id' | 'msp_id' | 'state'>,
  decisions: readonly QuorumDecisionRow[],
): Promise<ReadonlySet<string>> {
  if (decisions.length === 0) return new Set();
  if (row.state === 'approved') return listFiringApprovers(tx, row.id);
  const people = decisions.map((item) => item.user_id);
  // Rejected, cancelled or expired: it never mattered, and later changes of roles do not rewrite it.
  if (row.state !== 'open') return new Set(people);
  await seePeople(tx, row.msp_id);
  return filterActivePeople(tx, people, APPROVING_ROLES);
}

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
    const decisions = await listCounted(tx, path.id);
    const step = totpStepSha256(principal.userId, ctx.totpStep);
    const verdict = decide(
      {
        state: row.state,
        requiredApprovers: row.required_approvers,
        requestedBy: row.requested_by,
        expiresAtMs: Date.parse(row.expires_at),
        approvals: decisions.map((item) => ({ userId: item.user_id, totpStep: item.totp_step_sha256 })),
      },
      {
        decision,
        userId: principal.userId,
        role: ROLES.find((role) => role === person?.role) ?? 'viewer',
        isActive: person?.is_active ?? false,
        isSameMsp: row.msp_id === principal.mspId,
        totpStep: step,
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

/** Decisions of people who may approve now: an approval of somebody who has lost the right since counts no more. */
async function listCounted(tx: TenantTx, requestId: string): Promise<readonly QuorumDecisionRow[]> {
  const decisions = await listDecisions(tx, requestId);
  const people = decisions.map((decision) => decision.user_id);
  const able = await filterActivePeople(tx, people, APPROVING_ROLES);
  return decisions.filter((decision) => able.has(decision.user_id));
}

/** Approved: the orders are made, once, and each host's token has its row of proof. */
async function fire(tx: TenantTx, row: QuorumRow, principal: UserPrincipal): Promise<void> {
  await closeQuorumRequest(tx, row.id, 'approved');
  if (!(await fireRequest(tx, row.id))) throw new RefusedError('quorum_closed');
  const approvals = (await listCounted(tx, row.id)).filter((item) => item.decision === 'approve');
  for (const target of await listTargets(tx, row.id)) {
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
