/** Real agent processes against a real hub over a real port, with a real database behind it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { enqueueCommand } from '../../src/db/outbox.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { createEnrolmentToken } from '../support/agent.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createServedHub } from '../support/servedHub.ts';

const MAIN = resolve(import.meta.dirname, '../../src/agent/main.ts');
const WAIT = { timeout: 20_000, interval: 50 };

const db = await createTestDatabase();
const api = await createTestApi(db);
const hub = await createServedHub(api);
await hub.start();
const folders: string[] = [];
const running = new Set<ChildProcess>();
afterAll(async () => {
  const left = [...running];
  for (const child of left) child.kill('SIGKILL');
  await hub.stop();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  if (left.length > 0) throw new Error('a test left its agent running');
});

async function stateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'monsys-agent-'));
  folders.push(folder);
  return folder;
}

type RunningAgent = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly stop: () => Promise<number>;
};

function startAgent(stateDir: string, ...args: string[]): RunningAgent {
  const child = spawn(
    process.execPath,
    [
      MAIN,
      '--hub',
      hub.url,
      '--state-dir',
      stateDir,
      '--heartbeat-seconds',
      '0.2',
      '--scan-roots',
      '/etc/ssh',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } },
  );
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return Number(code);
  });
  return {
    child,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
const ended = async (agent: RunningAgent): Promise<number> => {
  if (agent.child.exitCode === null) await once(agent.child, 'exit');
  return Number(agent.child.exitCode);
};
const idIn = async (stateDir: string): Promise<string> => (await readFile(join(stateDir, 'agent-id'), 'utf8')).trim();
const detail = async (id: string): Promise<Record<string, unknown>> =>
  (await api.as('admin')('GET', `/agents/${id}`)).json() as Promise<Record<string, unknown>>;
const count = async (query: ReturnType<typeof sql.fragment>): Promise<number> =>
  (await db.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count ${query}`)).count;
const samples = (id: string) => count(sql.fragment`from metric_samples where agent_id = ${id}::uuid`);
const batches = (id: string) => count(sql.fragment`from ingest_batches where agent_id = ${id}::uuid`);

describe('an agent', () => {
  it('registers, beats, reports the inventory of this very host, and stops within 2 seconds', async () => {
    const state = await stateFolder();
    const { token } = await createEnrolmentToken(api, api.tenants.a);
    const agent = startAgent(state, '--enrolment-token', token, '--hostname', 'real-01', '--tags', 'demo,real');
    await vi.waitFor(async () => {
      expect(await detail(await idIn(state))).toMatchObject({
        hostname: 'real-01',
        tags: ['demo', 'real'],
        link_state: 'online',
        inventory: { kernel: { release: (await readFile('/proc/sys/kernel/osrelease', 'utf8')).trim() } },
        latest_metrics: { mem_pct: expect.any(Number), cpu_pct: expect.any(Number) },
      });
    }, WAIT);
    expect((await stat(join(state, 'agent.key'))).mode & 0o777).toBe(0o600);
    const at = performance.now();
    expect(await agent.stop()).toBe(0);
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(agent.output()).not.toContain(token);
    expect(await readdir(state)).not.toContain('agent.lock');
  });

  it('buffers while the hub is away and delivers in order, each sample once, when it is back', async () => {
    const state = await stateFolder();
    const { token } = await createEnrolmentToken(api, api.tenants.a);
    const agent = startAgent(state, '--enrolment-token', token, '--inventory-seconds', '1');
    await vi.waitFor(async () => expect(await batches(await idIn(state))).toBeGreaterThan(0), WAIT);
    const id = await idIn(state);
    await hub.stop();
    const waiting = async () =>
      (await readdir(join(state, 'buffer'))).filter((name) => !name.startsWith('.tmp-')).toSorted();
    await vi.waitFor(async () => expect((await waiting()).length).toBeGreaterThan(3), WAIT);
    // It stays away over a crash of the agent as well.
    agent.child.kill('SIGKILL');
    await ended(agent);
    const kept = await waiting();
    const entries = await Promise.all(
      kept.map(
        async (name) =>
          JSON.parse(await readFile(join(state, 'buffer', name), 'utf8')) as {
            batch_id: string;
            entries: { kind: string; sample?: { sampled_at: string } }[];
          },
      ),
    );
    const samplesKept = entries.flatMap((batch) => batch.entries).flatMap((entry) => entry.sample?.sampled_at ?? []);
    expect(samplesKept.length).toBeGreaterThan(2);

    await hub.start();
    const again = startAgent(state);
    await vi.waitFor(async () => expect((await waiting()).filter((name) => kept.includes(name))).toEqual([]), WAIT);
    const taken = await db.admin.any(sql.type(z.object({ batch_id: z.string() }))`
      select batch_id from ingest_batches where agent_id = ${id}::uuid order by received_at`);
    const order = taken.map((row) => row.batch_id).filter((batch) => entries.some((entry) => entry.batch_id === batch));
    expect(order).toEqual(entries.map((entry) => entry.batch_id));
    for (const at of samplesKept)
      expect(
        await count(sql.fragment`from metric_samples where agent_id = ${id}::uuid and sampled_at = ${at}::timestamptz`),
      ).toBe(1);
    expect(await again.stop()).toBe(0);
  });

  it('keeps its identity over a restart, without its token', async () => {
    const state = await stateFolder();
    const { token } = await createEnrolmentToken(api, api.tenants.a, { max_uses: 1 });
    expect(await ended(startAgent(state, '--enrolment-token', token, '--once'))).toBe(0);
    const id = await idIn(state);
    const key = await readFile(join(state, 'agent.key'), 'utf8');
    const before = await samples(id);
    expect(await ended(startAgent(state, '--once'))).toBe(0);
    expect(await idIn(state)).toBe(id);
    expect(await readFile(join(state, 'agent.key'), 'utf8')).toBe(key);
    expect(await samples(id)).toBe(before + 1);
    expect(await count(sql.fragment`from agents where id = ${id}::uuid`)).toBe(1);
  });

  it('stops with a sentence when the hub knows its id with another key, and when its token is not good', async () => {
    const [state, impostor] = [await stateFolder(), await stateFolder()];
    const { token } = await createEnrolmentToken(api, api.tenants.a);
    expect(await ended(startAgent(state, '--enrolment-token', token, '--once'))).toBe(0);
    const second = startAgent(impostor, '--enrolment-token', token, '--agent-id', await idIn(state));
    expect(await ended(second)).toBe(1);
    expect(second.output()).toContain('The hub knows this agent id with another key.');
    const third = startAgent(await stateFolder(), '--enrolment-token', `${token.slice(0, -1)}x`);
    expect(await ended(third)).toBe(1);
    expect(third.output()).toContain('The enrolment token is unknown');
  });

  it('does what the hub asks over the socket once, and acknowledges again what it did before', async () => {
    const state = await stateFolder();
    const { token } = await createEnrolmentToken(api, api.tenants.a);
    const agent = startAgent(state, '--enrolment-token', token);
    await vi.waitFor(async () => expect(await batches(await idIn(state))).toBe(1), WAIT);
    const host = { tenantId: api.tenants.a, agentId: await idIn(state) };
    const command = { kind: 'collect_inventory', payload: {}, dedupeKey: 'now', expiresAt: null };
    const id = await withTenant(db.app, host.tenantId, (tx) => enqueueCommand(tx, host, command));
    const acked = () =>
      count(sql.fragment`from agent_outbox where id = ${id} and acked_at is not null and ack ->> 'outcome' = 'done'`);
    await vi.waitFor(async () => expect(await acked()).toBe(1), WAIT);
    await vi.waitFor(async () => expect(await batches(host.agentId)).toBe(2), WAIT);

    // The hub did not hear it: the command comes again on the next socket.
    await db.admin.query(sql.unsafe`update agent_outbox set acked_at = null, ack = null where id = ${id}`);
    await hub.stop();
    await hub.start();
    await vi.waitFor(async () => expect(await acked()).toBe(1), WAIT);
    expect(agent.output().match(/"command received"/g)).toHaveLength(1);
    expect(await agent.stop()).toBe(0);
  });

  it('lets only one process use a state folder', async () => {
    const state = await stateFolder();
    const { token } = await createEnrolmentToken(api, api.tenants.a);
    const first = startAgent(state, '--enrolment-token', token);
    await vi.waitFor(async () => expect(await readdir(state)).toContain('registration.json'), WAIT);
    const second = startAgent(state);
    expect(await ended(second)).toBe(1);
    expect(second.output()).toContain('give this one its own --state-dir');
    expect(await first.stop()).toBe(0);
    // Control: a lock whose process is gone stops nobody.
    await writeFile(join(state, 'agent.lock'), '1 1');
    expect(await ended(startAgent(state, '--once'))).toBe(0);
  });

  it('says what is wrong with its flags', async () => {
    const agent = startAgent(await stateFolder(), '--tags', 'not valid');
    expect(await ended(agent)).toBe(1);
    expect(agent.output()).toContain('--tags is not valid');
  });
});
