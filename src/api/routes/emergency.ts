/** Emergency tokens: issued by one person, read with their evidence, acknowledged when overdue. */

import { z } from 'zod';
import { findAgent } from '../../db/agents.ts';
import { getAutomaticLevel, setAutomaticLevel } from '../../db/automaticResponses.ts';
import { acknowledgeOverdue, type EatEvidence, eatRow, findEat } from '../../db/emergency.ts';
import type { AnyTx } from '../../db/scope.ts';
import { findEatLeafIndex } from '../../db/transparency.ts';
import { actionLabel, type EatAction, labelOfAny, levelOf } from '../../domain/eat.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { parameterValues } from '../../domain/playbook.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { WORKFLOW_IDS } from '../../workflows/messages.ts';
import { page } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import { isIrreversible, namedAction, pinActions } from '../emergencyActions.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenant, inTenantOf, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { requireTemporal } from '../temporal.ts';
import { workflowUrl } from '../temporalUi.ts';
import { eatQuery, orderAlone, readEatPage } from '../tokenOrders.ts';

/** SOURCE, rate limits: five an hour for each person. */
const ISSUES_PER_HOUR = 5;
const HOUR_SECONDS = 3600;

/** A token with what an auditor needs to check it alone. */
const evidence = eatRow.extend({
  labels: z.array(z.string()),
  requested_at: z.iso.datetime().nullable(),
  token: z.string().nullable().describe('canonical JSON, exactly as signed'),
  signature: z.string().nullable().describe('base64, over "monsys-eat-v1\\n" and the token'),
  key_id: z.string().nullable(),
  result: z.string().nullable().describe('canonical JSON, exactly as the host signed it'),
  result_signature: z.string().nullable(),
  agent_public_key: z.string().describe('base64'),
  workflow_id: z.string(),
  workflow_url: z
    .string()
    .nullable()
    .describe('in the Temporal UI, for operators; null for others, and for imported history'),
  log_index: z.int().nullable().describe('place in the transparency log; null until its leaf is integrated'),
});

type Caller = { readonly deps: ApiDeps; readonly principal: UserPrincipal };

async function present(caller: Caller, tx: AnyTx, row: EatEvidence): Promise<z.input<typeof evidence>> {
  const workflow_id = row.kind === 'pre_issued' ? WORKFLOW_IDS.preIssued(row.nonce) : WORKFLOW_IDS.eat(row.nonce);
  return {
    ...row,
    labels: row.actions.map(labelOfAny),
    signature: row.signature?.toString('base64') ?? null,
    result: row.result_text,
    result_signature: row.result_signature?.toString('base64') ?? null,
    agent_public_key: row.agent_public_key.toString('base64'),
    workflow_id,
    // Imported history was signed elsewhere: no workflow of ours leads to it.
    workflow_url: row.token === null ? null : workflowUrl(caller, workflow_id),
    log_index: row.token === null ? null : await findEatLeafIndex(tx, row.token),
  };
}

const issued = z.object({
  nonce: z.uuid(),
  state: z.enum(['signed', 'signing']),
  level: z.int(),
  actions: z.array(z.string()),
  expires_at: z.iso.datetime().nullable(),
  workflow_id: z.string(),
});

/** Refuses what one person may not order alone. */
function checkSingleAuthority(principal: UserPrincipal, actions: readonly EatAction[], level: number): void {
  if (isIrreversible(actions)) throw new RefusedError('irreversible_needs_quorum');
  if (level === 3 && !isAllowed('emergency.issue_level3', principal.role, principal.scopes)) {
    throw new RefusedError('level_needs_approval');
  }
}

