/**
 * Opens the archive of a whole pack: its files stored as they are, one after the other, and nothing else in it.
 * Readers of ZIP differ in what they take from a contradictory archive, so any contradiction is refused.
 */

import { VerifierError } from './report.ts';
import { type ByteSource, isSameBytes, partOf, readBytes, strictUtf8 } from './source.ts';

/** APPNOTE.TXT sections 4.3.7, 4.3.9, 4.3.12 and 4.3.16: signatures and fixed lengths. */
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const DESCRIPTOR = { signature: 0x08074b50, bytes: 16 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const END = { signature: 0x06054b50, bytes: 22 };
/** General purpose bit 3: sizes follow the data. Bit 11: the name is UTF-8. */
const FLAG_DESCRIPTOR = 0x0008;
const FLAG_UTF8 = 0x0800;
/** Four entries with short names. */
const MAX_DIRECTORY_BYTES = 64 * 1024;

/** Numbers of a ZIP file are little-endian; a place past the end gives 0, which no check takes for right. */
function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 0x100;
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) + u16(bytes, at + 2) * 0x1_0000;
}

function broken(why: string): VerifierError {
  return new VerifierError('unreadable', `the archive is not one that the hub writes: ${why}`);
}

/** The files of an archive by name. */
export async function openZip(source: ByteSource): Promise<ReadonlyMap<string, ByteSource>> {
  if (source.size < END.bytes) throw broken('it is too short');
  const end = await readBytes(source, source.size - END.bytes, source.size);
  const count = u16(end, 10);
  const directoryBytes = u32(end, 12);
  const directoryStart = u32(end, 16);
  if (u32(end, 0) !== END.signature || u32(end, 4) !== 0 || u16(end, 8) !== count)
    throw broken('it does not end as a ZIP file does');
  if (u16(end, 20) !== 0 || directoryStart + directoryBytes !== source.size - END.bytes)
    throw broken(
      directoryStart === 0xff_ff_ff_ff
        ? 'it is over 4 GB; unpack it and verify its files'
        : 'something is before or after its directory',
    );
  if (directoryBytes > MAX_DIRECTORY_BYTES) throw broken('its directory is too large');

  const directory = await readBytes(source, directoryStart, directoryStart + directoryBytes);
  const files = new Map<string, ByteSource>();
  let at = 0;
  let place = 0;
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL.bytes > directory.length || u32(directory, at) !== CENTRAL.signature)
      throw broken('its directory is damaged');
    const entry = {
      flags: u16(directory, at + 8),
      method: u16(directory, at + 10),
      crc: u32(directory, at + 16),
      packed: u32(directory, at + 20),
      size: u32(directory, at + 24),
      nameBytes: u16(directory, at + 28),
      extraBytes: u16(directory, at + 30),
      commentBytes: u16(directory, at + 32),
      start: u32(directory, at + 42),
    };
    const nameEnd = at + CENTRAL.bytes + entry.nameBytes;
    const rawName = directory.subarray(at + CENTRAL.bytes, nameEnd);
    const name = strictUtf8(rawName);
    if (name === null || !/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(name)) throw broken('a name in it is not a file name');
    if (files.has(name)) throw broken(`${name} is in it twice`);
    if (
      entry.commentBytes !== 0 ||
      !isTimestamp(directory.subarray(nameEnd, nameEnd + entry.extraBytes)) ||
      entry.method !== 0 ||
      entry.packed !== entry.size ||
      (entry.flags & ~(FLAG_DESCRIPTOR | FLAG_UTF8)) !== 0
    )
      throw broken(`${name} is not stored as it is`);
    if (entry.start !== place) throw broken(`${name} does not follow the file before it`);
    place = await checkLocal(source, entry, rawName, name, directoryStart);
    const tail = (entry.flags & FLAG_DESCRIPTOR) === 0 ? 0 : DESCRIPTOR.bytes;
    files.set(name, partOf(source, place - tail - entry.size, entry.size));
    at = nameEnd + entry.extraBytes;
  }
  if (at !== directory.length || place !== directoryStart) throw broken('there is something between its files');
  return files;
}

/** The directory may hold the time of a file once more (Info-ZIP's extra field 0x5455); it says nothing of the data. */
function isTimestamp(extra: Uint8Array): boolean {
  return extra.length === 0 || (extra.length === 9 && u16(extra, 0) === 0x5455 && u16(extra, 2) === 5);
}

type Entry = { readonly flags: number; readonly size: number; readonly crc: number; readonly start: number };

/** Checks that the header before the data says what the directory says; gives where the next file must begin. */
async function checkLocal(
  source: ByteSource,
  entry: Entry,
  rawName: Uint8Array,
  name: string,
  limit: number,
): Promise<number> {
  const dataStart = entry.start + LOCAL.bytes + rawName.length;
  const dataEnd = dataStart + entry.size;
  const hasDescriptor = (entry.flags & FLAG_DESCRIPTOR) !== 0;
  const next = dataEnd + (hasDescriptor ? DESCRIPTOR.bytes : 0);
  if (next > limit) throw broken(`${name} reaches past the end of the files`);
  const header = await readBytes(source, entry.start, dataStart);
  const isSame =
    u32(header, 0) === LOCAL.signature &&
    u16(header, 6) === entry.flags &&
    u16(header, 8) === 0 &&
    u16(header, 26) === rawName.length &&
    u16(header, 28) === 0 &&
    isSameBytes(header.subarray(LOCAL.bytes), rawName);
  if (!isSame) throw broken(`the header of ${name} says something else than the directory`);
  // In both places CRC and the two sizes come 4 bytes in: after the descriptor's signature, after the header's time.
  const sums = hasDescriptor ? await readBytes(source, dataEnd, next) : header.subarray(10);
  if (
    (hasDescriptor && u32(sums, 0) !== DESCRIPTOR.signature) ||
    u32(sums, 4) !== entry.crc ||
    u32(sums, 8) !== entry.size ||
    u32(sums, 12) !== entry.size
  )
    throw broken(`the sizes of ${name} contradict each other`);
  return next;
}
