/**
 * One Postgres for the whole test run, one migrated template, one database per test file (a copy of the
 * template takes about 50 ms). Started by vitest's global set-up; files ask for a database by createTestDatabase.
 */

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import { afterAll, inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { openPool } from '../../src/db/pool.ts';
import {
  type RUNTIME_ROLES,
  startTestPostgres,
  TEMPLATE_DATABASE,
  testDatabaseUri as uri,
} from './embeddedPostgres.ts';

export { freePort } from './embeddedPostgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresPort: number;
  }
}

export type TestRole = (typeof RUNTIME_ROLES)[number] | 'postgres';

/** Vitest's global set-up: starts Postgres and migrates the template; the returned function stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestPostgres();
  project.provide('postgresPort', server.port);
  return server.stop;
}

/** A database of this test file's own, with pools as the runtime roles see it. Dropped after the file. */
export type TestDatabase = {
  readonly uri: (role: TestRole) => string;
  readonly app: DatabasePool;
  readonly core: DatabasePool;
  readonly signing: DatabasePool;
  /** Superuser: for arranging and for looking behind RLS, never for the code under test. */
  readonly admin: DatabasePool;
};

/** Makes the file's database from the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const port = inject('postgresPort');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string): Promise<void> => {
    const client = new Client({ connectionString: uri(port, 'postgres', 'postgres') });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await run(`create database ${name} template ${TEMPLATE_DATABASE}`);
  const open = (role: TestRole) => openPool(uri(port, role, name), { maxPoolSize: 8, applicationName: 'test' });
  const [app, core, signing, admin] = await Promise.all([
    open('monsys_app'),
    open('monsys_core'),
    open('monsys_signing'),
    open('postgres'),
  ]);
  afterAll(async () => {
    await Promise.all([app, core, signing, admin].map((pool) => pool.end()));
    await run(`drop database ${name} with (force)`);
  });
  return { uri: (role) => uri(port, role, name), app, core, signing, admin };
}