const issue = defineRoute({
  method: 'post',
  path: '/agents/:id/emergency',
  tag: 'Emergency',
  summary: 'Issue a token to one host',
  description:
    'Name a playbook, or actions. The token is signed by the signing worker, delivered over the host’s socket, and good ' +
    'for 2, 5 or 15 minutes by level. Irreversible playbooks go through POST /emergency/quorum.',
  auth: { kind: 'user', permission: 'emergency.issue', totp: true },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  body: z
    .strictObject({
      reason: z.string().trim().min(10).max(1000),
      level: z.int().min(1).max(3).optional().describe('refused when the actions are of a higher level'),
      playbook_id: z.string().min(1).max(63).optional().describe('UUID or slug'),
      parameters: parameterValues.optional(),
      actions: z.array(namedAction).min(1).max(10).optional(),
    })
    .refine((body) => (body.playbook_id === undefined) !== (body.actions === undefined), 'name playbook_id or actions'),
  output: issued,
  status: 202,
  refusals: [
    'not_found',
    'agent_inactive',
    'playbook_unknown',
    'playbook_not_approved',
    'playbook_parameters_invalid',
    'irreversible_needs_quorum',
    'level_needs_approval',
    'unavailable',
  ],
  handle: async (ctx) => {
    const { deps, principal, body, params } = ctx;
    requireTemporal(deps);
    await enforceLimit(deps, `emergency:${principal.userId}`, ISSUES_PER_HOUR, HOUR_SECONDS);
    const named = body.actions ?? [
      { kind: 'run_playbook' as const, id: body.playbook_id as string, parameters: body.parameters ?? {} },
    ];
    const { agent, actions } = await readScope(ctx, async (tx) => {
      const agent = await findAgent(tx, params.id);
      if (agent === null) throw new RefusedError('not_found');
      return { agent, actions: await pinActions(tx, named) };
    });
    if (!agent.is_active) throw new RefusedError('agent_inactive');
    const level = levelOf(actions.map((action) => action.kind));
    if (body.level !== undefined && body.level < level)
      throw new RefusedError('invalid_request', `These actions are of level ${level}, not ${body.level}.`);
    checkSingleAuthority(principal, actions, level);

    const { nonce, expires_at } = await orderAlone(
      ctx,
      { kind: 'eat', agent, actions, level, reason: body.reason, window: null },
      { event_type: 'emergency_token_requested', facts: { level } },
    );
    return {
      nonce,
      state: expires_at === null ? ('signing' as const) : ('signed' as const),
      level,
      actions: actions.map(actionLabel),
      expires_at,
      workflow_id: WORKFLOW_IDS.eat(nonce),
    };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/emergency',
  tag: 'Emergency',
  summary: 'Tokens, newest first',
  auth: { kind: 'user', permission: 'emergency.read' },
  tenantScoped: true,
  query: eatQuery.extend({
    agent_id: z.uuid().optional(),
    kind: z.enum(['immediate', 'pre_issued']).optional(),
    state: z.enum(['live', 'overdue', 'done']).optional(),
  }),
  output: page(eatRow.extend({ labels: z.array(z.string()) })),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const { items, next_cursor } = await readEatPage(ctx, {
      agentId: query.agent_id ?? null,
      kind: query.kind ?? null,
      state: query.state ?? null,
    });
    return { items: items.map((row) => ({ ...row, labels: row.actions.map(labelOfAny) })), next_cursor };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/emergency/:nonce',
  tag: 'Emergency',
  summary: 'One token with its signature, its proof and its result',
  auth: { kind: 'user', permission: 'emergency.read' },
  tenantScoped: true,
  params: z.object({ nonce: z.uuid() }),
  output: evidence,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const shown = await readScope(ctx, async (tx) => {
      const row = await findEat(tx, ctx.params.nonce);
      return row === null ? null : present(ctx, tx, row);
    });
    if (shown === null) throw new RefusedError('not_found');
    return shown;
  },
});

const acknowledge = defineRoute({
  method: 'post',
  path: '/emergency/:nonce/acknowledge',
  tag: 'Emergency',
  summary: 'Say that you have seen that no result came',
  description: 'An overdue token counts 5 in the urgency of its tenant until somebody acknowledges it.',
  auth: { kind: 'user', permission: 'emergency.issue' },
  tenantScoped: true,
  params: z.object({ nonce: z.uuid() }),
  status: 204,
  refusals: ['not_found', 'eat_not_overdue'],
  handle: async (ctx) => {
    const { principal, params } = ctx;
    await inTenantOf(
      ctx,
      async (tx) => (await findEat(tx, params.nonce))?.tenant_id ?? null,
      async (tx, tenantId) => {
        if (!(await acknowledgeOverdue(tx, params.nonce, principal.userId))) throw new RefusedError('eat_not_overdue');
        await recordAct(tx, principal, tenantId, 'emergency_overdue_acknowledged', { nonce: params.nonce });
      },
    );
    return undefined;
  },
});

const automatic = z.object({ automatic_level: z.int().min(0).max(2).describe('0: nothing runs without a person') });

const getAutomatic = defineRoute({
  method: 'get',
  path: '/tenants/:id/automatic-level',
  tag: 'Emergency',
  summary: 'Which level runs without a person',
  auth: { kind: 'user', permission: 'emergency.read' },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  output: automatic,
  refusals: ['not_found'],
  handle: async (ctx) => ({
    automatic_level: await inTenant(ctx, ctx.params.id, (tx) => getAutomaticLevel(tx, ctx.params.id)),
  }),
});

const putAutomatic = defineRoute({
  method: 'put',
  path: '/tenants/:id/automatic-level',
  tag: 'Emergency',
  summary: 'Let level 1, or 1 and 2, run without a person',
  description:
    'Level 1 when the reporter is surer than 0.95; level 2 after three minutes in which nobody acknowledged the alert. ' +
    'Level 3 never.',
  auth: { kind: 'user', permission: 'emergency.issue_level3', totp: true },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  body: automatic,
  output: automatic,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenant(ctx, ctx.params.id, async (tx) => {
      await setAutomaticLevel(tx, ctx.params.id, ctx.body.automatic_level);
      await recordAct(tx, ctx.principal, ctx.params.id, 'automatic_level_changed', {
        automatic_level: ctx.body.automatic_level,
      });
      return ctx.body;
    }),
});

/** Routes of emergency tokens. */
export const emergencyRoutes = [issue, list, get, acknowledge, getAutomatic, putAutomatic];
