import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEntries,
  encodeEntries,
  entriesPath,
  hashesAtLevel,
  parseTilePath,
  tilePath,
  tileWidth,
} from '../../../src/domain/tlog/paths.ts';

describe('tile paths', () => {
  it.each([
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/0/273.p/112', { level: 0, index: 273, width: 112 }],
    ['tile/2/000.p/1', { level: 2, index: 0, width: 1 }],
    ['tile/63/999', { level: 63, index: 999, width: 256 }],
    ['tile/1/x001/000.p/255', { level: 1, index: 1000, width: 255 }],
  ])('%s is written and read (tlog-tiles’ examples first)', (path, tile) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual({ kind: 'hashes', tile });
  });

  it('names entry bundles', () => {
    expect(entriesPath(67, 256)).toBe('tile/entries/067');
    expect(parseTilePath('tile/entries/x001/067.p/9')).toEqual({ kind: 'entries', index: 1067, width: 9 });
  });

  it.each([
    ['a superfluous leading element', 'tile/0/x000/067'],
    ['a level with a leading zero', 'tile/00/067'],
    ['a level past 63', 'tile/64/067'],
    ['an element of two digits', 'tile/0/67'],
    ['an element of four digits', 'tile/0/0067'],
    ['an x on the last element', 'tile/0/x067'],
    ['no x on the first element', 'tile/0/001/067'],
    ['a width of 0', 'tile/0/067.p/0'],
    ['a width of 256', 'tile/0/067.p/256'],
    ['a width with a leading zero', 'tile/0/067.p/08'],
    ['an index past 2^53', 'tile/0/x009/x007/x199/x254/x740/992'],
    ['a way up', 'tile/0/../067'],
    ['a trailing newline', 'tile/0/067\n'],
    ['a trailing slash', 'tile/0/067/'],
    ['digits of another script', 'tile/0/٠٦٧'],
    ['a negative index', 'tile/0/-67'],
    ['a very long path', `tile/0/${'x001/'.repeat(1000)}067`],
  ])('refuses %s', (_, path) => {
    expect(parseTilePath(path)).toBeNull();
  });

  it('reads back every tile that it writes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 63 }),
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: 256 }),
        (level, index, width) => {
          expect(parseTilePath(tilePath({ level, index, width }))).toEqual({
            kind: 'hashes',
            tile: { level, index, width },
          });
          expect(parseTilePath(entriesPath(index, width))).toEqual({ kind: 'entries', index, width });
        },
      ),
    );
  });

  it('never takes one of two spellings', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^tile\/([0-9]{1,2}|entries)\/(x?[0-9]{2,4}\/){0,3}[0-9]{3}(\.p\/[0-9]{1,3})?$/),
        (path) => {
          const resource = parseTilePath(path);
          if (resource === null) return;
          expect(
            resource.kind === 'hashes' ? tilePath(resource.tile) : entriesPath(resource.index, resource.width),
          ).toBe(path);
        },
      ),
    );
  });
});

describe('a tree of 70,000 leaves (the example of tlog-tiles)', () => {
  it('has 273 full tiles and one of 112, one full and one of 17, and one of 1', () => {
    expect(hashesAtLevel(0, 70_000)).toBe(70_000);
    expect([272, 273, 274].map((index) => tileWidth(0, index, 70_000))).toEqual([256, 112, 0]);
    expect([0, 1, 2].map((index) => tileWidth(1, index, 70_000))).toEqual([256, 17, 0]);
    expect([0, 1].map((index) => tileWidth(2, index, 70_000))).toEqual([1, 0]);
    expect(tileWidth(3, 0, 70_000)).toBe(0);
  });

  it('a tree of 256 has a full tile and one of 1 above it', () => {
    expect(tileWidth(0, 0, 256)).toBe(256);
    expect(tileWidth(1, 0, 256)).toBe(1);
  });
});

describe('entry bundles', () => {
  it('hold each entry after its length', () => {
    const entries = [Uint8Array.of(1, 2, 3), new Uint8Array(), new Uint8Array(300).fill(7)];
    const bytes = encodeEntries(entries);
    expect(bytes.slice(0, 9)).toEqual(Uint8Array.of(0, 3, 1, 2, 3, 0, 0, 1, 44));
    expect(decodeEntries(bytes, 3)).toEqual(entries);
  });

  it.each([
    ['cut short', Uint8Array.of(0, 3, 1, 2), 1],
    ['ending in half a length', Uint8Array.of(0, 1, 9, 0), 2],
    ['with bytes after the last entry', Uint8Array.of(0, 1, 9, 0), 1],
    ['with fewer entries than named', Uint8Array.of(0, 1, 9), 2],
  ])('are refused when %s', (_, bytes, width) => {
    expect(decodeEntries(bytes, width)).toBeNull();
  });

  it('refuse an entry that does not fit its length', () => {
    expect(() => encodeEntries([new Uint8Array(65_536)])).toThrow(RangeError);
    expect(decodeEntries(encodeEntries([new Uint8Array(65_535)]), 1)).toHaveLength(1);
  });
});
