import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/domain/bytes.ts';
import { type LogLeaf, leafBytes, leafKey, logLeaf, parseLeaf } from '../../../src/domain/tlog/leaf.ts';

const at = '2026-05-19T18:00:00.000Z';
const key_id = '0123456789abcdef';
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const LEAVES: readonly LogLeaf[] = [
  { type: 'key_rotation', at, key_id, statement_sha256: a },
  { type: 'eat_issued', at, key_id, eat_sha256: a },
  { type: 'eat_issued', at, key_id, eat_sha256: b, nonce_sha256: a },
  { type: 'pack_signed', at, key_id, manifest_sha256: a, signature_sha256: b },
];

describe('leaves', () => {
  it('are canonical JSON', () => {
    expect(new TextDecoder().decode(leafBytes(LEAVES[2] as LogLeaf))).toBe(
      `{"at":"${at}","eat_sha256":"${b}","key_id":"${key_id}","nonce_sha256":"${a}","type":"eat_issued"}`,
    );
  });

  it.each(LEAVES)('are read back: $type', (leaf) => {
    expect(parseLeaf(leafBytes(leaf))).toEqual(leaf);
  });

  it('are known by what they record, not by when', () => {
    expect(new Set(LEAVES.map(leafKey)).size).toBe(LEAVES.length);
    expect(leafKey({ ...(LEAVES[1] as LogLeaf), at: '2027-01-01T00:00:00.000Z' })).toBe(leafKey(LEAVES[1] as LogLeaf));
  });

  it.each([
    ['a space', `{ "at":"${at}","eat_sha256":"${a}","key_id":"${key_id}","type":"eat_issued"}`],
    ['another order', `{"type":"eat_issued","at":"${at}","eat_sha256":"${a}","key_id":"${key_id}"}`],
    ['a client’s name', `{"at":"${at}","eat_sha256":"${a}","key_id":"${key_id}","tenant":"ACME","type":"eat_issued"}`],
    ['a duplicate key', `{"at":"${at}","at":"${at}","eat_sha256":"${a}","key_id":"${key_id}","type":"eat_issued"}`],
    ['an unknown type', `{"at":"${at}","type":"other"}`],
    ['nothing', ''],
  ])('are refused with %s', (_, text) => {
    expect(parseLeaf(utf8ToBytes(text))).toBeNull();
  });

  it.each([
    ['a capital in a digest', { ...LEAVES[1], eat_sha256: 'A'.repeat(64) }],
    ['seconds only', { ...LEAVES[1], at: '2026-05-19T18:00:00Z' }],
  ])('do not take %s', (_, leaf) => {
    expect(logLeaf.safeParse(leaf).success).toBe(false);
  });
});
