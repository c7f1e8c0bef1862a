/**
 * What waits for the hub, on disk: one file a batch, `<sequence>.<kind>.json` in `buffer/`, delivered in order of
 * sequence. A file is written whole or not at all and keeps its `batch_id`, so a delivery whose answer was lost is
 * repeated as the same batch and counts once.
 *
 * Metrics of the time without a hub go many to a batch. A batch takes more entries only while nobody has tried to
 * send it (it is "open"): from the first attempt on its content stands still. After a restart all are closed.
 */

import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchEntry, IngestBatch } from '../domain/ingest.ts';
import { hasCode, makeFolder, moveDurably, removeLeftovers, writeDurably } from './durable.ts';
import type { Logger } from './log.ts';
import { createTurns } from './turns.ts';

const FILE_PATTERN = /^(\d{12})\.(metrics|inventory|event)\.json$/;
/** An hour of samples, well under the hub's 1,000 entries. */
const METRICS_PER_BATCH = 120;
/** Batches the hub will never take, kept for a person to look at. */
const REJECTED_KEPT = 20;

type Kind = BatchEntry['kind'];
type Item = { readonly sequence: number; readonly kind: Kind; readonly name: string; bytes: number };

/** A batch as it goes out. */
type BufferedBatch = { readonly name: string; readonly kind: Kind; readonly body: Uint8Array };

/** The buffer; calls run one after the other. */
export type BatchBuffer = {
  readonly add: (entry: BatchEntry) => Promise<void>;
  /** The next to deliver; it is closed by this. Null when nothing waits. */
  readonly oldest: () => Promise<BufferedBatch | null>;
  /** Delivered: forget it. */
  readonly remove: (batch: BufferedBatch) => Promise<void>;
  /** The hub will never take it: move it out of the way. */
  readonly reject: (batch: BufferedBatch) => Promise<void>;
  readonly count: () => number;
  readonly totalBytes: () => number;
};

/** Opens the buffer of a state folder with what an earlier run left. */
export async function openBuffer(stateDir: string, maxBytes: number, log: Logger): Promise<BatchBuffer> {
  const folder = join(stateDir, 'buffer');
  const rejected = join(stateDir, 'rejected');
  await makeFolder(folder);
  await makeFolder(rejected);
  await removeLeftovers(folder);
  const items = await listItems(folder);
  let nextSequence = (items.at(-1)?.sequence ?? 0) + 1;
  let open: { readonly item: Item; readonly batch: { batch_id: string; entries: BatchEntry[] } } | null = null;

  const total = (): number => items.reduce((sum, item) => sum + item.bytes, 0);
  const forget = (item: Item): void => {
    const index = items.indexOf(item);
    if (index >= 0) items.splice(index, 1);
    if (open?.item === item) open = null;
  };
  const drop = async (item: Item, why: string): Promise<void> => {
    forget(item);
    await rm(join(folder, item.name), { force: true });
    log.warn({ batch: item.name, bytes: item.bytes }, why);
  };
  /** Makes room; old samples go first, because an inventory or event says more than an old load. */
  const makeRoom = async (bytes: number): Promise<void> => {
    while (items.length > 0 && total() + bytes > maxBytes) {
      const victim = items.find((item) => item.kind === 'metrics') ?? items[0];
      if (victim) await drop(victim, 'the buffer is full: dropped the oldest batch');
    }
  };
  const write = async (item: Item, batch: IngestBatch): Promise<void> => {
    const body = JSON.stringify(batch);
    item.bytes = Buffer.byteLength(body);
    await writeDurably(join(folder, item.name), body);
  };

  const add = async (entry: BatchEntry): Promise<void> => {
    const size = Buffer.byteLength(JSON.stringify(entry)) + 100;
    await makeRoom(size);
    if (entry.kind === 'metrics' && open !== null && open.batch.entries.length < METRICS_PER_BATCH) {
      const grown = { ...open.batch, entries: [...open.batch.entries, entry] };
      await write(open.item, grown);
      open.batch.entries.push(entry);
      return;
    }
    const sequence = nextSequence++;
    const item: Item = {
      sequence,
      kind: entry.kind,
      name: `${String(sequence).padStart(12, '0')}.${entry.kind}.json`,
      bytes: 0,
    };
    const batch = { batch_id: randomUUID(), entries: [entry] };
    await write(item, batch);
    items.push(item);
    // Anything else closes the open batch: joining later would put a sample before what happened earlier.
    open = entry.kind === 'metrics' ? { item, batch } : null;
  };

  const oldest = async (): Promise<BufferedBatch | null> => {
    for (let item = items[0]; item !== undefined; item = items[0]) {
      if (open?.item === item) open = null;
      try {
        return { name: item.name, kind: item.kind, body: await readFile(join(folder, item.name)) };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        await drop(item, `the batch cannot be read (${error.message}): dropped`);
      }
    }
    return null;
  };
  const itemOf = (batch: BufferedBatch): Item | undefined => items.find((item) => item.name === batch.name);

  const inTurn = createTurns();
  return {
    add: (entry) => inTurn(() => add(entry)),
    oldest: () => inTurn(oldest),
    remove: (batch) =>
      inTurn(async () => {
        const item = itemOf(batch);
        if (item) forget(item);
        // Not synced: a file that comes back after a power cut is delivered as a duplicate, which changes nothing.
        await rm(join(folder, batch.name), { force: true });
      }),
    reject: (batch) =>
      inTurn(async () => {
        const item = itemOf(batch);
        if (item === undefined) return;
        forget(item);
        await moveDurably(join(folder, batch.name), join(rejected, batch.name));
        const kept = (await readdir(rejected)).toSorted();
        for (const name of kept.slice(0, Math.max(0, kept.length - REJECTED_KEPT)))
          await rm(join(rejected, name), { force: true });
      }),
    count: () => items.length,
    totalBytes: total,
  };
}

async function listItems(folder: string): Promise<Item[]> {
  const items: Item[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const match = FILE_PATTERN.exec(name);
    if (!match) continue;
    try {
      const { size } = await stat(join(folder, name));
      items.push({ sequence: Number(match[1]), kind: match[2] as Kind, name, bytes: size });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  return items;
}
