/** Posting deliveries of webhooks: one try at a time, at least once, with the same bytes and the same id at every try. */

import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import type { SystemTx } from '../db/scope.ts';
import { withSystem } from '../db/scope.ts';
import {
  claimWaitingDeliveries,
  type DeliveryRef,
  type DueDelivery,
  endDelivery,
  findDueDelivery,
  postponeDelivery,
  recordAttempt,
  type WebhookAttempt,
} from '../db/webhookDeliveries.ts';
import { disableGone, listUntoldWebhooks, noteExhausted, noteSuccess, type WebhookState } from '../db/webhooks.ts';
import type { Json } from '../domain/canonicalJson.ts';
import {
  busyWaitSeconds,
  judgeTry,
  KEPT_ANSWER_BYTES,
  signatureHeaders,
  TRY_TIMEOUT_MS,
  type TryVerdict,
  webhookSealContext,
} from '../domain/webhook.ts';
import type { SafePost } from '../platform/safeFetch.ts';
import type { Seal } from '../platform/seal.ts';
import type { WorkflowStarter } from './emergency.ts';
import { createPlaces } from './webhookPlaces.ts';

/** What posting needs. */
export type WebhookDeps = {
  readonly pool: DatabasePool;
  readonly post: SafePost;
  /** Opens secrets; null where WEBHOOK_SEAL_KEY is not set, and then nothing is posted. */
  readonly seal: Seal | null;
  readonly starter: Pick<WorkflowStarter, 'startWebhookDelivery' | 'startWebhookFailing'>;
};

/** Where a delivery stands: over, or to be looked at again after a while. */
export type DeliveryStep =
  | { readonly status: 'delivered' | 'failed' | 'cancelled' }
  | { readonly status: 'pending'; readonly tries: number; readonly wait_ms: number };

/** A try that is only due in this time is as good as due: clocks and timers are not that sharp. */
const EARLY_MS = 1_000;
/** Deliveries claimed at once. */
const CLAIM = 200;
/** Claims of one pass; what is left then is the next pass's, a minute later or at the next event. */
const CLAIMS_PER_PASS = 25;

type Answer = { readonly status: number; readonly retryAfterSeconds: number; readonly text: string };

/** Makes the activities of webhooks. */
export function createWebhookActivities({ pool, post, seal, starter }: WebhookDeps) {
  const takePlace = createPlaces();
  return {
    /** Tries one delivery when it is due. Called again after a crash it repeats the try, or sees that it is not due yet. */
    async deliverWebhook({ delivery_id }: DeliveryRef): Promise<DeliveryStep> {
      const due = await withSystem(pool, (tx) => findDueDelivery(tx, delivery_id));
      if (due === null) return { status: 'cancelled' };
      if (due.status !== 'pending') return { status: due.status };
      if (!due.is_active) return end(pool, delivery_id, 'cancelled');
      if (due.is_too_old) return exhaust(pool, delivery_id, due);
      if (due.due_in_ms > EARLY_MS) return { status: 'pending', tries: due.tries, wait_ms: Math.ceil(due.due_in_ms) };
      const leave = takePlace(due.webhook_id);
      if (leave === null) {
        const seconds = busyWaitSeconds(due.age_seconds, Math.random());
        await withSystem(pool, (tx) => postponeDelivery(tx, delivery_id, seconds));
        return { status: 'pending', tries: due.tries, wait_ms: Math.ceil(seconds * 1000) };
      }
      try {
        return await tryOnce(delivery_id, due);
      } finally {
        leave();
      }
    },

    /** Starts the workflows of deliveries that wait for one, and has admins told of webhooks that fail; gives how many deliveries. */
    async startWaitingWebhooks(): Promise<number> {
      let started = 0;
      for (let pass = 0; pass < CLAIMS_PER_PASS; pass++) {
        const waiting = await withSystem(pool, (tx) => claimWaitingDeliveries(tx, CLAIM));
        await Promise.all(waiting.map((ref) => starter.startWebhookDelivery(ref)));
        started += waiting.length;
        if (waiting.length < CLAIM) break;
      }
      const failing = await withSystem(pool, (tx) => listUntoldWebhooks(tx, CLAIM));
      await Promise.all(failing.map((ref) => starter.startWebhookFailing(ref)));
      return started;
    },
  };

  async function tryOnce(id: string, due: DueDelivery): Promise<DeliveryStep> {
    const at = new Date();
    const { answer, error } = await ask(id, due);
    const tries = due.tries + 1;
    const verdict = judgeTry(tries, answer, Math.random());
    const attempt: WebhookAttempt = {
      at: at.toISOString(),
      status_code: answer?.status ?? null,
      duration_ms: Date.now() - at.getTime(),
      answer: answer?.text ?? null,
      error: error ?? (verdict.kind === 'delivered' ? null : sentenceOf((answer as Answer).status)),
    };
    const status = STATUS_OF[verdict.kind];
    await withSystem(pool, async (tx) => {
      const waitSeconds = verdict.kind === 'retry' ? verdict.waitSeconds : null;
      // Somebody else has ended it meanwhile: what this try found changes nothing.
      if (!(await recordAttempt(tx, id, attempt, { status, waitSeconds }))) return;
      if (verdict.kind === 'delivered') await countSuccess(tx, due.webhook_id);
      if (verdict.kind === 'exhausted') await countExhausted(tx, due);
      if (verdict.kind === 'gone') {
        const webhook = await disableGone(tx, due.webhook_id);
        if (webhook !== null)
          await audit(tx, 'webhook_disabled', due.webhook_id, webhook, { delivery_id: id, status_code: 410 });
      }
    });
    return verdict.kind === 'retry'
      ? { status: 'pending', tries, wait_ms: verdict.waitSeconds * 1000 }
      : { status: status as 'delivered' | 'failed' };
  }

  async function ask(
    id: string,
    due: DueDelivery,
  ): Promise<{ readonly answer: Answer | null; readonly error: string | null }> {
    if (seal === null) throw new Error('WEBHOOK_SEAL_KEY is not set: no delivery can be signed.');
    const secrets = due.sealed_secrets.map((sealed) =>
      seal.open(sealed, webhookSealContext(due.webhook_id)).toString('utf8'),
    );
    const signatures = signatureHeaders(secrets, due.body);
    try {
      const { status, headers, body } = await post({
        url: due.url,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'monsys-msp-webhook/1',
          'x-monsys-event': due.event,
          'x-monsys-delivery': id,
          'x-monsys-timestamp': timestampOf(due.body),
          ...signatures,
        },
        body: Buffer.from(due.body, 'utf8'),
        timeoutMs: TRY_TIMEOUT_MS,
      });
      return {
        answer: { status, retryAfterSeconds: retryAfterSeconds(headers['retry-after']), text: keptText(body) },
        error: null,
      };
    } catch (error) {
      return { answer: null, error: sentenceOfFault(error) };
    }
  }
}

