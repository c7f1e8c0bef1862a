/** Two APIs, two core and two signing workers at once, on one database and one Temporal: what one knows, the other honours. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { temporal as proto } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { enqueueCommand } from '../../src/db/outbox.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { hashPassword } from '../../src/platform/passwordHash.ts';
import { createSeal } from '../../src/platform/seal.ts';
import { newTotpSecret, totpCodeAt, totpSealContext } from '../../src/platform/totpCode.ts';
import { SCHEDULES, TASK_QUEUES } from '../../src/workflows/messages.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, freePort } from '../support/postgres.ts';
import {
  spawnNode,
  startTemporalServer,
  type TestProcess,
  type TestTemporal,
  waitUntil,
} from '../support/processes.ts';

const PASSWORD = 'correct horse battery staple 9';
/** Attempts that lock an account (src/domain: five). */
const ATTEMPTS = 5;

/** The signing worker polls for nothing else. */
const ACTIVITIES = proto.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;

const db = await createTestDatabase();
const sealKey = randomBytes(32).toString('hex');
let seeded: TestApi;
let temporal: TestTemporal;
let apis: readonly string[];
const children: TestProcess[] = [];

beforeAll(async () => {
  seeded = await createTestApi(db);
  temporal = await startTemporalServer();
  const seed = randomBytes(32).toString('hex');
  const common = { TEMPORAL_ADDRESS: temporal.address, LOG_LEVEL: 'info' };
  const ports = [await freePort(), await freePort()];
  for (const port of ports)
    children.push(
      spawnNode('src/api/main.ts', [], {
        ...common,
        DATABASE_URL: db.uri('monsys_app'),
        MONSYS_SEAL_KEY: sealKey,
        PORT: String(port),
      }),
      spawnNode('src/workers/core.ts', [], { ...common, DATABASE_URL: db.uri('monsys_core') }),
      spawnNode('src/workers/signing.ts', [], {
        ...common,
        DATABASE_URL: db.uri('monsys_signing'),
        HUB_EMERGENCY_PRIVATE_KEY: seed,
      }),
    );
  await Promise.all(children.map((child) => child.waitFor(/"msg":"(ready|listening)"/)));
  apis = ports.map((port) => `http://127.0.0.1:${port}`);
}, 120_000);

afterAll(async () => {
  await Promise.all(children.map((child) => child.stop()));
  await temporal.stop();
}, 60_000);

/** Gives a person a password and an authenticator, as enrolment would. */
async function enrol(role: 'admin' | 'operator'): Promise<{ readonly email: string; readonly secret: string }> {
  const { id, email } = seeded.user(role);
  const secret = newTotpSecret();
  const sealed = createSeal(sealKey).seal(Buffer.from(secret), totpSealContext(id));
  const hash = await hashPassword(PASSWORD);
  await db.admin.query(sql.unsafe`
    update users set password_hash = ${hash}, totp_secret_sealed = ${sql.binary(sealed)}, totp_confirmed_at = now() where id = ${id}::uuid`);
  return { email, secret };
}

