/** Webhooks as people manage them: who wants which events, and where they go. Deliveries: webhookDeliveries.ts. */

import { z } from 'zod';
import { FAILING_AFTER, OLD_SECRET_HOURS, WEBHOOK_EVENTS, type WebhookEvent } from '../domain/webhook.ts';
import { sql } from './pool.ts';
import type { AnyTx, MspTx, SystemTx, TenantTx } from './scope.ts';

/** A scope that may write webhooks: the tenant's own in its context, those of all tenants in the MSP's. */
export type WebhookTx = TenantTx | MspTx;

/** A webhook as the API shows it; the secret is not among it. */
export const webhookRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid().nullable().describe('null: events of every tenant of the MSP'),
  name: z.string(),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  is_active: z.boolean(),
  health: z
    .enum(['healthy', 'failing', 'disabled'])
    .describe(`failing: ${FAILING_AFTER} deliveries in a row used up every try; disabled: the receiver answered 410`),
  exhausted_in_a_row: z.number(),
  last_success_at: z.string().nullable(),
  last_failure_at: z.string().nullable(),
  previous_secret_until: z.string().nullable().describe('until when the secret before the last rotation is good, too'),
  created_by_email: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type WebhookRow = z.infer<typeof webhookRow>;

const SELECT_WEBHOOKS = sql.fragment`
  select w.id, w.only_tenant_id as tenant_id, w.name, w.url, w.is_active, w.exhausted_in_a_row, w.last_success_at, w.last_failure_at,
    w.created_by_email, w.created_at, w.updated_at,
    (select coalesce(array_agg(s.event order by s.event), '{}') from webhook_subscriptions s where s.webhook_id = w.id) as events,
    case when w.disabled_reason is not null then 'disabled' when w.exhausted_in_a_row >= ${FAILING_AFTER} then 'failing' else 'healthy' end as health,
    (select max(k.expires_at) from webhook_secrets k where k.webhook_id = w.id and k.expires_at > now()) as previous_secret_until
  from webhooks w`;

/** Webhooks in scope, newest first; of one tenant alone when it is named. */
export async function listWebhooks(tx: AnyTx, tenantId: string | null, limit: number): Promise<readonly WebhookRow[]> {
  return tx.any(sql.type(webhookRow)`
    ${SELECT_WEBHOOKS} where w.deleted_at is null and (${tenantId}::uuid is null or w.only_tenant_id = ${tenantId}::uuid)
    order by w.created_at desc, w.id limit ${limit}`);
}

/** One webhook in scope that is not deleted. */
export async function findWebhook(tx: AnyTx, id: string): Promise<WebhookRow | null> {
  return tx.maybeOne(sql.type(webhookRow)`${SELECT_WEBHOOKS} where w.id = ${id}::uuid and w.deleted_at is null`);
}

/**
 * The same, with its row locked: two changes of one webhook come one after the other. `no key`, so that events which
 * are being told to it meanwhile do not wait: their deliveries hold its key by the foreign key.
 */
export async function lockWebhook(tx: WebhookTx, id: string): Promise<WebhookRow | null> {
  await tx.query(sql.unsafe`select from webhooks where id = ${id}::uuid for no key update`);
  return findWebhook(tx, id);
}

const countRow = z.object({ count: z.number() });

/** Webhooks in scope that are not deleted. */
export async function countWebhooks(tx: AnyTx): Promise<number> {
  return (await tx.one(sql.type(countRow)`select count(*) as count from webhooks where deleted_at is null`)).count;
}

/** What a new webhook is made of; the secret is sealed already, under the webhook's id. */
export type NewWebhook = {
  readonly id: string;
  readonly msp_id: string;
  readonly tenant_id: string | null;
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly is_active: boolean;
  readonly sealed_secret: Buffer;
  readonly created_by_email: string;
};

/** Makes a webhook with its secret. */
export async function insertWebhook(tx: WebhookTx, webhook: NewWebhook): Promise<WebhookRow> {
  await tx.query(sql.unsafe`
    insert into webhooks (id, msp_id, only_tenant_id, name, url, is_active, created_by_email)
    values (${webhook.id}::uuid, ${webhook.msp_id}::uuid, ${webhook.tenant_id}::uuid, ${webhook.name}, ${webhook.url}, ${webhook.is_active},
      ${webhook.created_by_email})`);
  await subscribe(tx, webhook.id, webhook.events);
  await insertSecret(tx, webhook.id, webhook.sealed_secret);
  return (await findWebhook(tx, webhook.id)) as WebhookRow;
}

