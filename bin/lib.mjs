/** What every command of bin/ does first: the locked dependencies, and the Node of the lock file. Plain JavaScript, for any Node >= 20. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Node 24 of the lock file. */
export const NODE = join(ROOT, 'node_modules/.bin/node');

const FIRST_NODE = 20;
/** How much of npm's complaint is shown. */
const SHOWN_CHARACTERS = 4_000;

/** Is everything of package-lock.json there, in its version? npm writes its own record last, so half an install does not pass. */
function isInstalled() {
  const record = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(record) || !existsSync(NODE)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    // Optional ones are for other machines, unless they are here.
    ([path, { version, optional }]) =>
      path === '' || (optional && !present[path]) || present[path]?.version === version,
  );
}

/** Runs `npm ci` where node_modules is missing or does not fit package-lock.json. Ends the process when that fails. */
export function ensureInstalled() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < FIRST_NODE) fail(`Node ${FIRST_NODE} or newer is needed; this is ${process.versions.node}.`);
  if (isInstalled()) return;
  const begun = Date.now();
  process.stdout.write('installing the locked dependencies (npm ci; about a minute the first time)\n');
  const npm = process.env.npm_execpath;
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, error, stdout, stderr } = spawnSync(
    program,
    [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 },
  );
  if (error || status !== 0) {
    process.stderr.write(`${`${stdout ?? ''}${stderr ?? ''}`.slice(-SHOWN_CHARACTERS)}\n`);
    fail(
      error
        ? `npm cannot be run: ${error.message}.`
        : 'npm ci failed (above): the dependencies could not be installed.',
    );
  }
  if (!isInstalled() || spawnSync(NODE, ['--version']).status !== 0)
    fail(
      'npm ci ended well, but node_modules/.bin/node does not run: are install scripts switched off (ignore-scripts)?',
    );
  process.stdout.write(`installed the dependencies in ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
}

/** Says one sentence and ends. */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/**
 * Runs a file on Node 24 and ends as it ends. It leads a process group of its own, so that Ctrl-C reaches it once,
 * through here; when this process dies without a word, it hears the channel close.
 */
export function runOnNode24(file, args, env = {}) {
  const child = spawn(NODE, [file, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...process.env, ...env },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm runs scripts through a shell that may die of a signal without passing it on.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined)
    setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, 500).unref();
  child.once('error', (error) => fail(`Node 24 cannot be run: ${error.message}.`));
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
