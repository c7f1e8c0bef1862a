/** The transparency log's rows. Public data: read without a scope; appended by the signing worker alone, cosignatures by the API. */

import type { CommonQueryMethods, DatabasePool } from 'slonik';
import { z } from 'zod';
import { sha256Hex } from '../domain/bytes.ts';
import type { Cosignature } from '../domain/tlog/cosignature.ts';
import { eatLeafKey, type LogLeaf, leafBytes, leafKey, logLeaf } from '../domain/tlog/leaf.ts';
import { hashesOfPlan, type LevelGrowth, type ProofPlan } from '../domain/tlog/merkle.ts';
import { TILE_WIDTH, type Tile, tilePath } from '../domain/tlog/paths.ts';
import { type HubKeyRow, hubKeyRow } from './hubKeys.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx } from './scope.ts';

/** A pool or a transaction: what the reading statements need. */
export type Reader = Pick<CommonQueryMethods, 'any' | 'maybeOne' | 'one'>;

/**
 * Queues `leaf` in the caller's transaction and scope, whatever it is: the thing and its leaf are committed
 * together. What is in the queue already stays as it is; what is in the log is dropped when its turn comes.
 * Throws for a leaf that is not of the format: set aside later, it would be a thing without a leaf.
 */
export async function queueLeaf(tx: AnyTx, leaf: LogLeaf): Promise<void> {
  await tx.query(sql.unsafe`
    insert into transparency_pending (leaf_key, leaf)
    values (${leafKey(leaf)}, ${sql.binary(Buffer.from(leafBytes(logLeaf.parse(leaf))))}) on conflict do nothing`);
}

/** Waits for the right to append; held to the end of the transaction, so there is one appender at a time. */
export async function lockLog(tx: SystemTx): Promise<void> {
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtext('monsys:transparency_log'))`);
}

const pendingRow = z.object({ id: z.number(), leaf_key: z.string(), leaf: z.instanceof(Buffer) });

/** A leaf that waits. */
export type PendingLeaf = z.infer<typeof pendingRow>;

/** Takes what is in the log already out of the queue. */
export async function dropIntegratedPending(tx: SystemTx): Promise<void> {
  await tx.query(sql.unsafe`
    delete from transparency_pending p where exists (select from transparency_leaves l where l.leaf_key = p.leaf_key)`);
}

/** The next leaves in the order in which they were queued. */
export async function listPendingLeaves(tx: SystemTx, limit: number): Promise<readonly PendingLeaf[]> {
  return tx.any(sql.type(pendingRow)`
    select id, leaf_key, leaf from transparency_pending where refused_at is null order by id limit ${limit}`);
}

/** Sets leaves aside that are not of the format; an operator finds them in the table. */
export async function refusePendingLeaves(tx: SystemTx, ids: readonly number[]): Promise<void> {
  await tx.query(sql.unsafe`
    update transparency_pending set refused_at = now() where id = any(${sql.array(ids, 'int8')})`);
}

/** Appends leaves from `firstIndex` on, in the order given, and takes them out of the queue. */
export async function appendLeaves(
  tx: SystemTx,
  firstIndex: number,
  leaves: readonly (PendingLeaf & { readonly leaf_hash: Uint8Array })[],
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into transparency_leaves (index, leaf_key, leaf, leaf_hash)
    select ${firstIndex}::int8 + n - 1, leaf_key, leaf, leaf_hash
    from unnest(${sql.array(
      leaves.map((leaf) => leaf.leaf_key),
      'text',
    )}, ${sql.array(
      leaves.map((leaf) => leaf.leaf),
      'bytea',
    )}, ${sql.array(
      leaves.map((leaf) => Buffer.from(leaf.leaf_hash)),
      'bytea',
    )}) with ordinality as new (leaf_key, leaf, leaf_hash, n)`);
  await tx.query(sql.unsafe`
    delete from transparency_pending where id = any(${sql.array(
      leaves.map((leaf) => leaf.id),
      'int8',
    )})`);
}

/** Appends the hashes of subtrees that became complete; level 0 is the leaves themselves and not written here. */
export async function appendSubtrees(tx: SystemTx, growth: readonly LevelGrowth[]): Promise<void> {
  for (const { level, firstIndex, hashes } of growth) {
    if (level === 0) continue;
    await tx.query(sql.unsafe`
      insert into transparency_subtrees (level, index, hash)
      select ${level}::int2, ${firstIndex}::int8 + n - 1, hash
      from unnest(${sql.array(
        hashes.map((hash) => Buffer.from(hash)),
        'bytea',
      )}) with ordinality as new (hash, n)`);
  }
}

const checkpointRow = z.object({
  size: z.number(),
  root: z.instanceof(Buffer),
  origin: z.string(),
  note: z.string(),
  signed_at: z.string(),
});

/** A signed head of the log. */
export type CheckpointRow = z.infer<typeof checkpointRow>;

/** Keeps a signed checkpoint; a second one of the same size is an error. */
export async function insertCheckpoint(tx: SystemTx, checkpoint: Omit<CheckpointRow, 'signed_at'>): Promise<void> {
  await tx.query(sql.unsafe`
    insert into transparency_checkpoints (size, root, origin, note)
    values (${checkpoint.size}, ${sql.binary(checkpoint.root)}, ${checkpoint.origin}, ${checkpoint.note})`);
}

