import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadHubTrust, trustHubKeys } from '../../src/agent/hubKeys.ts';
import { type HubKey, hubKey } from '../../src/domain/agentFrames.ts';
import { hubKeyId } from '../../src/domain/ed25519.ts';
import { hubKeyStatementBytes, hubKeyStatementText } from '../../src/domain/hubKeyStatement.ts';

type Pair = { readonly id: string; readonly raw: Buffer; readonly key: KeyObject };
function makePair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
  return { id: hubKeyId(raw), raw, key: privateKey };
}
/** `pair` announced by `by`, or by itself as a first key. */
function announce(pair: Pair, by: Pair, year: number, valid_until: string | null = null): HubKey {
  const valid_from = `${year}-01-01T00:00:00.000Z`;
  const public_key = pair.raw.toString('base64');
  const previous_key_id = by === pair ? null : by.id;
  const statement = hubKeyStatementText({ key_id: pair.id, public_key, valid_from, previous_key_id });
  const signature = sign(null, hubKeyStatementBytes(statement), by.key).toString('base64');
  return { key_id: pair.id, public_key, valid_from, valid_until, statement, signature, signed_by: by.id };
}
const [first, second, third, stranger] = [makePair(), makePair(), makePair(), makePair()];
const pins = trustHubKeys([], [announce(first, first, 2026)]).pinned;
const ids = (result: { readonly pinned: readonly HubKey[] }): string[] => result.pinned.map((key) => key.key_id);

describe('hub keys', () => {
  it('are pinned at first trust, the example of the format page among them', () => {
    const page = readFileSync('docs/formats/hub-key-statement.md', 'utf8');
    const example = hubKey.parse(JSON.parse(/```json hub-key\n([\s\S]*?)\n```/.exec(page)?.[1] as string));
    expect(trustHubKeys([], [example])).toEqual({ pinned: [example], refused: [] });
    const broken = { ...example, signature: announce(first, first, 2026).signature };
    expect(trustHubKeys([], [broken]).refused[0]?.why).toBe('its signature is wrong');
  });

  it('are followed along a chain, in whatever order it is offered', () => {
    const chain = [announce(third, second, 2028), announce(second, first, 2027), announce(first, first, 2026)];
    expect(ids(trustHubKeys(pins, chain))).toEqual([first.id, second.id, third.id]);
  });

  it('are refused when a stranger signed, when they sign themselves, and when a link is missing', () => {
    for (const key of [
      announce(second, stranger, 2027),
      announce(stranger, stranger, 2027),
      announce(third, second, 2028),
    ])
      expect(trustHubKeys(pins, [key])).toEqual({
        pinned: pins,
        refused: [{ key_id: key.key_id, why: 'no pinned key signed it' }],
      });
    // A stranger who only names a pinned key as signer.
    const forged = { ...announce(second, first, 2027), signature: announce(second, stranger, 2027).signature };
    expect(trustHubKeys(pins, [forged]).refused[0]?.why).toBe('its signature is wrong');
  });

  it('are refused when the statement is about something else than the key beside it', () => {
    const honest = announce(second, first, 2027);
    const raw = stranger.raw.toString('base64');
    for (const change of [
      { public_key: raw },
      { public_key: raw, key_id: stranger.id },
      { valid_from: '2030-01-01T00:00:00.000Z' },
    ])
      expect(ids(trustHubKeys(pins, [{ ...honest, ...change }]))).toEqual([first.id]);
    expect(ids(trustHubKeys(pins, [honest]))).toEqual([first.id, second.id]);
  });

  it('end a day after the next one begins, or earlier when the hub says so, never later', () => {
    const chain = (until: string | null) => [announce(first, first, 2026, until), announce(second, first, 2027)];
    const endAfter = (from: readonly HubKey[], until: string | null) =>
      trustHubKeys(from, chain(until)).pinned.find((key) => key.key_id === first.id)?.valid_until;
    expect(endAfter(pins, null)).toBe('2027-01-02T00:00:00.000Z');
    expect(endAfter(pins, '2099-01-01T00:00:00.000Z')).toBe('2027-01-02T00:00:00.000Z');
    const early = '2027-01-01T06:00:00.000Z';
    expect(endAfter(pins, early)).toBe(early);
    expect(endAfter(trustHubKeys(pins, chain(early)).pinned, null)).toBe(early);
  });

  it('are not ended by the bare word of the hub: a key without a successor is all that a host has', () => {
    const told = trustHubKeys(pins, [announce(first, first, 2026, '2026-02-01T00:00:00.000Z')]);
    expect(told).toEqual({ pinned: pins, refused: [] });
    // Nor by a successor that is refused.
    const forged = announce(second, stranger, 2027);
    expect(trustHubKeys(pins, [announce(first, first, 2026, forged.valid_from), forged]).pinned).toEqual(pins);
  });

  it('announce one successor: a key that leaks after its time forks nothing, however its statement is dated', () => {
    const moved = trustHubKeys(pins, [announce(second, first, 2027)]).pinned;
    for (const year of [2026, 2027, 2028])
      expect(trustHubKeys(moved, [announce(stranger, first, year)])).toEqual({
        pinned: moved,
        refused: [{ key_id: stranger.id, why: 'its signer has announced another key before' }],
      });
    expect(ids(trustHubKeys(moved, [announce(third, second, 2028)]))).toEqual([first.id, second.id, third.id]);
  });

  it('are kept over a restart; damaged pins are a fault, not a new first trust', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'monsys-pins-'));
    expect(await (await loadHubTrust(folder)).offer([announce(first, first, 2026)])).toEqual([]);
    const again = await loadHubTrust(folder);
    expect(again.keys().map((key) => key.key_id)).toEqual([first.id]);
    expect(await again.offer([announce(stranger, stranger, 2027)])).toHaveLength(1);
    writeFileSync(join(folder, 'hub-keys.json'), '[]x');
    await expect(loadHubTrust(folder)).rejects.toThrow('are damaged');
    rmSync(folder, { recursive: true });
  });
});
