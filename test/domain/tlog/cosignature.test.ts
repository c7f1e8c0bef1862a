import { describe, expect, it } from 'vitest';
import {
  formatCosignature,
  formatWitnessKey,
  MAX_AHEAD_SECONDS,
  parseWitnessKey,
  verifyCosignature,
  type WitnessKey,
} from '../../../src/domain/tlog/cosignature.ts';
import { formatVerifierKey } from '../../../src/domain/tlog/note.ts';
import { createTestWitness } from '../../support/witness.ts';

const TEXT = 'monsys-msp/test\n300\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n';
const NOW = 1_780_000_000;
const witness = createTestWitness('witness.example/one');
const known = parseWitnessKey(witness.key) as WitnessKey;
const publicKey = known.key.bytes;
const line = witness.cosign(TEXT, NOW);
const verify = (candidate: string, text = TEXT, now = NOW) => verifyCosignature(candidate, text, [known], now);

describe('parseWitnessKey', () => {
  it('reads a key whose id fits, and writes it the same', () => {
    expect(known).toMatchObject({ name: witness.name, id: witness.id });
    expect(formatWitnessKey(witness.name, publicKey)).toBe(witness.key);
  });

  it.each([
    ['a key that signs notes, not cosignatures', formatVerifierKey(witness.name, publicKey)],
    ['an id of another name', witness.key.replace('one', 'two')],
    ['a key of small order', formatWitnessKey(witness.name, new Uint8Array(32))],
    ['a key that is too short', formatWitnessKey(witness.name, publicKey.slice(1))],
    ['a name with a space', formatWitnessKey('a witness', publicKey)],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseWitnessKey(text)).toBeNull();
  });
});

describe('verifyCosignature', () => {
  it('takes what a witness signed, with or without the newline, and gives the same line back', () => {
    for (const candidate of [line, `${line}\n`]) {
      const verdict = verify(candidate);
      if (verdict.kind !== 'cosigned') throw new Error(JSON.stringify(verdict));
      expect(verdict.cosignature).toMatchObject({ name: witness.name, id: witness.id, time: NOW });
      expect(formatCosignature(verdict.cosignature)).toBe(`${line}\n`);
    }
  });

  it('refuses it over any other text', () => {
    for (const text of [TEXT.replace('300', '301'), TEXT.slice(0, -1), `${TEXT}\n`, TEXT.replace('test', 'else')])
      expect(verify(line, text)).toMatchObject({ kind: 'refused' });
  });

  it('refuses it when any one bit of time or signature changes', () => {
    const bytes = Buffer.from(line.split(' ')[2] as string, 'base64');
    for (let at = 4; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      expect(verify(`— ${witness.name} ${changed.toString('base64')}`), `byte ${at}`).toMatchObject({
        kind: 'refused',
      });
    }
  });

  it('knows a witness by name and key together', () => {
    expect(verify(createTestWitness(witness.name).cosign(TEXT, NOW))).toMatchObject({ kind: 'unknown_witness' });
    expect(verify(line.replace('/one', '/two'))).toMatchObject({
      kind: 'unknown_witness',
      name: 'witness.example/two',
    });
  });

  it('takes a time up to five minutes ahead, any in the past, and none of zero or past 2^53', () => {
    expect(verify(witness.cosign(TEXT, NOW + MAX_AHEAD_SECONDS)).kind).toBe('cosigned');
    expect(verify(witness.cosign(TEXT, 1)).kind).toBe('cosigned');
    expect(verify(witness.cosign(TEXT, NOW + MAX_AHEAD_SECONDS + 1))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('ahead'),
    });
    for (const time of [0, 2 ** 53]) expect(verify(witness.cosign(TEXT, time), TEXT, 2 ** 54).kind).toBe('refused');
  });

  it.each([
    ['two lines', `${line}\n${line}\n`],
    [
      'a plain signature',
      `— ${witness.name} ${Buffer.from(line.split(' ')[2] as string, 'base64')
        .subarray(0, 68)
        .toString('base64')}`,
    ],
    ['no line', 'hello'],
    ['nothing', ''],
  ])('refuses %s', (_, candidate) => {
    expect(verify(candidate).kind).toBe('refused');
  });
});
