/**
 * `npm start`: the whole hub on this machine. Postgres, Temporal, migrations and seed, then api, workers and
 * demo agents as processes of their own; ends them all in order on SIGTERM or Ctrl-C. Settings by environment:
 * those of src/platform/config.ts, passed on to the process that reads them, but DATABASE_URL is of an owner; and
 * MONSYS_DATA_DIR, MONSYS_SEED_DEMO, MONSYS_DEMO_AGENTS and MONSYS_TEMPORAL_DOWNLOAD_URL (docs/operator-guide.md).
 */

import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Children, endLeftovers } from './children.ts';
import { buildDashboard } from './dashboard.ts';
import { type DataFolder, openDataFolder } from './dataFolder.ts';
import { type HubAddresses, readSeed, type Seed, signInLines, writeDemoAgentFiles, writeDemoFile } from './demo.ts';
import { buildDemoEvidence } from './demoEvidence.ts';
import { DEMO_OPERATOR } from './demoOperator.ts';
import { StartError, sentenceOf } from './files.ts';
import { choosePorts, tryPort } from './ports.ts';
import { checkDatabase, hasCluster, setRolePasswords, startPostgres, urlOfRole } from './postgres.ts';
import { agentProcesses, commonEnv, hubProcesses, nodeSpec } from './processes.ts';
import { openSecrets, rolePasswords } from './secrets.ts';
import { prepareTemporal, startTemporal } from './temporal.ts';
import { resolveTemporalBinary } from './temporalBinary.ts';
import { say, seconds, step } from './terminal.ts';
import { restartOnChange } from './watch.ts';

const READY_MS = 90_000;
const POLL_MS = 100;
/** npm passes a Ctrl-C on that the terminal has sent already; a second one of a person comes later. */
const SAME_SIGNAL_MS = 1_000;
const ALL_ADDRESSES = new Set(['0.0.0.0', '::']);

const env = process.env;
const begunMs = Number(env['MONSYS_START_BEGUN_MS'] ?? Date.now());
const dataDir = resolve(env['MONSYS_DATA_DIR'] || '.data');
const isWatching = process.argv.includes('--watch');
const isOn = (name: string, fallback: boolean): boolean =>
  env[name] === undefined || env[name] === '' ? fallback : !['0', 'false', 'no', 'off'].includes(env[name]);

let folder: DataFolder | null = null;
let children: Children | null = null;
let stopping: Promise<void> | null = null;
let stoppedAtMs = 0;

/** Ends everything in order, once; then the process. */
function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    stoppedAtMs = Date.now();
    await children?.stop();
    await folder?.release();
    if (code === 0) say(`stopped in ${seconds(Date.now() - stoppedAtMs)}`);
    process.exit(code);
  })();
  return stopping;
}

function onSignal(): void {
  if (stopping === null) say('stopping: agents, api, workers, Temporal, Postgres');
  else if (Date.now() - stoppedAtMs > SAME_SIGNAL_MS) {
    children?.killAll();
    process.exit(1);
  }
  void stop(0);
}

function readPort(): number {
  const text = env['PORT'] || '8080';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new StartError(`PORT is "${text}", which is no port: set it to a number from 0 to 65535.`);
  return port;
}

async function choosePort(host: string): Promise<number> {
  const wanted = readPort();
  const port = await tryPort(wanted, host);
  if (port === null)
    throw new StartError(
      `Port ${wanted} is in use or not allowed: stop what listens there, or set PORT to another one.`,
    );
  return port;
}

async function openDatabase(kids: Children, port: number, secrets: Parameters<typeof startPostgres>[1]['secrets']) {
  const given = env['DATABASE_URL'];
  if (given) {
    if (!URL.canParse(given))
      throw new StartError('DATABASE_URL is not a URL: postgres://owner:password@host:5432/database.');
    await step('Postgres (DATABASE_URL)', () => checkDatabase(given));
    return given;
  }
  return step('Postgres', async () => (await startPostgres(kids, { dataDir, port, secrets })).ownerUrl);
}

async function openTemporal(kids: Children, port: number, uiPort: number) {
  const namespace = env['TEMPORAL_NAMESPACE'] || 'default';
  const given = env['TEMPORAL_ADDRESS'];
  if (given) {
    await step('Temporal (TEMPORAL_ADDRESS)', () => prepareTemporal(given, namespace));
    return { address: given, uiUrl: env['TEMPORAL_UI_URL'] || null, namespace };
  }
  const binary = await resolveTemporalBinary(env, say);
  const started = await step('Temporal', () => startTemporal(kids, { binary, dataDir, port, uiPort }));
  return { ...started, namespace: 'default' };
}

async function waitForReady(baseUrl: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      if ((await fetch(new URL('/readyz', baseUrl))).ok) return;
    } catch (error) {
      // Not listening yet.
      if (!(error instanceof TypeError)) throw error;
    }
    if (Date.now() > deadline)
      throw new StartError(`The api was not ready within ${READY_MS / 1000} s: see ${join(dataDir, 'logs/api.log')}.`);
    await delay(POLL_MS);
  }
}

