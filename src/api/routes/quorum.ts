/** Quorum requests: M of N other admins, each with their own TOTP, before an irreversible action fires. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findAgent } from '../../db/agents.ts';
import { appendAudit } from '../../db/audit.ts';
import { findPerson } from '../../db/emergency.ts';
import {
  closeQuorumRequest,
  findQuorumRequest,
  fireRequest,
  insertDecision,
  insertQuorumRequest,
  listApproverCandidates,
  listDecisions,
  listQuorumRequests,
  listTargets,
  lockQuorumRequest,
  type QuorumRow,
  quorumRow,
} from '../../db/quorum.ts';
import { type AnyTx, withMsp, withTenant, withTenantAndPeople } from '../../db/scope.ts';
import { actionLabel, type EatAction, levelOf } from '../../domain/eat.ts';
import { ROLES } from '../../domain/permissions.ts';
import {
  DEFAULT_COLLECTION_MINUTES,
  decide,
  eligibleApprovers,
  MAX_APPROVERS,
  MAX_COLLECTION_MINUTES,
  MIN_APPROVERS,
  QUORUM_STATES,
  type QuorumVerdict,
} from '../../domain/quorum.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { decideUpdate, type QuorumInput, quorumStart, WORKFLOW_IDS } from '../../workflows/messages.ts';
import { decodeCursor, encodeCursor, page, pageQuery } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import { namedAction, pinActions } from '../emergencyActions.ts';
import type { UserPrincipal } from '../principal.ts';
import { readScope } from '../reach.ts';
import { auditActor, defineRoute } from '../route.ts';
import { requireTemporal, startOnce } from '../temporal.ts';
import { totpStepSha256 } from './emergency.ts';

const MAX_FLEET = 200;
/** How long an answer waits until the workflow has heard; the decision is stored before. */
const HEARD_WAIT_MS = 3_000;

