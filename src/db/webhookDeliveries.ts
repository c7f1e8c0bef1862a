/** Deliveries of webhooks: written by triggers with the event itself (migrations/0115), or here on request; their tries. */

import { z } from 'zod';
import { DELIVERY_STATUSES, type DeliveryStatus, GIVE_UP_AFTER_HOURS } from '../domain/webhook.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx } from './scope.ts';
import type { WebhookTx } from './webhooks.ts';

/** One try, as the log shows it. */
const webhookAttempt = z.object({
  at: z.string(),
  status_code: z.number().nullable().describe('null: no answer came'),
  duration_ms: z.number(),
  answer: z.string().nullable().describe('the first 1024 bytes of it'),
  error: z.string().nullable().describe('what was wrong, in a sentence'),
});
export type WebhookAttempt = z.infer<typeof webhookAttempt>;

/** A delivery as lists show it. */
export const deliveryRow = z.object({
  id: z.uuid(),
  webhook_id: z.uuid(),
  tenant_id: z.uuid().nullable(),
  event: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  tries: z.number(),
  last_status_code: z.number().nullable(),
  last_error: z.string().nullable(),
  created_at: z.string(),
  next_attempt_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  replay_of: z.uuid().nullable(),
});
export type DeliveryRow = z.infer<typeof deliveryRow>;

/** One delivery with what was sent and what came back. */
export const deliveryDetail = deliveryRow.extend({ body: z.string(), attempts: z.array(webhookAttempt) });
export type DeliveryDetail = z.infer<typeof deliveryDetail>;

const COLUMNS = sql.fragment`d.id, d.webhook_id, d.tenant_id, d.event, d.status, jsonb_array_length(d.attempts) as tries,
  (d.attempts -> -1 ->> 'status_code')::int as last_status_code, d.attempts -> -1 ->> 'error' as last_error,
  d.created_at, d.next_attempt_at, d.finished_at, d.replay_of`;

/** What a list of deliveries is narrowed to; `before` is the place of the last row of the page before. */
export type DeliveryFilter = {
  readonly webhookId: string;
  readonly status: DeliveryStatus | null;
  readonly event: string | null;
  readonly before: { readonly created_at: string; readonly id: string } | null;
  readonly limit: number;
};

/** Deliveries of a webhook in scope, newest first. */
export async function listDeliveries(tx: AnyTx, filter: DeliveryFilter): Promise<readonly DeliveryRow[]> {
  const { before } = filter;
  // Milliseconds, because that is what a cursor carries.
  return tx.any(sql.type(deliveryRow)`
    select ${COLUMNS} from webhook_deliveries d
    where d.webhook_id = ${filter.webhookId}::uuid
      and (${filter.status}::text is null or d.status = ${filter.status})
      and (${filter.event}::text is null or d.event = ${filter.event})
      and (${before === null} or (date_trunc('milliseconds', d.created_at), d.id) < (${before?.created_at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
    order by date_trunc('milliseconds', d.created_at) desc, d.id desc limit ${filter.limit}`);
}

/** One delivery in scope. */
export async function findDelivery(tx: AnyTx, id: string): Promise<DeliveryDetail | null> {
  return tx.maybeOne(sql.type(deliveryDetail)`
    select ${COLUMNS}, d.body, d.attempts from webhook_deliveries d where d.id = ${id}::uuid`);
}

/** A delivery that somebody asks for: a ping, or one more time. */
export type NewDelivery = {
  readonly id: string;
  readonly webhook_id: string;
  readonly msp_id: string;
  readonly tenant_id: string | null;
  readonly event: string;
  readonly body: string;
  readonly replay_of: string | null;
};

/** Stores it; the core worker hears of it by the trigger. */
export async function insertDelivery(tx: WebhookTx, delivery: NewDelivery): Promise<void> {
  await tx.query(sql.unsafe`
    insert into webhook_deliveries (id, webhook_id, msp_id, tenant_id, event, body, replay_of)
    values (${delivery.id}::uuid, ${delivery.webhook_id}::uuid, ${delivery.msp_id}::uuid, ${delivery.tenant_id}::uuid, ${delivery.event},
      ${delivery.body}, ${delivery.replay_of}::uuid)`);
}