/** The newest checkpoint; null while nothing has been signed. */
export async function findNewestCheckpoint(reader: Reader): Promise<CheckpointRow | null> {
  return reader.maybeOne(sql.type(checkpointRow)`
    select size, root, origin, note, signed_at from transparency_checkpoints order by size desc limit 1`);
}

/** The checkpoint of exactly this size; null when there is none. */
export async function findCheckpoint(reader: Reader, size: number): Promise<CheckpointRow | null> {
  return reader.maybeOne(sql.type(checkpointRow)`
    select size, root, origin, note, signed_at from transparency_checkpoints where size = ${size}`);
}

/** Keeps cosignatures of a checkpoint; a witness's first one stays. Tells how many are new. */
export async function insertCosignatures(
  pool: DatabasePool,
  size: number,
  cosignatures: readonly Cosignature[],
): Promise<number> {
  const { rowCount } = await pool.query(sql.unsafe`
    insert into transparency_cosignatures (size, witness, key_id, cosigned_time, signature)
    select ${size}::int8, witness, key_id, cosigned_time, signature from unnest(${sql.array(
      cosignatures.map(({ name }) => name),
      'text',
    )}, ${sql.array(
      cosignatures.map(({ id }) => id),
      'text',
    )}, ${sql.array(
      cosignatures.map(({ time }) => time),
      'int8',
    )}, ${sql.array(
      cosignatures.map(({ signature }) => Buffer.from(signature)),
      'bytea',
    )}) as new (witness, key_id, cosigned_time, signature)
    on conflict (size, key_id) do nothing`);
  return rowCount;
}

const cosignatureRow = z.object({
  name: z.string(),
  id: z.string(),
  time: z.number(),
  signature: z.instanceof(Buffer),
});

/** What witnesses have said about the checkpoint of this size, in the order of their key ids. */
export async function listCosignatures(reader: Reader, size: number): Promise<readonly Cosignature[]> {
  return reader.any(sql.type(cosignatureRow)`
    select witness as name, key_id as id, cosigned_time as time, signature
    from transparency_cosignatures where size = ${size} order by key_id`);
}

/** How many leaves are stored. */
export async function countLeaves(reader: Reader): Promise<number> {
  const row = await reader.one(
    sql.type(
      z.object({ count: z.number() }),
    )`select coalesce(max(index) + 1, 0)::int8 as count from transparency_leaves`,
  );
  return row.count;
}

const leafRow = z.object({ index: z.number(), leaf: z.instanceof(Buffer), leaf_hash: z.instanceof(Buffer) });

/** A leaf of the log. */
export type LeafRow = z.infer<typeof leafRow>;

/** Leaves from `start` up to, not including, `end`. */
export async function listLeaves(reader: Reader, start: number, end: number): Promise<readonly LeafRow[]> {
  return reader.any(sql.type(leafRow)`
    select index, leaf, leaf_hash from transparency_leaves where index >= ${start} and index < ${end} order by index`);
}

/** Place of the leaf with this hash; null when the log has none. */
export async function findLeafIndex(reader: Reader, leafHash: Uint8Array): Promise<number | null> {
  const row = await reader.maybeOne(
    sql.type(
      z.object({ index: z.number() }),
    )`select index from transparency_leaves where leaf_hash = ${sql.binary(Buffer.from(leafHash))}`,
  );
  return row?.index ?? null;
}

/** Place of the leaf that says that a token was signed, by the token's text; null while it waits. */
export async function findEatLeafIndex(reader: Reader, token: string): Promise<number | null> {
  const row = await reader.maybeOne(
    sql.type(
      z.object({ index: z.number() }),
    )`select index from transparency_leaves where leaf_key = ${eatLeafKey(sha256Hex(token))}`,
  );
  return row?.index ?? null;
}

const tileRow = z.object({ bytes: z.instanceof(Buffer).nullable() });

/** Bytes of a tile; shorter than asked for when the log does not reach so far. */
export async function readTile(reader: Reader, { level, index, width }: Tile): Promise<Buffer> {
  const start = index * TILE_WIDTH;
  const end = start + width;
  const row = await reader.one(
    level === 0
      ? sql.type(tileRow)`
          select string_agg(leaf_hash, ''::bytea order by index) as bytes
          from transparency_leaves where index >= ${start} and index < ${end}`
      : sql.type(tileRow)`
          select string_agg(hash, ''::bytea order by index) as bytes
          from transparency_subtrees where level = ${level} and index >= ${start} and index < ${end}`,
  );
  return row.bytes ?? Buffer.alloc(0);
}

/** Computes what a plan asks for from the stored tiles. Throws when a tile is not there: the log is damaged then. */
export async function computePlan(reader: Reader, plan: ProofPlan): Promise<Uint8Array[]> {
  const tiles = new Map<string, Uint8Array>();
  for (const tile of plan.tiles) tiles.set(tilePath(tile), await readTile(reader, tile));
  const hashes = hashesOfPlan(plan, (tile) => tiles.get(tilePath(tile)) ?? null);
  if (hashes === null) throw new RangeError('a tile that a proof needs is missing or short');
  return hashes;
}

/** Every hub key there ever was, oldest first: old checkpoints stay verifiable. */
export async function listAllHubKeys(reader: Reader): Promise<readonly HubKeyRow[]> {
  return reader.any(sql.type(hubKeyRow)`
    select key_id, public_key, valid_from, valid_until, statement, signature, signed_by from hub_keys order by valid_from, key_id`);
}
