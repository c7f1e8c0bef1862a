/** One try at a time, against a real receiver: what is sent, what is kept, what comes of it. */

import { createHmac, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PLACES_PER_WEBHOOK } from '../../src/activities/webhookPlaces.ts';
import { createWebhookActivities, type DeliveryStep } from '../../src/activities/webhooks.ts';
import { sql } from '../../src/db/pool.ts';
import { withSystem } from '../../src/db/scope.ts';
import type { DeliveryDetail } from '../../src/db/webhookDeliveries.ts';
import { markWebhookTold, type WebhookRow } from '../../src/db/webhooks.ts';
import { FAILING_AFTER, RETRY_DELAYS_SECONDS } from '../../src/domain/webhook.ts';
import { createSafePost } from '../../src/platform/safeFetch.ts';
import { createSeal } from '../../src/platform/seal.ts';
import { createTestApi, TEST_WEBHOOK_SEAL_KEY } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type ReceivedWebhook, startWebhookReceiver } from '../support/webhookReceiver.ts';

const db = await createTestDatabase();
const api = await createTestApi(db, { allowPrivateTargets: true });
const receiver = await startWebhookReceiver();
const deps = {
  pool: db.core,
  post: createSafePost({ allowPrivateTargets: true }),
  seal: createSeal(TEST_WEBHOOK_SEAL_KEY),
  starter: { startWebhookDelivery: () => Promise.resolve(), startWebhookFailing: () => Promise.resolve() },
};
const activities = createWebhookActivities(deps);
const admin = api.as('admin');

async function json<T>(response: Promise<Response>): Promise<T> {
  const answer = await response;
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return JSON.parse(text) as T;
}

const create = (path: string, change: object = {}) =>
  json<WebhookRow & { readonly secret: string }>(
    admin('POST', '/webhooks', {
      name: 'Tickets',
      url: `${receiver.url}${path}`,
      events: ['alert.created'],
      ...change,
    }),
  );
/** Writes a ping; gives its id. */
const ping = async (webhookId: string): Promise<string> =>
  (await json<{ delivery_id: string }>(admin('POST', `/webhooks/${webhookId}/test`))).delivery_id;
const read = (id: string) => json<DeliveryDetail>(admin('GET', `/webhook-deliveries/${id}`));
const webhookOf = (id: string) => json<WebhookRow>(admin('GET', `/webhooks/${id}`));
const deliver = (id: string, by = activities): Promise<DeliveryStep> =>
  by.deliverWebhook({ delivery_id: id, msp_id: api.msp.id, tenant_id: null });
/** As if the wait were over. */
const makeDue = (id: string) =>
  db.admin.query(sql.unsafe`update webhook_deliveries set next_attempt_at = now() where id = ${id}::uuid`);
/** Leaves a delivery with one try left. */
const nearlyExhausted = (id: string) =>
  db.admin.query(sql.unsafe`
    update webhook_deliveries set attempts = (select jsonb_agg(jsonb_build_object('at', '2026-01-01T00:00:00.000Z', 'status_code', 500, 'duration_ms', 1, 'answer', null, 'error', 'x'))
      from generate_series(1, ${RETRY_DELAYS_SECONDS.length})) where id = ${id}::uuid`);
async function audited(webhookId: string): Promise<readonly string[]> {
  const rows = await db.admin.any(sql.type(z.object({ type: z.string() }))`
    select event_type as type from audit_log where event_data ->> 'webhook_id' = ${webhookId} and actor_kind = 'system' order by seq`);
  return rows.map(({ type }) => type);
}
const hmac = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('hex');

beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = () => undefined;
});

