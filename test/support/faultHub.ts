/** A hub of processes alone (API, workers, Temporal with its file), each of which a test may kill and start again. */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, expect } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { eatSignatureFault, eatToken } from '../../src/domain/eat.ts';
import { createSeal } from '../../src/platform/seal.ts';
import { newTotpSecret, totpCodeAt, totpSealContext } from '../../src/platform/totpCode.ts';
import { registerTestAgent, type TestAgent } from './agent.ts';
import { createTestApi, insertUser, type TestApi } from './api.ts';
import { publicKeyOf, resultOf, signResult } from './emergency.ts';
import { freePort, type TestDatabase } from './postgres.ts';
import { spawnNode, startTemporalServer, type TestProcess, type TestTemporal, waitUntil } from './processes.ts';
import { recordLastRun } from './replay.ts';

export type ProcessKind = 'api' | 'core' | 'signing';

/** One who may request and approve. */
export type FaultPerson = {
  readonly email: string;
  readonly post: (path: string, body?: unknown) => Promise<Response>;
};

/** A quorum request under way: two of two, one host. */
export type QuorumRun = { readonly id: string; readonly nonce: string; readonly agent: TestAgent };

export type FaultHub = {
  readonly db: TestDatabase;
  readonly client: Client;
  readonly agent: TestAgent;
  readonly kill: (kind: ProcessKind) => Promise<void>;
  readonly start: (kind: ProcessKind) => Promise<void>;
  readonly temporal: {
    readonly kill: () => Promise<void>;
    readonly start: () => Promise<void>;
    readonly freeze: () => void;
    readonly thaw: () => void;
  };
  readonly people: { readonly alice: FaultPerson; readonly bob: FaultPerson; readonly carol: FaultPerson };
  readonly request: () => Promise<QuorumRun>;
  readonly approve: (by: FaultPerson, run: QuorumRun) => Promise<void>;
  /** Runs the pass that runs each minute by its schedule. */
  readonly sweep: () => Promise<void>;
  /** Keeps the history of a workflow for replay (test/support/replay.ts). */
  readonly record: (workflowId: string, name: string) => Promise<void>;
  /** Waits for the token, reports its success as the host, waits for the run's end, and counts what has happened. */
  readonly finish: (run: QuorumRun) => Promise<Happened>;
};

/** A sweep that is still held by a killed Temporal takes the place of the one asked for; the next is a minute later. */
const SIGNED_WITHIN_MS = 120_000;

