/**
 * Time and peak memory of collecting a pack: `node bench/packs.ts [rows ...]`, 100,000 and 1,000,000 EATs unless told
 * otherwise. Each size has a database and a process of its own, so that the peak is that of one build.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import { type CollectedPack, createPackActivities, type PackRef } from '../src/activities/packs.ts';
import { openPool } from '../src/db/pool.ts';
import { createFolderStore } from '../src/platform/packStore.ts';
import { HUB_KEY, IDS, quorumToken, signToken } from '../test/support/eat.ts';
import { startTestPostgres, TEMPLATE_DATABASE, testDatabaseUri } from '../test/support/embeddedPostgres.ts';

const SIZES = [100_000, 1_000_000];
const MONTH = '2026-05';
const REF: PackRef = { tenant_id: IDS.tenant, msp_id: IDS.msp, month: MONTH, actor_suffix: null };

/** Fills a month with `rows` executed tokens of one host, each with a real token of two approvals. */
async function fill(uri: string, rows: number): Promise<void> {
  const { token, signature } = signToken(quorumToken());
  const client = new Client({ connectionString: uri });
  await client.connect();
  try {
    // Neither triggers nor foreign keys: the rows are right by construction.
    await client.query('set session_replication_role = replica');
    await client.query(`insert into msps (id, name, email_domain) values ($1, 'Bench', 'bench.example')`, [IDS.msp]);
    await client.query(
      `insert into tenants (id, msp_owner, slug, name, created_at) values ($1, $2, 'bench', 'Bench', '2025-01-01')`,
      [IDS.tenant, IDS.msp],
    );
    await client.query(
      `insert into agents (id, tenant_id, hostname, public_key, agent_version, registered_at) values ($1, $2, 'db-prod-01', $3, '1', '2025-01-01')`,
      [IDS.agent, IDS.tenant, Buffer.alloc(32)],
    );
    await client.query(
      `insert into hub_keys (key_id, public_key, valid_from, statement, signature, signed_by) values ($1, $2, '2025-01-01', '', decode(repeat('00', 64), 'hex'), $1)`,
      [HUB_KEY.keyId, Buffer.from(HUB_KEY.publicKey)],
    );
    await client.query(
      `insert into eats (nonce, tenant_id, agent_id, level, actions, reason, requested_by_email, issued_at, expires_at, started_at, outcome, result_at,
         token, signature, key_id)
       select gen_random_uuid(), $1, $2, 3, '[{"kind": "run_playbook", "id": "db-restore"}]', 'Restore per ticket TKT-' || n, 'alice@bench.example',
         at, at + interval '15 minutes', at + interval '2 seconds', 'succeeded', at + interval '5 seconds', $3, $4, $5
       from (select n, timestamptz '2026-05-01' + n * interval '30 days' / $6::int as at from generate_series(1, $6::int) n) e`,
      [IDS.tenant, IDS.agent, token, Buffer.from(signature, 'base64'), HUB_KEY.keyId, rows],
    );
    await client.query('analyze eats');
  } finally {
    await client.end();
  }
}

/** The measured process: one build, and what it took. */
async function collect(uri: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'monsys-bench-packs-'));
  const pool = await openPool(uri, { maxPoolSize: 2, applicationName: 'bench' });
  try {
    const activities = createPackActivities({ pool, store: createFolderStore(folder) });
    const before = process.memoryUsage.rss();
    const [began, cpuBefore] = [performance.now(), process.cpuUsage()];
    const pack: CollectedPack = await new MockActivityEnvironment().run(() => activities.collectPack(REF));
    const seconds = (performance.now() - began) / 1000;
    const cpu = process.cpuUsage(cpuBefore);
    // Kilobytes, of the whole life of the process.
    const peak = process.resourceUsage().maxRSS * 1024;
    const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
    process.stdout.write(
      `${pack.lines.entries} lines in ${seconds.toFixed(1)} s (${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of processor time), peak memory ${mib(peak)} (${mib(before)} before), ` +
        `${mib(pack.lines.uncompressed_bytes)} of JSON lines in ${mib(pack.jsonl.bytes)} of gzip\n`,
    );
  } finally {
    await pool.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(sizes: readonly number[]): Promise<void> {
  const server = await startTestPostgres();
  try {
    for (const rows of sizes) {
      const name = `bench_${rows}`;
      const admin = new Client({ connectionString: testDatabaseUri(server.port, 'postgres', 'postgres') });
      await admin.connect();
      await admin.query(`create database ${name} template ${TEMPLATE_DATABASE}`);
      await admin.end();
      await fill(testDatabaseUri(server.port, 'postgres', name), rows);
      const child = spawn(
        process.execPath,
        [fileURLToPath(import.meta.url), 'collect', testDatabaseUri(server.port, 'monsys_core', name)],
        { stdio: 'inherit' },
      );
      await new Promise<void>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the build of ${rows} failed`))));
      });
    }
  } finally {
    await server.stop();
  }
}

const [mode, uri = ''] = process.argv.slice(2);
if (mode === 'collect') await collect(uri);
else await measure(process.argv.length > 2 ? process.argv.slice(2).map(Number) : SIZES);
