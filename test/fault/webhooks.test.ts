/** Webhooks through the whole hub: told at once, and told although the worker is killed or away. */

import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { raiseAlert } from '../../src/db/alerts.ts';
import { withTenant } from '../../src/db/scope.ts';
import type { DeliveryDetail, DeliveryRow } from '../../src/db/webhookDeliveries.ts';
import { webhookSignature } from '../../src/domain/webhook.ts';
import { WORKFLOW_IDS } from '../../src/workflows/messages.ts';
import { createTestHub } from '../support/hub.ts';
import { waitUntil } from '../support/processes.ts';
import { startWebhookReceiver } from '../support/webhookReceiver.ts';

const receiver = await startWebhookReceiver();
const hub = await createTestHub({ coreEnv: { ALLOW_PRIVATE_TARGETS: 'true' } });
const { api, db } = hub;
const { tenants } = api;
const admin = api.as('admin');

async function json<T>(response: Promise<Response>): Promise<T> {
  const answer = await response;
  const text = await answer.text();
  expect(answer.ok, text).toBe(true);
  return JSON.parse(text) as T;
}

const { id: webhookId, secret } = await json<{ id: string; secret: string }>(
  admin('POST', '/webhooks', { name: 'Tickets', url: `${receiver.url}/tickets`, events: ['alert.created'] }),
);

const raise = () =>
  withTenant(db.app, tenants.a, (tx) =>
    raiseAlert(tx, {
      tenant_id: tenants.a,
      agent_id: null,
      source: 'ingest',
      fingerprint: `test:${randomUUID()}`,
      severity: 'high',
      title: 'Something happened',
      detail: {},
      at: new Date().toISOString(),
    }),
  );
const list = async () =>
  (await json<{ items: DeliveryRow[] }>(admin('GET', `/webhooks/${webhookId}/deliveries`))).items;
const allDelivered = (count: number): Promise<readonly DeliveryRow[]> =>
  waitUntil(
    `${count} deliveries are delivered`,
    async () => {
      const delivered = (await list()).filter(({ status }) => status === 'delivered');
      return delivered.length === count && delivered;
    },
    60_000,
  );

let before = 0;
beforeEach(async () => {
  receiver.received.length = 0;
  receiver.answer = () => undefined;
  before = (await list()).length;
});

describe('an event', () => {
  it('arrives within seconds, signed, by a workflow that carries the delivery’s id', async () => {
    await raise();
    const started = performance.now();
    const [got] = await receiver.waitFor(1);
    expect(performance.now() - started, 'long before the sweep').toBeLessThan(10_000);
    expect(got?.headers['x-monsys-signature']).toBe(webhookSignature(secret, got?.body ?? ''));
    const [delivery] = await allDelivered(before + 1);
    expect(got?.event).toMatchObject({ event: 'alert.created', delivery_id: delivery?.id, tenant_id: tenants.a });
    const run = await hub.client.workflow.getHandle(WORKFLOW_IDS.webhook(delivery?.id as string)).describe();
    expect(run.type).toBe('webhookDelivery');
    expect(run.searchAttributes).toMatchObject({ MspId: [api.msp.id], TenantId: [tenants.a] });
  });
});

describe('the core worker', () => {
  it('is killed while a post is under way: the same delivery is posted again, and taken', async () => {
    receiver.answer = (_, count) => (count === 1 ? 'never' : undefined);
    await raise();
    await receiver.waitFor(1);
    await hub.workers.core.stop('SIGKILL');
    hub.workers.core = await hub.startWorker('core');
    const [delivery] = await allDelivered(before + 1);
    const { attempts } = await json<DeliveryDetail>(admin('GET', `/webhook-deliveries/${delivery?.id}`));
    expect(attempts, 'the try that nobody could write down is not in the log').toHaveLength(1);
    expect(receiver.received.length).toBeGreaterThanOrEqual(2);
    expect(new Set(receiver.received.map(({ body }) => body)).size, 'one id, one body').toBe(1);
  }, 120_000);

  it('is away while things happen: all of them are told when one is back', async () => {
    await hub.workers.core.stop('SIGKILL');
    for (let count = 0; count < 5; count++) await raise();
    expect((await list()).filter(({ status }) => status === 'pending')).toHaveLength(5);
    hub.workers.core = await hub.startWorker('core');
    await allDelivered(before + 5);
    expect(new Set(receiver.received.map(({ event }) => event.delivery_id)).size).toBe(5);
  }, 120_000);
});

describe('from inside a client’s context', () => {
  it('an admin sees and changes that client’s webhooks, not those of the MSP', async () => {
    const own = await json<{ id: string }>(
      admin('POST', '/webhooks', {
        tenant_id: tenants.a,
        name: 'Client',
        url: `${receiver.url}/client`,
        events: ['agent.offline'],
      }),
    );
    const person = await hub.person('admin');
    const { token } = await json<{ token: string }>(
      person.call('POST', '/auth/impersonate', {
        tenant_id: tenants.a,
        duration_minutes: 10,
        reason: 'Setting up the webhook of ticket TKT-9105',
      }),
    );
    const inside = (method: string, path: string, body?: unknown) =>
      api.anonymous(method, path, body, { authorization: `Bearer ${token}` });
    const { items } = await json<{ items: { id: string }[] }>(inside('GET', '/webhooks'));
    expect(items.map(({ id }) => id)).toEqual([own.id]);
    expect((await inside('GET', `/webhooks/${webhookId}`)).status).toBe(404);
    expect((await inside('GET', `/webhooks/${webhookId}/deliveries`)).status).toBe(404);
    const [ofMsp] = await list();
    expect(ofMsp?.tenant_id, 'about this very tenant').toBe(tenants.a);
    expect((await inside('GET', `/webhook-deliveries/${ofMsp?.id}`)).status).toBe(404);
    expect((await inside('POST', `/webhook-deliveries/${ofMsp?.id}/replay`)).status).toBe(404);
    expect((await inside('PATCH', `/webhooks/${own.id}`, { name: 'Renamed' })).status).toBe(200);
  });
});