const startRow = z.object({ delivery_id: z.uuid(), msp_id: z.uuid(), tenant_id: z.uuid().nullable() });
/** Names one delivery, for its workflow. */
export type DeliveryRef = z.infer<typeof startRow>;

/**
 * Claims deliveries whose workflow must be started: new ones, and those that nobody has touched for two minutes after
 * they were due, because whoever had claimed them died. Two workers claim different ones.
 */
export async function claimWaitingDeliveries(tx: SystemTx, limit: number): Promise<readonly DeliveryRef[]> {
  return tx.any(sql.type(startRow)`
    update webhook_deliveries d set started_at = now()
    where d.id in (
      select id from webhook_deliveries
      where status = 'pending' and (started_at is null or greatest(started_at, next_attempt_at) < now() - interval '2 minutes')
      order by created_at limit ${limit} for update skip locked)
    returning d.id as delivery_id, d.msp_id, d.tenant_id`);
}

const dueRow = z.object({
  webhook_id: z.uuid(),
  event: z.string(),
  body: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  created_at: z.string(),
  tries: z.number(),
  url: z.string(),
  is_active: z.boolean(),
  /** Newest first. */
  sealed_secrets: z.array(z.instanceof(Buffer)),
  /** Until the next try is due; negative when it is. */
  due_in_ms: z.number(),
  age_seconds: z.number(),
  is_too_old: z.boolean(),
});
/** A delivery with all that a try needs, by the database's clock. */
export type DueDelivery = z.infer<typeof dueRow>;

/** Reads it; null when it is not there. */
export async function findDueDelivery(tx: SystemTx, id: string): Promise<DueDelivery | null> {
  return tx.maybeOne(sql.type(dueRow)`
    select d.webhook_id, d.event, d.body, d.status, d.created_at, jsonb_array_length(d.attempts) as tries, w.url, w.is_active,
      (select coalesce(array_agg(k.sealed order by k.expires_at is not null, k.created_at desc), '{}') from webhook_secrets k
        where k.webhook_id = w.id and (k.expires_at is null or k.expires_at > now())) as sealed_secrets,
      extract(epoch from coalesce(d.next_attempt_at, d.created_at) - clock_timestamp())::float8 * 1000 as due_in_ms,
      extract(epoch from clock_timestamp() - d.created_at)::float8 as age_seconds,
      d.created_at < now() - make_interval(hours => ${GIVE_UP_AFTER_HOURS}) as is_too_old
    from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.id = ${id}::uuid`);
}

/** Notes when a delivery looks again; nothing once it is over. */
export async function postponeDelivery(tx: SystemTx, id: string, seconds: number): Promise<void> {
  await tx.query(sql.unsafe`
    update webhook_deliveries set next_attempt_at = clock_timestamp() + make_interval(secs => ${seconds})
    where id = ${id}::uuid and status = 'pending'`);
}

/** Adds a try to the log and says what comes of it; false when the delivery was over already. */
export async function recordAttempt(
  tx: SystemTx,
  id: string,
  attempt: WebhookAttempt,
  outcome: { readonly status: DeliveryStatus; readonly waitSeconds: number | null },
): Promise<boolean> {
  const done = await tx.query(sql.unsafe`
    update webhook_deliveries set attempts = attempts || ${JSON.stringify([attempt])}::jsonb, status = ${outcome.status},
      next_attempt_at = clock_timestamp() + make_interval(secs => ${outcome.waitSeconds}::float8),
      finished_at = case when ${outcome.status} = 'pending' then null else clock_timestamp() end
    where id = ${id}::uuid and status = 'pending'`);
  return done.rowCount === 1;
}

/** Ends a delivery without another try; false when it was over already. */
export async function endDelivery(tx: SystemTx, id: string, status: 'failed' | 'cancelled'): Promise<boolean> {
  const done = await tx.query(sql.unsafe`
    update webhook_deliveries set status = ${status}, finished_at = clock_timestamp(), next_attempt_at = null
    where id = ${id}::uuid and status = 'pending'`);
  return done.rowCount === 1;
}
