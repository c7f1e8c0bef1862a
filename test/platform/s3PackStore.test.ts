/** Object storage of packs, against an S3-compatible server: whole or not there, by digest, several parts, as configured. */

import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig, s3Settings } from '../../src/platform/config.ts';
import { openPackStore } from '../../src/platform/openPackStore.ts';

const folder = await mkdtemp(join(tmpdir(), 'monsys-s3-'));
const server = new S3rver({
  port: 0,
  address: '127.0.0.1',
  silent: true,
  directory: folder,
  configureBuckets: [{ name: 'packs', configs: [] }],
});
const { port } = await server.run();
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

// The server's own fixed pair.
const keys = { MONSYS_PACK_S3_ACCESS_KEY_ID: 'S3RVER', MONSYS_PACK_S3_SECRET_ACCESS_KEY: 'S3RVER' };
const needed = { DATABASE_URL: 'postgres://hub.test/monsys' };
const settings = (more: Readonly<Record<string, string>>) =>
  readConfig('core', { ...needed, MONSYS_PACK_S3_URL: `http://127.0.0.1:${port}/packs/acme/evidence`, ...more });
const store = await openPackStore(settings(keys));
const client = new S3Client({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  forcePathStyle: true,
});
const objectKeys = async (): Promise<string[]> =>
  ((await client.send(new ListObjectsV2Command({ Bucket: 'packs' }))).Contents ?? []).map(({ Key = '' }) => Key);

async function keep(chunks: readonly Uint8Array[]): Promise<{ sha256: string; bytes: number }> {
  const draft = await store.draft();
  for (const chunk of chunks) await draft.write(chunk);
  return draft.keep();
}

async function readAll(sha256: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await store.read(sha256)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a kept file', () => {
  it('is an object under its digest, and comes back byte for byte', async () => {
    const kept = await keep([Buffer.from('one '), Buffer.from('two')]);
    const sha256 = createHash('sha256').update('one two').digest('hex');
    expect(kept).toEqual({ sha256, bytes: 7 });
    expect(await objectKeys()).toEqual([`acme/evidence/${sha256.slice(0, 2)}/${sha256}`]);
    expect(await store.has(sha256)).toBe(true);
    expect((await readAll(sha256)).toString()).toBe('one two');
  });

  it('may take several parts', async () => {
    const chunks = Array.from({ length: 40 }, () => randomBytes(1024 * 1024));
    const kept = await keep(chunks);
    expect(kept.bytes).toBe(40 * 1024 * 1024);
    expect((await readAll(kept.sha256)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('is kept once when it comes twice', async () => {
    const before = await objectKeys();
    await keep([Buffer.from('one two')]);
    expect(await objectKeys()).toEqual(before);
  });
});

describe('a draft', () => {
  it('is not there before it is kept, nor after it is discarded, and leaves no local file', async () => {
    const local = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('monsys-pack-'));
    const [objects, files] = [await objectKeys(), local()];
    const draft = await store.draft();
    await draft.write(Buffer.from('half of it'));
    expect(await objectKeys()).toEqual(objects);
    await draft.discard();
    expect(await objectKeys()).toEqual(objects);
    expect(local()).toEqual(files);
  });
});

describe('refusals', () => {
  it('a file that is not there is not had, and cannot be read', async () => {
    expect(await store.has('0'.repeat(64))).toBe(false);
    await expect(store.read('0'.repeat(64))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('what is no digest never becomes a key', async () => {
    await expect(store.has('../../packs')).rejects.toThrow('not a SHA-256');
  });

  // This server knows accounts, but does not compute signatures of version 4: a wrong secret would pass it.
  it('a stranger’s key is an error, not a file that is not there, and nothing appears', async () => {
    const stranger = await openPackStore(settings({ ...keys, MONSYS_PACK_S3_ACCESS_KEY_ID: 'STRANGER' }));
    await expect(stranger.read('0'.repeat(64))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    await expect(stranger.has('0'.repeat(64))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    const before = await objectKeys();
    const draft = await stranger.draft();
    await draft.write(Buffer.from('x'));
    await expect(draft.keep()).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(await objectKeys()).toEqual(before);
  });

  it.each([
    ['without keys', {}],
    ['without a bucket', { ...keys, MONSYS_PACK_S3_URL: 'https://s3.example' }],
    ['with keys in the address', { ...keys, MONSYS_PACK_S3_URL: 'https://a:b@s3.example/packs' }],
    ['that is no URL', { ...keys, MONSYS_PACK_S3_URL: 'packs' }],
  ])('an address %s is refused at the start', (_what, more) => {
    expect(() => settings(more)).toThrow(/MONSYS_PACK_S3_URL/);
  });

  it('a folder is used where no address is given', () => {
    expect(s3Settings(readConfig('core', needed))).toBeNull();
  });
});
