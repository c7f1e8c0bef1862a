/**
 * A webhook to a ticket system with the log of its deliveries. It is switched off, and its address is one that exists
 * nowhere (RFC 2606): the demonstration sends nothing to anybody.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import { formatWebhookSecret, type WebhookEvent, webhookSealContext } from '../../domain/webhook.ts';
import type { Seal } from '../../platform/seal.ts';
import type { DemoEvent } from './audit.ts';
import type { DemoFile } from './file.ts';
import { DAY_MS, HOUR_MS, iso } from './moments.ts';

const EVENTS: readonly WebhookEvent[] = ['alert.created', 'alert.resolved'];
/** Days that deliveries reach back; the log keeps 30. */
const TOLD_DAYS = 21;
const OWNER = 0;

/** The webhook, its secret and what it asks for; `told` says which alerts it was told of before it was switched off. */
export function demoWebhook(
  file: DemoFile,
  webhookSeal: Seal,
  nowMs: number,
): {
  readonly webhooks: readonly DemoRow[];
  readonly subscriptions: readonly DemoRow[];
  readonly secrets: readonly DemoRow[];
  readonly events: readonly DemoEvent[];
  readonly told: { readonly webhookId: string; readonly from: string; readonly until: string };
} {
  const id = randomUUID();
  const createdMs = nowMs - 120 * DAY_MS;
  const pausedMs = nowMs - 30 * HOUR_MS;
  const webhook = { name: 'Ticket system', url: 'https://tickets.yourmsp.example/hooks/monsys' };
  const secret = Buffer.from(formatWebhookSecret(randomBytes(32)), 'utf8');
  const event = (atMs: number, type: string, data: DemoEvent['data']): DemoEvent => {
    return { atMs, tenantId: null, type, actor: OWNER, data: { webhook_id: id, ...data } };
  };
  return {
    webhooks: [
      {
        id,
        msp_id: file.msp.id,
        ...webhook,
        is_active: false,
        exhausted_in_a_row: 0,
        created_by_email: file.users[OWNER]?.email as string,
        created_at: iso(createdMs),
        updated_at: iso(pausedMs),
      },
    ],
    subscriptions: EVENTS.map((name) => ({ webhook_id: id, event: name, msp_id: file.msp.id, is_active: false })),
    secrets: [
      {
        webhook_id: id,
        sealed: `\\x${webhookSeal.seal(secret, webhookSealContext(id)).toString('hex')}`,
        created_at: iso(createdMs),
      },
    ],
    events: [
      event(createdMs, 'webhook_created', { ...webhook, events: [...EVENTS] }),
      event(pausedMs, 'webhook_changed', { ...webhook, is_active: false }),
    ],
    told: { webhookId: id, from: iso(nowMs - TOLD_DAYS * DAY_MS), until: iso(pausedMs) },
  };
}
