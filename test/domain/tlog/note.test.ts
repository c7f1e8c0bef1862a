import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/domain/bytes.ts';
import {
  checkpointText,
  formatNote,
  formatVerifierKey,
  isKeyName,
  makeNoteKey,
  type NoteKey,
  openCheckpoint,
  parseCheckpointText,
  parseNote,
  parseVerifierKey,
  verifyNote,
} from '../../../src/domain/tlog/note.ts';

/** Key and note of the documentation of golang.org/x/mod/sumdb/note. */
const NEUMANN_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const NEUMANN_NOTE =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
/** The Go checksum database: its published key and one of its signed tree heads. */
const SUMDB_KEY = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
const SUMDB_NOTE =
  'go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n' +
  '— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n';

const key = (text: string): NoteKey => {
  const parsed = parseVerifierKey(text);
  if (parsed === null) throw new Error(`${text} should be a key`);
  return parsed;
};

function signer(name: string) {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = Uint8Array.from(Buffer.from(pair.publicKey.export({ format: 'jwk' }).x as string, 'base64url'));
  const trusted = makeNoteKey(name, publicKey) as NoteKey;
  return {
    publicKey,
    trusted,
    signature: (text: string) => ({ name, id: trusted.id, signature: sign(null, Buffer.from(text), pair.privateKey) }),
  };
}

describe('verifyNote', () => {
  it('accepts the published notes of Go’s note package and of its checksum database', () => {
    expect(verifyNote(NEUMANN_NOTE, [key(NEUMANN_KEY)])).toMatchObject({
      kind: 'signed',
      by: [{ name: 'PeterNeumann', id: 'c74f20a3' }],
    });
    const opened = openCheckpoint(SUMDB_NOTE, 'go.sum database tree', [key(SUMDB_KEY)]);
    expect(opened).toMatchObject({ kind: 'signed', checkpoint: { size: 6_476_701 } });
  });

  it('refuses them when any one character changes', () => {
    const trusted = [key(SUMDB_KEY)];
    for (let at = 0; at < SUMDB_NOTE.length; at++) {
      for (const symbol of ['A', '\n', ' ', '1']) {
        if (SUMDB_NOTE[at] === symbol) continue;
        const altered = SUMDB_NOTE.slice(0, at) + symbol + SUMDB_NOTE.slice(at + 1);
        expect(verifyNote(altered, trusted).kind, `character ${at} as ${JSON.stringify(symbol)}`).toBe('refused');
      }
    }
  });

  it('ignores signatures of keys that it does not know, also when only the name or only the id is known', () => {
    const [log, witness] = [signer('log.example'), signer('witness.example')];
    const text = 'a\n';
    const note = formatNote(text, [witness.signature(text), log.signature(text)]);
    expect(verifyNote(note, [log.trusted])).toMatchObject({ kind: 'signed', by: [{ name: 'log.example' }] });
    expect(verifyNote(note, [log.trusted, witness.trusted])).toMatchObject({
      by: [{ name: 'witness.example' }, { name: 'log.example' }],
    });
    expect(verifyNote(note, [])).toEqual({ kind: 'refused', why: 'no trusted key has signed it' });
    expect(verifyNote(note, [signer('log.example').trusted]).kind).toBe('refused');
  });

  it('refuses the whole note when a known key’s signature is wrong, even beside a good one', () => {
    const log = signer('log.example');
    const note = formatNote('a\n', [log.signature('a\n'), log.signature('b\n')]);
    expect(verifyNote(note, [log.trusted])).toEqual({
      kind: 'refused',
      why: 'the signature of log.example does not fit',
    });
  });

  it('counts a key that signs twice once', () => {
    const log = signer('log.example');
    const verdict = verifyNote(formatNote('a\n', [log.signature('a\n'), log.signature('a\n')]), [log.trusted]);
    expect(verdict.kind === 'signed' && verdict.by).toHaveLength(1);
  });
});

