/**
 * Names and bytes of the static resources of a tiled log (C2SP tlog-tiles; format: docs/formats/transparency-log.md).
 * Sizes and indices are JavaScript safe integers: a log past 2^53 leaves is refused, not rounded.
 */

/** Hashes in a full tile (tlog-tiles, "Merkle Tree"). */
export const TILE_WIDTH = 256;
/** Levels of the Merkle tree that one level of tiles spans: 2^8 = 256. */
export const TILE_HEIGHT = 8;
/** Bytes of a SHA-256 hash. */
export const HASH_BYTES = 32;
/** An entry's length is a uint16 in its bundle (tlog-tiles, "Log entries"). */
const MAX_ENTRY_BYTES = 0xff_ff;
/** Highest level that a path may name. */
const MAX_LEVEL = 63;

/** A tile of hashes; `width` counts its hashes, 256 when it is full. */
export type Tile = { readonly level: number; readonly index: number; readonly width: number };

/** What a path under the log's prefix names. */
export type TileResource =
  | { readonly kind: 'hashes'; readonly tile: Tile }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number };

/** Path of a tile below the log's prefix: `tile/0/x001/x234/067.p/8`. */
export function tilePath(tile: Tile): string {
  return `tile/${tile.level}/${indexPath(tile.index)}${widthSuffix(tile.width)}`;
}

/** Path of an entry bundle below the log's prefix: `tile/entries/067`. */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${indexPath(index)}${widthSuffix(width)}`;
}

/** Reads a path; null for every spelling but the one that {@link tilePath} or {@link entriesPath} would write. */
export function parseTilePath(path: string): TileResource | null {
  // Longest possible: level, six elements of an index up to 2^53, a width.
  if (path.length > 64) return null;
  const match = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*)([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  if (!match) return null;
  const index = Number(`${(match[2] as string).replaceAll(/[x/]/g, '')}${match[3]}`);
  const width = match[4] === undefined ? TILE_WIDTH : Number(match[4]);
  if (!Number.isSafeInteger(index) || (match[4] !== undefined && width >= TILE_WIDTH)) return null;
  const resource: TileResource =
    match[1] === 'entries'
      ? { kind: 'entries', index, width }
      : { kind: 'hashes', tile: { level: Number(match[1]), index, width } };
  if (resource.kind === 'hashes' && resource.tile.level > MAX_LEVEL) return null;
  // Superfluous leading elements (`x000/067`) would be a second name of the same tile.
  const canonical = resource.kind === 'entries' ? entriesPath(index, width) : tilePath(resource.tile);
  return canonical === path ? resource : null;
}

/** How many hashes level `level` of tiles has in a tree of `size` leaves: the full subtrees of 256^level leaves. */
export function hashesAtLevel(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width of tile `index` at `level` in a tree of `size` leaves; 0 when there is no such tile. */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAtLevel(level, size) - index * TILE_WIDTH));
}

/** Whether a tree of `size` leaves fills the tile as far as its width says. */
export function isCovered({ level, index, width }: Tile, size: number): boolean {
  return width <= tileWidth(level, index, size);
}

/** An entry bundle: each entry after its length as big-endian uint16. Throws RangeError for an entry that is too long. */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry may be ${MAX_ENTRY_BYTES} bytes at most`);
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** Reads an entry bundle of exactly `width` entries; null when the bytes are anything else. */
export function decodeEntries(bytes: Uint8Array, width: number): Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && entries.length < width) {
    if (at + 2 > bytes.length) return null;
    const end = at + 2 + (((bytes[at] as number) << 8) | (bytes[at + 1] as number));
    if (end > bytes.length) return null;
    entries.push(bytes.slice(at + 2, end));
    at = end;
  }
  return at === bytes.length && entries.length === width ? entries : null;
}

/** 1234067 -> `x001/x234/067`, so that files and folders of a static mirror never share a name. */
function indexPath(index: number): string {
  const digits = String(index);
  const elements = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) as string[];
  return elements.map((element, place) => (place < elements.length - 1 ? `x${element}` : element)).join('/');
}

function widthSuffix(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`;
}