describe('a try', () => {
  it('sends the stored bytes with their plain hex HMAC, and keeps the first kilobyte of the answer', async () => {
    const { id, secret } = await create('/plain');
    receiver.answer = () => ({ status: 201, body: Buffer.concat([Buffer.from('a\0b'), Buffer.alloc(5000, 'x')]) });
    const delivery = await ping(id);
    expect(await deliver(delivery)).toEqual({ status: 'delivered' });
    const kept = await read(delivery);
    const [got] = receiver.received;
    expect(got?.body).toBe(kept.body);
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-monsys-signature': hmac(secret, kept.body),
      'x-monsys-event': 'ping',
      'x-monsys-delivery': delivery,
      'x-monsys-timestamp': (JSON.parse(kept.body) as { timestamp: string }).timestamp,
    });
    expect(kept).toMatchObject({
      status: 'delivered',
      tries: 1,
      last_status_code: 201,
      last_error: null,
      next_attempt_at: null,
    });
    expect(kept.attempts[0]?.answer).toBe(`a\u{fffd}b${'x'.repeat(1021)}`);
    expect(await webhookOf(id)).toMatchObject({ last_success_at: expect.any(String), health: 'healthy' });
  });

  it('is not made again once it was taken, nor before it is due (a worker that died after it may ask again)', async () => {
    const { id } = await create('/once');
    const delivery = await ping(id);
    await deliver(delivery);
    expect(await deliver(delivery)).toEqual({ status: 'delivered' });
    receiver.answer = () => ({ status: 500 });
    const other = await ping(id);
    expect(await deliver(other)).toMatchObject({ status: 'pending', tries: 1 });
    const again = await deliver(other);
    expect(again).toMatchObject({ status: 'pending', tries: 1, wait_ms: expect.any(Number) });
    expect(receiver.received).toHaveLength(2);
    expect(await webhookOf(id)).toMatchObject({ health: 'healthy', is_retrying: true });
    await db.admin.query(sql.unsafe`update webhooks set last_success_at = now() where id = ${id}::uuid`);
    expect(await webhookOf(id), 'something got through since').toMatchObject({ is_retrying: false });
    await makeDue(other);
    await deliver(other);
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.slice(1).map(({ body }) => body)).size, 'the same bytes').toBe(1);
  });

  it('is taken by a receiver that compares the one header, with the secret before until its end and the new one after; one that has the new one already finds it beside', async () => {
    const { id, secret: old } = await create('/rotated');
    const { secret } = await json<{ secret: string }>(admin('POST', `/webhooks/${id}/rotate-secret`));
    const compares = (key: string, header = 'x-monsys-signature') => ({ key, header });
    const outcome = async ({ key, header }: ReturnType<typeof compares>): Promise<string> => {
      receiver.answer = () => {
        const { headers, body } = receiver.received.at(-1) as ReceivedWebhook;
        return headers[header] === hmac(key, body) ? undefined : { status: 401 };
      };
      return (await deliver(await ping(id))).status;
    };
    expect(await outcome(compares(old)), 'not changed yet').toBe('delivered');
    expect(await outcome(compares(secret, 'x-monsys-signature-next')), 'changed already').toBe('delivered');
    expect(await outcome(compares('whsec_other')), 'anybody else').toBe('pending');
    await db.admin.query(
      sql.unsafe`update webhook_secrets set expires_at = now() where webhook_id = ${id}::uuid and expires_at is not null`,
    );
    expect(await outcome(compares(secret))).toBe('delivered');
    expect(receiver.received.at(-1)?.headers).not.toHaveProperty('x-monsys-signature-next');
    expect(await outcome(compares(old)), 'the day is over').toBe('pending');
  });

  it.each([
    [{ status: 500 }, 'The receiver answered 500 instead of 2xx.'],
    [{ status: 404 }, 'The receiver answered 404 instead of 2xx.'],
    [{ status: 302, headers: { location: '/elsewhere' } }, 'The receiver answered 302; redirects are not followed.'],
  ])('that is answered by %j is made again, and says why', async (answer, sentence) => {
    receiver.answer = () => answer;
    const { id } = await create('/wrong');
    const delivery = await ping(id);
    const step = await deliver(delivery);
    expect(step).toMatchObject({ status: 'pending', tries: 1 });
    expect((step as { wait_ms: number }).wait_ms).toBeGreaterThanOrEqual(10_000);
    expect((step as { wait_ms: number }).wait_ms).toBeLessThanOrEqual(12_000);
    expect(await read(delivery)).toMatchObject({
      status: 'pending',
      last_status_code: answer.status,
      last_error: sentence,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    [{ status: 429, headers: { 'retry-after': '3600' } }, 3600],
    [{ status: 503, headers: { 'retry-after': new Date(Date.now() + 1_800_000).toUTCString() } }, 1800],
    [{ status: 429, headers: { 'retry-after': '1' } }, 10],
    [{ status: 429, headers: { 'retry-after': '999999' } }, 43_200],
    [{ status: 500, headers: { 'retry-after': '3600' } }, 10],
  ])('that is answered by %j waits about %i s', async (answer, seconds) => {
    receiver.answer = () => answer;
    const { id } = await create('/later');
    const step = (await deliver(await ping(id))) as { readonly wait_ms: number };
    expect(step.wait_ms / 1000).toBeGreaterThanOrEqual(seconds * 0.98);
    expect(step.wait_ms / 1000).toBeLessThanOrEqual(seconds * 1.2 + 2);
  });

  it('that nobody answers ends after ten seconds', async () => {
    receiver.answer = () => 'never';
    const { id } = await create('/never');
    const delivery = await ping(id);
    const before = performance.now();
    await deliver(delivery);
    expect(performance.now() - before).toBeLessThan(13_000);
    expect(await read(delivery)).toMatchObject({
      last_status_code: null,
      last_error: 'The receiver did not answer within 10 seconds.',
    });
  }, 20_000);

  it('where nobody listens says so', async () => {
    const { id } = await create('/', { url: 'http://127.0.0.1:1/' });
    const delivery = await ping(id);
    await deliver(delivery);
    expect((await read(delivery)).last_error).toBe('The receiver refused the connection.');
  });

  it('goes to no private address where that is not allowed, whatever the name says', async () => {
    const closed = createWebhookActivities({ ...deps, post: createSafePost({ allowPrivateTargets: false }) });
    const { port } = new URL(receiver.url);
    for (const url of [`https://localhost:${port}/`, `https://127.0.0.1:${port}/`, `https://[::1]:${port}/`]) {
      const { id } = await create('/', { url });
      const delivery = await ping(id);
      await deliver(delivery, closed);
      expect((await read(delivery)).last_error, url).toMatch(/not a public one/);
    }
    expect(receiver.received).toEqual([]);
  });

  it('without the key that opens secrets fails loudly and leaves the delivery as it is', async () => {
    const { id } = await create('/keyless');
    const delivery = await ping(id);
    const keyless = createWebhookActivities({ ...deps, seal: null });
    await expect(deliver(delivery, keyless)).rejects.toThrow('WEBHOOK_SEAL_KEY');
    expect(await read(delivery)).toMatchObject({ status: 'pending', tries: 0 });
    expect(await deliver(delivery), 'a control').toEqual({ status: 'delivered' });
  });
});

