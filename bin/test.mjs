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

/** A browser for test/browser, where such tests exist and none is installed. */
async function ensureBrowser() {
  const folder = join(ROOT, 'test/browser');
  if (!existsSync(folder) || !readdirSync(folder).some((name) => name.endsWith('.test.ts'))) return;
  const folders = (env.PATH ?? '').split(delimiter);
  if (BROWSERS.some((name) => folders.some((each) => existsSync(join(each, name))))) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    process.stderr.write('No Chromium is installed: the browser tests will fail.\n');
    return;
  }
  process.stdout.write('installing Chromium for the browser tests (apt-get; about a minute)\n');
  await run('apt-get', ['update', '-qq']);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
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
await ensureBrowser();
await runChecks();
await runTests();
if (failures.length > 0) process.stdout.write(`\nfailed:\n${failures.map((line) => `  ${line}\n`).join('')}`);
process.exitCode = failures.length > 0 ? 1 : 0;
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
