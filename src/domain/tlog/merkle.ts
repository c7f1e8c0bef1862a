/**
 * The Merkle tree of a transparency log (RFC 6962 section 2.1), read through tiles.
 *
 * Proofs are made in two steps, so that the same code serves the hub's database, a browser and an auditor's
 * program: a plan names the tiles that a proof needs, and {@link hashesOfPlan} computes it from their bytes.
 * Sizes, indices and proofs that are verified come from strangers: each is checked before it is used, and all
 * arithmetic is on safe integers (bit operators of JavaScript would silently cut them to 32 bits).
 */

import { sha256 } from '../bytes.ts';
import { HASH_BYTES, hashesAtLevel, TILE_HEIGHT, TILE_WIDTH, type Tile, tileWidth } from './paths.ts';

/** Root of the empty tree: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/** Prefixes that keep a leaf from being passed off as an inner node (RFC 6962 section 2.1). */
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** Hash of a leaf with content `entry`. */
export function leafHash(entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + entry.length);
  input[0] = LEAF_PREFIX;
  input.set(entry, 1);
  return sha256(input);
}

/** Hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = NODE_PREFIX;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** A complete subtree: 2^height leaves, the `index`-th of its kind. */
type Subtree = { readonly height: number; readonly index: number };

/** Hashes to compute, each the fold of complete subtrees from left to right, and the tiles that hold them. */
export type ProofPlan = { readonly hashes: readonly (readonly Subtree[])[]; readonly tiles: readonly Tile[] };

/** Gives the bytes of a tile that a plan names; null when it cannot be had. */
export type TileReader = (tile: Tile) => Uint8Array | null;

/**
 * Plan of the root of the first `size` leaves. `servedSize` is the size of the checkpoint whose tiles are read
 * (its partial tiles exist; those of a size between checkpoints need not). Null when the numbers make no sense.
 */
export function planRoot(size: number, servedSize: number = size): ProofPlan | null {
  if (!isSize(size) || !isSize(servedSize) || size > servedSize || size === 0) return null;
  return plan([[0, size]], servedSize);
}

/** Plan of the proof that leaf `index` is in the tree of `size` leaves (RFC 6962 section 2.1.1). */
export function planInclusion(index: number, size: number, servedSize: number = size): ProofPlan | null {
  if (!isSize(index) || !isSize(size) || !isSize(servedSize) || index >= size || size > servedSize) return null;
  const ranges: Range[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      ranges.unshift([middle, end]);
      end = middle;
    } else {
      ranges.unshift([start, middle]);
      start = middle;
    }
  }
  return plan(ranges, servedSize);
}

/** Plan of the proof that the tree of `from` leaves is a prefix of that of `to` (RFC 6962 section 2.1.2). */
export function planConsistency(from: number, to: number, servedSize: number = to): ProofPlan | null {
  if (!isSize(from) || !isSize(to) || !isSize(servedSize) || from > to || to > servedSize) return null;
  const ranges: Range[] = [];
  // Between nothing and anything, and between a tree and itself, there is nothing to show.
  if (from === 0 || from === to) return plan(ranges, servedSize);
  let start = 0;
  let end = to;
  // Whether everything left of `from` is the whole old tree, whose root the verifier has already.
  let isWholeOldTree = true;
  while (from !== end) {
    const middle = start + largestPowerBelow(end - start);
    if (from <= middle) {
      ranges.unshift([middle, end]);
      end = middle;
    } else {
      ranges.unshift([start, middle]);
      start = middle;
      isWholeOldTree = false;
    }
  }
  if (!isWholeOldTree) ranges.unshift([start, end]);
  return plan(ranges, servedSize);
}

/** Computes the hashes of a plan from the tiles that it names; null when a tile is missing or of another length. */
export function hashesOfPlan(plan: ProofPlan, read: TileReader): Uint8Array[] | null {
  const bytes = new Map<string, Uint8Array>();
  for (const tile of plan.tiles) {
    const content = read(tile);
    if (content === null || content.length !== tile.width * HASH_BYTES) return null;
    bytes.set(tileKey(tile), content);
  }
  return plan.hashes.map((subtrees) => {
    const hashes = subtrees.map((subtree) => subtreeHash(subtree, bytes));
    return hashes.reduceRight((right, left) => nodeHash(left, right));
  });
}

/** Whether `proof` shows that the leaf with hash `leaf` is at `index` in the tree with `size` and `root` (RFC 9162 section 2.1.3.2). */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const path = inclusionPath(leaf, index, size, proof);
  return path !== null && equal(path.at(-1)?.hash ?? leaf, root);
}

/** One step from a leaf to the root: the node beside, on which side it stands, and the node above both. */
export type PathStep = {
  readonly sibling: Uint8Array;
  readonly side: 'left' | 'right';
  readonly hash: Uint8Array;
};

/** The steps from a leaf to the root that a proof leads to; null when no proof of such a tree looks so. */
export function inclusionPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): readonly PathStep[] | null {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes([leaf, ...proof])) return null;
  let place = index;
  let last = size - 1;
  let hash = leaf;
  const steps: PathStep[] = [];
  for (const sibling of proof) {
    if (last === 0) return null;
    const side = place % 2 === 1 || place === last ? 'left' : 'right';
    hash = side === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    steps.push({ sibling, side, hash });
    if (side === 'left') while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? steps : null;
}