/** The processes that answer from `db`; ended after the file. Takes about 8 s. */
export async function createFaultHub(db: TestDatabase): Promise<FaultHub> {
  const seeded: TestApi = await createTestApi(db);
  const folder = await mkdtemp(join(tmpdir(), 'monsys-fault-'));
  const kept = { port: await freePort(), dbFile: join(folder, 'temporal.db') };
  const [apiPort, sealKey, hubSeed] = [
    await freePort(),
    randomBytes(32).toString('hex'),
    randomBytes(32).toString('hex'),
  ];
  let server: TestTemporal = await startTemporalServer(kept);
  const common = { TEMPORAL_ADDRESS: server.address, LOG_LEVEL: 'info' };
  const environments: Readonly<Record<ProcessKind, Record<string, string>>> = {
    api: {
      ...common,
      DATABASE_URL: db.uri('monsys_app'),
      MONSYS_SEAL_KEY: sealKey,
      PORT: String(apiPort),
      MONSYS_PACK_DIR: folder,
    },
    core: { ...common, DATABASE_URL: db.uri('monsys_core'), MONSYS_PACK_DIR: folder },
    signing: { ...common, DATABASE_URL: db.uri('monsys_signing'), HUB_EMERGENCY_PRIVATE_KEY: hubSeed },
  };
  const running = new Map<ProcessKind, TestProcess>();
  const start = async (kind: ProcessKind): Promise<void> => {
    const path = kind === 'api' ? 'src/api/main.ts' : `src/workers/${kind}.ts`;
    const child = spawnNode(path, [], environments[kind]);
    running.set(kind, child);
    await child.waitFor(/"msg":"(ready|listening)"/);
  };
  await Promise.all([start('api'), start('core'), start('signing')]);
  const connection = await Connection.connect({ address: server.address, connectTimeout: '60s' });
  const client = new Client({ connection });
  afterAll(async () => {
    await connection.close();
    await Promise.all([...running.values()].map((child) => child.stop('SIGKILL')));
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const call = (path: string, headers: Record<string, string>, body: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${apiPort}/api/v1${path}`, { method: 'POST', headers, body });
  const person = async (): Promise<FaultPerson> => {
    const { id, email, token } = await insertUser(db, seeded.msp.id, 'admin', null);
    const secret = newTotpSecret();
    const sealed = createSeal(sealKey).seal(Buffer.from(secret, 'utf8'), totpSealContext(id));
    await db.admin.query(
      sql.unsafe`update users set totp_secret_sealed = ${sql.binary(sealed)} where id = ${id}::uuid`,
    );
    return {
      email,
      post: async (path, body) => {
        await db.admin.query(sql.unsafe`delete from totp_used_steps where user_id = ${id}::uuid`);
        const code = totpCodeAt(secret, Date.now());
        return call(
          path,
          {
            authorization: `Bearer ${token}`,
            'idempotency-key': randomUUID(),
            'x-totp-code': code,
            'content-type': 'application/json',
          },
          JSON.stringify(body ?? {}),
        );
      },
    };
  };
  const people = { alice: await person(), bob: await person(), carol: await person() };
  const agent = await registerTestAgent(seeded, seeded.tenants.a, 'db-prod-01');

  const request: FaultHub['request'] = async () => {
    const response = await people.alice.post('/emergency/quorum', {
      agent_id: agent.id,
      actions: [{ kind: 'run_playbook', id: 'db-restore', parameters: { snapshot: '2026-04-15' } }],
      reason: 'Restore from 2026-04-15 snapshot per ticket TKT-9001',
      required_approvers: 2,
    });
    expect(response.status, await response.clone().text()).toBe(201);
    const { id, targets } = (await response.json()) as { id: string; targets: [{ nonce: string }] };
    return { id, nonce: targets[0].nonce, agent };
  };
  const approve: FaultHub['approve'] = async (by, run) => {
    const response = await by.post(`/emergency/quorum/${run.id}/approve`);
    expect(response.status, await response.clone().text()).toBe(200);
  };
  const sweep: FaultHub['sweep'] = async () => {
    // It leaves the last 15 seconds to those who are still at work.
    await db.admin.query(sql.unsafe`
      update quorum_requests set created_at = created_at - interval '20 seconds', decided_at = decided_at - interval '20 seconds' where decided_at is not null`);
    await client.schedule.getHandle('emergency-sweep').trigger();
  };
  const finish: FaultHub['finish'] = async (run) => {
    const token = await waitUntil(
      'the token is signed',
      async () => (await tokensOf(db, run))[0] ?? false,
      SIGNED_WITHIN_MS,
    );
    const shown = { nonce: run.nonce, token: token.token };
    const body = JSON.stringify(signResult(resultOf(shown), run.agent));
    const path = `/agents/${run.agent.id}/eat-results`;
    const headers = { ...run.agent.headers('POST', `/api/v1${path}`, body), 'content-type': 'application/json' };
    const reported = await call(path, headers, body);
    expect(reported.status, await reported.text()).toBe(200);
    const result: unknown = await client.workflow.getHandle(`quorum:${run.id}`).result();
    return countHappened(db, run, result);
  };

  return {
    db,
    client,
    agent,
    start,
    kill: async (kind) => running.get(kind)?.stop('SIGKILL'),
    temporal: {
      kill: () => server.process.stop('SIGKILL'),
      start: async () => {
        server = await startTemporalServer(kept);
      },
      freeze: () => process.kill(server.process.pid, 'SIGSTOP'),
      thaw: () => process.kill(server.process.pid, 'SIGCONT'),
    },
    people,
    request,
    approve,
    sweep,
    record: (workflowId, name) => recordLastRun(client, server.address, workflowId, name),
    finish,
  };
}

const tokenRow = z.object({ token: z.string(), signature: z.string(), key_id: z.string() });

/** Tokens of a request. */
export async function tokensOf(db: TestDatabase, run: QuorumRun): Promise<readonly z.infer<typeof tokenRow>[]> {
  return db.admin.any(sql.type(tokenRow)`
    select token, replace(encode(signature, 'base64'), E'\n', '') as signature, key_id from eats where quorum_request_id = ${run.id}::uuid`);
}

const countsRow = z.object({ fires: z.number(), orders: z.number(), tokens: z.number(), commands: z.number() });
const auditRow = z.object({ type: z.string(), count: z.number() });

/** What a run has left behind. */
export type Happened = {
  readonly result: unknown;
  readonly counts: z.infer<typeof countsRow>;
  readonly audit: Readonly<Record<string, number>>;
  readonly signature: string | null;
  readonly approvers: readonly string[];
};

/** The invariants: one fire, one order, one token with both approvals, one command, each audit row once. */
export function once({ people }: FaultHub): Happened {
  return {
    result: { state: 'approved', outcomes: { 'db-prod-01': 'succeeded' } },
    counts: { fires: 1, orders: 1, tokens: 1, commands: 1 },
    audit: {
      emergency_quorum_requested: 1,
      emergency_quorum_approval: 2,
      emergency_quorum_approved: 1,
      emergency_token_issued: 1,
      emergency_token_result: 1,
    },
    signature: null,
    approvers: [people.bob.email, people.carol.email],
  };
}

async function countHappened(db: TestDatabase, run: QuorumRun, result: unknown): Promise<Happened> {
  const counts = await db.admin.one(sql.type(countsRow)`
    select (select count(*) from quorum_fires where request_id = ${run.id}::uuid) as fires,
      (select count(*) from eat_orders where quorum_request_id = ${run.id}::uuid) as orders,
      (select count(*) from eats where quorum_request_id = ${run.id}::uuid) as tokens,
      (select count(*) from agent_outbox where payload ->> 'nonce' = ${run.nonce}) as commands`);
  const rows = await db.admin.any(sql.type(auditRow)`
    select event_type as type, count(*) as count from audit_log
    where event_data ->> 'request_id' = ${run.id} or event_data ->> 'nonce' = ${run.nonce} group by event_type`);
  const [signed] = await tokensOf(db, run);
  if (signed === undefined) throw new Error('there is no token');
  const { authorisation } = eatToken.parse(JSON.parse(signed.token));
  return {
    result,
    counts,
    audit: Object.fromEntries(rows.map((row) => [row.type, row.count])),
    signature: eatSignatureFault(signed, await publicKeyOf({ db }, signed.key_id)),
    approvers: authorisation.kind === 'quorum' ? authorisation.approvals.map((approval) => approval.email) : [],
  };
}

/** Waits until some backend is held up by a lock in a statement like this. */
export async function waitForBlocked(db: TestDatabase, like: string): Promise<void> {
  await waitUntil(`somebody waits in "${like}"`, () =>
    db.admin.exists(sql.unsafe`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ilike ${`%${like}%`}`),
  );
}

/** Holds a lock on the table of tokens, under which they can be read but not stored, until `release` is called. */
export async function holdTokens(db: TestDatabase): Promise<{ readonly release: () => Promise<void> }> {
  const [held, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = db.admin.transaction(async (tx) => {
    await tx.query(sql.unsafe`lock table eats in share mode`);
    held.resolve();
    await end.promise;
  });
  // A server that is killed ends the lock too; that is no fault of the test.
  const ended = holding.then(
    () => true,
    () => false,
  );
  await held.promise;
  return {
    release: async () => {
      end.resolve();
      await ended;
    },
  };
}
