/** Webhooks: where events of all tenants, or of one, are posted to. What was posted: webhookDeliveries.ts. */

import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { insertDelivery } from '../../db/webhookDeliveries.ts';
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  rotateWebhookSecret,
  updateWebhook,
  type WebhookRow,
  type WebhookTx,
  webhookRow,
} from '../../db/webhooks.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { formatWebhookSecret, MAX_WEBHOOKS, WEBHOOK_EVENTS, webhookSealContext } from '../../domain/webhook.ts';
import { targetFault } from '../../platform/safeFetch.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import type { UserPrincipal } from '../principal.ts';
import { readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { inWebhookScope, onWebhook, readOr404 } from '../webhookReach.ts';

const params = z.object({ id: z.uuid() });
const cursorKey = z.object({ created_at: z.iso.datetime(), id: z.uuid() });
/** Pings and repeats that one person may ask for. */
export const SENDS_PER_HOUR = 240;

const name = z.string().trim().min(1).max(100);
const url = z
  .string()
  .max(2000)
  .describe('https; http and private addresses only where the operator allows them (ALLOW_PRIVATE_TARGETS)');
const events = z
  .array(z.enum(WEBHOOK_EVENTS))
  .min(1)
  .max(WEBHOOK_EVENTS.length)
  .transform((named) => [...new Set(named)]);
const secret = z.string().describe('whsec_…; shown once');

/** Of an address only its origin is written down: what follows may be a secret of the receiver's. */
function addressFacts(address: string): { readonly origin: string } {
  return { origin: new URL(address).origin };
}

/** Refuses an address that can be seen to be wrong; where a name leads is judged at each post. */
function requireAddress(deps: ApiDeps, address: string): void {
  const fault = targetFault(address, deps.config.ALLOW_PRIVATE_TARGETS);
  if (fault !== null) throw new RefusedError('webhook_url_refused', undefined, { fault });
}

function makeSecret(deps: ApiDeps, webhookId: string): { readonly text: string; readonly sealed: Buffer } {
  if (deps.webhookSeal === null)
    throw new RefusedError('unavailable', 'This hub has no webhooks: its operator sets WEBHOOK_SEAL_KEY.');
  const text = formatWebhookSecret(randomBytes(32));
  return { text, sealed: deps.webhookSeal.seal(Buffer.from(text, 'utf8'), webhookSealContext(webhookId)) };
}

function record(
  tx: WebhookTx,
  principal: UserPrincipal,
  webhook: Pick<WebhookRow, 'id' | 'tenant_id' | 'name'>,
  event_type: string,
  facts: { readonly [key: string]: Json } = {},
): Promise<void> {
  return recordAct(tx, principal, webhook.tenant_id, event_type, {
    webhook_id: webhook.id,
    name: webhook.name,
    ...facts,
  });
}

const list = defineRoute({
  method: 'get',
  path: '/webhooks',
  tag: 'Webhooks',
  summary: 'Webhooks, newest first',
  description: 'With tenant_id those of that tenant alone; without, those of the MSP and of all its tenants.',
  auth: { kind: 'user', permission: 'webhooks.read' },
  tenantScoped: true,
  query: pageQuery.extend({ tenant_id: z.uuid().optional() }),
  output: page(webhookRow),
  refusals: ['not_found'],
  handle: (ctx) =>
    readPage(
      ctx.query,
      cursorKey,
      ({ after, limit }) =>
        readScope(ctx, (tx, tenantId) => listWebhooks(tx, tenantId, { before: after, limit }), ctx.query.tenant_id),
      ({ created_at, id }) => ({ created_at, id }),
    ),
});

const create = defineRoute({
  method: 'post',
  path: '/webhooks',
  tag: 'Webhooks',
  summary: 'Make a webhook; its secret is shown once',
  description:
    'Without tenant_id it is told of the events of every tenant of the MSP. docs/webhooks.md has the bodies.',
  auth: { kind: 'user', permission: 'webhooks.write', sudo: true },
  tenantScoped: true,
  body: z.strictObject({
    tenant_id: z.uuid().nullable().optional(),
    name,
    url,
    events,
    is_active: z.boolean().default(true),
  }),
  output: webhookRow.extend({ secret }),
  status: 201,
  refusals: ['not_found', 'conflict', 'unavailable', 'webhook_url_refused'],
  handle: async (ctx) => {
    const { deps, principal, body } = ctx;
    const tenantId = body.tenant_id ?? principal.tenantId;
    const id = randomUUID();
    const made = makeSecret(deps, id);
    const webhook = await inWebhookScope(ctx, tenantId, async (tx) => {
      requireAddress(deps, body.url);
      if ((await countWebhooks(tx, tenantId)) >= MAX_WEBHOOKS)
        throw new RefusedError('conflict', `There are ${MAX_WEBHOOKS} webhooks already; delete one first.`);
      const { tenant_id: _, ...rest } = body;
      const row = await insertWebhook(tx, {
        ...rest,
        id,
        msp_id: principal.mspId,
        tenant_id: tenantId,
        sealed_secret: made.sealed,
        created_by_email: principal.email,
      });
      await record(tx, principal, row, 'webhook_created', { ...addressFacts(row.url), events: row.events });
      return row;
    });
    return { ...webhook, secret: made.text };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/webhooks/:id',
  tag: 'Webhooks',
  summary: 'One webhook, and how it is doing',
  auth: { kind: 'user', permission: 'webhooks.read' },
  tenantScoped: true,
  params,
  output: webhookRow,
  refusals: ['not_found'],
  handle: async (ctx) => readOr404(ctx, (tx) => findWebhook(tx, ctx.params.id)),
});

const change = defineRoute({
  method: 'patch',
  path: '/webhooks/:id',
  tag: 'Webhooks',
  summary: 'Change a webhook; what is left out stays',
  description:
    'What waits to be delivered goes to the new address. Switched off, nothing new is told to it, and what waits is cancelled.',
  auth: { kind: 'user', permission: 'webhooks.write', sudo: true },
  tenantScoped: true,
  params,
  body: z.strictObject({
    name: name.optional(),
    url: url.optional(),
    events: events.optional(),
    is_active: z.boolean().optional(),
  }),
  output: webhookRow,
  refusals: ['not_found', 'webhook_url_refused'],
  handle: async (ctx) =>
    onWebhook(ctx, ctx.params.id, async (tx, webhook) => {
      const { body, deps, principal } = ctx;
      if (body.url !== undefined) requireAddress(deps, body.url);
      await updateWebhook(tx, webhook.id, body);
      const { url: address, ...rest } = body;
      const facts = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      await record(tx, principal, webhook, 'webhook_changed', {
        ...(facts as { [key: string]: Json }),
        ...(address === undefined ? {} : addressFacts(address)),
      });
      return (await findWebhook(tx, webhook.id)) as WebhookRow;
    }),
});

const remove = defineRoute({
  method: 'delete',
  path: '/webhooks/:id',
  tag: 'Webhooks',
  summary: 'Delete a webhook; what waits to be delivered is cancelled',
  auth: { kind: 'user', permission: 'webhooks.write' },
  tenantScoped: true,
  params,
  status: 204,
  refusals: ['not_found'],
  handle: async (ctx) => {
    await onWebhook(ctx, ctx.params.id, async (tx, webhook) => {
      await deleteWebhook(tx, webhook.id);
      await record(tx, ctx.principal, webhook, 'webhook_deleted');
    });
    return undefined;
  },
});

const rotate = defineRoute({
  method: 'post',
  path: '/webhooks/:id/rotate-secret',
  tag: 'Webhooks',
  summary: 'Give a webhook another secret; it is shown once',
  description:
    'For 24 hours both are good: X-Monsys-Signature is still by the one before, X-Monsys-Signature-Next by the new one. Rotating again ends the one before the last at once.',
  auth: { kind: 'user', permission: 'webhooks.write', sudo: true },
  tenantScoped: true,
  params,
  output: z.object({ secret, previous_secret_until: z.string() }),
  refusals: ['not_found', 'unavailable'],
  handle: async (ctx) =>
    onWebhook(ctx, ctx.params.id, async (tx, webhook) => {
      const made = makeSecret(ctx.deps, webhook.id);
      const until = await rotateWebhookSecret(tx, webhook.id, made.sealed);
      await record(tx, ctx.principal, webhook, 'webhook_secret_rotated', { previous_secret_until: until });
      return { secret: made.text, previous_secret_until: until };
    }),
});

const test = defineRoute({
  method: 'post',
  path: '/webhooks/:id/test',
  tag: 'Webhooks',
  summary: 'Send a ping; GET /webhook-deliveries/:id tells how it went',
  auth: { kind: 'user', permission: 'webhooks.write' },
  tenantScoped: true,
  params,
  output: z.object({ delivery_id: z.uuid() }),
  status: 202,
  refusals: ['not_found', 'webhook_inactive'],
  handle: async (ctx) => {
    const { deps, principal } = ctx;
    await enforceLimit(deps, `webhook:${principal.userId}`, SENDS_PER_HOUR, 3600);
    return onWebhook(ctx, ctx.params.id, async (tx, webhook) => {
      if (!webhook.is_active) throw new RefusedError('webhook_inactive');
      const id = randomUUID();
      await insertDelivery(tx, {
        id,
        webhook_id: webhook.id,
        msp_id: principal.mspId,
        tenant_id: webhook.tenant_id,
        event: 'ping',
        body: JSON.stringify({
          event: 'ping',
          delivery_id: id,
          timestamp: new Date(deps.now()).toISOString(),
          tenant_id: webhook.tenant_id,
          agent_id: null,
          webhook: { id: webhook.id, name: webhook.name },
        }),
        replay_of: null,
      });
      await record(tx, principal, webhook, 'webhook_tested', { delivery_id: id });
      return { delivery_id: id };
    });
  },
});

/** Routes of webhooks. */
export const webhookRoutes = [list, create, get, change, rotate, test, remove];
