import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBuffer } from '../../src/agent/buffer.ts';
import { openCommandLedger } from '../../src/agent/commandLedger.ts';
import { decideDelivery, deliverWaiting } from '../../src/agent/delivery.ts';
import { writeDurably } from '../../src/agent/durable.ts';
import type { HubAnswer } from '../../src/agent/hubClient.ts';
import { loadIdentity } from '../../src/agent/identity.ts';
import { createLog } from '../../src/agent/log.ts';
import { backoffMs } from '../../src/agent/waiting.ts';
import { type BatchEntry, type IngestBatch, ingestBatch } from '../../src/domain/ingest.ts';

const log = createLog('silent');
const folders: string[] = [];
const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'monsys-buffer-'));
  folders.push(path);
  return path;
};
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const sample = (second: number, processes: string[] = []): BatchEntry => ({
  kind: 'metrics',
  sample: { sampled_at: at(second), processes },
});
const event = (title: string): BatchEntry => ({
  kind: 'event',
  event: { at: at(0), severity: 'low', title, fingerprint: title, resolved: false, detail: {} },
});
const parse = (body: Uint8Array): IngestBatch => ingestBatch.parse(JSON.parse(Buffer.from(body).toString()));
const MIB = 1024 * 1024;
const REFUSED = { kind: 'refused', code: 'x', detail: '', retryAfterMs: null } as const;

describe('the buffer', () => {
  it('puts samples together until one tries to send them, and never changes a batch afterwards', async () => {
    const buffer = await openBuffer(await folder(), MIB, log);
    await buffer.add(sample(1));
    await buffer.add(sample(2));
    const first = await buffer.oldest();
    if (first === null) throw new Error('nothing waits');
    await buffer.add(sample(3));
    expect(await buffer.oldest()).toEqual(first);
    expect(parse(first.body).entries).toHaveLength(2);
    await buffer.remove(first);
    const second = await buffer.oldest();
    expect(parse(second?.body as Uint8Array).entries).toEqual([sample(3)]);
    expect(buffer.count()).toBe(1);
  });

  it('keeps order and batch ids over a restart, and clears what a crash left half-written', async () => {
    const path = await folder();
    const before = await openBuffer(path, MIB, log);
    for (const entry of [sample(1), event('a'), sample(2), event('b')]) await before.add(entry);
    const first = await before.oldest();
    await writeFile(join(path, 'buffer', '.tmp-0011'), '{"batch_id":"hal');
    const after = await openBuffer(path, MIB, log);
    expect(await after.oldest()).toEqual(first);
    await after.add(event('c'));
    const kinds: string[] = [];
    for (let batch = await after.oldest(); batch !== null; batch = await after.oldest()) {
      kinds.push(
        ...parse(batch.body).entries.map((entry) => (entry.kind === 'event' ? entry.event.title : entry.kind)),
      );
      await after.remove(batch);
    }
    expect(kinds).toEqual(['metrics', 'a', 'metrics', 'b', 'c']);
    expect(await readdir(join(path, 'buffer'))).toEqual([]);
  });

  it('stays within its bytes by dropping the oldest samples first', async () => {
    const path = await folder();
    const buffer = await openBuffer(path, 64 * 1024, log);
    await buffer.add(event('kept'));
    const long = Array.from({ length: 100 }, (_, index) => `process-with-a-long-name-${index}`);
    for (let second = 0; second < 60; second++) {
      await buffer.add(sample(second, long));
      await buffer.add(event(`e${second}`));
      expect(buffer.totalBytes()).toBeLessThanOrEqual(64 * 1024);
    }
    const titles: string[] = [];
    const seconds: string[] = [];
    for (let batch = await buffer.oldest(); batch !== null; batch = await buffer.oldest()) {
      for (const entry of parse(batch.body).entries) {
        if (entry.kind === 'event') titles.push(entry.event.title);
        if (entry.kind === 'metrics') seconds.push(entry.sample.sampled_at);
      }
      await buffer.remove(batch);
    }
    expect(titles).toEqual(['kept', ...Array.from({ length: 60 }, (_, second) => `e${second}`)]);
    expect(seconds.length).toBeGreaterThan(5);
    expect(seconds.at(-1)).toBe(at(59));
    expect(seconds).not.toContain(at(0));
  });

  it('is emptied in order; a batch the hub will never take is set aside, a refusal for now stops', async () => {
    const path = await folder();
    const buffer = await openBuffer(path, MIB, log);
    for (const title of ['a', 'poison', 'b', 'c']) await buffer.add(event(title));
    const taken: string[] = [];
    let isBusy = true;
    const post = async (_: string, body: Uint8Array | string): Promise<HubAnswer> => {
      const [entry] = parse(body as Uint8Array).entries;
      const title = entry?.kind === 'event' ? entry.event.title : '';
      if (title === 'poison') return { ...REFUSED, status: 422 };
      if (title === 'b' && isBusy) return { ...REFUSED, status: 429, retryAfterMs: 5_000 };
      taken.push(title);
      return { kind: 'ok', body: null };
    };
    const deps = {
      buffer,
      client: { post },
      onTimeRefused: () => undefined,
      log,
      signal: new AbortController().signal,
    };
    expect(await deliverWaiting(deps)).toMatchObject({ status: 429, retryAfterMs: 5_000 });
    expect(taken).toEqual(['a']);
    expect(await readdir(join(path, 'rejected'))).toEqual(['000000000002.event.json']);
    isBusy = false;
    expect(await deliverWaiting(deps)).toBeNull();
    expect(taken).toEqual(['a', 'b', 'c']);
  });

  it('is only kept from a batch by answers about the batch', () => {
    const verdict = (status: number) => decideDelivery({ ...REFUSED, status });
    expect([400, 413, 415, 422].map(verdict)).toEqual(Array(4).fill('set_aside'));
    expect([401, 403, 404, 408, 409, 429, 500, 502, 503].map(verdict)).toEqual(Array(9).fill('later'));
    expect(decideDelivery({ kind: 'away', why: '' })).toBe('later');
  });
});

