/** The log of what webhooks were told, try by try, and telling it once more. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  deliveryDetail,
  deliveryRow,
  findDelivery,
  insertDelivery,
  listDeliveries,
} from '../../db/webhookDeliveries.ts';
import { findWebhook } from '../../db/webhooks.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { DELIVERY_STATUSES, repeatBody, WEBHOOK_EVENTS } from '../../domain/webhook.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { inWebhookScope, readOr404 } from '../webhookReach.ts';
import { SENDS_PER_HOUR } from './webhooks.ts';

const params = z.object({ id: z.uuid() });
const cursorKey = z.object({ created_at: z.iso.datetime(), id: z.uuid() });

const list = defineRoute({
  method: 'get',
  path: '/webhooks/:id/deliveries',
  tag: 'Webhooks',
  summary: 'Deliveries of a webhook, newest first',
  description: 'The log reaches 30 days back.',
  auth: { kind: 'user', permission: 'webhooks.read' },
  tenantScoped: true,
  params,
  query: pageQuery.extend({
    status: z.enum(DELIVERY_STATUSES).optional(),
    event: z.enum([...WEBHOOK_EVENTS, 'ping']).optional(),
  }),
  output: page(deliveryRow),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const filter = { webhookId: ctx.params.id, status: query.status ?? null, event: query.event ?? null };
    return readPage(
      query,
      cursorKey,
      ({ after, limit }) =>
        readOr404(ctx, async (tx) =>
          (await findWebhook(tx, ctx.params.id)) === null
            ? null
            : listDeliveries(tx, { ...filter, before: after, limit }),
        ),
      ({ created_at, id }) => ({ created_at, id }),
    );
  },
});

const get = defineRoute({
  method: 'get',
  path: '/webhook-deliveries/:id',
  tag: 'Webhooks',
  summary: 'One delivery: what was sent, and every try',
  auth: { kind: 'user', permission: 'webhooks.read' },
  tenantScoped: true,
  params,
  output: deliveryDetail,
  refusals: ['not_found'],
  handle: async (ctx) =>
    readOr404(ctx, async (tx) => {
      const delivery = await findDelivery(tx, ctx.params.id);
      // A tenant's context holds what its MSP's webhooks were told of it, too; those are not its business.
      return delivery !== null && (await findWebhook(tx, delivery.webhook_id)) !== null ? delivery : null;
    }),
});

const replay = defineRoute({
  method: 'post',
  path: '/webhook-deliveries/:id/replay',
  tag: 'Webhooks',
  summary: 'Tell it once more',
  description: 'Makes a new delivery of the same event, with an id, a time and tries of its own.',
  auth: { kind: 'user', permission: 'webhooks.write' },
  tenantScoped: true,
  params,
  output: z.object({ delivery_id: z.uuid() }),
  status: 202,
  refusals: ['not_found', 'webhook_inactive', 'webhook_delivery_pending'],
  handle: async (ctx) => {
    const { deps, principal } = ctx;
    await enforceLimit(deps, `webhook:${principal.userId}`, SENDS_PER_HOUR, 3600);
    const { delivery, webhook } = await readOr404(ctx, async (tx) => {
      const found = await findDelivery(tx, ctx.params.id);
      const of = found === null ? null : await findWebhook(tx, found.webhook_id);
      return found === null || of === null ? null : { delivery: found, webhook: of };
    });
    if (!webhook.is_active) throw new RefusedError('webhook_inactive');
    if (delivery.status === 'pending') throw new RefusedError('webhook_delivery_pending');
    const id = randomUUID();
    // In the scope of the event's tenant, whose row it is, though the webhook may be of all tenants.
    await inWebhookScope(ctx, delivery.tenant_id, async (tx) => {
      await insertDelivery(tx, {
        id,
        webhook_id: webhook.id,
        msp_id: principal.mspId,
        tenant_id: delivery.tenant_id,
        event: delivery.event,
        body: repeatBody(delivery.body, id, new Date(deps.now()).toISOString()),
        replay_of: delivery.id,
      });
      await recordAct(tx, principal, delivery.tenant_id, 'webhook_delivery_replayed', {
        webhook_id: webhook.id,
        name: webhook.name,
        delivery_id: id,
        replay_of: delivery.id,
      });
    });
    return { delivery_id: id };
  },
});

/** Routes of deliveries. */
export const webhookDeliveryRoutes = [list, get, replay];
