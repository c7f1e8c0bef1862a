/** My phones: the browsers that I subscribed to Web Push, and my own ntfy topic (docs/notifications.md). */

import { ECDH } from 'node:crypto';
import { z } from 'zod';
import {
  listPushSubscriptions,
  pushSubscriptionRow,
  removePushSubscription,
  savePushSubscription,
} from '../../db/pushSubscriptions.ts';
import { withMsp } from '../../db/scope.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { personalTopic } from '../../domain/pushText.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { targetFault } from '../../platform/safeFetch.ts';
import type { UserPrincipal } from '../principal.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

/** A person has so many devices; more would be a way to make the hub send. */
const MAX_SUBSCRIPTIONS = 20;
const MAX_USER_AGENT_LENGTH = 300;

/** Cards show what `emergency.read` shows, to the MSP's own people; a token without it must not open a way to them. */
function requireCardReader(principal: UserPrincipal): void {
  if (principal.tenantId !== null || !isAllowed('emergency.read', principal.role, principal.scopes))
    throw new RefusedError('forbidden', 'Notifications are for people of the MSP who may read emergency actions.', {
      permission: 'emergency.read',
    });
}

/** Whether a key is a point of P-256; one that is not could never be encrypted to. */
function isCurvePoint(p256dh: string): boolean {
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url', 'hex', 'uncompressed');
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

const vapidPublicKey = defineRoute({
  method: 'get',
  path: '/push/vapid-public-key',
  tag: 'Notifications',
  summary: 'The key with which a browser subscribes to Web Push',
  description: 'Null while the hub is not configured for Web Push.',
  auth: { kind: 'self' },
  tenantScoped: false,
  output: z.object({ public_key: z.string().nullable() }),
  refusals: ['forbidden'],
  handle: async ({ deps, principal }) => {
    requireCardReader(principal);
    return { public_key: deps.config.VAPID_PUBLIC_KEY ?? null };
  },
});

const ntfyTopic = defineRoute({
  method: 'get',
  path: '/push/ntfy-topic',
  tag: 'Notifications',
  summary: 'My own ntfy topic',
  description:
    'Subscribe to it in the ntfy app. Whoever knows the topic can read it: keep it to yourself. Nulls while the hub is not configured for ntfy.',
  auth: { kind: 'self' },
  tenantScoped: false,
  output: z.object({ server_url: z.string().nullable(), topic: z.string().nullable() }),
  refusals: ['forbidden'],
  handle: async ({ deps, principal }) => {
    requireCardReader(principal);
    const { NTFY_URL: server, NTFY_TOPIC_SECRET: secret, NTFY_TOPIC_PREFIX: prefix } = deps.config;
    if (server === undefined || secret === undefined) return { server_url: null, topic: null };
    return { server_url: server, topic: personalTopic(prefix, secret, principal.userId) };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/push/subscriptions',
  tag: 'Notifications',
  summary: 'My subscribed browsers, newest first',
  auth: { kind: 'self' },
  tenantScoped: false,
  output: z.object({ items: z.array(pushSubscriptionRow) }),
  refusals: ['forbidden'],
  handle: async ({ deps, principal }) => {
    requireCardReader(principal);
    return {
      items: [...(await withMsp(deps.pool, principal.mspId, (tx) => listPushSubscriptions(tx, principal.userId)))],
    };
  },
});

const subscribe = defineRoute({
  method: 'post',
  path: '/push/subscriptions',
  tag: 'Notifications',
  summary: 'Subscribe this browser',
  description: 'The body is what `PushSubscription.toJSON()` gives. Sent again, it renews the same subscription.',
  auth: { kind: 'self' },
  tenantScoped: false,
  body: z.strictObject({
    endpoint: z.string().min(10).max(2000),
    expirationTime: z.number().nullable().optional(),
    keys: z.strictObject({
      p256dh: z.string().regex(/^[A-Za-z0-9_-]{87}=?$/, 'an uncompressed P-256 point in base64url'),
      auth: z.string().regex(/^[A-Za-z0-9_-]{22}(==)?$/, '16 bytes in base64url'),
    }),
  }),
  output: pushSubscriptionRow,
  status: 201,
  refusals: ['forbidden', 'conflict'],
  handle: async ({ deps, principal, body, http }) => {
    requireCardReader(principal);
    const fault = targetFault(body.endpoint, deps.config.ALLOW_PRIVATE_TARGETS);
    if (fault !== null)
      throw new RefusedError('invalid_request', 'The endpoint must be a public https address without credentials.', {
        fault,
      });
    if (!isCurvePoint(body.keys.p256dh))
      throw new RefusedError('invalid_request', 'keys.p256dh is not a point of P-256.');
    return withMsp(deps.pool, principal.mspId, async (tx) => {
      const row = await savePushSubscription(tx, {
        user_id: principal.userId,
        msp_id: principal.mspId,
        // As the URL parser spells it: every later reader then sees the same host.
        endpoint: new URL(body.endpoint).href,
        p256dh: body.keys.p256dh,
        auth: body.keys.auth,
        user_agent: http.req.header('user-agent')?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
      });
      if (row === null) throw new RefusedError('conflict', 'This endpoint belongs to somebody else.');
      if ((await listPushSubscriptions(tx, principal.userId)).length > MAX_SUBSCRIPTIONS)
        throw new RefusedError('conflict', `You have ${MAX_SUBSCRIPTIONS} subscribed browsers; remove one first.`);
      await recordAct(tx, principal, null, 'push_subscribed', { push_subscription_id: row.id, service: row.service });
      return row;
    });
  },
});

const unsubscribe = defineRoute({
  method: 'delete',
  path: '/push/subscriptions/:id',
  tag: 'Notifications',
  summary: 'Remove one of my subscribed browsers',
  auth: { kind: 'self' },
  tenantScoped: false,
  params: z.object({ id: z.uuid() }),
  status: 204,
  refusals: ['forbidden', 'not_found'],
  handle: async ({ deps, principal, params }) => {
    requireCardReader(principal);
    await withMsp(deps.pool, principal.mspId, async (tx) => {
      const row = await removePushSubscription(tx, principal.userId, params.id);
      if (row === null) throw new RefusedError('not_found');
      await recordAct(tx, principal, null, 'push_unsubscribed', { push_subscription_id: row.id, service: row.service });
    });
    return undefined;
  },
});

/** Routes of notifications. */
export const pushRoutes = [vapidPublicKey, ntfyTopic, list, subscribe, unsubscribe];
