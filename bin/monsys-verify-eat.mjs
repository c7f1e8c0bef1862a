#!/usr/bin/env node
/**
 * The verifier from a checkout: `npm run verify -- …` or `npx monsys-verify-eat …`. Runs the sources on Node 24, this
 * one or that of the lock file, or else the bundle that bin/build-verifier.mjs made.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE = join(ROOT, 'src/verify/main.ts');
const BUNDLE = join(ROOT, 'dist/monsys-verify-eat.cjs');
const NODE = join(ROOT, 'node_modules/.bin/node');
const FIRST_NODE_WITH_TYPES = 24;

const hasSource = existsSync(SOURCE);
if (hasSource && Number(process.versions.node.split('.')[0]) >= FIRST_NODE_WITH_TYPES) await import(SOURCE);
else if (hasSource && existsSync(NODE)) {
  const { status } = spawnSync(NODE, [SOURCE, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (existsSync(BUNDLE)) await import(BUNDLE);
else {
  process.stderr.write('Node 24 is needed; run npm ci first, which brings it, or use the single binary.\n');
  process.exitCode = 1;
}
