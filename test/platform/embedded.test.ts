/** The parts of npm start that need no server. The whole of it: test/fault/start.test.ts. */

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig, variablesOf } from '../../src/platform/config.ts';
import { Children, endLeftovers, lastWords } from '../../src/platform/embedded/children.ts';
import { openDataFolder } from '../../src/platform/embedded/dataFolder.ts';
import { signInLines } from '../../src/platform/embedded/demo.ts';
import { StartError, sentenceOf, writeFileAtomic } from '../../src/platform/embedded/files.ts';
import { choosePorts } from '../../src/platform/embedded/ports.ts';
import { agentProcesses, hubProcesses } from '../../src/platform/embedded/processes.ts';
import { identify, isSameProcess, signalProcess } from '../../src/platform/embedded/processTable.ts';
import { openSecrets, RUNTIME_ROLES, rolePasswords } from '../../src/platform/embedded/secrets.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../../src/platform/embedded/temporal.ts';
import { layersOf } from '../../src/platform/embedded/watch.ts';
import { matchTotpStep, newTotpSecret } from '../../src/platform/totpCode.ts';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages.ts';
import { ROOT, waitUntil } from '../support/processes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monsys-embedded-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('files', () => {
  it('replace the old text at once and for the owner alone, and leave nothing beside them', async () => {
    const path = join(folder, 'a.json');
    await writeFileAtomic(path, 'old');
    await writeFileAtomic(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('tell a full disk in one sentence', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(sentenceOf(full, '/data')).toBe(
      'The disk of /data is full: free some space, or set MONSYS_DATA_DIR to a folder on another disk.',
    );
  });
});

describe('the data folder', () => {
  it('is held by one start at a time, and free again after it', async () => {
    const path = join(folder, 'data');
    const first = await openDataFolder(path, true);
    expect((await stat(path)).mode & 0o777).toBe(0o711);
    await expect(openDataFolder(path, false)).rejects.toThrow('is in use by another start');
    await first.release();
    const second = await openDataFolder(path, false);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await second.release();
  });

  it('does not mistake another process with the old pid for the one that held it', async () => {
    await writeFile(join(folder, 'start.pid'), JSON.stringify({ pid: process.ppid, started: 'another boot:1' }));
    const held = await openDataFolder(folder, false);
    expect(JSON.parse(await readFile(join(folder, 'start.pid'), 'utf8'))).toEqual(identify(process.pid));
    await held.release();
  });
});

