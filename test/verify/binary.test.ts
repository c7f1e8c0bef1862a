/** The single binary: built, run on its own with nothing around it, quick to start, and flat in memory. */

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLineWriter } from '../../src/activities/packLines.ts';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { EXIT_CODES } from '../../src/domain/verification/report.ts';
import { spawnProgram, waitUntil } from '../support/processes.ts';
import { auditLines, signManifest, smallPack } from './support/packs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BINARY = join(ROOT, 'dist/monsys-verify-eat-linux-x64');
const NODE = join(ROOT, 'node_modules/node/bin/node');
const MAX_BINARY_BYTES = 120_000_000;
const MAX_START_MS = 150;
const LARGE_BYTES = 200_000_000;
/** Node itself takes 85 MB with a small pack; what is read stays in pieces of 64 KB. */
const MAX_MEMORY_BYTES = 200_000_000;
const folder = mkdtempSync(join(tmpdir(), 'monsys-verify-binary-'));
const at = (name: string) => join(folder, name);
let made: Awaited<ReturnType<typeof smallPack>>;

/** Runs the binary as on a bare machine: another folder, no PATH, no HOME. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(BINARY, args, {
    cwd: folder,
    env: { PATH: '', ...env },
    encoding: 'utf8',
  });
  return { status, text: `${stdout}${stderr}` };
}
const FILES = ['--sig', 'p.sig', '--pubkey', 'hub.pub'];

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'bin/build-verifier.mjs')]);
  made = await smallPack();
  writeFileSync(at('p.jsonl.gz'), made.pack.jsonl);
  writeFileSync(at('p.pdf'), made.pack.pdf);
  writeFileSync(at('p.sig'), made.pack.sig);
  writeFileSync(at('hub.pub'), publicKeyPem(made.hub.publicKey));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the binary', () => {
  it(`is smaller than ${MAX_BINARY_BYTES / 1e6} MB and leaves nothing else of the build behind`, () => {
    expect(statSync(BINARY).size).toBeLessThan(MAX_BINARY_BYTES);
    expect(existsSync(join(ROOT, 'dist/monsys-verify-eat.cjs'))).toBe(true);
  });

  it('verifies on its own, and refuses what is altered with its exit code', () => {
    expect(run(['verify-pack', '--pack', 'p.jsonl.gz', ...FILES])).toMatchObject({
      status: 0,
      text: expect.stringContaining('✓ 7 entries in pack, 0 tampered'),
    });
    const altered = Buffer.from(made.pack.pdf);
    altered[9] = (altered[9] as number) ^ 1;
    writeFileSync(at('altered.pdf'), altered);
    expect(run(['verify-pack', '--pack', 'altered.pdf', ...FILES]).status).toBe(EXIT_CODES.content);
    expect(run(['verify-pack', '--pack', 'none.pdf', ...FILES]).status).toBe(EXIT_CODES.unreadable);
    expect(run(['verify-pack']).status).toBe(EXIT_CODES.usage);
    expect(run(['--help']).status).toBe(0);
  });

  it('tells the same as JSON', () => {
    const { text } = run(['verify-pack', '--pack', 'p.pdf', ...FILES, '--json']);
    expect(JSON.parse(text)).toMatchObject({ verified: true, exit_code: 0, file: 'p.pdf' });
  });

  it('does not load what NODE_OPTIONS of the shell names', () => {
    writeFileSync(at('evil.cjs'), 'process.exit(0);');
    expect(run(['verify-pack'], { NODE_OPTIONS: `--require ${at('evil.cjs')}` }).status).toBe(EXIT_CODES.usage);
  });

  it('takes the key from a URL, and says that this proves little', async () => {
    const server = createServer((_, answer) => answer.end(publicKeyPem(made.hub.publicKey)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pubkeys/hub.pub`;
    const child = spawnProgram(BINARY, ['verify-pack', '--pack', at('p.pdf'), '--sig', at('p.sig'), '--pubkey', url]);
    expect(await child.exited).toBe(0);
    expect(child.output()).toContain('compare');
    server.close();
  });

  it(`starts within ${MAX_START_MS} ms over Node's own start`, () => {
    const median = (program: string, args: readonly string[]) => {
      const times = Array.from({ length: 9 }, () => {
        const begun = performance.now();
        spawnSync(program, args, { cwd: folder });
        return performance.now() - begun;
      });
      return times.toSorted((a, b) => a - b)[4] as number;
    };
    expect(median(BINARY, ['--version']) - median(NODE, ['-e', '0'])).toBeLessThan(MAX_START_MS);
  });

  it('reads 200 MB of lines in the memory of a few', { timeout: 240_000 }, async () => {
    await writeLargePack(at('large'), LARGE_BYTES);
    const child = spawnProgram(BINARY, [
      'verify-pack',
      '--pack',
      at('large.jsonl.gz'),
      '--sig',
      at('large.sig'),
      '--pubkey',
      at('hub.pub'),
    ]);
    let peakBytes = 0;
    await waitUntil(
      'the verifier ends',
      () => {
        peakBytes = peakMemory(child.pid) ?? peakBytes;
        return !child.isRunning();
      },
      200_000,
    );
    expect(await child.exited).toBe(0);
    expect(peakBytes).toBeGreaterThan(0);
    expect(peakBytes).toBeLessThan(MAX_MEMORY_BYTES);
  });
});

/** Highest resident memory that Linux has seen of a process; null when it has ended. */
function peakMemory(pid: number): number | null {
  const status = `/proc/${pid}/status`;
  const match = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8')) : null;
  return match === null ? null : Number(match[1]) * 1024;
}

/** A pack of audit events with much to tell, signed by the hub of the small one. */
async function writeLargePack(stem: string, bytes: number): Promise<void> {
  const { manifest } = made.pack;
  const hash = createHash('sha256');
  const file = createWriteStream(`${stem}.jsonl.gz`);
  let size = 0;
  const writer = createLineWriter({
    write: async (chunk) => {
      hash.update(chunk);
      size += chunk.length;
      if (!file.write(chunk)) await once(file, 'drain');
    },
  });
  const { pack_id, tenant, msp, period, schema_version, previous } = manifest;
  await writer.write({ kind: 'pack', schema_version, pack_id, tenant, msp, period, actor_suffix: null, previous });
  const note = 'Rebooted into the new kernel after the maintenance window. '.repeat(70);
  const lines = auditLines(Math.ceil(bytes / (note.length + 700)), 1, note);
  for (const line of lines) await writer.write(line);
  const { counts, entries, hash_chain_root, ...plain } = await writer.finish();
  file.end();
  await once(file, 'close');
  expect(plain.uncompressed_bytes).toBeGreaterThan(bytes * 0.95);
  const jsonl = { name: '2026-04.jsonl.gz', sha256: hash.digest('hex'), bytes: size, ...plain };
  const files = { ...manifest.files, jsonl };
  writeFileSync(`${stem}.sig`, signManifest(made.hub, { ...manifest, counts, entries, hash_chain_root, files }));
}
