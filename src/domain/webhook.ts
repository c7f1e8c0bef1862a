/**
 * Webhooks out (docs/webhooks.md): which events there are, how a body is signed, and what becomes of a delivery after
 * each try. A delivery is pending until it is delivered, has used up its tries (failed), or its webhook is gone
 * (cancelled); it never goes back.
 */

import { hmac } from '@noble/hashes/hmac.js';
import { bytesToHex, sha256, utf8ToBytes } from './bytes.ts';

/** Events that a webhook may ask for; `ping` is sent on request alone. As in migrations/0115. */
export const WEBHOOK_EVENTS = [
  'alert.created',
  'alert.resolved',
  'agent.online',
  'agent.offline',
  'cve.match.new',
  'emergency.token.issued',
  'honeypot.tripped',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Hours that a secret stays good beside the one that it was rotated to. */
export const OLD_SECRET_HOURS = 24;
/** Webhooks of one tenant, and those of an MSP for all of its tenants: an event is told to each of both. */
export const MAX_WEBHOOKS = 100;
/** Days that the log of deliveries reaches back. */
export const DELIVERY_LOG_DAYS = 30;
/** For one try: look-up, connection, answer. */
export const TRY_TIMEOUT_MS = 10_000;
/** How much of an answer the log keeps. */
export const KEPT_ANSWER_BYTES = 1024;
/** Deliveries in a row that used up every try; from here on the webhook counts as failing. */
export const FAILING_AFTER = 5;

/** Waits between tries, before jitter: nine tries in about 22 hours. */
export const RETRY_DELAYS_SECONDS = [10, 30, 120, 600, 3_600, 10_800, 21_600, 43_200] as const;
/** A wait is longer by up to this part, so that what failed together does not come back together. */
const JITTER = 0.2;
/** A receiver that asks for more time than this is asked again anyhow. */
const MAX_RETRY_AFTER_SECONDS = 43_200;
/** However long a queue stood before a receiver: what is older says nothing to anybody. */
export const GIVE_UP_AFTER_HOURS = 48;

/** What a sealed secret is bound to: moved to another webhook it does not open. */
export function webhookSealContext(webhookId: string): string {
  return `webhook:${webhookId}`;
}

/** Builds a secret from 32 random bytes. The prefix lets secret scanners find one that leaked. */
export function formatWebhookSecret(random: Uint8Array): string {
  if (random.length !== 32) throw new RangeError('a secret is made of 32 random bytes');
  return `whsec_${bytesToHex(random)}`;
}

/** Lower-case hex of HMAC-SHA256 over the body's bytes, keyed with the whole text of a secret. */
export function webhookSignature(secret: string, body: string): string {
  return bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(body)));
}

/**
 * The headers that sign a body by the secrets that are good at the moment, the newest first. `X-Monsys-Signature` is one
 * signature at any time, so that a receiver may compare it as it is. After a rotation the receiver still has the secret
 * before it, which therefore signs that header as long as it is good; the new one signs `X-Monsys-Signature-Next` beside
 * it.
 */
export function signatureHeaders(secrets: readonly string[], body: string): Readonly<Record<string, string>> {
  const [newest, previous] = secrets;
  if (newest === undefined) throw new RangeError('nothing is sent that no secret signs');
  if (previous === undefined) return { 'x-monsys-signature': webhookSignature(newest, body) };
  return {
    'x-monsys-signature': webhookSignature(previous, body),
    'x-monsys-signature-next': webhookSignature(newest, body),
  };
}

/** What a try found: the answer's status and its Retry-After (0: none), or null when none came. */
export type TryResult = { readonly status: number; readonly retryAfterSeconds: number } | null;

/** What becomes of the delivery. `gone`: the receiver wants nothing more, ever. */
export type TryVerdict =
  | { readonly kind: 'delivered' | 'gone' | 'exhausted' }
  | { readonly kind: 'retry'; readonly waitSeconds: number };

/**
 * Judges the `tries`-th try (from 1). `random` is from [0, 1). Every answer but 2xx and 410 is tried again, redirects
 * among them: they are not followed, as they would lead past the judgement of the address.
 */
export function judgeTry(tries: number, result: TryResult, random: number): TryVerdict {
  if (result !== null && result.status >= 200 && result.status < 300) return { kind: 'delivered' };
  if (result?.status === 410) return { kind: 'gone' };
  const delay = RETRY_DELAYS_SECONDS[tries - 1];
  if (delay === undefined) return { kind: 'exhausted' };
  const jittered = delay * (1 + JITTER * random);
  const asked = result?.status === 429 || result?.status === 503 ? result.retryAfterSeconds : 0;
  return { kind: 'retry', waitSeconds: Math.ceil(Math.max(jittered, Math.min(asked, MAX_RETRY_AFTER_SECONDS))) };
}

/** Seconds until a delivery looks again for a free place before a busy receiver: the longer it waits, the more rarely. */
export function busyWaitSeconds(ageSeconds: number, random: number): number {
  return Math.min(Math.max(ageSeconds / 4, 2), 300) * (1 + random);
}

/** The body of a delivery that repeats another: the same event under its own id and time. */
export function repeatBody(body: string, deliveryId: string, timestamp: string): string {
  return JSON.stringify({ ...(JSON.parse(body) as object), delivery_id: deliveryId, timestamp });
}