describe('what an agent keeps', () => {
  it('is written whole, private, and without leftovers', async () => {
    const path = await folder();
    await writeDurably(join(path, 'x'), 'one');
    await writeDurably(join(path, 'x'), 'two');
    expect(await readdir(path)).toEqual(['x']);
    expect((await stat(join(path, 'x'))).mode & 0o777).toBe(0o600);
    await expect(writeDurably(join(path, 'missing', 'x'), '')).rejects.toThrow('ENOENT');
  });

  it('is an identity that stays, and a key that nobody else can read', async () => {
    const path = await folder();
    const first = await loadIdentity(path, undefined);
    const again = await loadIdentity(path, undefined);
    expect([again.agentId, again.publicKey]).toEqual([first.agentId, first.publicKey]);
    await expect(loadIdentity(path, '6f1c2a34-9b7d-4e21-8c55-0a1b2c3d4e5f')).rejects.toThrow('This host is');
    await writeFile(join(path, 'agent.key'), 'not a key');
    await expect(loadIdentity(path, undefined)).rejects.toThrow('does not hold an Ed25519 private key');
    await chmod(join(path, 'agent.key'), 0o644);
    await expect(loadIdentity(path, undefined)).rejects.toThrow('chmod 600');
  });

  it('is a ledger of commands that remembers over a restart, old ones by its floor', async () => {
    const path = await folder();
    const ledger = await openCommandLedger(path);
    for (let id = 1; id <= 1_001; id += 500) await ledger.record(id, { outcome: 'done', id });
    const again = await openCommandLedger(path);
    expect(again.find(501)).toEqual({ outcome: 'done', id: 501 });
    expect(again.find(2)).toBeNull();
    await again.reset();
    expect((await openCommandLedger(path)).find(501)).toBeNull();
  });
});

describe('back-off', () => {
  it('doubles from one second to a minute, with half of it random', () => {
    expect([0, 1, 2, 5, 6, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([
      1000, 2000, 4000, 32_000, 60_000, 60_000,
    ]);
    expect(backoffMs(3, 0)).toBe(4_000);
  });
});