describe('the secrets', () => {
  it('are made once, for the owner alone, and fit what the processes ask for', async () => {
    const first = await openSecrets(folder, false);
    const second = await openSecrets(folder, true);
    expect(second).toEqual(first);
    for (const file of ['secrets.json', 'hub.key'])
      expect((await stat(join(folder, file))).mode & 0o777, file).toBe(0o600);
    // The key that signs is in no other file.
    const seed = (await readFile(first.hubKeyFile, 'utf8')).trim();
    expect(seed).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain(seed);
  });

  it('are never made anew beside a database that needs the old ones', async () => {
    await expect(openSecrets(folder, true)).rejects.toThrow(StartError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('give two starts against one given database the same passwords, and each role its own', async () => {
    const [one, two] = [await openSecrets(folder, false), await openSecrets(await mkdtemp(join(folder, 'b-')), false)];
    const url = 'postgres://owner:known@db.test/monsys';
    expect(rolePasswords(one.secrets, url)).toEqual(rolePasswords(two.secrets, url));
    expect(new Set(Object.values(rolePasswords(one.secrets, url))).size).toBe(RUNTIME_ROLES.length);
    expect(rolePasswords(one.secrets, null)).toEqual(one.secrets.role_passwords);
  });
});

describe('the ports', () => {
  it('stay from start to start unless somebody has taken one', async () => {
    const first = await choosePorts(folder);
    expect(new Set(Object.values(first)).size).toBe(3);
    expect(await choosePorts(folder)).toEqual(first);
    const rival = createServer();
    await new Promise<void>((done) => {
      rival.listen(first.temporal, '127.0.0.1', done);
    });
    const second = await choosePorts(folder);
    rival.close();
    expect(second.temporal).not.toBe(first.temporal);
    expect(second.postgres).toBe(first.postgres);
  });
});

describe('the children', () => {
  const sleeper = (name: string, layer: 'api' | 'worker' = 'worker') => ({
    name,
    layer,
    program: process.execPath,
    args: ['-e', 'console.log("up"); setInterval(() => {}, 1000)'],
    env: {},
  });

  async function openChildren(lines: string[] = []): Promise<Children> {
    const data = await openDataFolder(folder, false);
    await data.release();
    return new Children(folder, (line) => lines.push(line));
  }

  async function recorded(): Promise<{ name: string; pid: number; started: string }[]> {
    return JSON.parse(await readFile(join(folder, 'children.json'), 'utf8')) as never;
  }

  it('get their own environment and nothing of ours', async () => {
    const children = await openChildren();
    const printed = await children.run({
      name: 'print',
      program: process.execPath,
      args: ['-e', 'console.log(JSON.stringify(process.env), process.stdin.isTTY ?? false)'],
      env: { ONLY: 'this' },
    });
    expect(printed.trim()).toBe('{"ONLY":"this"} false');
  });

  it('that end badly are quoted', async () => {
    const children = await openChildren();
    const failing = {
      name: 'failing',
      program: process.execPath,
      args: ['-e', 'throw new TypeError("no such luck")'],
      env: {},
    };
    await expect(children.run(failing)).rejects.toThrow(/^failing ended with code 1: TypeError: no such luck \(/);
  });

  it('that die are started again with a word, and stay away after the stop', async () => {
    const lines: string[] = [];
    const children = await openChildren(lines);
    children.start(sleeper('one'));
    children.supervise('one');
    const before = (await recorded())[0];
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const after = await waitUntil('another process', async () => {
      const now = (await recorded())[0];
      return now !== undefined && now.pid !== before?.pid && now;
    });
    expect(lines).toEqual(['one ended (SIGKILL); starting it again in 0.5 s']);
    await children.stop();
    expect(isSameProcess(after)).toBe(false);
  });

  it('that die again and again end the start', { timeout: 60_000 }, async () => {
    const children = await openChildren();
    children.start({ ...sleeper('mortal'), args: ['-e', 'process.exit(3)'] });
    children.supervise('mortal');
    await expect(children.failed).rejects.toThrow(/^mortal died 6 times within 120 s, the hub stops/);
    await children.stop();
  });

  it('that a killed start left are ended by the next one, but never a stranger with an old pid', async () => {
    const children = await openChildren();
    children.start(sleeper('left'));
    const [left] = await recorded();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const strangerPid = stranger.pid ?? 0;
    await writeFile(
      join(folder, 'children.json'),
      JSON.stringify([left, { name: 'old', layer: 'api', pid: strangerPid, started: 'another boot:1' }]),
    );
    expect(await endLeftovers(folder)).toEqual(['left']);
    expect(left === undefined || isSameProcess(left)).toBe(false);
    expect(identify(strangerPid)).not.toBeNull();
    signalProcess(identify(strangerPid) ?? { pid: 0, started: '' }, 'SIGKILL');
    expect(await endLeftovers(folder)).toEqual([]);
  });

  it('end in words of their own', () => {
    expect(lastWords('{"level":30,"msg":"ready"}\n{"level":60,"msg":"The \\"hub\\" key"}\n')).toBe('The "hub" key');
    expect(lastWords('LOG: x\nFATAL:  data directory has wrong ownership\nHINT: y\n')).toBe(
      'FATAL:  data directory has wrong ownership',
    );
    expect(lastWords('')).toBe('');
  });
});

describe('the processes of the hub', () => {
  /** The environment of each process, as a start with `given` makes it. */
  async function environments(given: NodeJS.ProcessEnv) {
    const { secrets, hubKeyFile } = await openSecrets(folder, false);
    const specs = hubProcesses(
      {
        dataDir: folder,
        ownerUrl: 'postgres://postgres:owner-password@127.0.0.1:1/monsys',
        passwords: secrets.role_passwords,
        secrets,
        sealKey: secrets.seal_key,
        hubKeyFile,
        temporalAddress: '127.0.0.1:2',
        temporalNamespace: 'default',
        temporalUiUrl: 'http://127.0.0.1:3',
        host: '127.0.0.1',
        port: 4,
        publicUrl: 'http://127.0.0.1:4',
        dashboardDir: '/built',
        logLevel: 'info',
      },
      given,
    );
    return { env: Object.fromEntries(specs.map(({ name, env }) => [name, env])), secrets };
  }

  it('have each its own role and no secret of another', async () => {
    const { env, secrets } = await environments({
      PATH: '/bin',
      DATABASE_URL: 'postgres://owner@elsewhere/x',
      SOME_SECRET: 'x',
    });
    const users = Object.values(env).map((each) => new URL(each['DATABASE_URL'] ?? '').username);
    expect(users).toEqual(['monsys_app', 'monsys_core', 'monsys_signing']);
    expect(Object.keys(env).filter((name) => 'MONSYS_SEAL_KEY' in (env[name] ?? {}))).toEqual(['api']);
    expect(Object.keys(env).filter((name) => 'WEBHOOK_SEAL_KEY' in (env[name] ?? {}))).toEqual(['api', 'worker-core']);
    expect(env['worker-core']?.['WEBHOOK_SEAL_KEY']).toBe(env['api']?.['WEBHOOK_SEAL_KEY']);
    expect(env['api']?.['WEBHOOK_SEAL_KEY']).not.toBe(secrets.seal_key);
    expect(Object.keys(env).filter((name) => 'HUB_EMERGENCY_PRIVATE_KEY_FILE' in (env[name] ?? {}))).toEqual([
      'worker-signing',
    ]);
    expect(Object.keys(env).filter((name) => 'VAPID_PRIVATE_KEY' in (env[name] ?? {}))).toEqual(['worker-core']);
    expect(JSON.stringify(env)).not.toMatch(/owner-password|SOME_SECRET/);
    // They are whole: each process would start with them.
    readConfig('api', env['api'] ?? {});
    readConfig('core', env['worker-core'] ?? {});
    readConfig('signing', env['worker-signing'] ?? {});
  });

  it('are told every setting that they read, over what the data folder brings, and none of another process', async () => {
    // Where the hub listens and what it is joined to, the start decides.
    const own = /^(DATABASE_URL|TEMPORAL_\w+|LOG_LEVEL|HOST|PORT|PUBLIC_URL|DASHBOARD_DIR|MONSYS_SEAL_KEY)$/;
    const kinds = { api: 'api', 'worker-core': 'core', 'worker-signing': 'signing' } as const;
    const names = new Set([...Object.values(kinds).flatMap(variablesOf), ...variablesOf('rotation')]);
    const given = Object.fromEntries([...names].filter((name) => !own.test(name)).map((name) => [name, `my ${name}`]));
    expect(Object.keys(given)).toContain('MONSYS_PACK_S3_URL');
    const { env } = await environments(given);
    for (const [process, kind] of Object.entries(kinds)) {
      const told = Object.entries(env[process] ?? {}).filter(([, value]) => value.startsWith('my '));
      const read = Object.entries(given).filter(([name]) => variablesOf(kind).includes(name));
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(read));
    }
  });

  it('keep packs in the data folder, and no half of somebody else’s keys for Web Push', async () => {
    const { env } = await environments({ VAPID_SUBJECT: 'mailto:a@b.example', SMTP_URL: '' });
    const packs = Object.entries(env).map(([name, each]) => [name, each['MONSYS_PACK_DIR']]);
    const path = join(folder, 'packs');
    expect(packs).toEqual([
      ['api', path],
      ['worker-core', path],
      ['worker-signing', undefined],
    ]);
    expect(env['worker-core']).not.toHaveProperty('VAPID_PRIVATE_KEY');
    expect(env['api']).not.toHaveProperty('VAPID_PUBLIC_KEY');
    expect(env['worker-core']).not.toHaveProperty('SMTP_URL');
  });

  it('include one for each real host of the demo', () => {
    const [agent] = agentProcesses({ ...SEED, real_agents: [REAL] }, '/data', 'http://hub.test', {
      PATH: '/bin',
      X: 'x',
    });
    expect(agent?.args.slice(1).join(' ')).toBe(
      '--hub http://hub.test --enrolment-token t --agent-id a --state-dir /data/agents/web-01 --config /data/demo-agent.toml --hostname web-01 --tags prod,db',
    );
    expect(agent?.env).toEqual({ PATH: '/bin' });
  });

  it('restart on a change of what they run', () => {
    expect(layersOf('agent/main.ts')).toEqual(['agent']);
    expect(layersOf('domain/urgency.ts')).toEqual(['api', 'worker', 'agent']);
    expect(layersOf('db/pool.ts')).toEqual(['api', 'worker']);
    expect(layersOf('verify/main.ts')).toEqual([]);
  });
});

describe('the terminal', () => {
  it('shows every demo sign-in with a code that is good now', () => {
    const secret = newTotpSecret();
    const now = Date.now();
    const lines = signInLines(
      {
        ...SEED,
        users: [{ id: 'u', email: 'a@msp.test', password: 'pw', role: 'admin', totp_secret: secret, api_token: 't' }],
      },
      now,
    );
    const code = /a@msp\.test {2}pw {2}(\d{6}) {2}admin/.exec(lines[1] ?? '')?.[1] ?? '';
    expect(matchTotpStep(secret, code, now)).not.toBeNull();
    expect(lines.join()).not.toContain(secret);
  });
});

describe('what is written twice', () => {
  it('names the search attributes alike in the start, the workflows and docker-compose.yml', async () => {
    expect(SEARCH_ATTRIBUTE_NAMES).toEqual(SEARCH_ATTRIBUTES);
    const compose = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
    expect(compose).toContain(`for name in ${SEARCH_ATTRIBUTES.join(' ')}; do`);
  });

  it('has at most eight npm scripts', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    expect(Object.keys(scripts).length).toBeLessThanOrEqual(8);
  });
});

const SEED = {
  msp: { id: 'm', name: 'MSP', email_domain: 'msp.test' },
  users: [],
  tenants: [],
  agents: [],
  playbooks: [],
  real_agents: [],
};
const REAL = { agent_id: 'a', tenant_id: 't', hostname: 'web-01', tags: ['prod', 'db'], enrolment_token: 't' };
