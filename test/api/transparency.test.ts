import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serve } from '@hono/node-server';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findNewestCheckpoint } from '../../src/db/transparency.ts';
import { hexToBytes } from '../../src/domain/bytes.ts';
import { hubKeyId } from '../../src/domain/ed25519.ts';
import { parseLeaf } from '../../src/domain/tlog/leaf.ts';
import { isConsistent, isIncluded, leafHash } from '../../src/domain/tlog/merkle.ts';
import { checkpointText, type NoteKey, openCheckpoint, parseVerifierKey } from '../../src/domain/tlog/note.ts';
import { decodeEntries } from '../../src/domain/tlog/paths.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createTestLog, ORIGIN } from '../support/transparency.ts';
import { createTestWitness } from '../support/witness.ts';

const db = await createTestDatabase();
const forkDb = await createTestDatabase();
const witness = createTestWitness('witness.example');
const api = await createTestApi(db, { witnesses: witness.key });
const log = createTestLog(db);
const get = (path: string): Promise<Response> => api.anonymous('GET', `/transparency/${path}`);
const json = async (path: string): Promise<Record<string, never>> =>
  (await (await get(path)).json()) as Record<string, never>;
const bytes = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await get(path)).arrayBuffer());

/** What a stranger would do first: the key from `keys`, the checkpoint under it. */
async function head() {
  const { origin, keys } = (await json('keys')) as unknown as {
    origin: string;
    keys: { verifier_key: string }[];
  };
  const trusted = keys.map(({ verifier_key }) => parseVerifierKey(verifier_key)) as NoteKey[];
  const opened = openCheckpoint(await (await get('checkpoint')).text(), origin, trusted);
  if (opened.kind === 'refused') throw new Error(opened.why);
  return opened.checkpoint;
}

describe('before the first checkpoint', () => {
  it('503 for what needs one, and an empty log', async () => {
    for (const path of ['checkpoint', 'tile/0/000.p/1', 'tile/entries/000.p/1', 'log/0', 'proof/consistency?from=0']) {
      expect((await get(path)).status, path).toBe(503);
    }
    expect(await json('log')).toEqual({ size: 0, items: [], next_after: null });
    expect(await json('keys')).toEqual({ origin: null, keys: [] });
  });
});

