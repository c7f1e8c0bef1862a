/** Browsers that people have asked to be told through (Web Push). An endpoint is a capability: whoever has it can push. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { MspTx, SystemTx } from './scope.ts';

/** A subscription as its owner sees it: of the endpoint, the service alone. */
export const pushSubscriptionRow = z.object({
  id: z.uuid(),
  service: z.string(),
  user_agent: z.string().nullable(),
  created_at: z.string(),
  failed_at: z.string().nullable(),
});
export type PushSubscriptionRow = z.infer<typeof pushSubscriptionRow>;
const COLUMNS = sql.fragment`id, substring(endpoint from '^https?://([^/]+)') as service, user_agent, created_at, failed_at`;

/** What a browser hands over when it subscribes. */
export type NewPushSubscription = {
  readonly user_id: string;
  readonly msp_id: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly user_agent: string | null;
};

/**
 * Keeps a subscription; null when the endpoint is someone else's. A browser that changes hands hands the same keys
 * over, which only it knows, and is taken from its former owner by them.
 */
export async function savePushSubscription(
  tx: MspTx,
  subscription: NewPushSubscription,
): Promise<PushSubscriptionRow | null> {
  const { user_id, msp_id, endpoint, p256dh, auth, user_agent } = subscription;
  const renewed = await tx.maybeOne(sql.type(pushSubscriptionRow)`
    update push_subscriptions set p256dh = ${p256dh}, auth = ${auth}, user_agent = ${user_agent}, failed_at = null
    where endpoint = ${endpoint} and user_id = ${user_id}::uuid returning ${COLUMNS}`);
  if (renewed !== null) return renewed;
  await tx.query(sql.unsafe`
    delete from push_subscriptions where endpoint = ${endpoint} and p256dh = ${p256dh} and auth = ${auth}`);
  // Nothing is done where another MSP's row, invisible here, holds the endpoint.
  return tx.maybeOne(sql.type(pushSubscriptionRow)`
    insert into push_subscriptions (user_id, msp_id, endpoint, p256dh, auth, user_agent)
    values (${user_id}::uuid, ${msp_id}::uuid, ${endpoint}, ${p256dh}, ${auth}, ${user_agent})
    on conflict (endpoint) do nothing returning ${COLUMNS}`);
}

/** A person's own subscriptions, newest first. */
export async function listPushSubscriptions(tx: MspTx, userId: string): Promise<readonly PushSubscriptionRow[]> {
  return tx.any(sql.type(pushSubscriptionRow)`
    select ${COLUMNS} from push_subscriptions where user_id = ${userId}::uuid order by created_at desc, id`);
}

/** Removes one of a person's own; null when it is none. */
export async function removePushSubscription(
  tx: MspTx,
  userId: string,
  id: string,
): Promise<PushSubscriptionRow | null> {
  return tx.maybeOne(sql.type(pushSubscriptionRow)`
    delete from push_subscriptions where id = ${id}::uuid and user_id = ${userId}::uuid returning ${COLUMNS}`);
}

const targetRow = z.object({
  id: z.uuid(),
  user_id: z.uuid(),
  endpoint: z.string(),
  p256dh: z.string(),
  auth: z.string(),
});
/** A subscription as the sender needs it. */
export type PushTarget = z.infer<typeof targetRow>;

/** Subscriptions of some people. */
export async function listPushTargets(tx: SystemTx, userIds: readonly string[]): Promise<readonly PushTarget[]> {
  return tx.any(sql.type(targetRow)`
    select id, user_id, endpoint, p256dh, auth from push_subscriptions
    where user_id = any(${sql.array(userIds, 'uuid')}) order by user_id, id`);
}

/** Forgets a subscription that its push service says is gone. */
export async function deleteGonePushSubscription(tx: SystemTx, id: string): Promise<void> {
  await tx.query(sql.unsafe`delete from push_subscriptions where id = ${id}::uuid`);
}

/** Notes that a subscription was refused, for its owner to see. */
export async function markPushSubscriptionFailed(tx: SystemTx, id: string): Promise<void> {
  await tx.query(sql.unsafe`update push_subscriptions set failed_at = now() where id = ${id}::uuid`);
}

/** Whether a person may be told anything: their account is active and has not ended. */
export async function isActivePerson(tx: SystemTx, userId: string): Promise<boolean> {
  const row = await tx.maybeOne(sql.type(z.object({ id: z.uuid() }))`
    select id from users where id = ${userId}::uuid and is_active and (expires_at is null or expires_at > now())`);
  return row !== null;
}
