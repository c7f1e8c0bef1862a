/** Pre-issued tokens: held by a host, activated by itself once when their condition holds in their window. */

import { z } from 'zod';
import { findAgent } from '../../db/agents.ts';
import { abandonOrder, type EatRow, eatRow, findEat, findPendingOrder, listEats } from '../../db/emergency.ts';
import { enqueueCommand } from '../../db/outbox.ts';
import { confirmRevocation, getTokenReach, markRevoked, withdrawUnsent } from '../../db/preIssued.ts';
import type { TenantTx } from '../../db/scope.ts';
import { actionLabel, labelOfAny, levelOf } from '../../domain/eat.ts';
import { PRE_ISSUED_MAX_WINDOW_SECONDS } from '../../domain/eatLevels.ts';
import { parameterValues } from '../../domain/playbook.ts';
import { preIssueConditions } from '../../domain/preIssuedEat.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { resultSignal, WORKFLOW_IDS } from '../../workflows/messages.ts';
import { page } from '../cursor.ts';
import { isIrreversible, pinActions } from '../emergencyActions.ts';
import { inTenantOf, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { requireTemporal, tellWorkflow } from '../temporal.ts';
import { eatQuery, orderAlone, readEatPage } from '../tokenOrders.ts';

const params = z.object({ id: z.uuid() });
const instant = z.iso.datetime({ offset: true });

const created = z.object({
  id: z.uuid(),
  nonce: z.uuid(),
  state: z.enum(['signed', 'signing']),
  actions: z.array(z.string()),
  valid_from: z.iso.datetime(),
  valid_until: z.iso.datetime(),
  conditions: preIssueConditions,
  workflow_id: z.string(),
});

const create = defineRoute({
  method: 'post',
  path: '/agents/:id/pre-issued-eats',
  tag: 'Emergency',
  summary: 'Hand a host a token for a window, to activate by itself',
  description:
    'The host activates it once when, inside the window, it could not deliver a heartbeat for longer than ' +
    '`heartbeat_lost_minutes`, or a critical alert is open on it. Irreversible playbooks are refused.',
  auth: { kind: 'user', permission: 'emergency.issue_level3', totp: true },
  tenantScoped: true,
  params,
  body: z.strictObject({
    playbook_id: z.string().min(1).max(63).describe('UUID or slug'),
    parameters: parameterValues.default({}),
    valid_from: instant,
    valid_until: instant,
    conditions: preIssueConditions,
    reason: z.string().trim().min(10).max(1000),
  }),
  output: created,
  status: 201,
  refusals: [
    'not_found',
    'agent_inactive',
    'playbook_unknown',
    'playbook_not_approved',
    'playbook_parameters_invalid',
    'irreversible_needs_quorum',
    'pre_issue_window_invalid',
    'unavailable',
  ],
  handle: async (ctx) => {
    const { deps, body, params: path } = ctx;
    requireTemporal(deps);
    const window = checkWindow(body.valid_from, body.valid_until, deps.now());
    const { agent, actions } = await readScope(ctx, async (tx) => {
      const agent = await findAgent(tx, path.id);
      if (agent === null) throw new RefusedError('not_found');
      const named = [{ kind: 'run_playbook' as const, id: body.playbook_id, parameters: body.parameters }];
      return { agent, actions: await pinActions(tx, named) };
    });
    if (!agent.is_active) throw new RefusedError('agent_inactive');
    if (isIrreversible(actions)) throw new RefusedError('irreversible_needs_quorum');

    const { nonce, expires_at } = await orderAlone(
      ctx,
      {
        kind: 'preIssued',
        agent,
        actions,
        level: levelOf(actions.map((action) => action.kind)),
        reason: body.reason,
        window: { ...window, conditions: { ...body.conditions } },
      },
      {
        event_type: 'pre_issued_token_requested',
        facts: { valid_from: window.from, valid_until: window.until, conditions: { ...body.conditions } },
      },
    );
    return {
      id: nonce,
      nonce,
      state: expires_at === null ? ('signing' as const) : ('signed' as const),
      actions: actions.map(actionLabel),
      valid_from: window.from,
      valid_until: window.until,
      conditions: body.conditions,
      workflow_id: WORKFLOW_IDS.preIssued(nonce),
    };
  },
});

/** A window in the future or now, at most 72 hours long; in UTC with milliseconds, as tokens carry it. */
function checkWindow(from: string, until: string, nowMs: number): { readonly from: string; readonly until: string } {
  const [fromMs, untilMs] = [Date.parse(from), Date.parse(until)];
  if (untilMs <= nowMs) throw new RefusedError('pre_issue_window_invalid', 'valid_until has passed.');
  if (untilMs <= fromMs) throw new RefusedError('pre_issue_window_invalid', 'valid_until must lie after valid_from.');
  if (untilMs - fromMs > PRE_ISSUED_MAX_WINDOW_SECONDS * 1000)
    throw new RefusedError('pre_issue_window_invalid', 'The window is longer than 72 hours.');
  return { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
}

/** States of a pre-issued token as people read them. */
function stateOf(row: EatRow, nowMs: number): string {
  if (row.outcome !== null) return row.outcome;
  if (row.revoked_at !== null) return 'revoking';
  if (row.delivered_at === null) return 'waiting_for_host';
  return row.valid_from !== null && Date.parse(row.valid_from) > nowMs ? 'held' : 'armed';
}

const preIssued = eatRow.extend({ id: z.uuid(), state: z.string(), labels: z.array(z.string()) });

function presentPreIssued(row: EatRow, nowMs: number): z.input<typeof preIssued> {
  return { ...row, id: row.nonce, state: stateOf(row, nowMs), labels: row.actions.map(labelOfAny) };
}

const list = defineRoute({
  method: 'get',
  path: '/agents/:id/pre-issued-eats',
  tag: 'Emergency',
  summary: 'Pre-issued tokens of a host, newest first',
  auth: { kind: 'user', permission: 'emergency.read' },
  tenantScoped: true,
  params,
  output: z.object({ items: z.array(preIssued) }),
  refusals: ['not_found'],
  handle: async (ctx) =>
    readScope(ctx, async (tx) => {
      const agent = await findAgent(tx, ctx.params.id);
      if (agent === null) throw new RefusedError('not_found');
      const rows = await listEats(tx, {
        tenantId: agent.tenant_id,
        agentId: agent.id,
        kind: 'pre_issued',
        state: null,
        after: null,
        limit: 500,
      });
      return { items: rows.map((row) => presentPreIssued(row, ctx.deps.now())) };
    }),
});

const listAll = defineRoute({
  method: 'get',
  path: '/pre-issued-eats',
  tag: 'Emergency',
  summary: 'Pre-issued tokens of every host in reach, newest first',
  description: 'Those that could still activate, or all with `live=false`.',
  auth: { kind: 'user', permission: 'emergency.read' },
  tenantScoped: true,
  query: eatQuery.extend({ live: z.enum(['true', 'false']).default('true') }),
  output: page(preIssued),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const state = query.live === 'true' ? 'live' : null;
    const { items, next_cursor } = await readEatPage(ctx, { agentId: null, kind: 'pre_issued', state });
    return { items: items.map((row) => presentPreIssued(row, ctx.deps.now())), next_cursor };
  },
});

const revoked = z.object({
  id: z.uuid(),
  state: z.enum(['revoked', 'revoking']),
  could_still_activate: z.boolean(),
  explanation: z.string(),
});

const revoke = defineRoute({
  method: 'post',
  path: '/pre-issued-eats/:id/revoke',
  tag: 'Emergency',
  summary: 'Take a pre-issued token back',
  description:
    'A connected host confirms at once. The answer says honestly when a host that is away could still activate it.',
  auth: { kind: 'user', permission: 'emergency.issue_level3' },
  tenantScoped: true,
  params,
  output: revoked,
  refusals: ['not_found', 'pre_issue_closed'],
  handle: async (ctx) => {
    const { deps, principal, params: path } = ctx;
    const answer = await inTenantOf(
      ctx,
      async (tx) => {
        const found = (await findEat(tx, path.id)) ?? (await findPendingOrder(tx, path.id));
        return found?.kind === 'pre_issued' ? found.tenant_id : null;
      },
      async (tx, tenantId) => {
        const pending = await findPendingOrder(tx, path.id);
        const isUnsigned = pending !== null && (await abandonOrder(tx, path.id));
        const taken = isUnsigned
          ? { agent_id: pending.agent_id, reach: 'unsigned' as const }
          : await takeBack(tx, tenantId, path.id, principal.userId);
        await recordAct(tx, principal, tenantId, 'pre_issued_token_revoked', {
          nonce: path.id,
          agent_id: taken.agent_id,
          never_sent: taken.reach !== 'sent',
        });
        return taken;
      },
    );
    if (answer.reach === 'unsent')
      await tellWorkflow(deps, WORKFLOW_IDS.preIssued(path.id), resultSignal, { outcome: 'revoked' });
    return {
      id: path.id,
      state: answer.reach === 'sent' ? ('revoking' as const) : ('revoked' as const),
      could_still_activate: answer.reach === 'sent',
      explanation: explain(answer),
    };
  },
});

/** What the host may have of a token that is taken back. */
type TakenBack =
  | { readonly reach: 'unsigned' | 'unsent'; readonly agent_id: string }
  | {
      readonly reach: 'sent';
      readonly agent_id: string;
      readonly hostname: string;
      readonly link_state: string;
      readonly expires_at: string;
    };

/** Revokes a signed token: void at once when it was never sent, otherwise the host is told. */
async function takeBack(tx: TenantTx, tenantId: string, nonce: string, userId: string): Promise<TakenBack> {
  const eat = await findEat(tx, nonce);
  if (eat === null) throw new RefusedError('not_found');
  const { agent_id, hostname, expires_at } = eat;
  const host = { tenantId, agentId: agent_id };
  if (!(await markRevoked(tx, nonce, userId))) throw new RefusedError('pre_issue_closed');
  if (await withdrawUnsent(tx, host, nonce)) {
    await confirmRevocation(tx, nonce);
    return { reach: 'unsent', agent_id };
  }
  await enqueueCommand(tx, host, {
    kind: 'revoke_pre_issued_eat',
    payload: { nonce },
    dedupeKey: `revoke:${nonce}`,
    expiresAt: expires_at,
  });
  const { link_state } = await getTokenReach(tx, host, nonce);
  return { reach: 'sent', agent_id, hostname, link_state, expires_at };
}

function explain(answer: TakenBack): string {
  if (answer.reach !== 'sent')
    return answer.reach === 'unsent'
      ? 'The host never received it; it is void.'
      : 'It was not signed yet, and will not be.';
  if (answer.link_state === 'online')
    return `${answer.hostname} is connected and is being told now; until it confirms, it could still activate.`;
  return `${answer.hostname} is not heard. It holds the token and could still activate it until ${answer.expires_at}; it is told as soon as it returns.`;
}

/** Routes of pre-issued tokens. */
export const preIssuedEatRoutes = [create, list, listAll, revoke];
