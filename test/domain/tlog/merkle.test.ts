import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../../src/domain/bytes.ts';
import {
  EMPTY_ROOT,
  edgeTiles,
  growTiles,
  hashesOfPlan,
  isConsistent,
  isIncluded,
  leafHash,
  nodeHash,
  planConsistency,
  planInclusion,
  planRoot,
  type TileReader,
} from '../../../src/domain/tlog/merkle.ts';
import { HASH_BYTES, TILE_WIDTH } from '../../../src/domain/tlog/paths.ts';

/** Leaves and roots of the reference implementation of RFC 6962 (certificate-transparency's merkle tree tests). */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** A log in memory: what the hub keeps in its tables. */
class MemoryLog {
  readonly levels: Uint8Array[][] = [];
  get size(): number {
    return this.levels[0]?.length ?? 0;
  }
  readonly read: TileReader = ({ level, index, width }) => {
    const hashes = this.levels[level]?.slice(index * TILE_WIDTH, index * TILE_WIDTH + width) ?? [];
    return hashes.length === width ? new Uint8Array(Buffer.concat(hashes)) : null;
  };
  append(hashes: readonly Uint8Array[]): void {
    for (const { level, firstIndex, hashes: added } of growTiles(this.size, this.read, hashes)) {
      const row = (this.levels[level] ??= []);
      if (row.length !== firstIndex) throw new Error(`level ${level} grows at ${firstIndex}, not at ${row.length}`);
      row.push(...added);
    }
  }
}

/** The definition of RFC 6962 section 2.1, word for word; slow, and independent of tiles. */
function definedRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return EMPTY_ROOT;
  if (hashes.length === 1) return hashes[0] as Uint8Array;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return nodeHash(definedRoot(hashes.slice(0, k)), definedRoot(hashes.slice(k)));
}