const request = quorumRow.omit({ now: true }).extend({
  labels: z.array(z.string()),
  approvals: z.int().describe('distinct people so far'),
  seconds_left: z.int(),
  decisions: z.array(
    z.object({
      user_id: z.uuid(),
      email: z.string(),
      decision: z.enum(['approve', 'reject']),
      decided_at: z.iso.datetime(),
      comment: z.string().nullable(),
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
});

async function present(tx: AnyTx, row: QuorumRow): Promise<z.input<typeof request>> {
  const decisions = await listDecisions(tx, row.id);
  const targets = await listTargets(tx, row.id);
  return {
    ...row,
    labels: (row.actions as unknown as readonly EatAction[]).map(actionLabel),
    approvals: decisions.filter((item) => item.decision === 'approve').length,
    seconds_left:
      row.state === 'open' ? Math.max(0, Math.floor((Date.parse(row.expires_at) - Date.parse(row.now)) / 1000)) : 0,
    decisions: [...decisions],
    targets: targets.map(({ outcome, abandoned, is_signed, ...target }) => ({
      ...target,
      state: outcome ?? (abandoned ? 'stopped' : is_signed ? 'signed' : 'waiting'),
    })),
    workflow_id: WORKFLOW_IDS.quorum(row.id),
  };
}

const create = defineRoute({
  method: 'post',
  path: '/emergency/quorum',
  tag: 'Emergency',
  summary: 'Request an action that other admins must approve',
  description:
    'The others are told on their phones. On the last approval a token for each host is signed and delivered; with ' +
    'several hosts the first is the canary, and a failure stops the rest.',
  auth: { kind: 'user', permission: 'emergency.issue', totp: true },
  tenantScoped: true,
  body: z
    .strictObject({
      agent_id: z.uuid().optional(),
      agent_ids: z
        .array(z.uuid())
        .min(1)
        .max(MAX_FLEET)
        .optional()
        .describe('several hosts of one tenant; the first is the canary'),
      actions: z.array(namedAction).min(1).max(10),
      reason: z.string().trim().min(10).max(1000),
      required_approvers: z.int().min(MIN_APPROVERS).max(MAX_APPROVERS),
      collection_minutes: z.int().min(1).max(MAX_COLLECTION_MINUTES).default(DEFAULT_COLLECTION_MINUTES),
    })
    .refine((body) => (body.agent_id === undefined) !== (body.agent_ids === undefined), 'name agent_id or agent_ids'),
  output: request,
  status: 201,
  refusals: [
    'not_found',
    'agent_inactive',
    'playbook_unknown',
    'playbook_not_approved',
    'playbook_parameters_invalid',
    'quorum_too_few_admins',
    'unavailable',
  ],
  handle: async (ctx) => {
    const { deps, principal, body } = ctx;
    const temporal = requireTemporal(deps);
    const agentIds = [...new Set(body.agent_ids ?? [body.agent_id as string])];
    const { agents, actions } = await readScope(ctx, async (tx) => {
      const found = [];
      for (const id of agentIds) {
        const agent = await findAgent(tx, id);
        if (agent === null) throw new RefusedError('not_found', `There is no host ${id}.`);
        if (!agent.is_active) throw new RefusedError('agent_inactive', `${agent.hostname} is deactivated.`);
        found.push(agent);
      }
      return { agents: found, actions: await pinActions(tx, body.actions) };
    });
    const tenantId = agents[0]?.tenant_id as string;
    if (agents.some((agent) => agent.tenant_id !== tenantId))
      throw new RefusedError('invalid_request', 'All hosts of one request belong to one tenant.');
    const people = await withMsp(deps.pool, principal.mspId, listApproverCandidates);
    const eligible = eligibleApprovers(people, principal.userId).length;
    if (eligible < body.required_approvers) {
      throw new RefusedError(
        'quorum_too_few_admins',
        `${body.required_approvers} approvers are required, and ${eligible} other admins could approve.`,
        { eligible },
      );
    }
    const input: QuorumInput = { request_id: randomUUID(), tenant_id: tenantId, msp_id: principal.mspId };
    const level = levelOf(actions.map((action) => action.kind));
    await withTenant(deps.pool, tenantId, async (tx) => {
      await insertQuorumRequest(tx, {
        id: input.request_id,
        tenant_id: tenantId,
        msp_id: principal.mspId,
        requested_by: principal.userId,
        requested_by_email: principal.email,
        actions,
        level,
        reason: body.reason,
        required_approvers: body.required_approvers,
        collection_minutes: body.collection_minutes,
        agent_ids: agentIds,
      });
      await appendAudit(tx, {
        msp_id: principal.mspId,
        tenant_id: tenantId,
        event_type: 'emergency_quorum_requested',
        actor: auditActor(principal),
        event_data: {
          request_id: input.request_id,
          agent_ids: agentIds,
          hostnames: agents.map((agent) => agent.hostname),
          actions: actions.map(actionLabel),
          level,
          reason: body.reason,
          required_approvers: body.required_approvers,
        },
      });
    });
    await startQuorum(deps, input);
    ctx.http.header('Location', `/api/v1/emergency/quorum/${input.request_id}`);
    return withTenant(temporal && deps.pool, tenantId, async (tx) =>
      present(tx, (await findQuorumRequest(tx, input.request_id)) as QuorumRow),
    );
  },
});

/** Starts the request's workflow; when that fails the request is closed, so that "nothing was done" is true. */
async function startQuorum(deps: ApiDeps, input: QuorumInput): Promise<void> {
  const temporal = requireTemporal(deps);
  try {
    await startOnce(temporal, () => temporal.workflow.start('emergencyQuorum', quorumStart(input)));
  } catch (error) {
    const isWithdrawn = await withTenant(deps.pool, input.tenant_id, async (tx) => {
      if (!(await closeQuorumRequest(tx, input.request_id, 'cancelled'))) return false;
      await appendAudit(tx, {
        msp_id: input.msp_id,
        tenant_id: input.tenant_id,
        event_type: 'emergency_quorum_cancelled',
        actor: { kind: 'system' },
        event_data: { request_id: input.request_id, why: 'Temporal did not start its workflow.' },
      });
      return true;
    });
    deps.log.error(
      { err: error, request_id: input.request_id, withdrawn: isWithdrawn },
      'the start of a quorum request was not confirmed',
    );
    // Somebody has decided in the meantime: the request lives, and the sweep starts what is missing.
    if (!isWithdrawn) return;
    throw new RefusedError(
      'unavailable',
      'Temporal does not answer; the request was withdrawn. Try again in a minute.',
    );
  }
}

const cursorKey = z.object({ created_at: z.iso.datetime(), id: z.uuid() });

const list = defineRoute({
  method: 'get',
  path: '/emergency/quorum',
  tag: 'Emergency',
  summary: 'Quorum requests, newest first',
  auth: { kind: 'user', permission: 'emergency.read' },
  tenantScoped: true,
  query: pageQuery.extend({ tenant_id: z.uuid().optional(), state: z.enum(QUORUM_STATES).optional() }),
  output: page(request),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    return readScope(
      ctx,
      async (tx) => {
        const rows = await listQuorumRequests(tx, {
          tenantId: query.tenant_id ?? ctx.principal.tenantId,
          state: query.state ?? null,
          after: decodeCursor(query.cursor, cursorKey),
          limit: query.limit + 1,
        });
        const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
        const items = [];
        for (const row of rows.slice(0, query.limit)) items.push(await present(tx, row));
        return { items, next_cursor: last ? encodeCursor({ created_at: last.created_at, id: last.id }) : null };
      },
      query.tenant_id,
    );
  },
});

const params = z.object({ id: z.uuid() });

const get = defineRoute({
  method: 'get',
  path: '/emergency/quorum/:id',
  tag: 'Emergency',
  summary: 'One request with its decisions and hosts',
  auth: { kind: 'user', permission: 'emergency.read' },
  tenantScoped: true,
  params,
  output: request,
  refusals: ['not_found'],
  handle: async (ctx) =>
    readScope(ctx, async (tx) => {
      const row = await findQuorumRequest(tx, ctx.params.id);
      if (row === null) throw new RefusedError('not_found');
      return present(tx, row);
    }),
});

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
async function handleDecision(ctx: DecisionContext, decision: 'approve' | 'reject'): Promise<z.input<typeof request>> {
  const { deps, principal, params: path, body } = ctx;
  const found = await readScope(ctx, (tx) => findQuorumRequest(tx, path.id));
  if (found === null) throw new RefusedError('not_found');
  const input: QuorumInput = { request_id: path.id, tenant_id: found.tenant_id, msp_id: principal.mspId };
  const { verdict, answer } = await withTenantAndPeople(deps.pool, found.tenant_id, principal.mspId, async (tx) => {
    const row = (await lockQuorumRequest(tx, path.id)) as QuorumRow;
    const person = await findPerson(tx, principal.userId);
    const decisions = await listDecisions(tx, path.id);
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
    return { verdict, answer: await present(tx, (await findQuorumRequest(tx, row.id)) as QuorumRow) };
  }).catch(async (error: unknown) => {
    if (error instanceof RefusedError) await recordRefusal(deps, principal, input, decision, error);
    throw error;
  });
  await tellWorkflow(deps, input, { user_id: principal.userId, email: principal.email, decision }, verdict);
  return answer;
}

/** Approved: the orders are made, once, and each host's token has its row of proof. */
async function fire(
  tx: Parameters<Parameters<typeof withTenantAndPeople>[3]>[0],
  row: QuorumRow,
  principal: UserPrincipal,
): Promise<void> {
  await closeQuorumRequest(tx, row.id, 'approved');
  if (!(await fireRequest(tx, row.id))) throw new RefusedError('quorum_closed');
  const approvals = (await listDecisions(tx, row.id)).filter((item) => item.decision === 'approve');
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
async function tellWorkflow(
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

const decisionBody = z.strictObject({ comment: z.string().trim().max(500).optional() }).optional();
const decisionRefusals = [
  'not_found',
  'account_inactive',
  'quorum_not_eligible',
  'quorum_own_request',
  'quorum_already_decided',
  'quorum_expired',
  'quorum_closed',
] as const;

const approve = defineRoute({
  method: 'post',
  path: '/emergency/quorum/:id/approve',
  tag: 'Emergency',
  summary: 'Approve the request of another',
  auth: { kind: 'user', permission: 'emergency.approve', totp: true },
  tenantScoped: true,
  params,
  body: decisionBody,
  output: request,
  refusals: decisionRefusals,
  handle: (ctx) => handleDecision(ctx, 'approve'),
});

const reject = defineRoute({
  method: 'post',
  path: '/emergency/quorum/:id/reject',
  tag: 'Emergency',
  summary: 'Reject the request of another; one reject ends it',
  auth: { kind: 'user', permission: 'emergency.approve', totp: true },
  tenantScoped: true,
  params,
  body: decisionBody,
  output: request,
  refusals: decisionRefusals,
  handle: (ctx) => handleDecision(ctx, 'reject'),
});

const cancel = defineRoute({
  method: 'post',
  path: '/emergency/quorum/:id/cancel',
  tag: 'Emergency',
  summary: 'Withdraw your own request',
  auth: { kind: 'user', permission: 'emergency.issue' },
  tenantScoped: true,
  params,
  output: request,
  refusals: ['not_found', 'quorum_not_requester', 'quorum_closed'],
  handle: async (ctx) => {
    const { deps, principal } = ctx;
    const found = await readScope(ctx, (tx) => findQuorumRequest(tx, ctx.params.id));
    if (found === null) throw new RefusedError('not_found');
    if (found.requested_by !== principal.userId) throw new RefusedError('quorum_not_requester');
    const answer = await withTenant(deps.pool, found.tenant_id, async (tx) => {
      await lockQuorumRequest(tx, found.id);
      if (!(await closeQuorumRequest(tx, found.id, 'cancelled'))) throw new RefusedError('quorum_closed');
      await appendAudit(tx, {
        msp_id: principal.mspId,
        tenant_id: found.tenant_id,
        event_type: 'emergency_quorum_cancelled',
        actor: auditActor(principal),
        event_data: { request_id: found.id },
      });
      return present(tx, (await findQuorumRequest(tx, found.id)) as QuorumRow);
    });
    await tellWorkflow(
      deps,
      { request_id: found.id, tenant_id: found.tenant_id, msp_id: principal.mspId },
      { user_id: principal.userId, email: principal.email, decision: 'reject' },
      { kind: 'rejected' },
    );
    return answer;
  },
});

/** Routes of quorum requests. */
export const quorumRoutes = [create, list, get, approve, reject, cancel];