/** Whether `proof` shows that the tree `from`/`fromRoot` is a prefix of `to`/`toRoot` (RFC 9162 section 2.1.4.2). */
export function isConsistent(
  from: number,
  fromRoot: Uint8Array,
  to: number,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(from) || !isSize(to) || from > to || !areHashes([fromRoot, toRoot, ...proof])) return false;
  if (from === to) return proof.length === 0 && equal(fromRoot, toRoot) && (from !== 0 || equal(fromRoot, EMPTY_ROOT));
  if (from === 0) return proof.length === 0 && equal(fromRoot, EMPTY_ROOT);
  // A complete old tree is a node of the new one; its hash is not repeated in the proof.
  const path = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof;
  const [seed, ...rest] = path;
  if (seed === undefined || rest.length === 0) return false;
  let place = from - 1;
  let last = to - 1;
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  let oldHash = seed;
  let newHash = seed;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && equal(oldHash, fromRoot) && equal(newHash, toRoot);
}

/** Hashes that an append adds to one level of tiles, the first at `firstIndex`. */
export type LevelGrowth = {
  readonly level: number;
  readonly firstIndex: number;
  readonly hashes: readonly Uint8Array[];
};

/** Tiles that an append to a tree of `size` leaves needs: the partial one at the right edge of each level. */
export function edgeTiles(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; hashesAtLevel(level, size) > 0; level++) {
    const index = Math.floor(hashesAtLevel(level, size) / TILE_WIDTH);
    const width = tileWidth(level, index, size);
    if (width > 0) tiles.push({ level, index, width });
  }
  return tiles;
}

/**
 * What appending `leafHashes` to a tree of `size` leaves adds to each level: the leaves themselves, and above
 * them one hash for every tile that became full. `edge` holds the bytes of {@link edgeTiles}. Nothing that
 * exists is ever changed; that is why tiles can be served as immutable.
 */
export function growTiles(size: number, edge: TileReader, leafHashes: readonly Uint8Array[]): LevelGrowth[] {
  const growth: LevelGrowth[] = [];
  let added = leafHashes;
  for (let level = 0; added.length > 0; level++) {
    const firstIndex = hashesAtLevel(level, size);
    growth.push({ level, firstIndex, hashes: added });
    const open = [...edgeHashes(level, size, edge), ...added];
    const full: Uint8Array[] = [];
    for (let at = 0; at + TILE_WIDTH <= open.length; at += TILE_WIDTH) {
      full.push(completeRoot(open.slice(at, at + TILE_WIDTH)));
    }
    added = full;
  }
  return growth;
}

function edgeHashes(level: number, size: number, edge: TileReader): Uint8Array[] {
  const index = Math.floor(hashesAtLevel(level, size) / TILE_WIDTH);
  const width = tileWidth(level, index, size);
  if (width === 0) return [];
  const bytes = edge({ level, index, width });
  if (bytes === null || bytes.length !== width * HASH_BYTES)
    throw new RangeError(`the edge tile of level ${level} is missing or has another length`);
  return splitHashes(bytes);
}

/** Cuts a tile into its hashes. */
function splitHashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, at) =>
    bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** From `start` up to, not including, `end`. */
type Range = readonly [start: number, end: number];

function plan(ranges: readonly Range[], servedSize: number): ProofPlan {
  const tiles = new Map<string, Tile>();
  const hashes = ranges.map(([start, end]) => subtreesOf(start, end));
  for (const subtree of hashes.flat()) {
    const { level, index } = placeOf(subtree);
    const tile = { level, index, width: tileWidth(level, index, servedSize) };
    tiles.set(tileKey(tile), tile);
  }
  return { hashes, tiles: [...tiles.values()] };
}

/** The complete subtrees of a range that starts where RFC 6962 lets ranges start (a multiple of a power of two ≥ its length). */
function subtreesOf(start: number, end: number): Subtree[] {
  const subtrees: Subtree[] = [];
  let at = start;
  while (at < end) {
    let height = 0;
    while (2 ** (height + 1) <= end - at) height += 1;
    subtrees.push({ height, index: at / 2 ** height });
    at += 2 ** height;
  }
  return subtrees;
}

/** Where a subtree's hash is found: it is the root of `2^inner` hashes of one tile, from `offset` on. */
function placeOf({ height, index }: Subtree): { level: number; index: number; offset: number; count: number } {
  const inner = height % TILE_HEIGHT;
  const first = index * 2 ** inner;
  return {
    level: (height - inner) / TILE_HEIGHT,
    index: Math.floor(first / TILE_WIDTH),
    offset: first % TILE_WIDTH,
    count: 2 ** inner,
  };
}

function subtreeHash(subtree: Subtree, tiles: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const { level, index, offset, count } = placeOf(subtree);
  const bytes = tiles.get(tileKey({ level, index })) as Uint8Array;
  return completeRoot(splitHashes(bytes.slice(offset * HASH_BYTES, (offset + count) * HASH_BYTES)));
}

/** Root over a power of two of hashes. */
function completeRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      nodeHash(row[2 * at] as Uint8Array, row[2 * at + 1] as Uint8Array),
    );
  }
  return row[0] as Uint8Array;
}

function tileKey({ level, index }: { readonly level: number; readonly index: number }): string {
  return `${level}/${index}`;
}

/** The largest power of two smaller than `count` (> 1): where RFC 6962 splits a tree. */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function isPowerOfTwo(count: number): boolean {
  let rest = count;
  while (rest % 2 === 0) rest = half(rest);
  return rest === 1;
}

function half(count: number): number {
  return Math.floor(count / 2);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.every((value) => value.length === HASH_BYTES);
}

/** All that is compared here is public, so it need not take constant time. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