describe('the log of 300 leaves', () => {
  let first: Awaited<ReturnType<typeof head>> & { readonly note: string };
  let current: Awaited<ReturnType<typeof head>>;
  beforeAll(async () => {
    await log.announceHubKey();
    await log.queue(199);
    await log.integrateTransparencyLog();
    first = { note: await (await get('checkpoint')).text(), ...(await head()) };
    await log.queue(100);
    await log.integrateTransparencyLog();
    current = await head();
  });

  it('200: the checkpoint is a signed note that caches for seconds', async () => {
    const answer = await get('checkpoint');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=5');
    expect(current).toMatchObject({ origin: ORIGIN, size: 300 });
  });

  it('200: tiles hold the leaf hashes, and one hash above them, immutable', async () => {
    const full = await get('tile/0/000');
    expect(full.headers.get('content-type')).toBe('application/octet-stream');
    expect(full.headers.get('cache-control')).toContain('immutable');
    const tile = new Uint8Array(await full.arrayBuffer());
    expect(tile).toHaveLength(8192);
    expect(await bytes('tile/0/001.p/44')).toHaveLength(44 * 32);
    expect(await bytes('tile/1/000.p/1')).toHaveLength(32);
    const entries = decodeEntries(await bytes('tile/entries/000'), 256) ?? [];
    expect(new Uint8Array(Buffer.concat(entries.map(leafHash)))).toEqual(tile);
    expect(parseLeaf(entries[0] as Uint8Array)).toMatchObject({ type: 'key_rotation', key_id: log.key_id });
    expect(decodeEntries(await bytes('tile/entries/001.p/44'), 44)).toHaveLength(44);
  });

  it('200: partial tiles of earlier checkpoints stay', async () => {
    expect(await bytes('tile/0/000.p/200')).toEqual((await bytes('tile/0/000')).slice(0, 200 * 32));
  });

  it('200: leaves in pages, each with the text that its hash covers', async () => {
    const seen: string[] = [];
    let after: number | null = -1;
    while (after !== null) {
      const page: {
        items: { index: number; entry: string; leaf_hash: string; leaf: { key_id: string } }[];
        next_after: number | null;
      } = (await json(`log?after=${after}&limit=70`)) as never;
      for (const { index, entry, leaf_hash, leaf } of page.items) {
        expect(index).toBe(seen.length);
        expect(createHash('sha256').update('\0').update(entry).digest('hex')).toBe(leaf_hash);
        expect(leaf.key_id).toBe(log.key_id);
        seen.push(leaf_hash);
      }
      after = page.next_after;
    }
    expect(new Set(seen).size).toBe(300);
    expect((await json('log')).items).toHaveLength(100);
    expect(await json('log?after=299')).toMatchObject({ items: [], next_after: null });
  });

  it('200: a leaf comes with a proof to the checkpoint beside it, which verifies', async () => {
    for (const index of [0, 1, 255, 256, 299]) {
      const leaf = (await json(`log/${index}`)) as unknown as {
        entry: string;
        proof: string[];
        size: number;
        root: string;
        checkpoint: string;
      };
      expect(
        isIncluded(
          leafHash(Buffer.from(leaf.entry)),
          index,
          leaf.size,
          leaf.proof.map(hexToBytes),
          hexToBytes(leaf.root),
        ),
      ).toBe(true);
      expect(Buffer.from(current.root).toString('hex')).toBe(leaf.root);
      expect(leaf.checkpoint).toContain(Buffer.from(leaf.root, 'hex').toString('base64'));
    }
  });

  it('200: proofs between the two checkpoints verify, and not the other way', async () => {
    const { proof } = (await json(`proof/consistency?from=${first.size}&to=${current.size}`)) as unknown as {
      proof: string[];
    };
    const hashes = proof.map(hexToBytes);
    expect(isConsistent(first.size, first.root, current.size, current.root, hashes)).toBe(true);
    expect(isConsistent(first.size, current.root, current.size, first.root, hashes)).toBe(false);
    const { items } = (await json('log?after=6&limit=1')) as unknown as { items: { leaf_hash: string }[] };
    const leaf = items[0]?.leaf_hash ?? '';
    const early = (await json(`proof/inclusion?leaf_hash=${leaf}&size=200`)) as unknown as {
      index: number;
      root: string;
      proof: string[];
    };
    expect(early).toMatchObject({ index: 7, root: Buffer.from(first.root).toString('hex') });
    expect(isIncluded(hexToBytes(leaf), 7, 200, early.proof.map(hexToBytes), first.root)).toBe(true);
  });

  it('200: keys with statements that hash to their leaf', async () => {
    const { keys } = (await json('keys')) as unknown as {
      keys: { key_id: string; statement: string; public_key: string }[];
    };
    expect(keys).toHaveLength(1);
    expect(hubKeyId(Buffer.from(keys[0]?.public_key ?? '', 'base64'))).toBe(log.key_id);
    const { leaf } = (await json('log/0')) as unknown as { leaf: { statement_sha256: string } };
    expect(
      createHash('sha256')
        .update(keys[0]?.statement ?? '')
        .digest('hex'),
    ).toBe(leaf.statement_sha256);
  });

  it.each([
    ['a tile that is not there yet', 'tile/0/001'],
    ['a partial tile that is too wide', 'tile/0/001.p/45'],
    ['a tile of a level that is not there yet', 'tile/2/000.p/1'],
    ['a bundle that is not there yet', 'tile/entries/002.p/1'],
    ['another spelling', 'tile/0/x000/000'],
    ['a level that is no number', 'tile/zero/000'],
    ['a way up', 'tile/0/%2e%2e/000'],
    ['an index past 2^53', 'tile/0/x009/x007/x199/x254/x740/992'],
    ['a leaf that is not there yet', 'log/300'],
    ['a size that is not there yet', 'proof/consistency?from=1&to=301'],
    ['a proof backwards', 'proof/consistency?from=200&to=100'],
    ['an unknown leaf', `proof/inclusion?leaf_hash=${'0'.repeat(64)}`],
  ])('404 for %s', async (_, path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('cache-control') ?? '').not.toContain('immutable');
  });

  it('404 for a leaf in a tree that is too small for it', async () => {
    const { items } = (await json('log?after=249&limit=1')) as unknown as { items: { leaf_hash: string }[] };
    expect((await get(`proof/inclusion?leaf_hash=${items[0]?.leaf_hash}&size=250`)).status).toBe(404);
    expect((await get(`proof/inclusion?leaf_hash=${items[0]?.leaf_hash}&size=251`)).status).toBe(200);
  });

  it.each(['log?limit=0', 'log?limit=1001', 'log?after=-2', 'log/-1', 'log/x', 'proof/inclusion?leaf_hash=xyz'])(
    '400 for %s',
    async (path) => {
      expect((await get(path)).status).toBe(400);
    },
  );

  it('405 for anything but reading', async () => {
    for (const path of ['checkpoint', 'tile/0/000', 'log', 'log/0', 'keys']) {
      expect((await api.anonymous('POST', `/transparency/${path}`, {})).status, path).toBe(405);
    }
  });

  it('is accepted by a client that shares no code with the hub (Go’s sumdb packages), and a fork is not', async () => {
    const go = await execa('go', ['version'], { reject: false });
    expect(go.exitCode, 'Install Go 1.24 or later: the independent client of test/transparency-go needs it.').toBe(0);
    const server = serve({ fetch: api.app.fetch, hostname: '127.0.0.1', port: 0 });
    const folder = await mkdtemp(join(tmpdir(), 'monsys-tlog-'));
    onTestFinished(async () => {
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    });
    if (!server.listening) await new Promise((listening) => server.once('listening', listening));
    const prefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/transparency`;
    // A line of somebody whom the client does not know.
    const line = witness.cosign(checkpointText(current), Math.floor(Date.now() / 1000));
    const cosigned = await api.anonymous('POST', '/transparency/checkpoint/cosignatures', { size: 300, lines: [line] });
    expect(cosigned.status).toBe(201);
    expect(await (await get('checkpoint')).text()).toContain(line);
    const { keys } = (await json('keys')) as unknown as { keys: { verifier_key: string }[] };
    const known = join(folder, 'known.txt');
    await writeFile(known, first.note);
    const run = (key: string, file: string) =>
      execa('go', ['run', '.', '-known', file, prefix, key], {
        cwd: resolve(import.meta.dirname, '../transparency-go'),
        reject: false,
      });

    const verified = await run(keys[0]?.verifier_key ?? '', known);
    expect(verified.stderr).toBe('');
    expect(JSON.parse(verified.stdout)).toMatchObject({
      origin: ORIGIN,
      size: 300,
      leaves_verified: 300,
      sizes_verified: 300,
      known_size: 200,
    });

    // The same hub key on a second history of the same length.
    const fork = createTestLog(forkDb, log.signer);
    await fork.announceHubKey();
    await fork.queue(199);
    await fork.integrateTransparencyLog();
    const forked = join(folder, 'forked.txt');
    await writeFile(forked, (await findNewestCheckpoint(forkDb.app))?.note ?? '');
    const refused = await run(keys[0]?.verifier_key ?? '', forked);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('FORK');
  }, 120_000);
});
