import { connect } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { rotateHubKey } from '../../src/activities/hubKeys.ts';
import { enqueueCommand } from '../../src/db/outbox.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { type HubFrame, hubFrame } from '../../src/domain/agentFrames.ts';
import { createTestAgent, registerTestAgent, type TestAgent } from '../support/agent.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';
import { createServedHub } from '../support/servedHub.ts';
import { createTestLog, createTestSigner } from '../support/transparency.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const hub = await createServedHub(api);
await hub.start();
afterAll(() => hub.stop());
const { a: tenantId } = api.tenants;

const pathOf = (agent: TestAgent): string => `/api/v1/ws/agents/${agent.id}`;

/** Opens the socket of a host and keeps what it receives. */
async function openSocket(agent: TestAgent) {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}${pathOf(agent)}`, {
    headers: agent.headers('GET', pathOf(agent), ''),
  });
  const frames: HubFrame[] = [];
  let closedWith: number | null = null;
  socket.on('message', (data) => frames.push(hubFrame.parse(JSON.parse((data as Buffer).toString('utf8')))));
  socket.on('close', (code) => {
    closedWith = code;
  });
  await waitUntil('the hub speaks', () => frames.some(({ type }) => type === 'state'));
  return {
    frames,
    commands: () => frames.flatMap((frame) => (frame.type === 'command' ? [frame.id] : [])),
    welcomes: () => frames.flatMap((frame) => (frame.type === 'welcome' ? [frame.hub_keys] : [])),
    acknowledge: (id: number) => socket.send(JSON.stringify({ type: 'ack', id, result: {} })),
    closedWith: () => closedWith,
    close: () => socket.terminate(),
  };
}

const command = (dedupeKey: string) => ({ kind: 'collect_inventory', payload: {}, dedupeKey, expiresAt: null });
const enqueue = (agent: TestAgent, key: string): Promise<number> =>
  withTenant(db.app, tenantId, (tx) => enqueueCommand(tx, { tenantId, agentId: agent.id }, command(key)));

describe('the upgrade of an agent', () => {
  it('survives a reset at any moment (20 times), and the next host is served', async () => {
    const faults: unknown[] = [];
    const note = (error: unknown): void => void faults.push(error);
    process.on('uncaughtException', note);
    try {
      const agent = await registerTestAgent(api, tenantId);
      const port = Number(new URL(hub.url).port);
      for (let round = 0; round < 20; round++) {
        // Every second one a stranger: the refusal is written to a stream that is gone.
        const sender = round % 2 === 0 ? agent : createTestAgent();
        const headers = Object.entries(sender.headers('GET', pathOf(sender), '')).map(
          ([name, value]) => `${name}: ${value}`,
        );
        const text = [
          `GET ${pathOf(sender)} HTTP/1.1`,
          'Host: hub.test',
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          ...headers,
        ].join('\r\n');
        await new Promise<void>((done) => {
          const stream = connect(port, '127.0.0.1');
          stream.once('close', () => done());
          stream.write(`${text}\r\n\r\n`, () => stream.resetAndDestroy());
        });
      }
      const socket = await openSocket(await registerTestAgent(api, tenantId));
      expect(socket.welcomes()).toHaveLength(1);
      socket.close();
      expect(faults).toEqual([]);
    } finally {
      process.off('uncaughtException', note);
    }
  });
});

describe('commands', () => {
  it('come however late their lower id is committed, and once each on one socket', async () => {
    const agent = await registerTestAgent(api, tenantId);
    const socket = await openSocket(agent);
    let low = 0;
    let high = 0;
    await withTenant(db.app, tenantId, async (tx) => {
      low = await enqueueCommand(tx, { tenantId, agentId: agent.id }, command('low'));
      high = await enqueue(agent, 'high');
      await waitUntil('the higher id is sent', () => socket.commands().includes(high));
    });
    await waitUntil('the lower id is sent', () => socket.commands().includes(low));
    socket.acknowledge(high);
    const last = await enqueue(agent, 'last');
    await waitUntil('the next command is sent', () => socket.commands().includes(last));
    expect(socket.commands()).toEqual([high, low, last]);
    socket.close();
  });

  it('go no more to a host that is deactivated while it is connected: its socket is closed', async () => {
    const agent = await registerTestAgent(api, tenantId);
    const socket = await openSocket(agent);
    const before = await enqueue(agent, 'before');
    await waitUntil('a control: commands arrive', () => socket.commands().includes(before));
    const response = await api.as('admin')('PATCH', `/agents/${agent.id}`, { is_active: false });
    expect(response.status).toBe(200);
    await waitUntil('the socket is closed', () => socket.closedWith() !== null);
    expect(socket.closedWith()).toBe(4003);
    const after = await enqueue(agent, 'after');
    const row = await db.admin.one(sql.type(z.object({ attempts: z.number() }))`
      select attempts from agent_outbox where id = ${after}`);
    expect(row.attempts).toBe(0);
  });
});

describe('hub keys', () => {
  it('reach connected hosts when they change, with the end of the one before', async () => {
    const agent = await registerTestAgent(api, tenantId);
    const socket = await openSocket(agent);
    const first = createTestLog(db);
    await first.announceHubKey();
    await waitUntil('the first key arrives', () => socket.welcomes().at(-1)?.length === 1);
    const next = createTestSigner();
    const { key_id, previous_ends } = await rotateHubKey({
      pool: db.signing,
      signer: first.signer,
      next: next.publicKey,
    });
    const keys = await waitUntil('the next key arrives', () =>
      socket.welcomes().find((offered) => offered.length === 2),
    );
    expect(keys).toMatchObject([
      { key_id: first.key_id, valid_until: previous_ends },
      { key_id, valid_until: null, signed_by: first.key_id },
    ]);
    socket.close();
  });
});
