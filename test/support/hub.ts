/** A whole hub for tests: the API in this process, real worker processes, a real Temporal server, real Postgres. */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll } from 'vitest';
import { sql } from '../../src/db/pool.ts';
import type { Role } from '../../src/domain/permissions.ts';
import { newTotpSecret, totpCodeAt, totpSealContext } from '../../src/platform/totpCode.ts';
import { createTestApi, insertUser, TEST_WEBHOOK_SEAL_KEY, type TestApi, type TestUser } from './api.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { spawnNode, startTemporalServer, type TestProcess, type TestTemporal } from './processes.ts';

/** A person with an authenticator; `call` sends a fresh code unless told otherwise. */
export type Person = TestUser & {
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    options?: { readonly code?: string | null },
  ) => Promise<Response>;
  /** A code that is good now, whatever was used before. */
  readonly freshCode: () => Promise<string>;
};

export type TestHub = {
  readonly db: TestDatabase;
  readonly api: TestApi;
  readonly temporal: TestTemporal;
  readonly client: Client;
  /** The running workers; a fault test may kill and start them. */
  readonly workers: { core: TestProcess; signing: TestProcess };
  readonly startWorker: (kind: 'core' | 'signing') => Promise<TestProcess>;
  readonly person: (role: Role, tenantId?: string | null) => Promise<Person>;
};

/** Starts everything; ends it after the file. Takes about 8 s. */
export async function createTestHub(options: { readonly coreEnv?: Record<string, string> } = {}): Promise<TestHub> {
  const db = await createTestDatabase();
  const temporal = await startTemporalServer();
  afterAll(() => temporal.stop());
  const connection = await Connection.connect({ address: temporal.address, connectTimeout: '60s' });
  afterAll(() => connection.close());
  const client = new Client({ connection });
  const packDir = await mkdtemp(join(tmpdir(), 'monsys-test-packs-'));
  afterAll(() => rm(packDir, { recursive: true, force: true }));
  const api = await createTestApi(db, {
    temporal: client,
    packDir,
    allowPrivateTargets: options.coreEnv?.['ALLOW_PRIVATE_TARGETS'] === 'true',
  });
  const hubSeed = randomBytes(32).toString('hex');
  const startWorker = async (kind: 'core' | 'signing'): Promise<TestProcess> => {
    const worker = spawnNode(`src/workers/${kind}.ts`, [], {
      DATABASE_URL: db.uri(kind === 'core' ? 'monsys_core' : 'monsys_signing'),
      TEMPORAL_ADDRESS: temporal.address,
      LOG_LEVEL: 'info',
      ...(kind === 'core'
        ? { MONSYS_PACK_DIR: packDir, WEBHOOK_SEAL_KEY: TEST_WEBHOOK_SEAL_KEY, ...options.coreEnv }
        : { HUB_EMERGENCY_PRIVATE_KEY: hubSeed }),
    });
    await worker.waitFor(/"msg":"ready"/);
    return worker;
  };
  const [core, signing] = await Promise.all([startWorker('core'), startWorker('signing')]);
  const workers = { core, signing };
  afterAll(() => Promise.all([workers.core.stop(), workers.signing.stop()]));

  const person: TestHub['person'] = (role, tenantId = null) => createPerson(db, api, role, tenantId);
  return { db, api, temporal, client, workers, startWorker, person };
}

/** A person with an authenticator, over the app in this process. */
export async function createPerson(
  db: TestDatabase,
  api: TestApi,
  role: Role,
  tenantId: string | null = null,
): Promise<Person> {
  const user = await insertUser(db, api.msp.id, role, tenantId);
  const secret = newTotpSecret();
  const sealed = api.deps.seal.seal(Buffer.from(secret, 'utf8'), totpSealContext(user.id));
  await db.admin.query(
    sql.unsafe`update users set totp_secret_sealed = ${sql.binary(sealed)} where id = ${user.id}::uuid`,
  );
  const freshCode = async (): Promise<string> => {
    await db.admin.query(sql.unsafe`delete from totp_used_steps where user_id = ${user.id}::uuid`);
    return totpCodeAt(secret, Date.now());
  };
  return {
    ...user,
    freshCode,
    call: async (method, path, body, { code } = {}) =>
      api.app.request(`http://hub.test/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${user.token}`,
          'idempotency-key': randomUUID(),
          ...(code === null || method === 'GET' ? {} : { 'x-totp-code': code ?? (await freshCode()) }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}
