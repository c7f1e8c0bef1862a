/** Emergency tokens that one person orders: ordered, started, signed and listed, at once or held for a window. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AgentRow } from '../db/agents.ts';
import { type EatRow, giveUpOrder, insertOrder, listEats, type NewOrder } from '../db/emergency.ts';
import { withTenant } from '../db/scope.ts';
import type { Json } from '../domain/canonicalJson.ts';
import { actionLabel, type EatAction } from '../domain/eat.ts';
import { RefusedError } from '../domain/refusal.ts';
import { type DeliveryInput, deliveryStart, signedUpdate, WORKFLOW_IDS } from '../workflows/messages.ts';
import { pageQuery, readPage } from './cursor.ts';
import type { ApiDeps } from './deps.ts';
import { totpStepSha256 } from './emergencyActions.ts';
import type { UserPrincipal } from './principal.ts';
import { readScope } from './reach.ts';
import { recordAct } from './recordAct.ts';
import type { Auth, RouteContext } from './route.ts';
import { requireTemporal, startOnce } from './temporal.ts';

/** How long the answer waits for the signature before it says "signing". */
const SIGNATURE_WAIT_MS = 4_000;

/** Whether a token is executed when it comes, or held by its host until its condition holds. */
type Life = 'eat' | 'preIssued';

/** What is needed of the request that orders. */
type Ctx = { readonly deps: ApiDeps; readonly principal: UserPrincipal } & Pick<
  RouteContext<Auth, undefined, undefined, undefined>,
  'totpStep' | 'http'
>;

/** What one person orders of one host. */
type SingleOrder = Pick<NewOrder, 'level' | 'reason' | 'window'> & {
  readonly kind: Life;
  readonly agent: AgentRow;
  readonly actions: readonly EatAction[];
};

/**
 * Stores an order with its audit row, starts its workflow, and waits a moment for the signature: `expires_at` is null
 * while it is not there. Whether this person may order it is the caller's to judge.
 */
export async function orderAlone(
  ctx: Ctx,
  { kind, agent, actions, level, reason, window }: SingleOrder,
  audit: { readonly event_type: string; readonly facts: { readonly [key: string]: Json } },
): Promise<{ readonly nonce: string; readonly expires_at: string | null }> {
  const { deps, principal } = ctx;
  const nonce = randomUUID();
  const order: DeliveryInput = { nonce, agent_id: agent.id, tenant_id: agent.tenant_id, msp_id: principal.mspId };
  await withTenant(deps.pool, agent.tenant_id, async (tx) => {
    await insertOrder(tx, {
      ...order,
      level,
      actions,
      reason,
      requested_by: principal.userId,
      requested_by_email: principal.email,
      authorisation: 'single',
      totp_step_sha256: totpStepSha256(principal.userId, ctx.totpStep),
      impersonation_id: principal.impersonation?.id ?? null,
      alert: null,
      window,
    });
    await recordAct(tx, principal, agent.tenant_id, audit.event_type, {
      nonce,
      agent_id: agent.id,
      hostname: agent.hostname,
      actions: actions.map(actionLabel),
      reason,
      ...audit.facts,
    });
  });
  await startDelivery(deps, order, kind);
  const expires_at = await awaitSignature(deps, order, kind);
  ctx.http.header('Location', `/api/v1/emergency/${nonce}`);
  return { nonce, expires_at };
}

/**
 * Starts the workflow of an order; when that fails the order is given up, so that "nothing was done" is true. An
 * answer that was lost on the way may hide a start that worked: then the order is signed, and it goes on.
 */
async function startDelivery(deps: ApiDeps, order: DeliveryInput, kind: Life): Promise<void> {
  const temporal = requireTemporal(deps);
  const workflow = kind === 'eat' ? 'eatDelivery' : 'preIssuedEatWindow';
  try {
    await startOnce(temporal, () => temporal.workflow.start(workflow, deliveryStart(order, kind)));
  } catch (error) {
    const isGivenUp = await withTenant(deps.pool, order.tenant_id, (tx) =>
      giveUpOrder(tx, order, 'Temporal did not start its workflow.'),
    );
    deps.log.error({ err: error, nonce: order.nonce, given_up: isGivenUp }, 'the start of a token was not confirmed');
    if (isGivenUp)
      throw new RefusedError('unavailable', 'Temporal does not answer; nothing was ordered. Try again in a minute.');
  }
}

/** When the token expires, once it is signed; null when that takes longer than a caller should wait. */
async function awaitSignature(deps: ApiDeps, order: DeliveryInput, kind: Life): Promise<string | null> {
  const temporal = requireTemporal(deps);
  try {
    const signed = await temporal.withDeadline(Date.now() + SIGNATURE_WAIT_MS, () =>
      temporal.workflow.getHandle(WORKFLOW_IDS[kind](order.nonce)).executeUpdate(signedUpdate),
    );
    if (signed.kind === 'abandoned')
      throw new RefusedError('unavailable', 'The token could not be signed; nothing was sent.');
    return signed.expires_at;
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    deps.log.warn({ err: error, nonce: order.nonce }, 'the signature takes longer than the answer waits');
    return null;
  }
}

const cursorKey = z.object({ issued_at: z.iso.datetime(), nonce: z.uuid() });

/** The query of a list of tokens. */
export const eatQuery = pageQuery.extend({ tenant_id: z.uuid().optional() });

/** One page of tokens in the caller's reach, newest first. */
export function readEatPage(
  ctx: { readonly deps: ApiDeps; readonly principal: UserPrincipal; readonly query: z.output<typeof eatQuery> },
  filter: Pick<Parameters<typeof listEats>[1], 'agentId' | 'kind' | 'state'>,
): Promise<{ readonly items: EatRow[]; readonly next_cursor: string | null }> {
  const { query } = ctx;
  return readPage(
    query,
    cursorKey,
    (slice) => readScope(ctx, (tx, tenantId) => listEats(tx, { tenantId, ...filter, ...slice }), query.tenant_id),
    ({ issued_at, nonce }) => ({ issued_at, nonce }),
  );
}