/** Type by which workflows know them. */
export type WebhookActivities = ReturnType<typeof createWebhookActivities>;

const STATUS_OF = {
  delivered: 'delivered',
  gone: 'failed',
  exhausted: 'failed',
  retry: 'pending',
} as const satisfies Record<TryVerdict['kind'], string>;

async function end(pool: DatabasePool, id: string, status: 'failed' | 'cancelled'): Promise<DeliveryStep> {
  await withSystem(pool, (tx) => endDelivery(tx, id, status));
  return { status };
}

async function exhaust(pool: DatabasePool, id: string, due: DueDelivery): Promise<DeliveryStep> {
  await withSystem(pool, async (tx) => {
    if (await endDelivery(tx, id, 'failed')) await countExhausted(tx, due);
  });
  return { status: 'failed' };
}

async function countExhausted(tx: SystemTx, due: DueDelivery): Promise<void> {
  const { exhausted_in_a_row, is_new, ...webhook } = await noteExhausted(tx, due.webhook_id, due.created_at);
  if (is_new) await audit(tx, 'webhook_failing', due.webhook_id, webhook, { exhausted_in_a_row });
}

async function countSuccess(tx: SystemTx, webhookId: string): Promise<void> {
  const healed = await noteSuccess(tx, webhookId);
  if (healed !== null) await audit(tx, 'webhook_recovered', webhookId, healed, { failing_since: healed.failing_since });
}

function audit(
  tx: SystemTx,
  event_type: 'webhook_disabled' | 'webhook_failing' | 'webhook_recovered',
  webhookId: string,
  webhook: WebhookState,
  facts: { readonly [key: string]: Json },
): Promise<void> {
  return appendAudit(tx, {
    msp_id: webhook.msp_id,
    tenant_id: webhook.only_tenant_id,
    event_type,
    actor: { kind: 'system' },
    event_data: { webhook_id: webhookId, name: webhook.name, ...facts },
  });
}

/** The body says when the delivery was made; the header repeats it for receivers that look before they parse. */
function timestampOf(body: string): string {
  return (JSON.parse(body) as { readonly timestamp: string }).timestamp;
}

/** Retry-After in seconds (RFC 9110 10.2.3: seconds, or a date); 0 for none and for nonsense. */
function retryAfterSeconds(value: string | undefined): number {
  if (value === undefined) return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : Math.max(0, (at - Date.now()) / 1000);
}

/** The beginning of an answer as text; Postgres keeps no NUL. */
function keptText(body: Buffer): string {
  return body.subarray(0, KEPT_ANSWER_BYTES).toString('utf8').replaceAll('\0', '\u{fffd}');
}

function sentenceOf(status: number): string {
  if (status === 410) return 'The receiver answered 410: it wants nothing more. The webhook is switched off.';
  if (status >= 300 && status < 400) return `The receiver answered ${status}; redirects are not followed.`;
  return `The receiver answered ${status} instead of 2xx.`;
}

const FAULTS: Readonly<Record<string, string>> = {
  not_public:
    'The address of the receiver is not a public one; the operator allows private ones by ALLOW_PRIVATE_TARGETS.',
  not_https: 'The address of the receiver is not https.',
  ENOTFOUND: 'The name of the receiver does not exist.',
  EAI_AGAIN: 'The name of the receiver could not be looked up.',
  ECONNREFUSED: 'The receiver refused the connection.',
  ECONNRESET: 'The receiver closed the connection without an answer.',
  EHOSTUNREACH: 'There is no way to the receiver.',
  ENETUNREACH: 'There is no way to the receiver.',
  TimeoutError: `The receiver did not answer within ${TRY_TIMEOUT_MS / 1000} seconds.`,
  ABORT_ERR: `The receiver did not answer within ${TRY_TIMEOUT_MS / 1000} seconds.`,
};

/** A sentence for what kept an answer from coming. Never the error's own text, which may hold the address. */
function sentenceOfFault(error: unknown): string {
  const { fault, code, name } = error as { readonly fault?: string; readonly code?: string; readonly name?: string };
  const known = [fault, code, name].find((key) => key !== undefined && key in FAULTS);
  if (known !== undefined) return FAULTS[known] as string;
  const what = code ?? fault ?? name ?? 'unknown';
  return /CERT|SSL|TLS|VERIFY/.test(what)
    ? `The certificate of the receiver is not trusted (${what}).`
    : `The receiver could not be reached (${what}).`;
}
