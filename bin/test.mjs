/** `npm test`: formatting, lint, types and every test, from a fresh clone. The last line is "N passed, N failed". Arguments choose test files. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ensureInstalled, fail, NODE, ROOT } from './lib.mjs';

/** Programs by which browser tests find a browser. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

ensureInstalled();
const env = { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` };
let running;
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
  process.on(signal, () => {
    running?.kill(signal);
    process.exitCode = 1;
  });

/** Runs a program with this terminal; resolves with its exit code. */
function run(program, args) {
  return new Promise((resolve) => {
    running = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
    running.once('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(127);
    });
    running.once('exit', (code) => resolve(code ?? 1));
  });
}

/** The Temporal server of the tests, found or fetched as `npm start` does it. */
function ensureTemporal() {
  const program =
    "import('./src/platform/embedded/temporalBinary.ts').then(async ({ resolveTemporalBinary }) => {" +
    "process.stdout.write(await resolveTemporalBinary(process.env, (line) => process.stderr.write(line + '\\n')));" +
    '}).catch((error) => { process.stderr.write(error.message + "\\n"); process.exit(1); });';
  const { status, stdout } = spawnSync(NODE, ['-e', program], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) fail('0 passed, 1 failed');
  env.PATH = `${dirname(stdout)}${delimiter}${env.PATH}`;
}

/** Programs of the system that tests use for real, with the Debian package of each. */
const PROGRAMS = {
  openssl: 'openssl',
  ip: 'iproute2',
  nft: 'nftables',
  caddy: 'caddy',
  javac: 'default-jdk-headless',
  mvn: 'maven',
};

/** Packages that are missing here; Chromium only where tests drive a browser. */
function missingPackages() {
  const folders = (env.PATH ?? '').split(delimiter);
  const has = (name) => folders.some((each) => existsSync(join(each, name)));
  const missing = Object.entries(PROGRAMS).flatMap(([program, name]) => (has(program) ? [] : [name]));
  const browserTests = join(ROOT, 'test/browser');
  const drivesBrowser = existsSync(browserTests) && readdirSync(browserTests).some((name) => name.endsWith('.test.ts'));
  return drivesBrowser && !BROWSERS.some(has) ? [...missing, 'chromium'] : missing;
}

/** Installs them on Debian as root; elsewhere the tests that need them fail and say so. */
async function ensurePrograms() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    process.stderr.write(`Not installed: ${missing.join(', ')}. The tests that use them will fail.\n`);
    return;
  }
  process.stdout.write(`installing ${missing.join(', ')} for the tests (apt-get; about a minute)\n`);
  await run('apt-get', ['update', '-qq']);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing]);
}

const failures = [];
let passed = 0;

/** Formatting, lint and types: the parts of `npm run check`, each counted as one. */
async function runChecks() {
  const { check } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
  for (const command of check.split(' && ')) {
    const [program, ...args] = command.split(' ');
    process.stdout.write(`check: ${command}\n`);
    if ((await run(program, args)) === 0) passed += 1;
    else failures.push(`check: ${command}`);
  }
}

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'monsys-tests-'));
  const report = join(folder, 'report.json');
  const code = await run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ]);
  const before = failures.length;
  const files = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];
  rmSync(folder, { recursive: true, force: true });
  for (const { name, status, message, assertionResults } of files) {
    const file = name.slice(ROOT.length).replace(/^\//, '');
    // A test that did not run proves nothing.
    for (const test of assertionResults)
      if (test.status === 'passed') passed += 1;
      else failures.push(`${test.status}: ${file} > ${test.fullName}`);
    if (status === 'failed' && assertionResults.every((test) => test.status === 'passed'))
      failures.push(`${file}: ${String(message).split('\n')[0]}`);
  }
  if (code !== 0 && failures.length === before) failures.push(`vitest ended with code ${code} (see above)`);
}

ensureTemporal();
await ensurePrograms();
await runChecks();
await runTests();
if (failures.length > 0) process.stdout.write(`\nfailed:\n${failures.map((line) => `  ${line}\n`).join('')}`);
process.exitCode = failures.length > 0 ? 1 : 0;
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