describe('the end of a delivery', () => {
  it('is 410: the webhook is switched off, the audit log says so, and what waits is cancelled', async () => {
    const { id } = await create('/gone');
    const [delivery, waiting] = [await ping(id), await ping(id)];
    receiver.answer = () => ({ status: 410 });
    expect(await deliver(delivery)).toEqual({ status: 'failed' });
    expect(await webhookOf(id)).toMatchObject({
      is_active: false,
      health: 'disabled',
      failing_since: expect.any(String),
    });
    expect(await audited(id)).toEqual(['webhook_disabled']);
    expect(await deliver(waiting)).toEqual({ status: 'cancelled' });
    expect(receiver.received).toHaveLength(1);
  });

  it('is its last try; five in a row make the webhook failing, once, though something got through meanwhile; a success heals it', async () => {
    const { id } = await create('/failing');
    const deliveries: string[] = [];
    for (let count = 1; count <= FAILING_AFTER + 1; count++) deliveries.push(await ping(id));
    await deliver(await ping(id));
    receiver.answer = () => ({ status: 500 });
    for (const [index, delivery] of deliveries.entries()) {
      const count = index + 1;
      await nearlyExhausted(delivery);
      expect(await deliver(delivery)).toEqual({ status: 'failed' });
      const expected = count >= FAILING_AFTER ? 'failing' : 'healthy';
      expect((await webhookOf(id)).health, String(count)).toBe(expected);
      expect((await read(delivery)).tries).toBe(RETRY_DELAYS_SECONDS.length + 1);
    }
    expect(await audited(id)).toEqual(['webhook_failing']);
    receiver.answer = () => undefined;
    await deliver(await ping(id));
    expect(await webhookOf(id)).toMatchObject({ health: 'healthy', failing_since: null, exhausted_in_a_row: 0 });
    expect(await audited(id)).toEqual(['webhook_failing', 'webhook_recovered']);
  });

  it('is its last try, and an outage when nothing else got through since it was made; one outage is told once', async () => {
    const { id } = await create('/outage');
    const asked: string[] = [];
    const by = createWebhookActivities({
      ...deps,
      starter: { ...deps.starter, startWebhookFailing: async (ref) => void asked.push(ref.webhook_id) },
    });
    const exhausted = async () => {
      const delivery = await ping(id);
      await nearlyExhausted(delivery);
      receiver.answer = () => ({ status: 500 });
      await deliver(delivery);
    };
    await deliver(await ping(id));
    await exhausted();
    expect(await webhookOf(id)).toMatchObject({ health: 'failing', failing_since: expect.any(String) });
    await exhausted();
    expect(await audited(id), 'one outage').toEqual(['webhook_failing']);
    await by.startWaitingWebhooks();
    expect(asked).toContain(id);
    asked.length = 0;
    expect(
      await withSystem(db.core, (tx) => markWebhookTold(tx, { webhook_id: id, msp_id: api.msp.id, tenant_id: null })),
    ).toBe(true);
    await by.startWaitingWebhooks();
    expect(asked).not.toContain(id);
    // Over, and another one.
    receiver.answer = () => undefined;
    await deliver(await ping(id));
    await exhausted();
    await by.startWaitingWebhooks();
    expect(asked).toContain(id);
    await json(admin('PATCH', `/webhooks/${id}`, { is_active: true }));
    expect(await webhookOf(id), 'switched on again').toMatchObject({ health: 'healthy', failing_since: null });
    asked.length = 0;
    await by.startWaitingWebhooks();
    expect(asked).not.toContain(id);
  });

  it('is 48 hours, however long the queue before the receiver was', async () => {
    const { id } = await create('/old');
    const delivery = await ping(id);
    await db.admin.query(
      sql.unsafe`update webhook_deliveries set created_at = now() - interval '49 hours' where id = ${delivery}::uuid`,
    );
    expect(await deliver(delivery)).toEqual({ status: 'failed' });
    expect(receiver.received).toEqual([]);
    expect((await webhookOf(id)).exhausted_in_a_row).toBe(1);
  });

  it('is that it is not there any more', async () => {
    expect(await deliver(randomUUID())).toEqual({ status: 'cancelled' });
  });
});

