/** A delivery over a day of retries, with hours that pass in a moment. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryDetail } from '../../src/db/webhookDeliveries.ts';
import { RETRY_DELAYS_SECONDS } from '../../src/domain/webhook.ts';
import type { SafePostAnswer } from '../../src/platform/safeFetch.ts';
import { WORKFLOW_IDS } from '../../src/workflows/messages.ts';
import { recordLastRun } from '../support/replay.ts';
import { createSkippingHub } from '../support/skippingHub.ts';

/** Posts as they were made, by Temporal's clock. */
const posts: { readonly at: number; readonly signature: string; readonly body: string }[] = [];
let answer: (count: number) => Partial<SafePostAnswer> = () => ({});
const hub = await createSkippingHub(async ({ headers, body }) => {
  posts.push({
    at: await hub.env.currentTimeMs(),
    signature: String(headers['x-monsys-signature']),
    body: Buffer.from(body).toString('utf8'),
  });
  return { status: 200, headers: {}, body: Buffer.from('ok'), ...answer(posts.length) };
});
const { api, env } = hub;
const admin = api.as('admin');

async function json<T>(response: Promise<Response>): Promise<T> {
  const got = await response;
  const text = await got.text();
  expect(got.ok, text).toBe(true);
  return JSON.parse(text) as T;
}

/** Makes a webhook with a ping that waits, and lets the sweep's activity start it. */
async function ping(): Promise<{ readonly webhook: string; readonly delivery: string; readonly secret: string }> {
  await hub.follow();
  const { id, secret } = await json<{ id: string; secret: string }>(
    admin('POST', '/webhooks', { name: 'Tickets', url: 'https://tickets.example/', events: ['alert.created'] }),
  );
  const { delivery_id } = await json<{ delivery_id: string }>(admin('POST', `/webhooks/${id}/test`));
  expect(await hub.activities.startWaitingWebhooks()).toBe(1);
  return { webhook: id, delivery: delivery_id, secret };
}

const resultOf = (delivery: string): Promise<unknown> =>
  env.client.workflow.getHandle(WORKFLOW_IDS.webhook(delivery)).result();
const read = (id: string) => json<DeliveryDetail>(admin('GET', `/webhook-deliveries/${id}`));
const record = (delivery: string, name: string) =>
  recordLastRun(env.client, env.address, WORKFLOW_IDS.webhook(delivery), `webhookDelivery-${name}`);

beforeEach(() => {
  posts.length = 0;
  answer = () => ({});
});

describe('a delivery that nobody takes', () => {
  it('is tried nine times with growing waits, over most of a day, and is failed then', async () => {
    answer = () => ({ status: 500 });
    const { delivery, webhook } = await ping();
    expect(await resultOf(delivery)).toEqual({ outcome: 'failed' });
    expect(posts).toHaveLength(RETRY_DELAYS_SECONDS.length + 1);
    for (const [index, wanted] of RETRY_DELAYS_SECONDS.entries()) {
      const waited = ((posts[index + 1]?.at ?? 0) - (posts[index]?.at ?? 0)) / 1000;
      expect(waited, `wait ${index + 1}`).toBeGreaterThanOrEqual(wanted - 1.5);
      expect(waited, `wait ${index + 1}`).toBeLessThanOrEqual(wanted * 1.2 + 10);
    }
    expect(new Set(posts.map(({ body }) => body)).size, 'the same bytes each time').toBe(1);
    expect(await read(delivery)).toMatchObject({ status: 'failed', tries: 9, last_status_code: 500 });
    expect(await json(admin('GET', `/webhooks/${webhook}`))).toMatchObject({
      exhausted_in_a_row: 1,
      health: 'failing',
    });
    await record(delivery, 'failed');
    await hub.activities.startWaitingWebhooks();
    const failing = WORKFLOW_IDS.webhookFailing(webhook);
    expect(await env.client.workflow.getHandle(failing).result()).toEqual({ outcome: 'not_configured' });
    await recordLastRun(env.client, env.address, failing, 'webhookFailing');
    const { startTime } = await env.client.workflow.getHandle(failing).describe();
    await hub.activities.startWaitingWebhooks();
    expect((await env.client.workflow.getHandle(failing).describe()).startTime, 'once an outage').toEqual(startTime);
  }, 120_000);

  it('that is taken in the end is delivered, and its history knows neither address, body nor secret', async () => {
    answer = (count) => ({ status: count < 4 ? 503 : 204 });
    const { delivery, secret } = await ping();
    expect(await resultOf(delivery)).toEqual({ outcome: 'delivered' });
    expect(await read(delivery)).toMatchObject({ status: 'delivered', tries: 4 });
    const history = JSON.stringify(await env.client.workflow.getHandle(WORKFLOW_IDS.webhook(delivery)).fetchHistory());
    const decoded = [...history.matchAll(/"data":"([^"]+)"/g)].map((match) =>
      Buffer.from(match[1] as string, 'base64').toString('utf8'),
    );
    const text = `${history}${decoded.join('\n')}`;
    expect(text, 'a control: the id is in it').toContain(delivery);
    for (const hidden of [secret, 'tickets.example', posts[0]?.signature as string, '"event"'])
      expect(text).not.toContain(hidden);
    await record(delivery, 'delivered');
  }, 120_000);

  it('whose webhook is deleted meanwhile is cancelled at its next try', async () => {
    answer = () => ({ status: 500 });
    const { delivery, webhook } = await ping();
    hub.after.set('deliverWebhook', async () => {
      hub.after.clear();
      await admin('DELETE', `/webhooks/${webhook}`);
    });
    expect(await resultOf(delivery)).toEqual({ outcome: 'cancelled' });
    expect(posts).toHaveLength(1);
    await record(delivery, 'cancelled');
  }, 120_000);
});

describe('a worker that dies', () => {
  it('after its try is written down makes no other post (the row says when the next is due)', async () => {
    answer = (count) => ({ status: count === 1 ? 500 : 200 });
    let deaths = 1;
    hub.after.set('deliverWebhook', async () => {
      if (deaths-- > 0) throw new Error('killed before Temporal heard of it');
    });
    const { delivery } = await ping();
    expect(await resultOf(delivery)).toEqual({ outcome: 'delivered' });
    hub.after.clear();
    expect(posts).toHaveLength(2);
    expect((posts[1]?.at ?? 0) - (posts[0]?.at ?? 0)).toBeGreaterThanOrEqual(9_000);
  }, 60_000);
});
