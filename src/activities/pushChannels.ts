/** The two ways to a phone: ntfy, with a topic per person, and Web Push, to each browser that a person subscribed. */

import { NtfyClient } from 'ntfy';
import webPush from 'web-push';
import type { PushTarget } from '../db/pushSubscriptions.ts';
import { type PushText, personalTopic, webPushPayload, webPushTopic } from '../domain/pushText.ts';
import type { SafePost } from '../platform/safeFetch.ts';

/** How long one message may take on its way to a server. */
const PUSH_TIMEOUT_MS = 10_000;
/** How long a push service keeps a message for a phone that is switched off, at most. */
const MAX_TTL_SECONDS = 24 * 3600;

/** A self-hosted ntfy server. */
export type NtfySettings = {
  readonly url: string;
  /** Access token that may publish; null where the server asks for none. */
  readonly token: string | null;
  readonly topicPrefix: string;
  readonly topicSecret: string;
};

/** The hub's identity towards push services (RFC 8292). */
export type VapidSettings = { readonly publicKey: string; readonly privateKey: string; readonly subject: string };

/** Thrown when a message was not taken; the message never names a topic or an endpoint, which are capabilities. */
export class PushFailedError extends Error {
  override name = 'PushFailedError';
}

/** Publishes to one person's topic. Throws {@link PushFailedError}. */
export type SendNtfy = (userId: string, text: PushText) => Promise<void>;

/** Makes the sender over ntfy. */
export function createNtfySender(settings: NtfySettings): SendNtfy {
  // A base without a final slash would lose its last path segment when the client appends the topic.
  const server = settings.url.endsWith('/') ? settings.url : `${settings.url}/`;
  const client = new NtfyClient({ server, ...(settings.token === null ? {} : { authorization: settings.token }) });
  return async (userId, text) => {
    const topic = personalTopic(settings.topicPrefix, settings.topicSecret, userId);
    const publishing = client.publish({
      // The client takes `clickURL` and drops it (1.15.6); ntfy reads any of its headers from the query as well.
      topic: `${topic}?${new URLSearchParams({ click: text.click }).toString()}`,
      title: headerText(text.title),
      message: text.body,
      priority: text.priority,
      tags: [text.tag],
      actions: text.actions.map(({ label, url }) => ({ type: 'view' as const, label, url, clear: true })),
    });
    // The client has no time-out of its own; a request that hangs is left to end by itself.
    publishing.catch(() => undefined);
    try {
      await withTimeout(publishing, PUSH_TIMEOUT_MS);
    } catch (error) {
      throw new PushFailedError(`ntfy: ${faultName(error)}`);
    }
  };
}

/** Header values are ASCII; ntfy reads the rest as RFC 2047 encoded words. */
function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new PushFailedError('no answer in time')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What an error may say in a history: its own words where they are ours or the client's, else its code. */
function faultName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault';
  const { code } = (error.cause instanceof Error ? error.cause : error) as NodeJS.ErrnoException;
  return code === undefined ? error.message : code;
}

/** What became of one message: taken; the subscription is gone; or refused for good, whatever is tried again. */
type WebPushOutcome = 'sent' | 'gone' | 'refused';

/** Sends to one browser. Throws {@link PushFailedError} for what another try may mend. */
export type SendWebPush = (target: PushTarget, text: PushText, ttlSeconds: number) => Promise<WebPushOutcome>;

/** Makes the sender over Web Push. The endpoint was given by a person, so `post` judges where it leads. */
export function createWebPushSender(vapid: VapidSettings, post: SafePost): SendWebPush {
  return async (target, text, ttlSeconds) => {
    const { endpoint, p256dh, auth } = target;
    try {
      const { headers, body } = webPush.generateRequestDetails(
        { endpoint, keys: { p256dh, auth } },
        webPushPayload(text),
        {
          vapidDetails: vapid,
          contentEncoding: 'aes128gcm',
          TTL: Math.min(Math.max(Math.ceil(ttlSeconds), 0), MAX_TTL_SECONDS),
          urgency: text.priority >= 4 ? 'high' : 'normal',
          topic: webPushTopic(text.tag),
        },
      );
      const { status } = await post({ url: endpoint, headers: { ...headers }, body, timeoutMs: PUSH_TIMEOUT_MS });
      return outcomeOf(status);
    } catch (error) {
      if (error instanceof PushFailedError) throw error;
      // A target that must not be asked stays so; its owner sees the subscription marked.
      if (error instanceof Error && error.name === 'TargetRefusedError') return 'refused';
      throw new PushFailedError(`web push: ${faultName(error)}`);
    }
  };
}

/** RFC 8030 section 7.3: 404 and 410 end a subscription; 429 and 5xx pass; another 4xx will be the same next time. */
function outcomeOf(status: number): WebPushOutcome {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 404 || status === 410) return 'gone';
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return 'refused';
  throw new PushFailedError(`web push: answered ${status}`);
}