function signIn(api: string | undefined, email: string, password: string, code: string): Promise<Response> {
  return fetch(`${api}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, totp_code: code }),
  });
}

/** An open alert of tenant a. */
async function insertAlert(): Promise<string> {
  const row = await db.admin.one(sql.type(z.object({ id: z.string() }))`
    insert into alerts (tenant_id, number, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
    values (${seeded.tenants.a}::uuid, 1, 'ingest', 'two-of-each', 'high', 'disk full', now(), now(), now() + interval '1 hour') returning id`);
  return row.id;
}

describe('two of each', () => {
  it('honour a session of the other api, its end, and a TOTP code used there', async () => {
    const { email, secret } = await enrol('admin');
    const code = totpCodeAt(secret, Date.now());
    const answer = await signIn(apis[0], email, PASSWORD, code);
    expect(answer.status).toBe(200);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const me = (api: string | undefined): Promise<Response> => fetch(`${api}/api/v1/auth/me`, { headers: { cookie } });
    expect((await me(apis[1])).status).toBe(200);
    expect((await signIn(apis[1], email, PASSWORD, code)).status).toBe(401);
    const out = await fetch(`${apis[1]}/api/v1/auth/logout`, {
      method: 'POST',
      headers: { cookie, origin: apis[1] ?? '' },
    });
    expect(out.status).toBe(204);
    expect((await me(apis[0])).status).toBe(401);
  });

  it('count wrong attempts together, so that the lock-out holds on both', async () => {
    const { email, secret } = await enrol('operator');
    const statuses: number[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1)
      statuses.push((await signIn(apis[attempt % 2], email, 'not the password', '000000')).status);
    expect(statuses).toEqual(Array.from({ length: ATTEMPTS }, () => 401));
    // The right proof is refused too, by whichever is asked.
    for (const api of apis) {
      const refused = await signIn(api, email, PASSWORD, totpCodeAt(secret, Date.now()));
      expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([
        429,
        'urn:monsys:problem:locked_out',
      ]);
    }
  });

  it('tell the listeners of either api of a change that came through the other', async () => {
    const authorization = `Bearer ${seeded.user('admin').token}`;
    const stopping = new AbortController();
    const streams = await Promise.all(
      apis.map(async (api) => {
        const response = await fetch(`${api}/api/v1/msp/cockpit/events`, {
          headers: { authorization },
          signal: stopping.signal,
        });
        expect(response.status).toBe(200);
        const heard = { text: '' };
        const read = async (): Promise<void> => {
          const decoder = new TextDecoder();
          for await (const chunk of response.body ?? [])
            heard.text += decoder.decode(chunk as Uint8Array, { stream: true });
        };
        read().catch((error: unknown) => {
          if (!stopping.signal.aborted) throw error;
        });
        return heard;
      }),
    );
    const alertId = await insertAlert();
    const forget = streams.map((heard) => heard.text.length);
    const answer = await fetch(`${apis[0]}/api/v1/alerts/${alertId}/resolve`, {
      method: 'PATCH',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ resolution: 'the disk was cleaned' }),
    });
    expect(answer.status).toBe(200);
    for (const [index, heard] of streams.entries())
      await waitUntil('the change on this api', () => heard.text.slice(forget[index]).includes(seeded.tenants.a));
    stopping.abort();
  });

  it('bring a command to its host through whichever api holds the socket', async () => {
    const agent = await registerTestAgent(seeded, seeded.tenants.a);
    const frames: string[] = [];
    const connect = async (api: string | undefined): Promise<WebSocket> => {
      const path = `/api/v1/ws/agents/${agent.id}`;
      const socket = new WebSocket(`${api?.replace('http', 'ws')}${path}`, { headers: agent.headers('GET', path, '') });
      socket.on('message', (data) => frames.push((data as Buffer).toString('utf8')));
      await once(socket, 'open');
      return socket;
    };
    const order = (key: string): Promise<number> =>
      withTenant(db.app, seeded.tenants.a, (tx) =>
        enqueueCommand(
          tx,
          { tenantId: seeded.tenants.a, agentId: agent.id },
          { kind: 'collect_inventory', payload: {}, dedupeKey: key, expiresAt: null },
        ),
      );
    const isHeard = (id: number) => () => frames.some((frame) => frame.includes(`"type":"command","id":${id},`));
    const first = await connect(apis[1]);
    const id = await order('while connected');
    await waitUntil('the command on the socket of the second api', isHeard(id));
    first.close();
    await once(first, 'close');
    // Nobody holds a socket: the row waits for the next one, wherever that is. The first was never acknowledged.
    const later = await order('while away');
    frames.length = 0;
    const second = await connect(apis[0]);
    await waitUntil('the waiting command on the socket of the first api', isHeard(later));
    expect(isHeard(id)(), 'what was never acknowledged comes again').toBe(true);
    second.close();
  });

  it('make every schedule once, and poll both queues twice', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection });
    const ids: string[] = [];
    for await (const schedule of client.schedule.list()) ids.push(schedule.scheduleId);
    expect(ids.toSorted()).toEqual(SCHEDULES.map(({ id }) => id).toSorted());
    for (const name of Object.values(TASK_QUEUES))
      await waitUntil(`two pollers of ${name}`, async () => {
        const { pollers } = await connection.workflowService.describeTaskQueue({
          namespace: 'default',
          taskQueue: { name },
          taskQueueType: ACTIVITIES,
        });
        return (pollers?.length ?? 0) >= 2;
      });
    await connection.close();
  });

  it('hold one hub key, and go on when one of each is killed', async () => {
    const keys = await db.admin.any(sql.type(z.object({ key_id: z.string() }))`select key_id from hub_keys`);
    expect(keys).toHaveLength(1);
    for (const child of children.slice(0, 3)) await child.stop('SIGKILL');
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection });
    // A pass that needs both remaining workers: core runs the workflow, signing signs the checkpoint.
    const result = await client.workflow.execute('transparencyCheckpoint', {
      workflowId: 'two-of-each-checkpoint',
      taskQueue: TASK_QUEUES.core,
      args: [],
      workflowExecutionTimeout: '60s',
    });
    expect(result).toBeDefined();
    await connection.close();
    expect((await fetch(`${apis[1]}/readyz`)).status).toBe(200);
  }, 90_000);
});
