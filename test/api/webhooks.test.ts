/** Webhooks as people manage them, by what the API answers. */

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { raiseAlert } from '../../src/db/alerts.ts';
import { sql } from '../../src/db/pool.ts';
import { withMsp, withTenant } from '../../src/db/scope.ts';
import { findWebhook, listWebhooks } from '../../src/db/webhooks.ts';
import { MAX_WEBHOOKS, WEBHOOK_EVENTS, webhookSealContext } from '../../src/domain/webhook.ts';
import { createTestApi, json } from '../support/api.ts';
import { createAccount, createTestClock, problemOf, signIn } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const clock = createTestClock();
const api = await createTestApi(db, { now: clock.now });
const { tenants } = api;
const admin = api.as('admin');

type Webhook = {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly secret: string;
  readonly events: readonly string[];
  readonly health: string;
  readonly is_active: boolean;
  readonly previous_secret_until: string | null;
};
type Delivery = { readonly id: string; readonly event: string; readonly status: string; readonly body: string };

const wanted = (change: Record<string, unknown> = {}) => ({
  name: 'Tickets',
  url: 'https://tickets.example/hooks?key=hidden',
  events: ['alert.created', 'alert.resolved', 'alert.created'],
  ...change,
});
const create = async (change: Record<string, unknown> = {}): Promise<Webhook> =>
  json<Webhook>(await admin('POST', '/webhooks', wanted(change)), 201);
const get = async (id: string): Promise<Webhook> => json<Webhook>(await admin('GET', `/webhooks/${id}`), 200);

const raise = (tenantId: string) =>
  withTenant(db.app, tenantId, (tx) =>
    raiseAlert(tx, {
      tenant_id: tenantId,
      agent_id: null,
      source: 'ingest',
      fingerprint: `test:${randomUUID()}`,
      severity: 'high',
      title: 'Something happened',
      detail: {},
      at: new Date().toISOString(),
    }),
  );

/** Audit events about a webhook, oldest first. */
async function audited(
  id: string,
): Promise<readonly { type: string; data: Record<string, unknown>; tenant: string | null }[]> {
  return db.admin.any(sql.type(
    z.object({ type: z.string(), data: z.record(z.string(), z.unknown()), tenant: z.uuid().nullable() }),
  )`
    select event_type as type, event_data as data, tenant_id as tenant from audit_log where event_data ->> 'webhook_id' = ${id} order by occurred_at, seq`);
}

const end = (id: string, status: 'delivered' | 'failed') =>
  db.admin.query(
    sql.unsafe`update webhook_deliveries set status = ${status}, finished_at = now() where id = ${id}::uuid`,
  );

