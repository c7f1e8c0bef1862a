/**
 * One Postgres for the whole test run, one migrated template, one database per test file (a copy of the
 * template takes about 50 ms). Started by vitest's global set-up; files ask for a database by createTestDatabase.
 */

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import { afterAll, inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { openPool, sql } from '../../src/db/pool.ts';
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

/**
 * What stands before pg_catalog in the search path of a database whose clock can be turned: `now()` in any statement is
 * then that of `clock.turned`, or the true time where that says nothing. Defaults of columns keep the true time.
 */
const TURNED_CLOCK = `
  create schema clock;
  create table clock.turned (at timestamptz);
  insert into clock.turned values (null);
  create function clock.now() returns timestamptz language sql stable
    as $$ select coalesce(at, pg_catalog.now()) from clock.turned $$;
  grant usage on schema clock to public;
  grant select on clock.turned to public`;

/** Makes the file's database from the template; with `turnsClock`, one whose time of day a test sets by {@link turnClock}. */
export async function createTestDatabase(options: { readonly turnsClock?: true } = {}): Promise<TestDatabase> {
  const port = inject('postgresPort');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string, database = 'postgres'): Promise<void> => {
    const client = new Client({ connectionString: uri(port, 'postgres', database) });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await run(`create database ${name} template ${TEMPLATE_DATABASE}`);
  if (options.turnsClock) {
    await run(TURNED_CLOCK, name);
    await run(`alter database ${name} set search_path = clock, pg_catalog, public`);
  }
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

/** Sets `now()` of a database made with `turnsClock`; null: the true time again. */
export async function turnClock(db: TestDatabase, at: string | null): Promise<void> {
  await db.admin.query(sql.unsafe`update clock.turned set at = ${at}::timestamptz`);
}
