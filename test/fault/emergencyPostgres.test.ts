/** Quorum runs in which Postgres is killed: what was committed counts, and in the end it fires once. */

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { openPool } from '../../src/db/pool.ts';
import { startTestPostgres, TEMPLATE_DATABASE, testDatabaseUri } from '../support/embeddedPostgres.ts';
import { createFaultHub, holdTokens, once, tokensOf, waitForBlocked } from '../support/faultHub.ts';
import type { TestDatabase, TestRole } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';

const TEST_MS = 180_000;
// A server of this file's own: the others' must live.
const postgres = await startTestPostgres();
afterAll(() => postgres.stop());
const name = `t_${randomBytes(6).toString('hex')}`;
const admin = new Client({ connectionString: testDatabaseUri(postgres.port, 'postgres', 'postgres') });
await admin.connect();
await admin.query(`create database ${name} template ${TEMPLATE_DATABASE}`);
await admin.end();
const uri = (role: TestRole): string => testDatabaseUri(postgres.port, role, name);
const open = (role: TestRole) => openPool(uri(role), { maxPoolSize: 4, applicationName: 'test' });
const db: TestDatabase = {
  uri,
  app: await open('monsys_app'),
  core: await open('monsys_core'),
  signing: await open('monsys_signing'),
  admin: await open('postgres'),
};
afterAll(() => Promise.all([db.app, db.core, db.signing, db.admin].map((pool) => pool.end())));
const hub = await createFaultHub(db);
const { bob, carol } = hub.people;

/** Kills the server and starts it again; the test's own connections find out by failing once. */
async function crashAndRestart(): Promise<void> {
  await postgres.crash();
  await postgres.restart();
  await waitUntil('the test reaches Postgres again', () =>
    tokensOf(db, { id: '00000000-0000-4000-8000-000000000000', nonce: '', agent: hub.agent }).then(
      () => true,
      () => false,
    ),
  );
}

describe('a quorum run', { timeout: TEST_MS }, () => {
  it('Postgres is killed between the two approvals', async () => {
    const run = await hub.request();
    await hub.approve(bob, run);
    await crashAndRestart();
    expect(await tokensOf(db, run)).toEqual([]);
    await hub.approve(carol, run);
    expect(await hub.finish(run)).toEqual(once(hub));
  });

  it('Postgres is killed while the token is being stored', async () => {
    const run = await hub.request();
    await hub.approve(bob, run);
    const tokens = await holdTokens(db);
    await hub.approve(carol, run);
    await waitForBlocked(db, 'insert into eats');
    await crashAndRestart();
    await tokens.release();
    expect(await hub.finish(run)).toEqual(once(hub));
  });
});