async function subscribe(tx: WebhookTx, id: string, events: readonly WebhookEvent[]): Promise<void> {
  await tx.query(sql.unsafe`
    insert into webhook_subscriptions (webhook_id, event, msp_id, only_tenant_id, is_active)
    select w.id, e, w.msp_id, w.only_tenant_id, w.is_active from webhooks w cross join unnest(${sql.array([...events], 'text')}) e
    where w.id = ${id}::uuid`);
}

async function insertSecret(tx: WebhookTx, id: string, sealed: Buffer): Promise<void> {
  await tx.query(
    sql.unsafe`insert into webhook_secrets (webhook_id, sealed) values (${id}::uuid, ${sql.binary(sealed)})`,
  );
}

/** What people may change of a webhook; what is absent stays. */
export type WebhookChange = {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly WebhookEvent[] | undefined;
  readonly is_active?: boolean | undefined;
};

/** Changes a webhook. Another address, or switching it on, starts its health anew. */
export async function updateWebhook(tx: WebhookTx, id: string, change: WebhookChange): Promise<void> {
  const isNewStart = change.url !== undefined || change.is_active === true;
  await tx.query(sql.unsafe`
    update webhooks set name = coalesce(${change.name ?? null}, name), url = coalesce(${change.url ?? null}, url),
      is_active = coalesce(${change.is_active ?? null}::boolean, is_active), updated_at = now(),
      disabled_reason = case when ${change.is_active ?? null}::boolean then null else disabled_reason end,
      exhausted_in_a_row = case when ${isNewStart} then 0 else exhausted_in_a_row end
    where id = ${id}::uuid`);
  if (change.events === undefined) return;
  await tx.query(sql.unsafe`delete from webhook_subscriptions where webhook_id = ${id}::uuid`);
  await subscribe(tx, id, change.events);
}

/** Ends a webhook: nothing is told to it any more, and its secrets are gone. Its log stays until it is old. */
export async function deleteWebhook(tx: WebhookTx, id: string): Promise<void> {
  await tx.query(sql.unsafe`delete from webhook_secrets where webhook_id = ${id}::uuid`);
  await tx.query(sql.unsafe`
    update webhooks set is_active = false, deleted_at = now(), updated_at = now() where id = ${id}::uuid`);
}

const untilRow = z.object({ until: z.string() });

/**
 * Gives a webhook another secret; the one before is good for a day beside it. One that was rotated away before that
 * ends now, so that rotating twice puts an end to a secret that leaked.
 */
export async function rotateWebhookSecret(tx: WebhookTx, id: string, sealed: Buffer): Promise<string> {
  await tx.query(sql.unsafe`delete from webhook_secrets where webhook_id = ${id}::uuid and expires_at is not null`);
  await tx.query(sql.unsafe`
    update webhook_secrets set expires_at = now() + make_interval(hours => ${OLD_SECRET_HOURS})
    where webhook_id = ${id}::uuid and expires_at is null`);
  await insertSecret(tx, id, sealed);
  const { until } = await tx.one(sql.type(untilRow)`
    select now() + make_interval(hours => ${OLD_SECRET_HOURS}) as until`);
  return until;
}

const stateRow = z.object({
  msp_id: z.uuid(),
  only_tenant_id: z.uuid().nullable(),
  name: z.string(),
  exhausted_in_a_row: z.number(),
});
/** A webhook as the worker needs to know it after a try. */
export type WebhookState = z.infer<typeof stateRow>;

/** A delivery got through. Written once a minute at most, unless it ends a row of failures. */
export async function noteSuccess(tx: SystemTx, id: string): Promise<void> {
  await tx.query(sql.unsafe`
    update webhooks set last_success_at = now(), exhausted_in_a_row = 0
    where id = ${id}::uuid and (exhausted_in_a_row > 0 or last_success_at is null or last_success_at < now() - interval '1 minute')`);
}

/** A delivery used up its tries; gives the webhook with how many have by now. */
export async function noteExhausted(tx: SystemTx, id: string): Promise<WebhookState> {
  return tx.one(sql.type(stateRow)`
    update webhooks set last_failure_at = now(), exhausted_in_a_row = exhausted_in_a_row + 1 where id = ${id}::uuid
    returning msp_id, only_tenant_id, name, exhausted_in_a_row`);
}

/** Switches a webhook off whose receiver is gone; null when it was off already. */
export async function disableGone(tx: SystemTx, id: string): Promise<WebhookState | null> {
  return tx.maybeOne(sql.type(stateRow)`
    update webhooks set is_active = false, disabled_reason = 'gone', last_failure_at = now() where id = ${id}::uuid and is_active
    returning msp_id, only_tenant_id, name, exhausted_in_a_row`);
}
