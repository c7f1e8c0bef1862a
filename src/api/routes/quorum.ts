/** Quorum requests: M of N other admins, each with their own TOTP, before an irreversible action fires. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findAgent } from '../../db/agents.ts';
import { appendAudit } from '../../db/audit.ts';
import { findGroup, listMembers } from '../../db/groups.ts';
import {
  closeQuorumRequest,
  findQuorumRequest,
  insertQuorumRequest,
  listApproverCandidates,
  listQuorumRequests,
  lockQuorumRequest,
  type QuorumRow,
} from '../../db/quorum.ts';
import { type AnyTx, withMsp, withTenant } from '../../db/scope.ts';
import { actionLabel, levelOf } from '../../domain/eat.ts';
import {
  DEFAULT_COLLECTION_MINUTES,
  eligibleApprovers,
  MAX_APPROVERS,
  MAX_COLLECTION_MINUTES,
  MIN_APPROVERS,
  QUORUM_STATES,
} from '../../domain/quorum.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { type QuorumInput, quorumStart } from '../../workflows/messages.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import { namedAction, pinActions } from '../emergencyActions.ts';
import { presentQuorum, presentQuorums, quorumAnswer } from '../quorumAnswer.ts';
import { handleDecision, tellDecision } from '../quorumDecision.ts';
import { readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { requireTemporal, startOnce } from '../temporal.ts';

const MAX_FLEET = 200;

/** The hosts that a request names, each once; those of a group as it is now. */
async function namedHosts(
  tx: AnyTx,
  body: {
    readonly agent_id?: string | undefined;
    readonly agent_ids?: readonly string[] | undefined;
    readonly group_id?: string | undefined;
  },
): Promise<readonly string[]> {
  if (body.group_id === undefined) return [...new Set(body.agent_ids ?? [body.agent_id as string])];
  const group = await findGroup(tx, body.group_id);
  if (group === null) throw new RefusedError('not_found', 'There is no such group.');
  const members = await listMembers(tx, group, { after: null, limit: MAX_FLEET + 1 });
  if (members.length === 0 || members.length > MAX_FLEET)
    throw new RefusedError(
      'invalid_request',
      `A request is for 1 to ${MAX_FLEET} hosts; this group has ${members.length === 0 ? 'none' : 'more'}.`,
    );
  return members.map((member) => member.id);
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
      group_id: z.uuid().optional().describe('every host of a group by name; the first is the canary'),
      actions: z.array(namedAction).min(1).max(10),
      reason: z.string().trim().min(10).max(1000),
      required_approvers: z.int().min(MIN_APPROVERS).max(MAX_APPROVERS),
      collection_minutes: z.int().min(1).max(MAX_COLLECTION_MINUTES).default(DEFAULT_COLLECTION_MINUTES),
    })
    .refine(
      (body) => [body.agent_id, body.agent_ids, body.group_id].filter((named) => named !== undefined).length === 1,
      'name agent_id, agent_ids or group_id',
    ),
  output: quorumAnswer,
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
    requireTemporal(deps);
    const { agents, actions } = await readScope(ctx, async (tx) => {
      const found = [];
      for (const id of await namedHosts(tx, body)) {
        const agent = await findAgent(tx, id);
        if (agent === null) throw new RefusedError('not_found', `There is no host ${id}.`);
        if (!agent.is_active) throw new RefusedError('agent_inactive', `${agent.hostname} is deactivated.`);
        found.push(agent);
      }
      return { agents: found, actions: await pinActions(tx, body.actions) };
    });
    const agentIds = agents.map((agent) => agent.id);
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
    const answer = await withTenant(deps.pool, tenantId, async (tx) => {
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
      await recordAct(tx, principal, tenantId, 'emergency_quorum_requested', {
        request_id: input.request_id,
        agent_ids: agentIds,
        hostnames: agents.map((agent) => agent.hostname),
        actions: actions.map(actionLabel),
        level,
        reason: body.reason,
        required_approvers: body.required_approvers,
      });
      return presentQuorum(ctx, tx, (await findQuorumRequest(tx, input.request_id)) as QuorumRow);
    });
    await startQuorum(deps, input);
    ctx.http.header('Location', `/api/v1/emergency/quorum/${input.request_id}`);
    return answer;
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
  output: page(quorumAnswer),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    return readScope(
      ctx,
      async (tx, tenantId) => {
        const { items: rows, next_cursor } = await readPage(
          query,
          cursorKey,
          (slice) => listQuorumRequests(tx, { tenantId, state: query.state ?? null, ...slice }),
          ({ created_at, id }) => ({ created_at, id }),
        );
        return { items: [...(await presentQuorums(ctx, tx, rows))], next_cursor };
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
  output: quorumAnswer,
  refusals: ['not_found'],
  handle: async (ctx) =>
    readScope(ctx, async (tx) => {
      const row = await findQuorumRequest(tx, ctx.params.id);
      if (row === null) throw new RefusedError('not_found');
      return presentQuorum(ctx, tx, row);
    }),
});

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
  output: quorumAnswer,
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
  output: quorumAnswer,
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
  output: quorumAnswer,
  refusals: ['not_found', 'quorum_not_requester', 'quorum_closed'],
  handle: async (ctx) => {
    const { deps, principal } = ctx;
    const found = await readScope(ctx, (tx) => findQuorumRequest(tx, ctx.params.id));
    if (found === null) throw new RefusedError('not_found');
    if (found.requested_by !== principal.userId) throw new RefusedError('quorum_not_requester');
    const answer = await withTenant(deps.pool, found.tenant_id, async (tx) => {
      await lockQuorumRequest(tx, found.id);
      if (!(await closeQuorumRequest(tx, found.id, 'cancelled'))) throw new RefusedError('quorum_closed');
      await recordAct(tx, principal, found.tenant_id, 'emergency_quorum_cancelled', { request_id: found.id });
      return presentQuorum(ctx, tx, (await findQuorumRequest(tx, found.id)) as QuorumRow);
    });
    await tellDecision(
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
