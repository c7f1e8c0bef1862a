/**
 * Appending to the transparency log and signing its checkpoints (docs/formats/transparency-log.md).
 *
 * A log that has signed two histories can never be mended, and a bit that flips between hashing and signing is
 * enough (DigiCert Yeti, 2022). So everything is written first, read back, recomputed and proven to extend the
 * last checkpoint; only then is the signature made, checked itself, and committed with the rest or not at all.
 */

import type { DatabasePool } from 'slonik';
import { type SystemTx, withSystem } from '../db/scope.ts';
import {
  appendLeaves,
  appendSubtrees,
  computePlan,
  countLeaves,
  dropIntegratedPending,
  findNewestCheckpoint,
  insertCheckpoint,
  listAllHubKeys,
  listLeaves,
  listPendingLeaves,
  lockLog,
  readTile,
  refusePendingLeaves,
} from '../db/transparency.ts';
import { utf8ToBytes } from '../domain/bytes.ts';
import { hubKeyId } from '../domain/ed25519.ts';
import { parseLeaf } from '../domain/tlog/leaf.ts';
import {
  EMPTY_ROOT,
  edgeTiles,
  growTiles,
  isConsistent,
  leafHash,
  planConsistency,
  planRoot,
  type TileReader,
} from '../domain/tlog/merkle.ts';
import { checkpointText, formatNote, makeNoteKey, type NoteKey, openCheckpoint } from '../domain/tlog/note.ts';
import { TILE_WIDTH, type Tile, tilePath } from '../domain/tlog/paths.ts';
import type { Signer } from './hubKeys.ts';

/** Leaves of one checkpoint at most, so that a pass is short and a worker that dies in one is soon replaced. */
const BATCH_LEAVES = 1_000;

/** What a pass did; `size` is the log's afterwards, `has_more` whether leaves may still wait. */
export type IntegrationReport = {
  readonly added: number;
  readonly refused: number;
  readonly size: number;
  readonly has_more: boolean;
};

/** The stored log contradicts itself or its last checkpoint: nothing more is signed until somebody has looked. */
export class TransparencyLogFault extends Error {
  override name = 'TransparencyLogFault';
}

/** What the activities need; `signer` is only ever given to the signing worker. */
export type TransparencyDeps = { readonly pool: DatabasePool; readonly signer: Signer; readonly origin: string };

/** Makes the activities of the transparency log. */
export function createTransparencyActivities(deps: TransparencyDeps) {
  return {
    /** Takes waiting leaves into the log, in order, and signs. Two at once do the work of one after the other. */
    async integrateTransparencyLog(): Promise<IntegrationReport> {
      return withSystem(deps.pool, (tx) => integrateBatch(tx, deps));
    },
  };
}

/** Type by which workflows know them. */
export type TransparencyActivities = ReturnType<typeof createTransparencyActivities>;

/** Head of the log before a pass. */
type Head = { readonly size: number; readonly root: Uint8Array };

async function integrateBatch(tx: SystemTx, { signer, origin }: TransparencyDeps): Promise<IntegrationReport> {
  await lockLog(tx);
  const keys = await trustedKeys(tx, origin);
  const head = await readHead(tx, origin, keys);
  await dropIntegratedPending(tx);
  const pending = await listPendingLeaves(tx, BATCH_LEAVES);
  const unfit = pending.filter(({ leaf }) => parseLeaf(leaf) === null);
  if (unfit.length > 0)
    await refusePendingLeaves(
      tx,
      unfit.map(({ id }) => id),
    );
  const fit = pending.filter((leaf) => !unfit.includes(leaf));
  const has_more = pending.length === BATCH_LEAVES;
  if (fit.length === 0) return { added: 0, refused: unfit.length, size: head.size, has_more };

  const leaves = fit.map((leaf) => ({ ...leaf, leaf_hash: leafHash(leaf.leaf) }));
  const edge = await readTiles(tx, edgeTiles(head.size));
  await appendLeaves(tx, head.size, leaves);
  await appendSubtrees(
    tx,
    growTiles(
      head.size,
      edge,
      leaves.map((leaf) => leaf.leaf_hash),
    ),
  );
  const size = head.size + leaves.length;
  const root = await provenRoot(tx, head, size);
  const note = signCheckpoint({ origin, size, root }, signer, keys);
  await insertCheckpoint(tx, { size, root: Buffer.from(root), origin, note });
  return { added: leaves.length, refused: unfit.length, size, has_more };
}

