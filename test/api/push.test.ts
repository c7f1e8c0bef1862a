import { createECDH, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { personalTopic } from '../../src/domain/pushText.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { deps } = api;

const browser = (endpoint = `https://push.example/send/${randomBytes(8).toString('hex')}`) => ({
  endpoint,
  expirationTime: null,
  keys: {
    p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
    auth: randomBytes(16).toString('base64url'),
  },
});
const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;
const problem = async (response: Response): Promise<string> =>
  String((await json(response))['type']).replace('urn:monsys:problem:', '');
const items = async (role: 'admin' | 'owner'): Promise<readonly { id: string; service: string }[]> =>
  (await json(await api.as(role)('GET', '/push/subscriptions')))['items'] as readonly { id: string; service: string }[];

describe('subscribing', () => {
  it('keeps the browser, shows its owner the service alone, and audits it', async () => {
    const body = browser();
    const response = await api.as('admin')('POST', '/push/subscriptions', body, { 'user-agent': 'Phone' });
    expect(response.status).toBe(201);
    const row = await json(response);
    expect(row).toMatchObject({ service: 'push.example', user_agent: 'Phone', failed_at: null });
    expect(JSON.stringify(await items('admin'))).not.toContain(body.endpoint);
    expect(await items('owner')).toEqual([]);
    const { count } = await db.admin.one(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from audit_log where event_type = 'push_subscribed' and event_data ->> 'push_subscription_id' = ${row['id'] as string}`);
    expect(count).toBe(1);
  });

  it('renews the same subscription when it comes again', async () => {
    const body = browser();
    const first = await json(await api.as('admin')('POST', '/push/subscriptions', body));
    const again = await json(await api.as('admin')('POST', '/push/subscriptions', { ...body, keys: browser().keys }));
    expect(again['id']).toBe(first['id']);
  });

  it('moves a browser that changes hands, by the keys that only it knows', async () => {
    const body = browser();
    const first = await json(await api.as('admin')('POST', '/push/subscriptions', body));
    expect(await problem(await api.as('owner')('POST', '/push/subscriptions', { ...body, keys: browser().keys }))).toBe(
      'conflict',
    );
    expect((await api.as('owner')('POST', '/push/subscriptions', body)).status).toBe(201);
    expect((await items('admin')).map(({ id }) => id)).not.toContain(first['id']);
    expect(await items('owner')).toHaveLength(1);
  });

  it.each([
    ['http://push.example/x'],
    ['https://127.0.0.1/x'],
    ['https://0x7f000001/x'],
    ['https://[::1]/x'],
    ['https://[64:ff9b::a9fe:a9fe]/x'],
    ['https://user@push.example/x'],
    ['not a url at all'],
  ])('refuses the endpoint %s', async (endpoint) => {
    expect(await problem(await api.as('admin')('POST', '/push/subscriptions', browser(endpoint)))).toBe(
      'invalid_request',
    );
  });

  it('refuses a key that is no point of the curve (nothing could be encrypted to it)', async () => {
    const body = browser();
    const keys = { ...body.keys, p256dh: Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString('base64url') };
    expect(await problem(await api.as('admin')('POST', '/push/subscriptions', { ...body, keys }))).toBe(
      'invalid_request',
    );
  });

  it('is for people of the MSP, signed in', async () => {
    expect(await problem(await api.as('client_viewer')('POST', '/push/subscriptions', browser()))).toBe('forbidden');
    expect(await problem(await api.anonymous('POST', '/push/subscriptions', browser()))).toBe('unauthenticated');
    expect(await problem(await api.as('client_viewer')('GET', '/push/ntfy-topic'))).toBe('forbidden');
  });

  it('stops at 20 browsers of one person', async () => {
    for (let index = (await items('owner')).length; index < 20; index++)
      expect((await api.as('owner')('POST', '/push/subscriptions', browser())).status).toBe(201);
    expect(await problem(await api.as('owner')('POST', '/push/subscriptions', browser()))).toBe('conflict');
    expect(await items('owner')).toHaveLength(20);
  });
});

describe('unsubscribing', () => {
  it('removes one’s own and nobody else’s', async () => {
    const made = await json(await api.as('admin')('POST', '/push/subscriptions', browser()));
    const id = made['id'] as string;
    expect(await problem(await api.as('owner')('DELETE', `/push/subscriptions/${id}`))).toBe('not_found');
    expect((await api.as('admin')('DELETE', `/push/subscriptions/${id}`)).status).toBe(204);
    expect(await problem(await api.as('admin')('DELETE', `/push/subscriptions/${id}`))).toBe('not_found');
  });
});

describe('what a phone needs to know', () => {
  it('is null while nothing is configured', async () => {
    expect(await json(await api.as('admin')('GET', '/push/vapid-public-key'))).toEqual({ public_key: null });
    expect(await json(await api.as('admin')('GET', '/push/ntfy-topic'))).toEqual({ server_url: null, topic: null });
  });

  it('is the hub’s key, and a topic of one’s own', async () => {
    const secret = 'ab'.repeat(32);
    Object.assign(deps.config, {
      VAPID_PUBLIC_KEY: 'B'.repeat(87),
      NTFY_URL: 'https://ntfy.example',
      NTFY_TOPIC_SECRET: secret,
    });
    expect(await json(await api.as('admin')('GET', '/push/vapid-public-key'))).toEqual({ public_key: 'B'.repeat(87) });
    const topics = await Promise.all(
      (['admin', 'owner'] as const).map(async (role) => json(await api.as(role)('GET', '/push/ntfy-topic'))),
    );
    expect(topics[0]).toEqual({
      server_url: 'https://ntfy.example',
      topic: personalTopic('monsys', secret, api.user('admin').id),
    });
    expect(topics[1]?.['topic']).not.toBe(topics[0]?.['topic']);
  });
});
