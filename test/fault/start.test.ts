/** npm start with real processes: what it leaves on the disk, in the process table and on the terminal. */

import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { endLeftovers } from '../../src/platform/embedded/children.ts';
import { freePort } from '../support/postgres.ts';
import { isAlive, isListening, spawnProgram, type TestProcess, waitUntil } from '../support/processes.ts';

const FIRST_START_MS = 120_000;
/** What the product promises. */
const SECOND_START_MS = 15_000;
const STOP_MS = 20_000;

const folders: string[] = [];
const starts: TestProcess[] = [];
afterEach(async () => {
  for (const start of starts.splice(0)) await start.stop();
});
afterAll(async () => {
  // A test that failed after its kill -9 must not leave servers on this machine.
  for (const folder of folders)
    for (const dataDir of [folder, join(folder, 'data')])
      if (existsSync(join(dataDir, 'children.json'))) await endLeftovers(dataDir);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'monsys-start-'));
  folders.push(folder);
  return folder;
}

/** As npm does it: any Node runs bin/start.mjs. */
function start(dataDir: string, port: number, env: Record<string, string> = {}): TestProcess {
  const hub = spawnProgram('node', ['bin/start.mjs'], {
    MONSYS_DATA_DIR: dataDir,
    PORT: String(port),
    MONSYS_DEMO_AGENTS: '0',
    HOME: process.env['HOME'] ?? '/',
    ...env,
  });
  starts.push(hub);
  return hub;
}

/** Every process whose command line or environment speaks of the folder. */
async function processesOf(dataDir: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const texts = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    if (texts.some((text) => text.includes(dataDir))) found.push(Number(name));
  }
  return found;
}

async function childPids(dataDir: string): Promise<number[]> {
  const list = JSON.parse(await readFile(join(dataDir, 'children.json'), 'utf8')) as { readonly pid: number }[];
  return list.map(({ pid }) => pid);
}

