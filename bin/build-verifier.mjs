/**
 * Builds dist/monsys-verify-eat-linux-x64, one file that needs nothing else on the machine: the sources of src/verify
 * as one script, compiled ahead, inside a copy of the lock file's Node (Node's single executable applications).
 */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, fail, NODE, ROOT } from './lib.mjs';

/** The mark in Node's binary that tells of a script inside (Node.js documentation, "Single executable applications"). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const MAX_BYTES = 120_000_000;

ensureInstalled();
if (process.platform !== 'linux' || process.arch !== 'x64') fail('The binary for Linux x64 is built on Linux x64.');
const dist = join(ROOT, 'dist');
mkdirSync(dist, { recursive: true });
const work = mkdtempSync(join(dist, 'building-'));
const bundle = join(dist, 'monsys-verify-eat.cjs');
const output = join(dist, 'monsys-verify-eat-linux-x64');

function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (status !== 0) {
    rmSync(work, { recursive: true, force: true });
    fail(`${program} failed: ${error?.message ?? stderr}`);
  }
}

run(join(ROOT, 'node_modules/.bin/esbuild'), [
  join(ROOT, 'src/verify/main.ts'),
  '--bundle',
  '--platform=node',
  '--target=node24',
  '--format=cjs',
  '--minify-syntax',
  '--minify-whitespace',
  `--outfile=${join(work, 'main.cjs')}`,
]);
const config = join(work, 'sea.json');
writeFileSync(
  config,
  JSON.stringify({
    main: join(work, 'main.cjs'),
    output: join(work, 'sea.blob'),
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    // NODE_OPTIONS of the auditor's shell must not load other code into the verifier.
    execArgvExtension: 'none',
  }),
);
run(NODE, ['--experimental-sea-config', config]);
const binary = join(work, 'binary');
copyFileSync(realpathSync(NODE), binary);
chmodSync(binary, 0o755);
// Symbols are a sixth of the file. Without strip the binary works too, and is larger.
if (spawnSync('strip', ['--version']).status === 0) run('strip', ['--strip-all', binary]);
run(NODE, [
  join(ROOT, 'node_modules/postject/dist/cli.js'),
  binary,
  'NODE_SEA_BLOB',
  join(work, 'sea.blob'),
  '--sentinel-fuse',
  FUSE,
]);
const bytes = statSync(binary).size;
renameSync(join(work, 'main.cjs'), bundle);
renameSync(binary, output);
rmSync(work, { recursive: true, force: true });
process.stdout.write(`${output}: ${(bytes / 1e6).toFixed(1)} MB\n`);
if (bytes > MAX_BYTES) fail(`The binary is larger than ${MAX_BYTES / 1e6} MB: is strip (binutils) installed?`);
