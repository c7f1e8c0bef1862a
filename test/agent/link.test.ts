/** The agent's side of the socket, with a real one: what waits for what. */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createClock } from '../../src/agent/clock.ts';
import { openCommandLedger } from '../../src/agent/commandLedger.ts';
import type { CommandHandlers } from '../../src/agent/commands.ts';
import { loadIdentity } from '../../src/agent/identity.ts';
import { keepLink } from '../../src/agent/link.ts';
import { createLog } from '../../src/agent/log.ts';
import { EMERGENCY_COMMAND_KINDS } from '../../src/domain/agentFrames.ts';
import { waitUntil } from '../support/processes.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

/** A link to a hub that only speaks when told to; `order` is what the host did, as it did it. */
async function openLink(handlers: (order: string[]) => CommandHandlers, trust: () => Promise<void> = async () => {}) {
  const stateDir = await mkdtemp(join(tmpdir(), 'monsys-link-'));
  folders.push(stateDir);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const order: string[] = [];
  const acknowledged: number[] = [];
  const stop = new AbortController();
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const link = keepLink({
    hub: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    identity: await loadIdentity(stateDir, undefined),
    clock: createClock(),
    ledger: await openCommandLedger(stateDir),
    handlers: handlers(order),
    onHubKeys: async () => {
      await trust();
      order.push('keys');
    },
    onState: async () => void order.push('state'),
    log: createLog('silent'),
    signal: stop.signal,
  });
  const [socket] = await connected;
  socket.on('message', (data) => acknowledged.push((JSON.parse((data as Buffer).toString()) as { id: number }).id));
  return {
    stateDir,
    order,
    acknowledged,
    send: (frame: object) => socket.send(JSON.stringify(frame)),
    command: (id: number, kind: string) => socket.send(JSON.stringify({ type: 'command', id, kind, payload: {} })),
    close: async () => {
      stop.abort();
      await link;
      server.close();
    },
  };
}

const did = (order: string[], what: string) => async () => {
  order.push(what);
  return {};
};

describe('a command that carries a token', () => {
  it('does not wait for an inventory that is being collected; the next inventory does', async () => {
    const inventory = Promise.withResolvers<Record<string, never>>();
    const link = await openLink((order) => ({
      collect_inventory: async () => {
        order.push('inventory begins');
        return inventory.promise;
      },
      ...Object.fromEntries(EMERGENCY_COMMAND_KINDS.map((kind) => [kind, did(order, kind)])),
    }));
    link.command(1, 'collect_inventory');
    link.command(2, 'collect_inventory');
    await waitUntil('an inventory begins', () => link.order.length === 1, 5_000);
    for (const [index, kind] of EMERGENCY_COMMAND_KINDS.entries()) link.command(3 + index, kind);
    await waitUntil('tokens are acknowledged', () => link.acknowledged.length === 3, 5_000);
    expect(link.acknowledged).toEqual([3, 4, 5]);
    expect(link.order).toEqual(['inventory begins', ...EMERGENCY_COMMAND_KINDS]);
    inventory.resolve({});
    await waitUntil('inventories are acknowledged', () => link.acknowledged.length === 5, 5_000);
    expect(link.acknowledged).toEqual([3, 4, 5, 1, 2]);
    // Whichever lane wrote last, both are in the file.
    const ledger = await openCommandLedger(link.stateDir);
    expect([1, 2, 3, 4, 5].filter((id) => ledger.find(id) === null)).toEqual([]);
    await link.close();
  });

  it('waits for the keys that came before it, and keeps its place among tokens', async () => {
    const keys = Promise.withResolvers<void>();
    const link = await openLink(
      (order) => ({ eat: did(order, 'eat'), collect_inventory: did(order, 'inventory') }),
      () => keys.promise,
    );
    link.send({ type: 'welcome', server_time: new Date().toISOString(), hub_keys: [] });
    link.command(1, 'collect_inventory');
    link.send({ type: 'state', open_critical_alerts: 1 });
    link.command(2, 'eat');
    await new Promise((done) => setTimeout(done, 100));
    expect(link.order).toEqual([]);
    keys.resolve();
    await waitUntil('all are acknowledged', () => link.acknowledged.length === 2, 5_000);
    expect(link.order.filter((what) => what !== 'inventory')).toEqual(['keys', 'state', 'eat']);
    await link.close();
  });
});

describe('the ledger of commands', () => {
  it('holds every id that was recorded, however many lanes record at once (50 at once)', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'monsys-link-'));
    folders.push(stateDir);
    const ledger = await openCommandLedger(stateDir);
    const ids = Array.from({ length: 50 }, (_, index) => index + 1);
    await Promise.all(ids.map((id) => ledger.record(id, {})));
    const again = await openCommandLedger(stateDir);
    expect(ids.filter((id) => again.find(id) === null)).toEqual([]);
  });
});