async function start(): Promise<void> {
  const host = env['HOST'] || '127.0.0.1';
  readPort();
  // Embedded Postgres runs as another user when this one is root, and must reach its own folder.
  folder = await openDataFolder(dataDir, process.getuid?.() === 0 && !env['DATABASE_URL']);
  // Whatever a child writes (Temporal's database, say) is for this user alone.
  process.umask(0o077);
  const left = await endLeftovers(dataDir);
  if (left.length > 0) say(`ended what a killed start had left: ${left.join(', ')}`);
  // After that: the port may have been taken by our own leftovers.
  const port = await choosePort(host);
  const kids = new Children(dataDir, say);
  children = kids;
  kids.failed.catch((error: unknown) => end(error));
  const { secrets, hubKeyFile } = await openSecrets(dataDir, !env['DATABASE_URL'] && (await hasCluster(dataDir)));
  const sealKey = env['MONSYS_SEAL_KEY'] || secrets.seal_key;
  const passwords = rolePasswords(secrets, env['DATABASE_URL'] || null);
  const ports = await choosePorts(dataDir);
  const seedPath = join(dataDir, 'seed.json');
  const isSeeding = isOn('MONSYS_SEED_DEMO', !env['DATABASE_URL']);

  const prepareDatabase = async (): Promise<{ readonly ownerUrl: string; readonly seed: Seed | null }> => {
    const ownerUrl = await openDatabase(kids, ports.postgres, secrets);
    const owner = { ...commonEnv(env), DATABASE_URL: ownerUrl };
    await step('Migrations', () => kids.run({ name: 'migrate', ...nodeSpec('src/workers/migrate.ts', [], owner) }));
    await setRolePasswords(ownerUrl, passwords);
    if (!isSeeding) return { ownerUrl, seed: null };
    await step('Demo data', () =>
      kids.run({
        name: 'seed',
        ...nodeSpec('src/workers/seedDemo.ts', ['--file', seedPath], { ...owner, MONSYS_SEAL_KEY: sealKey }),
      }),
    );
    return { ownerUrl, seed: await readSeed(seedPath) };
  };
  const [dashboardDir, { ownerUrl, seed }, temporal] = await Promise.all([
    step('Dashboard', buildDashboard),
    prepareDatabase(),
    openTemporal(kids, ports.temporal, ports.temporal_ui),
  ]);

  const baseUrl = `http://${ALL_ADDRESSES.has(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
  const specs = hubProcesses(
    {
      dataDir,
      ownerUrl,
      passwords,
      secrets,
      sealKey,
      hubKeyFile,
      host,
      port,
      temporalAddress: temporal.address,
      temporalNamespace: temporal.namespace,
      temporalUiUrl: temporal.uiUrl,
      publicUrl: env['PUBLIC_URL'] || baseUrl,
      dashboardDir,
      logLevel: env['LOG_LEVEL'] || 'info',
    },
    isSeeding ? { OPERATOR_INVOICING: DEMO_OPERATOR, ...env } : env,
  );
  const names = specs.map(({ name }) => name);
  await step('API and workers', async () => {
    for (const spec of specs) kids.start(spec);
    await kids.whileAlive(
      [...names, ...kids.namesOf('postgres'), ...kids.namesOf('temporal')],
      Promise.all([
        waitForReady(baseUrl),
        kids.waitForLog('worker-core', /"msg":"ready"/, READY_MS),
        kids.waitForLog('worker-signing', /"msg":"ready"/, READY_MS),
      ]),
    );
  });
  kids.supervise(...names, ...kids.namesOf('postgres'), ...kids.namesOf('temporal'));

  if (seed !== null && isOn('MONSYS_DEMO_AGENTS', true)) {
    await writeDemoAgentFiles(dataDir);
    const agents = agentProcesses(seed, dataDir, baseUrl, env);
    for (const spec of agents) {
      kids.start(spec);
      kids.supervise(spec.name);
    }
    say(`Demo agents: started ${agents.length}`);
  }
  const hub: HubAddresses = {
    baseUrl,
    temporalAddress: temporal.address,
    temporalUiUrl: temporal.uiUrl,
    appDatabaseUrl: urlOfRole(ownerUrl, 'monsys_app', passwords.monsys_app),
  };
  if (seed !== null) await writeDemoFile(dataDir, seed, hub);
  announce(hub, seed, kids);
  if (isWatching) restartOnChange(kids);
  if (seed !== null) await buildDemoEvidence(baseUrl, seed, Date.now()).catch(sayEvidenceMissing);
}

/** The next start builds what this one did not come to. A hub that is being stopped does not answer any more. */
function sayEvidenceMissing(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  if (stopping === null) say(`The demo's packs and reports are not all built: ${why}`);
}

function announce(hub: HubAddresses, seed: Seed | null, kids: Children): void {
  say('');
  say(`hub          ${hub.baseUrl}`);
  say(`docs         ${new URL('/docs', hub.baseUrl).href}`);
  say(`Temporal UI  ${hub.temporalUiUrl ?? '(set TEMPORAL_UI_URL to show it here)'}`);
  say(`logs         ${join(dataDir, 'logs')}`);
  const setup = /^set-up token: .*$/m.exec(kids.logOf('api'))?.[0];
  if (setup !== undefined) say(setup);
  if (seed !== null) {
    say(`demo.json    ${join(dataDir, 'demo.json')}`);
    for (const line of signInLines(seed, Date.now())) say(line);
  }
  say('');
  say(`started in ${seconds(Date.now() - begunMs)}`);
  say(`ready ${hub.baseUrl}`);
}

/** Says one sentence, and leaves nothing running. */
function end(error: unknown): void {
  if (stopping !== null) return;
  process.stderr.write(`${sentenceOf(error, dataDir)}\n`);
  // A fault of ours needs its stack; a fault of the machine has been told.
  if (env['LOG_LEVEL'] === 'debug' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  void stop(1);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
// bin/start.mjs holds the other end; when it is gone, nobody would pass a signal on.
process.on('disconnect', onSignal);
process.on('uncaughtException', end);
process.on('unhandledRejection', end);
process.channel?.unref();
start().catch(end);