describe('201', () => {
  it('POST /webhooks makes one for all tenants, shows its secret once, and writes down no more than the address’ origin', async () => {
    const made = await create();
    expect(made).toMatchObject({
      tenant_id: null,
      events: ['alert.created', 'alert.resolved'],
      is_active: true,
      health: 'healthy',
      secret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
      previous_secret_until: null,
    });
    for (const path of [`/webhooks/${made.id}`, '/webhooks'])
      expect(await (await admin('GET', path)).text()).not.toContain('whsec_');
    const rows = await audited(made.id);
    expect(rows).toMatchObject([
      { type: 'webhook_created', tenant: null, data: { name: 'Tickets', origin: 'https://tickets.example' } },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/hidden|whsec_/);
  });

  it('POST /webhooks makes one for one tenant, audited in that tenant', async () => {
    const made = await create({ tenant_id: tenants.a });
    expect(made.tenant_id).toBe(tenants.a);
    expect((await audited(made.id))[0]?.tenant).toBe(tenants.a);
  });

  it('the secret lies sealed, bound to its webhook, and the API’s own role cannot read it back', async () => {
    const { id, secret } = await create();
    const { sealed } = await db.admin.one(sql.type(z.object({ sealed: z.instanceof(Buffer) }))`
      select sealed from webhook_secrets where webhook_id = ${id}::uuid`);
    expect(sealed.includes(Buffer.from(secret.slice(6), 'utf8'))).toBe(false);
    expect(api.deps.webhookSeal?.open(sealed, webhookSealContext(id)).toString('utf8')).toBe(secret);
    expect(() => api.deps.webhookSeal?.open(sealed, webhookSealContext(randomUUID()))).toThrow();
    await expect(
      withMsp(db.app, api.msp.id, (tx) => tx.any(sql.unsafe`select sealed from webhook_secrets`)),
    ).rejects.toThrow();
  });
});

describe('200', () => {
  it('GET /webhooks gives those of the MSP and its tenants, or of one tenant', async () => {
    const [all, own] = [await create(), await create({ tenant_id: tenants.b })];
    const ids = async (query: string) =>
      (await json<{ items: Webhook[] }>(await admin('GET', `/webhooks${query}`), 200)).items.map(({ id }) => id);
    expect(await ids('')).toEqual(expect.arrayContaining([all.id, own.id]));
    expect(await ids(`?tenant_id=${tenants.b}`)).toEqual([own.id]);
  });

  it('PATCH /webhooks/:id changes what is named and leaves the rest', async () => {
    const { id } = await create();
    const changed = await json<Webhook>(
      await admin('PATCH', `/webhooks/${id}`, {
        url: 'https://other.example/?token=hidden',
        events: ['agent.offline'],
      }),
      200,
    );
    expect(changed).toMatchObject({
      name: 'Tickets',
      url: 'https://other.example/?token=hidden',
      events: ['agent.offline'],
    });
    const off = await json<Webhook>(await admin('PATCH', `/webhooks/${id}`, { is_active: false }), 200);
    expect(off).toMatchObject({ is_active: false, events: ['agent.offline'] });
    const rows = await audited(id);
    expect(rows.map(({ type }) => type)).toEqual(['webhook_created', 'webhook_changed', 'webhook_changed']);
    expect(rows[1]?.data).toMatchObject({ origin: 'https://other.example', events: ['agent.offline'] });
    expect(JSON.stringify(rows)).not.toContain('hidden');
  });

  it('switching on what the hub switched off starts its health anew', async () => {
    const { id } = await create();
    await db.admin.query(sql.unsafe`
      update webhooks set is_active = false, disabled_reason = 'gone', exhausted_in_a_row = 7 where id = ${id}::uuid`);
    expect(await get(id)).toMatchObject({ health: 'disabled', is_active: false });
    await admin('PATCH', `/webhooks/${id}`, { is_active: true });
    expect(await get(id)).toMatchObject({ health: 'healthy', is_active: true });
  });

  it('POST /webhooks/:id/rotate-secret leaves the old secret good for 24 hours, and ends the one before it', async () => {
    const { id, secret: first } = await create();
    const rotate = async () =>
      json<{ secret: string; previous_secret_until: string }>(
        await admin('POST', `/webhooks/${id}/rotate-secret`),
        200,
      );
    const second = await rotate();
    const inHours = (Date.parse(second.previous_secret_until) - Date.now()) / 3_600_000;
    expect(inHours).toBeGreaterThan(23.9);
    expect(inHours).toBeLessThan(24.1);
    expect((await get(id)).previous_secret_until).toBe(second.previous_secret_until);
    const third = await rotate();
    const kept = await db.admin.any(sql.type(z.object({ sealed: z.instanceof(Buffer), ends: z.boolean() }))`
      select sealed, expires_at is not null as ends from webhook_secrets where webhook_id = ${id}::uuid order by created_at`);
    const opened = kept.map(({ sealed, ends }) => [
      api.deps.webhookSeal?.open(sealed, webhookSealContext(id)).toString('utf8'),
      ends,
    ]);
    expect(opened).toEqual([
      [second.secret, true],
      [third.secret, false],
    ]);
    expect(new Set([first, second.secret, third.secret]).size).toBe(3);
    expect(JSON.stringify(await audited(id))).not.toContain('whsec_');
  });

  it('GET /webhooks/:id/deliveries pages through the log, and narrows it by event and status', async () => {
    const { id } = await create();
    for (let count = 0; count < 5; count++) await raise(tenants.a);
    const { delivery_id } = await json<{ delivery_id: string }>(await admin('POST', `/webhooks/${id}/test`), 202);
    await end(delivery_id, 'delivered');
    const read = async (query: string) =>
      json<{ items: Delivery[]; next_cursor: string | null }>(
        await admin('GET', `/webhooks/${id}/deliveries${query}`),
        200,
      );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const answer: { items: Delivery[]; next_cursor: string | null } = await read(
        `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...answer.items.map((item) => item.id));
      cursor = answer.next_cursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(6);
    expect(seen).toHaveLength(6);
    expect((await read('?event=ping')).items.map((item) => item.id)).toEqual([delivery_id]);
    expect((await read('?status=delivered')).items.map((item) => item.id)).toEqual([delivery_id]);
    expect((await read('?status=pending&event=alert.created')).items).toHaveLength(5);
    expect((await admin('GET', `/webhooks/${id}/deliveries?cursor=nonsense`)).status).toBe(400);
  });
});

describe('202', () => {
  it('POST /webhooks/:id/test writes a ping', async () => {
    const { id } = await create();
    const { delivery_id } = await json<{ delivery_id: string }>(await admin('POST', `/webhooks/${id}/test`), 202);
    const delivery = await json<Delivery>(await admin('GET', `/webhook-deliveries/${delivery_id}`), 200);
    expect(delivery).toMatchObject({
      event: 'ping',
      status: 'pending',
      attempts: [],
      tenant_id: null,
      replay_of: null,
    });
    expect(JSON.parse(delivery.body)).toEqual({
      event: 'ping',
      delivery_id,
      timestamp: expect.any(String),
      tenant_id: null,
      agent_id: null,
      webhook: { id, name: 'Tickets' },
    });
    expect((await audited(id)).at(-1)).toMatchObject({ type: 'webhook_tested', data: { delivery_id } });
  });

  it('POST /webhook-deliveries/:id/replay makes a new delivery of the same event', async () => {
    const { id } = await create();
    await raise(tenants.a);
    const { items } = await json<{ items: Delivery[] }>(await admin('GET', `/webhooks/${id}/deliveries`), 200);
    const old = items[0]?.id as string;
    expect(await problemOf(await admin('POST', `/webhook-deliveries/${old}/replay`))).toBe('webhook_delivery_pending');
    await end(old, 'failed');
    const { delivery_id } = await json<{ delivery_id: string }>(
      await admin('POST', `/webhook-deliveries/${old}/replay`),
      202,
    );
    const [before, after] = [
      await json<Delivery>(await admin('GET', `/webhook-deliveries/${old}`), 200),
      await json<Delivery>(await admin('GET', `/webhook-deliveries/${delivery_id}`), 200),
    ];
    expect(after).toMatchObject({ replay_of: old, event: 'alert.created', status: 'pending', tenant_id: tenants.a });
    const [was, is] = [
      JSON.parse(before.body) as Record<string, unknown>,
      JSON.parse(after.body) as Record<string, unknown>,
    ];
    expect({ ...is, delivery_id: null, timestamp: null }).toEqual({ ...was, delivery_id: null, timestamp: null });
    expect(Object.keys(is)).toEqual(Object.keys(was));
    expect(is['delivery_id']).toBe(delivery_id);
    expect((await audited(id)).at(-1)).toMatchObject({
      type: 'webhook_delivery_replayed',
      tenant: tenants.a,
      data: { delivery_id, replay_of: old },
    });
  });

  it('GET /webhooks lists all of them page by page, each once, also those that were made at one moment', async () => {
    const known = await db.admin.any(sql.type(z.object({ id: z.uuid() }))`
      select id from webhooks where deleted_at is null and msp_id = ${api.msp.id}::uuid`);
    const made = await db.admin.any(sql.type(z.object({ id: z.uuid() }))`
      insert into webhooks (msp_id, only_tenant_id, name, url, created_by_email, is_active, created_at)
      select ${api.msp.id}::uuid, ${tenants.a}::uuid, 'paged', 'https://paged.example/', 'x@msp.example', false, now() - n * interval '1 microsecond'
      from generate_series(1, 1100) n returning id`);
    const found: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { items, next_cursor }: { items: Webhook[]; next_cursor: string | null } = await json(
        await admin('GET', `/webhooks?limit=500${next === '' ? '' : `&cursor=${next}`}`),
        200,
      );
      found.push(...items.map(({ id }) => id));
      next = next_cursor;
    }
    expect(found).toHaveLength(new Set(found).size);
    expect(found.toSorted()).toEqual([...known, ...made].map(({ id }) => id).toSorted());
    await db.admin.query(sql.unsafe`delete from webhooks where name = 'paged'`);
  });
});

describe('204', () => {
  it('DELETE /webhooks/:id ends it: nothing is told to it, its secrets and its log are out of reach', async () => {
    const { id } = await create();
    await raise(tenants.a);
    const { items } = await json<{ items: Delivery[] }>(await admin('GET', `/webhooks/${id}/deliveries`), 200);
    expect(items).toHaveLength(1);
    expect((await admin('DELETE', `/webhooks/${id}`)).status).toBe(204);
    await raise(tenants.a);
    for (const path of [`/webhooks/${id}`, `/webhooks/${id}/deliveries`, `/webhook-deliveries/${items[0]?.id}`])
      expect((await admin('GET', path)).status, path).toBe(404);
    const left = await db.admin.one(sql.type(z.object({ secrets: z.number(), deliveries: z.number() }))`
      select (select count(*) from webhook_secrets where webhook_id = ${id}::uuid) as secrets,
        (select count(*) from webhook_deliveries where webhook_id = ${id}::uuid) as deliveries`);
    expect(left).toEqual({ secrets: 0, deliveries: 1 });
    expect((await audited(id)).at(-1)?.type).toBe('webhook_deleted');
  });
});

describe('400', () => {
  it.each([
    [{ events: [] }],
    [{ events: ['ping'] }],
    [{ events: ['alert.deleted'] }],
    [{ name: '' }],
    [{ secret: 'whsec_mine' }],
  ])('for %j', async (change) => {
    expect((await admin('POST', '/webhooks', wanted(change))).status).toBe(400);
  });
});

describe('403', () => {
  it('for everybody but owners and admins', async () => {
    const { id } = await create({ tenant_id: tenants.a });
    for (const role of ['operator', 'analyst', 'viewer', 'client_viewer', 'auditor'] as const) {
      expect((await api.as(role)('GET', '/webhooks')).status, role).toBe(403);
      expect((await api.as(role)('POST', `/webhooks/${id}/test`)).status, role).toBe(403);
    }
    expect((await api.as('owner')('GET', `/webhooks/${id}`)).status).toBe(200);
  });

  it('for a session that has not confirmed that it is its owner', async () => {
    const browser = await signIn(api, clock, await createAccount(db, api, 'admin'));
    expect(await problemOf(await browser.send('POST', '/webhooks', wanted()))).toBe('sudo_required');
  });
});

describe('404', () => {
  it('for a tenant of another MSP, and its webhook', async () => {
    expect((await admin('POST', '/webhooks', wanted({ tenant_id: tenants.other }))).status).toBe(404);
    const foreign = randomUUID();
    await db.admin.query(sql.unsafe`
      insert into webhooks (id, msp_id, name, url, created_by_email) select ${foreign}::uuid, msp_owner, 'theirs', 'https://theirs.example/', 'x@other.example'
      from tenants where id = ${tenants.other}::uuid`);
    expect((await admin('GET', `/webhooks/${foreign}`)).status).toBe(404);
    expect((await admin('DELETE', `/webhooks/${foreign}`)).status).toBe(404);
    expect(await (await admin('GET', '/webhooks')).text()).not.toContain('theirs');
  });
});

describe('409', () => {
  it('for a ping or a replay of a webhook that is switched off', async () => {
    const { id } = await create({ is_active: false });
    expect(await problemOf(await admin('POST', `/webhooks/${id}/test`))).toBe('webhook_inactive');
  });

  it('for one more webhook than an MSP may have; those of its tenants count for the tenant alone', async () => {
    await db.admin.query(sql.unsafe`
      insert into webhooks (msp_id, only_tenant_id, name, url, created_by_email, is_active)
      select ${api.msp.id}::uuid, ${tenants.a}::uuid, 'many', 'https://many.example/', 'x@msp.example', false from generate_series(1, ${MAX_WEBHOOKS})`);
    expect(await problemOf(await admin('POST', '/webhooks', wanted({ tenant_id: tenants.a })))).toBe('conflict');
    await create({ tenant_id: tenants.b });
    await create();
    await db.admin.query(sql.unsafe`
      insert into webhooks (msp_id, name, url, created_by_email, is_active) select ${api.msp.id}::uuid, 'many', 'https://many.example/', 'x@msp.example', false
      from generate_series(1, ${MAX_WEBHOOKS})`);
    expect(await problemOf(await admin('POST', '/webhooks', wanted()))).toBe('conflict');
    await db.admin.query(sql.unsafe`delete from webhooks where name = 'many'`);
  });
});

describe('422', () => {
  it.each([
    ['http://tickets.example/', 'not_https'],
    ['https://user:password@tickets.example/', 'has_credentials'],
    ['https://127.0.0.1/', 'not_public'],
    ['https://0x7f000001/', 'not_public'],
    ['https://[::ffff:10.0.0.1]/', 'not_public'],
    ['https://169.254.169.254/latest/meta-data', 'not_public'],
    ['file:///etc/passwd', 'not_https'],
    ['nonsense', 'malformed'],
  ])('for %s (%s)', async (url, fault) => {
    const refused = await json<{ type: string; fault: string }>(await admin('POST', '/webhooks', wanted({ url })), 422);
    expect(refused).toMatchObject({ type: 'urn:monsys:problem:webhook_url_refused', fault });
    const { id } = await create();
    expect((await admin('PATCH', `/webhooks/${id}`, { url })).status).toBe(422);
    await admin('DELETE', `/webhooks/${id}`);
  });
});

describe('503', () => {
  it('on a hub without WEBHOOK_SEAL_KEY (nothing is made that could never be signed)', async () => {
    const { createApp } = await import('../../src/api/app.ts');
    const { ROUTES } = await import('../../src/api/routes/index.ts');
    const app = createApp({ ...api.deps, webhookSeal: null }, ROUTES);
    const response = await app.request('http://hub.test/api/v1/webhooks', {
      method: 'POST',
      headers: { authorization: `Bearer ${api.user('admin').token}` },
      body: JSON.stringify(wanted()),
    });
    expect(await problemOf(response)).toBe('unavailable');
  });
});

describe('the scope of a tenant', () => {
  it('sees its own webhooks, and of those of its MSP only that they want an event', async () => {
    const [all, a, b] = [
      await create(),
      await create({ tenant_id: tenants.a }),
      await create({ tenant_id: tenants.b }),
    ];
    await withTenant(db.app, tenants.a, async (tx) => {
      expect((await listWebhooks(tx, null, { before: null, limit: 100 })).map(({ tenant_id }) => tenant_id)).toEqual(
        expect.arrayContaining([tenants.a]),
      );
      expect(await findWebhook(tx, all.id)).toBeNull();
      expect(await findWebhook(tx, b.id)).toBeNull();
      expect((await findWebhook(tx, a.id))?.events).toEqual(['alert.created', 'alert.resolved']);
      const seen = await tx.any(sql.type(z.object({ webhook_id: z.uuid() }))`
        select distinct webhook_id from webhook_subscriptions`);
      const ids = seen.map(({ webhook_id }) => webhook_id);
      expect(ids).toEqual(expect.arrayContaining([all.id, a.id]));
      expect(ids).not.toContain(b.id);
    });
  });

  it('writes no delivery in the name of another tenant or MSP', async () => {
    const { id } = await create();
    const insert = (tenantId: string, mspId: string) =>
      withTenant(db.app, tenants.a, (tx) =>
        tx.query(sql.unsafe`
          insert into webhook_deliveries (webhook_id, msp_id, tenant_id, event, body)
          values (${id}::uuid, ${mspId}::uuid, ${tenantId}::uuid, 'alert.created', '{}')`),
      );
    await expect(insert(tenants.b, api.msp.id)).rejects.toThrow();
    const { id: otherMsp } = await db.admin.one(sql.type(z.object({ id: z.uuid() }))`
      select msp_owner as id from tenants where id = ${tenants.other}::uuid`);
    await expect(insert(tenants.a, otherMsp)).rejects.toThrow();
    await expect(insert(tenants.a, api.msp.id), 'a control').resolves.toBeDefined();
  });
});

it('the events that the database takes are those of the rules', async () => {
  const { id } = await create({ events: [...WEBHOOK_EVENTS] });
  expect((await get(id)).events.toSorted()).toEqual(WEBHOOK_EVENTS.toSorted());
});