async function trustedKeys(tx: SystemTx, origin: string): Promise<NoteKey[]> {
  const rows = await listAllHubKeys(tx);
  return rows.map(({ public_key }) => makeNoteKey(origin, public_key)).filter((key) => key !== null);
}

/** The last checkpoint, its signature and origin checked again; the empty tree before the first. */
async function readHead(tx: SystemTx, origin: string, keys: readonly NoteKey[]): Promise<Head> {
  const stored = await findNewestCheckpoint(tx);
  const leaves = await countLeaves(tx);
  if (leaves !== (stored?.size ?? 0))
    throw new TransparencyLogFault(`the log has ${leaves} leaves and a checkpoint of ${stored?.size ?? 0}`);
  if (stored === null) return { size: 0, root: EMPTY_ROOT };
  if (stored.origin !== origin)
    throw new TransparencyLogFault(
      `this log is ${stored.origin}; set TRANSPARENCY_ORIGIN back, a log cannot be renamed`,
    );
  const opened = openCheckpoint(stored.note, origin, keys);
  if (opened.kind === 'refused') throw new TransparencyLogFault(`the last checkpoint is refused: ${opened.why}`);
  const { size, root } = opened.checkpoint;
  if (size !== stored.size || !stored.root.equals(root))
    throw new TransparencyLogFault(`the last checkpoint’s row and its signed note differ`);
  return { size, root };
}

/** Reads back what is stored now and gives the root of `size` leaves, or throws when anything does not hold. */
async function provenRoot(tx: SystemTx, head: Head, size: number): Promise<Uint8Array> {
  const stored = await listLeaves(tx, head.size, size);
  for (const [place, { index, leaf, leaf_hash }] of stored.entries()) {
    if (index !== head.size + place || !leaf_hash.equals(leafHash(leaf)))
      throw new TransparencyLogFault(`leaf ${head.size + place} is not what was written`);
  }
  if (stored.length !== size - head.size) throw new TransparencyLogFault('leaves are missing');
  // What the stored leaves make of the tree must be what the stored subtrees say.
  const edge = await readTiles(tx, edgeTiles(head.size));
  const expected = growTiles(
    head.size,
    edge,
    stored.map(({ leaf_hash }) => leaf_hash),
  );
  for (const { level, firstIndex, hashes } of expected) {
    for (const [place, hash] of hashes.entries()) {
      const [index, offset] = [Math.floor((firstIndex + place) / TILE_WIDTH), (firstIndex + place) % TILE_WIDTH];
      if (level === 0) break;
      const tile = await readTile(tx, { level, index, width: offset + 1 });
      if (!tile.subarray(-hash.length).equals(hash))
        throw new TransparencyLogFault(`subtree ${firstIndex + place} of level ${level} is not what was written`);
    }
  }
  const rootPlan = planRoot(size);
  const consistencyPlan = planConsistency(head.size, size);
  if (rootPlan === null || consistencyPlan === null) throw new TransparencyLogFault(`${size} is no size of a log`);
  const [root = EMPTY_ROOT] = await computePlan(tx, rootPlan);
  if (!isConsistent(head.size, head.root, size, root, await computePlan(tx, consistencyPlan)))
    throw new TransparencyLogFault(`the tree of ${size} leaves does not extend the signed one of ${head.size}`);
  return root;
}

/** Signs with a key that has been announced, and checks the signature as a stranger would. */
function signCheckpoint(
  checkpoint: { readonly origin: string; readonly size: number; readonly root: Uint8Array },
  signer: Signer,
  keys: readonly NoteKey[],
): string {
  const key = keys.find((key) => Buffer.from(key.key.bytes).equals(signer.publicKey));
  if (key === undefined)
    throw new TransparencyLogFault(`the hub key ${hubKeyId(signer.publicKey)} has not been announced`);
  const text = checkpointText(checkpoint);
  const signature = signer.sign(utf8ToBytes(text));
  const note = formatNote(text, [{ name: key.name, id: key.id, signature }]);
  const opened = openCheckpoint(note, checkpoint.origin, [key]);
  if (opened.kind === 'refused') throw new TransparencyLogFault(`the new signature is refused: ${opened.why}`);
  return note;
}

async function readTiles(tx: SystemTx, tiles: readonly Tile[]): Promise<TileReader> {
  const bytes = new Map<string, Buffer>();
  for (const tile of tiles) bytes.set(tilePath(tile), await readTile(tx, tile));
  return (tile) => bytes.get(tilePath(tile)) ?? null;
}