describe('npm start', () => {
  it('serves the demo, tells scripts where, stops without a child, and goes on from there', {
    timeout: 240_000,
  }, async () => {
    const dataDir = join(await newFolder(), 'data');
    const port = await freePort();
    const first = start(dataDir, port);
    await first.waitFor(new RegExp(`^ready http://127.0.0.1:${port}$`, 'm'), FIRST_START_MS);

    const path = join(dataDir, 'demo.json');
    for (const file of ['demo.json', 'seed.json', 'secrets.json', 'hub.key', 'temporal.db'])
      expect([file, (await stat(join(dataDir, file))).mode & 0o777]).toEqual([file, 0o600]);
    const demo = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown> & {
      readonly users: {
        readonly role: string;
        readonly email: string;
        readonly password: string;
        readonly api_token: string;
      }[];
    };
    expect(Object.keys(demo)).toEqual([
      'base_url',
      'temporal_address',
      'temporal_ui_url',
      'app_database_url',
      'hub_public_key_pem',
      'msp',
      'users',
      'tenants',
      'agents',
      'playbooks',
    ]);
    expect(demo['hub_public_key_pem']).toContain('BEGIN PUBLIC KEY');
    expect(new URL(String(demo['app_database_url'])).username).toBe('monsys_app');
    const admin = demo.users.find(({ role }) => role === 'admin');
    const cockpit = await fetch(`http://127.0.0.1:${port}/api/v1/msp/cockpit`, {
      headers: { authorization: `Bearer ${admin?.api_token}` },
    });
    expect(cockpit.status).toBe(200);
    expect(await isListening(Number(new URL(String(demo['temporal_ui_url'])).port))).toBe(true);
    // Sign-ins with the code of the moment stand on the terminal.
    for (const { email, password } of demo.users)
      expect(first.output()).toMatch(new RegExp(`${email}\\s+${password}\\s+\\d{6}\\s`));

    const children = await childPids(dataDir);
    expect(children.length).toBeGreaterThanOrEqual(5);
    // Two hubs side by side keep their packs apart, and those of a demo end with its folder.
    const environments = await Promise.all(children.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8')));
    const packDirs = environments.flatMap((text) => /(?:^|\0)MONSYS_PACK_DIR=([^\0]*)/.exec(text)?.[1] ?? []);
    expect(packDirs).toEqual([join(dataDir, 'packs'), join(dataDir, 'packs')]);
    const stopAsked = Date.now();
    await first.stop('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(Date.now() - stopAsked).toBeLessThan(STOP_MS);
    expect(children.filter(isAlive)).toEqual([]);
    expect(await processesOf(dataDir)).toEqual([]);
    expect(await isListening(port)).toBe(false);

    const again = Date.now();
    const second = start(dataDir, port);
    await second.waitFor(/^ready /m, SECOND_START_MS);
    expect(Date.now() - again).toBeLessThan(SECOND_START_MS);
    const after = JSON.parse(await readFile(path, 'utf8')) as typeof demo;
    expect(after.users).toEqual(demo.users);
    expect(after['hub_public_key_pem']).toBe(demo['hub_public_key_pem']);

    // A second start in the same folder says who has it, and harms nothing.
    const rival = start(dataDir, await freePort());
    expect(await rival.exited).toBe(1);
    const holder = JSON.parse(await readFile(join(dataDir, 'start.pid'), 'utf8')) as { readonly pid: number };
    expect(rival.output()).toContain(`in use by another start (process ${holder.pid})`);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

    // kill -9 of the start leaves its children running; the next start ends them and recovers the database.
    const orphans = await childPids(dataDir);
    process.kill(holder.pid, 'SIGKILL');
    await second.exited;
    const third = start(dataDir, port);
    await third.waitFor(/^ready /m, FIRST_START_MS);
    expect(third.output()).toContain('ended what a killed start had left: ');
    expect(orphans.filter(isAlive)).toEqual([]);

    // A worker that dies is started again, and that is said.
    const list = JSON.parse(await readFile(join(dataDir, 'children.json'), 'utf8')) as {
      readonly name: string;
      readonly pid: number;
    }[];
    const signing = list.find(({ name }) => name === 'worker-signing');
    process.kill(signing?.pid ?? 0, 'SIGKILL');
    await third.waitFor(/worker-signing ended \(SIGKILL\); starting it again/);
    await waitUntil('another signing worker', async () => {
      const now = JSON.parse(await readFile(join(dataDir, 'children.json'), 'utf8')) as typeof list;
      const other = now.find(({ name }) => name === 'worker-signing');
      return other !== undefined && other.pid !== signing?.pid && isAlive(other.pid);
    });
    // When the process in front dies without a word, the hub stops too.
    const last = await childPids(dataDir);
    await third.stop('SIGKILL');
    await waitUntil('every child has gone', () => !last.some(isAlive), STOP_MS);
    expect(existsSync(join(dataDir, 'start.pid'))).toBe(false);
  });
});

describe('npm start says in one sentence what is wrong, and leaves nothing running', () => {
  /** Runs to its end and returns what it said on stderr and stdout. */
  async function failing(dataDir: string, port: number, env: Record<string, string> = {}): Promise<string> {
    const hub = start(dataDir, port, env);
    expect(await hub.exited).toBe(1);
    expect(await processesOf(dataDir)).toEqual([]);
    return hub.output().trim();
  }

  it('when the port is busy', async () => {
    const server = createServer();
    const port = await new Promise<number>((done) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        done(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const said = await failing(join(await newFolder(), 'data'), port);
    server.close();
    expect(said).toBe(`Port ${port} is in use or not allowed: stop what listens there, or set PORT to another one.`);
  });

  it('when PORT is no port', async () => {
    expect(await failing(await newFolder(), 0, { PORT: '80a' })).toBe(
      'PORT is "80a", which is no port: set it to a number from 0 to 65535.',
    );
  });

  it('when the database folder is half-written', async () => {
    const dataDir = await newFolder();
    await mkdir(join(dataDir, 'postgres/base'), { recursive: true });
    expect(await failing(dataDir, await freePort())).toContain('is not whole: put the folder back from a backup');
  });

  it('when the secrets of a database are gone', async () => {
    const dataDir = await newFolder();
    await mkdir(join(dataDir, 'postgres/global'), { recursive: true });
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), '18\n');
    await writeFile(join(dataDir, 'postgres/global/pg_control'), '');
    expect(await failing(dataDir, await freePort())).toContain('it has a database but no secrets.json');
  });

  it('when the data folder is a file', async () => {
    const dataDir = join(await newFolder(), 'data');
    await writeFile(dataDir, '');
    expect(await failing(dataDir, await freePort())).toContain('is not a folder: set MONSYS_DATA_DIR to another.');
  });

  it('when the data folder cannot be written', async () => {
    // Root may write everywhere but where nobody can.
    const dataDir = process.getuid?.() === 0 ? '/proc/monsys-data' : join(await newFolder(), 'closed/data');
    if (process.getuid?.() !== 0) {
      await mkdir(join(dataDir, '..'));
      await chmod(join(dataDir, '..'), 0o500);
    }
    expect(await failing(dataDir, await freePort())).toMatch(/set MONSYS_DATA_DIR to a folder of yours\.$/);
  });

  it('when there is no Temporal server and no way to get one', async () => {
    const dataDir = await newFolder();
    const bin = await newFolder();
    await symlink(process.execPath, join(bin, 'node'));
    const said = await failing(dataDir, await freePort(), {
      PATH: `${bin}:/usr/bin:/bin`,
      XDG_CACHE_HOME: join(dataDir, 'cache'),
      // Nothing listens there: the download fails at once.
      MONSYS_TEMPORAL_DOWNLOAD_URL: 'http://127.0.0.1:1/',
    });
    expect(said).toContain('There is no Temporal server (');
    expect(said).toContain('set TEMPORAL_ADDRESS to a running server.');
  });

  it('when a given database or Temporal does not answer', async () => {
    const port = await freePort();
    expect(
      await failing(await newFolder(), await freePort(), {
        DATABASE_URL: `postgres://owner:secret@127.0.0.1:${port}/monsys`,
      }),
    ).toMatch(/The database of DATABASE_URL does not answer: connect ECONNREFUSED/);
  });
});