const hashes = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => leafHash(utf8ToBytes(`leaf ${at}`)));
function logOf(leaves: readonly Uint8Array[]): MemoryLog {
  const log = new MemoryLog();
  log.append(leaves);
  return log;
}
function compute(plan: ReturnType<typeof planRoot>, log: MemoryLog): Uint8Array[] {
  if (plan === null) throw new Error('there should be a plan');
  const result = hashesOfPlan(plan, log.read);
  if (result === null) throw new Error('the tiles should be there');
  return result;
}
const rootOf = (log: MemoryLog, size = log.size): Uint8Array => compute(planRoot(size, log.size), log)[0] as Uint8Array;
const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe('the tree', () => {
  it('has the roots of the reference implementation', () => {
    const leaves = LEAVES.map((hex) => leafHash(hexToBytes(hex)));
    for (const [at, root] of ROOTS.entries()) {
      expect(bytesToHex(rootOf(logOf(leaves.slice(0, at + 1))))).toBe(root);
    }
    expect(bytesToHex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('has the reference’s inclusion and consistency proofs', () => {
    const log = logOf(LEAVES.map((hex) => leafHash(hexToBytes(hex))));
    const hex = (plan: ReturnType<typeof planRoot>) => compute(plan, log).map(bytesToHex);
    expect(hex(planInclusion(0, 8))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(hex(planConsistency(6, 8))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('is the same however its leaves arrive, and as RFC 6962 defines it (past two full tiles)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }), (batches) => {
        const leaves = hashes(batches.reduce((sum, batch) => sum + batch, 0));
        const log = new MemoryLog();
        for (const batch of batches) log.append(leaves.slice(log.size, log.size + batch));
        expect(log.levels).toEqual(logOf(leaves).levels);
        expect(rootOf(log)).toEqual(definedRoot(leaves));
      }),
      { numRuns: 25 },
    );
  });

  it('reaches the third level of tiles with 65,537 leaves', () => {
    const leaf = leafHash(new Uint8Array());
    const log = logOf(Array.from({ length: 65_537 }, () => leaf));
    expect(log.levels.map((level) => level.length)).toEqual([65_537, 256, 1]);
    expect(edgeTiles(65_537)).toEqual([
      { level: 0, index: 256, width: 1 },
      { level: 2, index: 0, width: 1 },
    ]);
    const root = rootOf(log);
    for (const index of [0, 255, 256, 65_535, 65_536]) {
      expect(isIncluded(leaf, index, 65_537, compute(planInclusion(index, 65_537), log), root)).toBe(true);
    }
    const proof = compute(planConsistency(65_000, 65_537), log);
    expect(isConsistent(65_000, rootOf(log, 65_000), 65_537, root, proof)).toBe(true);
  });
});

describe('inclusion', () => {
  it('is shown for every leaf of every tree up to 70 leaves, and for no other place', () => {
    const leaves = hashes(70);
    const log = logOf(leaves);
    for (let size = 1; size <= 70; size++) {
      const root = rootOf(log, size);
      for (let index = 0; index < size; index++) {
        const proof = compute(planInclusion(index, size, 70), log);
        expect(isIncluded(leaves[index] as Uint8Array, index, size, proof, root)).toBe(true);
        expect(isIncluded(leaves[index] as Uint8Array, (index + 1) % size, size, proof, root)).toBe(size === 1);
        expect(isIncluded(leaves[(index + 1) % 70] as Uint8Array, index, size, proof, root)).toBe(false);
      }
    }
  });

  it('is refused when one bit of leaf, proof or root changes, or a hash is added or left out (random trees)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 600 }), fc.nat(), fc.nat(), fc.nat({ max: 255 }), (size, a, b, bit) => {
        const leaves = hashes(size);
        const log = logOf(leaves);
        const index = a % size;
        const leaf = leaves[index] as Uint8Array;
        const root = rootOf(log);
        const proof = compute(planInclusion(index, size), log);
        expect(isIncluded(leaf, index, size, proof, root)).toBe(true);
        const at = b % proof.length;
        expect(isIncluded(flip(leaf, bit), index, size, proof, root)).toBe(false);
        expect(isIncluded(leaf, index, size, proof, flip(root, bit))).toBe(false);
        expect(isIncluded(leaf, index, size, proof.with(at, flip(proof[at] as Uint8Array, bit)), root)).toBe(false);
        expect(isIncluded(leaf, index, size, proof.toSpliced(at, 1), root)).toBe(false);
        expect(isIncluded(leaf, index, size, [...proof, root], root)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['an index at the size', 8, 8],
    ['a negative index', -1, 8],
    ['half an index', 0.5, 8],
    ['no number', Number.NaN, 8],
    ['an endless size', 0, Number.POSITIVE_INFINITY],
    ['a size past 2^53', 0, 2 ** 53],
    ['an empty tree', 0, 0],
  ])('is refused for %s', (_, index, size) => {
    expect(planInclusion(index, size)).toBeNull();
    expect(isIncluded(EMPTY_ROOT, index, size, [], EMPTY_ROOT)).toBe(false);
  });

  it('is refused, and quickly, for an absurdly long proof and for hashes of another length', () => {
    expect(
      isIncluded(
        EMPTY_ROOT,
        0,
        2,
        Array.from({ length: 10_000 }, () => EMPTY_ROOT),
        EMPTY_ROOT,
      ),
    ).toBe(false);
    expect(isIncluded(new Uint8Array(31), 0, 1, [], new Uint8Array(31))).toBe(false);
  });

  it('is refused when the proof ends before the top of a tree of that size', () => {
    const log = logOf(hashes(4));
    const proof = compute(planInclusion(0, 4), log);
    expect(isIncluded(leafHash(utf8ToBytes('leaf 0')), 0, 4, proof, rootOf(log))).toBe(true);
    expect(isIncluded(leafHash(utf8ToBytes('leaf 0')), 0, 5, proof, rootOf(log))).toBe(false);
    expect(isConsistent(2, rootOf(log, 2), 4, rootOf(log), compute(planConsistency(2, 4), log))).toBe(true);
    expect(isConsistent(2, rootOf(log, 2), 5, rootOf(log), compute(planConsistency(2, 4), log))).toBe(false);
  });

  it('keeps sizes past 2^32 apart (bit operators would not)', () => {
    const index = 2 ** 32 + 5;
    const plan = planInclusion(index, 2 ** 33);
    expect(plan?.hashes).toHaveLength(33);
    const proof = Array.from({ length: 33 }, (_, at) => leafHash(Uint8Array.of(at)));
    const leaf = leafHash(utf8ToBytes('far'));
    let root = leaf;
    for (const [at, sibling] of proof.entries()) {
      root = Math.floor(index / 2 ** at) % 2 === 1 ? nodeHash(sibling, root) : nodeHash(root, sibling);
    }
    expect(isIncluded(leaf, index, 2 ** 33, proof, root)).toBe(true);
    expect(isIncluded(leaf, 5, 2 ** 33, proof, root)).toBe(false);
  });
});

describe('consistency', () => {
  it('is shown between all sizes up to 70, and never with another tree', () => {
    const log = logOf(hashes(70));
    const other = logOf(hashes(70).with(0, leafHash(utf8ToBytes('forged'))));
    const roots = [EMPTY_ROOT, ...Array.from({ length: 70 }, (_, at) => rootOf(log, at + 1))];
    for (let to = 0; to <= 70; to++) {
      for (let from = 0; from <= to; from++) {
        const [old, now] = [roots[from] as Uint8Array, roots[to] as Uint8Array];
        const proof = compute(planConsistency(from, to, 70), log);
        expect(isConsistent(from, old, to, now, proof)).toBe(true);
        if (from > 0) expect(isConsistent(from, rootOf(other, from), to, now, proof)).toBe(false);
        if (from > 0 && from < to) {
          expect(isConsistent(from, old, to, now, [])).toBe(false);
          expect(isConsistent(from, old, to, now, [...proof, now])).toBe(false);
          expect(isConsistent(from, old, to, rootOf(other, to), proof)).toBe(false);
        }
      }
    }
  });

  it('is refused when one bit changes (random trees)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 600 }), fc.nat(), fc.nat(), fc.nat({ max: 255 }), (to, a, b, bit) => {
        const log = logOf(hashes(to));
        const from = 1 + (a % (to - 1));
        const [old, now] = [rootOf(log, from), rootOf(log)];
        const proof = compute(planConsistency(from, to), log);
        expect(isConsistent(from, old, to, now, proof)).toBe(true);
        const at = b % proof.length;
        expect(isConsistent(from, flip(old, bit), to, now, proof)).toBe(false);
        expect(isConsistent(from, old, to, flip(now, bit), proof)).toBe(false);
        expect(isConsistent(from, old, to, now, proof.with(at, flip(proof[at] as Uint8Array, bit)))).toBe(false);
        expect(isConsistent(from, old, to, now, proof.toSpliced(at, 1))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('starts at the empty tree only with its true root', () => {
    const root = rootOf(logOf(hashes(3)));
    expect(isConsistent(0, EMPTY_ROOT, 3, root, [])).toBe(true);
    expect(isConsistent(0, root, 3, root, [])).toBe(false);
    expect(isConsistent(0, root, 0, root, [])).toBe(false);
  });

  it.each([
    [5, 3],
    [-1, 3],
    [1.5, 3],
    [1, 2 ** 53],
    [Number.NaN, 3],
  ])('is refused from %d to %d', (from, to) => {
    expect(planConsistency(from, to)).toBeNull();
    expect(isConsistent(from, EMPTY_ROOT, to, EMPTY_ROOT, [])).toBe(false);
  });
});

describe('a plan', () => {
  it('gives nothing when a tile is missing or of another length', () => {
    const plan = planInclusion(3, 300);
    if (plan === null) throw new Error('there should be a plan');
    expect(hashesOfPlan(plan, () => null)).toBeNull();
    expect(hashesOfPlan(plan, ({ width }) => new Uint8Array(width * HASH_BYTES - 1))).toBeNull();
    expect(hashesOfPlan(plan, ({ width }) => new Uint8Array(width * HASH_BYTES))).not.toBeNull();
  });

  it('reads the tiles of the checkpoint that is served, not of the size between checkpoints', () => {
    expect(planInclusion(3, 290, 300)?.tiles).toContainEqual({ level: 0, index: 1, width: 44 });
    expect(planRoot(301, 300)).toBeNull();
    expect(planInclusion(3, 301, 300)).toBeNull();
    expect(planConsistency(3, 301, 300)).toBeNull();
  });

  it('needs few tiles, however large the tree', () => {
    expect(planInclusion(123_456_789, 10 ** 15)?.tiles.length).toBeLessThanOrEqual(14);
    expect(planConsistency(123_456_789, 10 ** 15)?.tiles.length).toBeLessThanOrEqual(14);
  });
});