describe('parseNote', () => {
  const good = 'text\n\n— k AAAAAAE=\n';
  it('reads a note whose text holds an empty line (the last one separates)', () => {
    expect(parseNote('a\n\nb\n\n— k AAAAAAE=\n')?.text).toBe('a\n\nb\n');
    expect(parseNote(good)?.signatures).toEqual([{ name: 'k', id: '00000000', signature: Uint8Array.of(1) }]);
  });

  it.each([
    ['no final newline', good.slice(0, -1)],
    ['no signature', 'text\n\n'],
    ['no empty line', 'text\n— k AAAAAAE=\n'],
    ['a carriage return', good.replaceAll('\n', '\r\n')],
    ['a tab', `\t${good}`],
    ['a NUL', `\0${good}`],
    ['a lone surrogate', `\ud800${good}`],
    ['a hyphen for the dash', good.replace('—', '-')],
    ['a name with plus', good.replace(' k ', ' k+l ')],
    ['a name with a no-break space', good.replace(' k ', ' k\u00a0l ')],
    ['unpadded base64', good.replace('AAAAAAE=', 'AAAAAAE')],
    ['respelled base64', good.replace('AAAAAAE=', 'AAAAAAF=')],
    ['a key id and nothing signed', good.replace('AAAAAAE=', 'AAAAAA==')],
    ['something after the signatures', `${good}x\n`],
    ['101 signatures', good + '— k AAAAAAE=\n'.repeat(100)],
    ['more than may be read', `${'a'.repeat(200_000)}\n${good}`],
  ])('refuses %s', (_, note) => {
    expect(parseNote(note)).toBeNull();
  });

  it('reads back what formatNote writes', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text) && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.uint8Array({ minLength: 1 }), (lines, signature) => {
        const text = `${lines.join('\n')}\n`;
        const signatures = [{ name: 'k', id: '0123abcd', signature: Uint8Array.from(signature) }];
        expect(parseNote(formatNote(text, signatures))).toEqual({ text, signatures });
      }),
    );
  });
});

describe('keys', () => {
  it('are written as Go writes them', () => {
    const made = signer('monsys-msp/hub');
    const text = formatVerifierKey('monsys-msp/hub', made.publicKey);
    expect(parseVerifierKey(text)).toEqual(made.trusted);
    expect(formatVerifierKey('PeterNeumann', key(NEUMANN_KEY).key.bytes)).toBe(NEUMANN_KEY);
  });

  it.each([
    ['an id that is not the key’s', NEUMANN_KEY.replace('c74f20a3', 'c74f20a4')],
    ['another name', NEUMANN_KEY.replace('Peter', 'Petra')],
    ['a key that is too long', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='],
    ['an unknown algorithm', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['a capital in the id', NEUMANN_KEY.replace('c74f20a3', 'C74F20A3')],
    ['a point of small order', formatVerifierKey('k', utf8ToBytes('\u0001' + '\u0000'.repeat(31)))],
  ])('are refused with %s', (_, text) => {
    expect(parseVerifierKey(text)).toBeNull();
  });

  it.each(['', 'a b', 'a+b', 'a\nb', 'a\u2003b', '\ud800'])('may not be named %j', (name) => {
    expect(isKeyName(name)).toBe(false);
  });
});

describe('checkpoints', () => {
  const root = new Uint8Array(32).fill(9);
  const text = checkpointText({ origin: 'monsys-msp/hub', size: 42, root });

  it('are three lines', () => {
    expect(text).toBe(`monsys-msp/hub\n42\n${Buffer.from(root).toString('base64')}\n`);
    expect(parseCheckpointText(text)).toEqual({ origin: 'monsys-msp/hub', size: 42, root });
    expect(parseCheckpointText(`${text}an extension\n`)?.size).toBe(42);
  });

  it.each([
    ['a leading zero', text.replace('42', '042')],
    ['a sign', text.replace('42', '+42')],
    ['an exponent', text.replace('42', '4e2')],
    ['a size past 2^53', text.replace('42', '9007199254740992')],
    ['a short root', text.replace('CQkJCQ', 'CQ')],
    ['no origin', text.replace('monsys-msp/hub', '')],
    ['an empty extension line', `${text}\n`],
    ['no root', 'monsys-msp/hub\n42\n'],
    ['no final newline', text.slice(0, -1)],
  ])('are refused with %s', (_, altered) => {
    expect(parseCheckpointText(altered)).toBeNull();
  });

  it('of another log are refused, though the key is trusted', () => {
    const log = signer('monsys-msp/hub');
    const note = formatNote(text, [log.signature(text)]);
    expect(openCheckpoint(note, 'monsys-msp/hub', [log.trusted]).kind).toBe('signed');
    expect(openCheckpoint(note, 'monsys-msp/other', [log.trusted])).toEqual({
      kind: 'refused',
      why: 'it is of the log monsys-msp/hub',
    });
  });
});
