/**
 * Time from the last approval of a quorum to the start of execution on a real agent process: the hub's database
 * clock when the approval is stored, the agent's when its nonce is on the disk; both of this machine.
 *
 *     node bench/quorumLatency.ts          50 runs
 *     QUORUM_RUNS=10 node bench/quorumLatency.ts
 */

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const runs = Number(process.env['QUORUM_RUNS'] ?? 50);
const root = resolve(import.meta.dirname, '..');
// The hub of the tests needs their runner for its set-up and its clearing away.
const done = spawnSync(
  process.execPath,
  [resolve(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/agent/quorumEndToEnd.test.ts', '-t', 'latency'],
  { cwd: root, env: { ...process.env, QUORUM_RUNS: String(runs) }, stdio: 'inherit' },
);
process.exitCode = done.status ?? 1;
