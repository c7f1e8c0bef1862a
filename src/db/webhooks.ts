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
    .describe(
      `failing: a delivery used up every try while nothing else got through, or ${FAILING_AFTER} in a row did; disabled: the receiver answered 410`,
    ),
  failing_since: z.string().nullable().describe('since when it is not healthy; null while it is'),
  is_retrying: z
    .boolean()
    .describe(
      'a delivery was tried in vain and waits for its next try, and nothing else has got through since it was made',
    ),
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
  select w.id, w.only_tenant_id as tenant_id, w.name, w.url, w.is_active, w.failing_since, w.exhausted_in_a_row, w.last_success_at, w.last_failure_at,
    w.created_by_email, w.created_at, w.updated_at,
    (select coalesce(array_agg(s.event order by s.event), '{}') from webhook_subscriptions s where s.webhook_id = w.id) as events,
    exists (select from webhook_deliveries d where d.webhook_id = w.id and d.status = 'pending' and d.attempts <> '[]'
      and (w.last_success_at is null or w.last_success_at < d.created_at)) as is_retrying,
    case when w.disabled_reason is not null then 'disabled' when w.failing_since is not null then 'failing' else 'healthy' end as health,
    (select max(k.expires_at) from webhook_secrets k where k.webhook_id = w.id and k.expires_at > now()) as previous_secret_until
  from webhooks w`;

/** Webhooks in scope, newest first; of one tenant alone when it is named. `before` is the place of the last row of the page before. */
export async function listWebhooks(
  tx: AnyTx,
  tenantId: string | null,
  page: { readonly before: { readonly created_at: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly WebhookRow[]> {
  const { before } = page;
  // Milliseconds, because that is what a cursor carries.
  return tx.any(sql.type(webhookRow)`
    ${SELECT_WEBHOOKS} where w.deleted_at is null and (${tenantId}::uuid is null or w.only_tenant_id = ${tenantId}::uuid)
      and (${before === null} or (date_trunc('milliseconds', w.created_at), w.id) < (${before?.created_at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
    order by date_trunc('milliseconds', w.created_at) desc, w.id desc limit ${page.limit}`);
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

/** Webhooks that are not deleted: of one tenant, or (null) those of all tenants of the MSP in scope. */
export async function countWebhooks(tx: AnyTx, tenantId: string | null): Promise<number> {
  const { count } = await tx.one(sql.type(countRow)`
    select count(*) as count from webhooks where deleted_at is null and only_tenant_id is not distinct from ${tenantId}::uuid`);
  return count;
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
      exhausted_in_a_row = case when ${isNewStart} then 0 else exhausted_in_a_row end,
      failing_since = case when ${isNewStart} then null else failing_since end,
      failing_told_at = case when ${isNewStart} then null else failing_told_at end
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

const stateRow = z.object({ msp_id: z.uuid(), only_tenant_id: z.uuid().nullable(), name: z.string() });
/** A webhook as the worker needs to know it after a try. */
export type WebhookState = z.infer<typeof stateRow>;

const successRow = stateRow.extend({ failing_since: z.string().nullable() });

/**
 * A delivery got through; gives the webhook and since when it had been failing when this ends an outage. Written once a
 * minute at most, unless it ends a row of failures. One that was switched off for good stays so, whatever still arrives.
 */
export async function noteSuccess(
  tx: SystemTx,
  id: string,
): Promise<(WebhookState & { readonly failing_since: string }) | null> {
  const row = await tx.maybeOne(sql.type(successRow)`
    update webhooks set last_success_at = now(), exhausted_in_a_row = 0, failing_since = null, failing_told_at = null
    where id = ${id}::uuid and disabled_reason is null
      and (exhausted_in_a_row > 0 or failing_since is not null or last_success_at is null or last_success_at < now() - interval '1 minute')
    returning msp_id, only_tenant_id, name, old.failing_since`);
  return row === null || row.failing_since === null ? null : { ...row, failing_since: row.failing_since };
}

const exhaustedRow = stateRow.extend({ exhausted_in_a_row: z.number(), is_new: z.boolean() });

/**
 * A delivery used up its tries; gives the webhook with how many have by now, and whether an outage begins. One does when
 * nothing else has got through since the delivery was made, or when several in a row have failed: a single event that the
 * receiver does not like is none.
 */
export async function noteExhausted(
  tx: SystemTx,
  id: string,
  deliveryMadeAt: string,
): Promise<z.infer<typeof exhaustedRow>> {
  return tx.one(sql.type(exhaustedRow)`
    update webhooks set last_failure_at = now(), exhausted_in_a_row = exhausted_in_a_row + 1,
      failing_since = coalesce(failing_since, case when exhausted_in_a_row + 1 >= ${FAILING_AFTER}
        or last_success_at is null or last_success_at < ${deliveryMadeAt}::timestamptz then now() end)
    where id = ${id}::uuid
    returning msp_id, only_tenant_id, name, exhausted_in_a_row, old.failing_since is null and failing_since is not null as is_new`);
}

/** Switches a webhook off whose receiver is gone; null when it was off already. */
export async function disableGone(tx: SystemTx, id: string): Promise<WebhookState | null> {
  return tx.maybeOne(sql.type(stateRow)`
    update webhooks set is_active = false, disabled_reason = 'gone', last_failure_at = now(), failing_since = coalesce(failing_since, now()),
      failing_told_at = null
    where id = ${id}::uuid and is_active returning msp_id, only_tenant_id, name`);
}

const refRow = z.object({ webhook_id: z.uuid(), msp_id: z.uuid(), tenant_id: z.uuid().nullable() });
/** Names a webhook by all that it belongs to; `tenant_id` is the one whose events it hears, null: all. */
export type WebhookRef = z.infer<typeof refRow>;

/** Webhooks that fail and of which the admins have not been told yet, the longest first. */
export async function listUntoldWebhooks(tx: SystemTx, limit: number): Promise<readonly WebhookRef[]> {
  return tx.any(sql.type(refRow)`
    select id as webhook_id, msp_id, only_tenant_id as tenant_id from webhooks
    where failing_since is not null and failing_told_at is null and deleted_at is null order by failing_since limit ${limit}`);
}

const failingRow = z.object({
  name: z.string(),
  tenant_name: z.string().nullable(),
  is_gone: z.boolean(),
  last_success_at: z.string().nullable(),
  last_error: z.string().nullable(),
});

/** An outage as its notification tells of it; null when there is none to tell of. */
export async function findWebhookNotice(tx: SystemTx, ref: WebhookRef): Promise<z.infer<typeof failingRow> | null> {
  return tx.maybeOne(sql.type(failingRow)`
    select w.name, t.name as tenant_name, w.disabled_reason is not null as is_gone, w.last_success_at,
      (select d.attempts -> -1 ->> 'error' from webhook_deliveries d where d.webhook_id = w.id and d.status = 'failed'
        order by d.created_at desc, d.id desc limit 1) as last_error
    from webhooks w left join tenants t on t.id = w.only_tenant_id
    where w.id = ${ref.webhook_id}::uuid and w.msp_id = ${ref.msp_id}::uuid and w.failing_since is not null and w.failing_told_at is null
      and w.deleted_at is null`);
}

/** Notes that the admins have been told; false when the outage is over, or somebody else noted it. */
export async function markWebhookTold(tx: SystemTx, ref: WebhookRef): Promise<boolean> {
  const done = await tx.query(sql.unsafe`
    update webhooks set failing_told_at = now()
    where id = ${ref.webhook_id}::uuid and msp_id = ${ref.msp_id}::uuid and failing_since is not null and failing_told_at is null`);
  return done.rowCount === 1;
}