describe('a slow receiver', () => {
  it('is sent a few at a time; the rest look again later, and others are not held', async () => {
    const [slow, quick] = [await create('/slow'), await create('/quick')];
    receiver.answer = (path) => (path === '/slow' ? 'never' : undefined);
    const ids = await Promise.all(Array.from({ length: PLACES_PER_WEBHOOK + 2 }, () => ping(slow.id)));
    const steps = ids.map((id) => deliver(id));
    await receiver.waitFor(PLACES_PER_WEBHOOK);
    const before = performance.now();
    expect(await deliver(await ping(quick.id))).toEqual({ status: 'delivered' });
    expect(performance.now() - before).toBeLessThan(5_000);
    const ended = await Promise.all(steps);
    expect(receiver.received.filter(({ path }) => path === '/slow')).toHaveLength(PLACES_PER_WEBHOOK);
    const waiting = ended.filter((step) => step.status === 'pending' && step.tries === 0);
    expect(waiting, 'not counted as tries').toHaveLength(2);
    for (const step of waiting) expect((step as { wait_ms: number }).wait_ms).toBeLessThan(10_000);
    receiver.answer = () => undefined;
    const late = ids.find((_, index) => ended[index] === waiting[0]) as string;
    await makeDue(late);
    expect(await deliver(late), 'its place is free again').toEqual({ status: 'delivered' });
  }, 30_000);
});

describe('startWaitingWebhooks', () => {
  it('starts what is new once, and again what nobody has touched since it was due', async () => {
    const { id } = await create('/sweep');
    const started: string[] = [];
    const by = () =>
      createWebhookActivities({
        ...deps,
        starter: { ...deps.starter, startWebhookDelivery: async (ref) => void started.push(ref.delivery_id) },
      });
    await by().startWaitingWebhooks();
    started.length = 0;
    const delivery = await ping(id);
    const counts = await Promise.all([by().startWaitingWebhooks(), by().startWaitingWebhooks()]);
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(started).toEqual([delivery]);
    expect(await by().startWaitingWebhooks()).toBe(0);
    const touch = (started_at: string, next_attempt_at: string | null) =>
      db.admin.query(sql.unsafe`
        update webhook_deliveries set started_at = now() - ${started_at}::interval, next_attempt_at = now() - ${next_attempt_at}::interval where id = ${delivery}::uuid`);
    await touch('1 hour', '-30 minutes');
    expect(await by().startWaitingWebhooks(), 'it waits for its next try').toBe(0);
    await touch('1 hour', '3 minutes');
    expect(await by().startWaitingWebhooks()).toBe(1);
    await touch('3 minutes', null);
    expect(await by().startWaitingWebhooks()).toBe(1);
  });
});
