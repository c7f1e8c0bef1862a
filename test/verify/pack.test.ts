/** What `verify-pack` accepts, and everything that it refuses, with line number and class. */

import { gunzipSync, gzipSync } from 'node:zlib';
import { Gzip } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../src/activities/hubKeys.ts';
import { sha256Hex } from '../../src/domain/bytes.ts';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { MAX_PACK_LINE_BYTES, type PackEntry, packLine } from '../../src/domain/pack.ts';
import { type HubKey, parsePemKeys } from '../../src/domain/verification/keys.ts';
import { verifyPack } from '../../src/domain/verification/pack.ts';
import {
  type Check,
  createReport,
  EXIT_CODES,
  exitCodeOf,
  VerifierError,
} from '../../src/domain/verification/report.ts';
import { memorySource } from '../../src/domain/verification/source.ts';
import { NODE_PRIMITIVES } from '../../src/verify/primitives.ts';
import { createTestSigner } from '../support/transparency.ts';
import { auditLines, eatLine, makePack, sha256, signManifest, smallPack, type TestPack } from './support/packs.ts';

let hub: Signer;
let host: Signer;
let pack: TestPack;
let keys: readonly HubKey[];

beforeAll(async () => {
  ({ hub, host, pack } = await smallPack());
  keys = parsePemKeys(publicKeyPem(hub.publicKey), 'test', NODE_PRIMITIVES.prepareKey);
});

type Outcome = { readonly code: number; readonly checks: readonly Check[] };

async function check(
  file: Uint8Array,
  sig: Uint8Array | null,
  more: Partial<Parameters<typeof verifyPack>[0]> = {},
): Promise<Outcome> {
  const report = createReport();
  const input = {
    primitives: NODE_PRIMITIVES,
    pack: memorySource(file),
    sig: sig === null ? null : memorySource(sig),
    previousSig: null,
    keys,
    allowOtherKeys: false,
    ...more,
  };
  try {
    await verifyPack(input, report);
  } catch (error) {
    if (!(error instanceof VerifierError)) throw error;
    report.failed(error.failure, error.message);
  }
  return { code: exitCodeOf(report.checks), checks: report.checks };
}

const failures = ({ checks }: Outcome) => checks.filter((each) => each.status === 'failed');
const lines = (outcome: Outcome) => failures(outcome).map((each) => each.line);

/** Lines of a pack as texts, for tampering. */
const textsOf = (jsonl: Buffer): string[] => gunzipSync(jsonl).toString('utf8').trimEnd().split('\n');

/** Compresses as the hub does. */
function compress(text: string): Buffer {
  const chunks: Uint8Array[] = [];
  const gzip = new Gzip({ level: 6, mtime: 0 }, (chunk) => chunks.push(chunk));
  gzip.push(Buffer.from(text, 'utf8'), true);
  return Buffer.concat(chunks);
}

/** A thief with the hub's key could sign any file: the manifest of `pack` for another JSONL file. */
function signedFor(jsonl: Buffer, plain: Buffer | string): Buffer {
  const bytes = Buffer.from(plain);
  return signManifest(hub, {
    ...pack.manifest,
    files: {
      ...pack.manifest.files,
      jsonl: {
        name: '2026-04.jsonl.gz',
        sha256: sha256(jsonl),
        bytes: jsonl.length,
        uncompressed_sha256: sha256(bytes),
        uncompressed_bytes: bytes.length,
      },
    },
  });
}

describe('a pack that the hub made', () => {
  it('is verified: the JSONL file with its chain, tokens and audit events', async () => {
    const { code, checks } = await check(pack.jsonl, pack.sig);
    expect(code).toBe(0);
    expect(checks.map((each) => each.text)).toEqual([
      expect.stringMatching(/^manifest hash matches signature/),
      expect.stringMatching(/^JSONL file matches manifest/),
      expect.stringMatching(/^hash chain root matches manifest/),
      '2 tokens signed by the hub, 2 results signed by their hosts, 2 quorums shown',
      'audit events 1 to 4 follow one another without a gap',
      '7 entries in pack, 0 tampered',
      `Ed25519 signature valid against pubkey ${keys[0]?.hex}`,
      'pack of ACME Ω (acme), 2026-04',
    ]);
  });

  it('is verified: the PDF alone, which says where its entries are', async () => {
    const { code, checks } = await check(pack.pdf, pack.sig);
    expect(code).toBe(0);
    expect(checks.map((each) => each.text).join('\n')).toContain('7 entries are in 2026-04.jsonl.gz');
  });

  it('says what a filter leaves out, and lets it leave audit events out', async () => {
    const [first, , third] = auditLines(3) as [PackEntry, PackEntry, PackEntry];
    const filter = { actor_suffix: '@yourmsp.com', kept: 2, left_out: 41 };
    const filtered = await makePack(hub, [first, third], { filter });
    const outcome = await check(filtered.jsonl, filtered.sig);
    expect(outcome.code).toBe(0);
    expect(outcome.checks.at(-1)?.text).toContain('2 entries kept, 41 left out');
    // The control: a whole pack may leave none out.
    const whole = await makePack(hub, [first, third]);
    expect(await check(whole.jsonl, whole.sig)).toMatchObject({ code: EXIT_CODES.content });
  });

  it('is verified when it is empty but for its first line', async () => {
    const empty = await makePack(hub, []);
    expect(await check(empty.jsonl, empty.sig)).toMatchObject({ code: 0 });
  });

  it('follows the month before, and only that one', async () => {
    const march = {
      ...pack.manifest,
      period: { month: '2026-03', from: '2026-03-01T00:00:00.000Z', until: '2026-04-01T00:00:00.000Z' },
    };
    const marchSig = signManifest(hub, march);
    const previous = {
      month: '2026-03',
      manifest_sha256: sha256Hex(marchSig.toString('utf8').split('\n')[3]?.slice('manifest: '.length) ?? ''),
      hash_chain_root: march.hash_chain_root,
    };
    const april = await makePack(hub, [], { previous });
    expect(await check(april.pdf, april.sig, { previousSig: memorySource(marchSig) })).toMatchObject({ code: 0 });
    const other = signManifest(hub, { ...march, entries: march.entries });
    expect(other.equals(marchSig)).toBe(true);
    const forged = signManifest(hub, { ...march, pack_id: '99999999-9999-4999-8999-999999999999' });
    expect(await check(april.pdf, april.sig, { previousSig: memorySource(forged) })).toMatchObject({
      code: EXIT_CODES.content,
    });
  });
});

describe('a file that was altered', () => {
  it('is refused for every single byte (control: unaltered it is accepted)', { timeout: 240_000 }, async () => {
    const accepted: string[] = [];
    for (const name of ['jsonl', 'pdf', 'sig'] as const)
      for (let at = 0; at < pack[name].length; at++) {
        const altered = Buffer.from(pack[name]);
        altered[at] = (altered[at] as number) ^ (1 << (at % 8));
        const file = name === 'sig' ? pack.pdf : altered;
        const { code } = await check(file, name === 'sig' ? altered : pack.sig);
        if (code === 0 || code === EXIT_CODES.internal) accepted.push(`${name} byte ${at}: exit ${code}`);
      }
    expect(accepted).toEqual([]);
    expect(await check(pack.jsonl, pack.sig)).toMatchObject({ code: 0 });
  });

  it('is refused when it is cut off anywhere', { timeout: 120_000 }, async () => {
    for (let size = 0; size < pack.jsonl.length; size += 7)
      expect((await check(pack.jsonl.subarray(0, size), pack.sig)).code).not.toBe(0);
  });

  const tampered: readonly (readonly [string, (texts: string[]) => string, number[]])[] = [
    ['a changed word', (texts) => joined(texts.with(2, (texts[2] as string).replace('TKT-9001', 'TKT-9002'))), [3, 4]],
    ['two lines in another order', (texts) => joined([texts[0], texts[2], texts[1], ...texts.slice(3)]), [2]],
    ['a line twice', (texts) => joined([...texts.slice(0, 4), texts[3], ...texts.slice(4)]), [5]],
    ['a missing line', (texts) => joined(texts.toSpliced(4, 1)), [5]],
    ['another spelling', (texts) => joined(texts.with(3, (texts[3] as string).replace('{', '{ '))), [4]],
    ['a duplicate key', (texts) => joined(texts.with(3, (texts[3] as string).replace('{', '{"kind":"eat",'))), [4]],
    [
      'a number that none is',
      (texts) => joined(texts.with(3, (texts[3] as string).replace(/"number":1/, '"number":1e999'))),
      [4],
    ],
    ['an empty line at the end', (texts) => `${joined(texts)}\n`, [8]],
    ['an extra line that follows', (texts) => `${joined(texts)}${extra(texts)}\n`, [8]],
    ['no newline at the end', (texts) => joined(texts).trimEnd(), [7]],
    ['an altered last line', (texts) => joined(texts.with(6, (texts[6] as string).replace('alice', 'carol'))), [7, 7]],
  ];
  const joined = (texts: readonly (string | undefined)[]) => `${texts.join('\n')}\n`;
  const extra = (texts: readonly string[]) =>
    packLine({ kind: 'trust_score', score: 100 }, texts.length, sha256Hex(texts.at(-1) as string)).text;

  it.each(tampered)('is refused with its line: %s', async (_, tamper, expected) => {
    const plain = tamper(textsOf(pack.jsonl));
    const jsonl = compress(plain);
    const outcome = await check(jsonl, pack.sig);
    expect(outcome.code).toBe(EXIT_CODES.content);
    // Signed anew by a thief of the key, the chain still tells where.
    const signed = await check(jsonl, signedFor(jsonl, plain));
    expect(signed.code).toBe(EXIT_CODES.content);
    expect(lines(signed)).toEqual(expected);
  });

  it('is refused when it is compressed again, though it unpacks to the same lines', async () => {
    const plain = gunzipSync(pack.jsonl);
    for (const jsonl of [
      gzipSync(plain),
      compressWith(plain, { mtime: 1_700_000_000 }),
      compressWith(plain, { filename: 'x' }),
    ]) {
      expect((await check(jsonl, pack.sig)).code).toBe(EXIT_CODES.content);
      if (!jsonl.subarray(0, 10).equals(pack.jsonl.subarray(0, 10)))
        expect((await check(jsonl, signedFor(jsonl, plain))).code).toBe(EXIT_CODES.content);
    }
  });

  it('is refused with a second gzip member or bytes after it, even when signed', async () => {
    const plain = gunzipSync(pack.jsonl);
    // The last one ends in the right checksum and length, so that only the end of the compressed data tells.
    const trailer = pack.jsonl.subarray(-8);
    for (const more of [gzipSync(''), compress('{}\n'), Buffer.alloc(4), Buffer.from([0, ...trailer])]) {
      const jsonl = Buffer.concat([pack.jsonl, more]);
      expect((await check(jsonl, signedFor(jsonl, plain))).code).toBe(EXIT_CODES.content);
    }
  });

  it('is refused when its checksum or its length is wrong, even when signed', async () => {
    const plain = gunzipSync(pack.jsonl);
    for (const fromEnd of [1, 8]) {
      const jsonl = Buffer.from(pack.jsonl);
      jsonl[jsonl.length - fromEnd] = (jsonl.at(-fromEnd) as number) ^ 1;
      const outcome = await check(jsonl, signedFor(jsonl, plain));
      expect(failures(outcome)).toMatchObject([{ text: 'length or checksum at the end of the gzip file is wrong' }]);
    }
  });

  it('is refused before a bomb is unpacked', async () => {
    const bomb = compress(`{"kind":"pack"${' '.repeat(64 * 1024 * 1024)}`);
    const outcome = await check(bomb, signedFor(bomb, 'small'));
    expect(failures(outcome)[0]?.text).toContain('more than the 5 bytes of the manifest');
    const long = await check(bomb, signedFor(bomb, Buffer.alloc(70 * 1024 * 1024)));
    expect(failures(long)).toMatchObject([{ text: `the line is longer than ${MAX_PACK_LINE_BYTES} bytes`, line: 1 }]);
  });
});

function compressWith(plain: Buffer, options: { mtime?: number; filename?: string }): Buffer {
  const chunks: Uint8Array[] = [];
  const gzip = new Gzip({ level: 6, mtime: 0, ...options }, (chunk) => chunks.push(chunk));
  gzip.push(plain, true);
  return Buffer.concat(chunks);
}

describe('a signature', () => {
  it('of another key is refused, also when it claims to be of the trusted one', async () => {
    const thief = createTestSigner();
    const resigned = signManifest(thief, pack.manifest);
    expect(await check(pack.jsonl, resigned)).toMatchObject({ code: EXIT_CODES.signature });
    const renamed = Buffer.from(resigned.toString().replace(/key-id: .*/, `key-id: ${keys[0]?.id}`));
    expect(await check(pack.jsonl, renamed)).toMatchObject({ code: EXIT_CODES.signature });
  });

  it.each([
    ['a byte order mark', (text: string) => `\u{feff}${text}`],
    ['Windows line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a second signature', (text: string) => `${text}signature: ${'A'.repeat(86)}==\n`],
    ['another manifest with its hash', (text: string) => text.replaceAll('"entries":7', '"entries":8')],
  ])('is refused with %s', async (_, alter) => {
    expect((await check(pack.pdf, Buffer.from(alter(pack.sig.toString())))).code).not.toBe(0);
  });

  it('over a manifest that contradicts itself is refused', async () => {
    const wrong = signManifest(hub, { ...pack.manifest, entries: 8 });
    expect(await check(pack.pdf, wrong)).toMatchObject({ code: EXIT_CODES.manifest });
    const period = { ...pack.manifest.period, until: '2026-06-01T00:00:00.000Z' };
    expect(await check(pack.pdf, signManifest(hub, { ...pack.manifest, period }))).toMatchObject({
      code: EXIT_CODES.manifest,
    });
  });

  it('over counts that the lines do not have is refused', async () => {
    const { manifest } = pack;
    const counts = { ...manifest.counts, eat: 1, audit: 5 };
    expect(await check(pack.jsonl, signManifest(hub, { ...manifest, counts }))).toMatchObject({
      code: EXIT_CODES.content,
    });
  });
});

describe('a token in a pack', () => {
  async function withLine(line: PackEntry, more: Partial<Parameters<typeof verifyPack>[0]> = {}) {
    const made = await makePack(hub, [eatLine(hub, host), line]);
    return check(made.jsonl, made.sig, more);
  }

  it('is accepted unaltered (the control)', async () => {
    expect(await withLine(eatLine(hub, host))).toMatchObject({ code: 0 });
  });

  it('by a key that was not given fails, unless that is allowed, and is checked when the key is given', async () => {
    const old = createTestSigner();
    const outcome = await withLine(eatLine(old, host));
    expect(outcome.code).toBe(EXIT_CODES.signature);
    expect(failures(outcome)[0]?.text).toMatch(
      /^1 tokens signed by other keys \([0-9a-f]{16}\): give them with --pubkey/,
    );
    expect(await withLine(eatLine(old, host), { allowOtherKeys: true })).toMatchObject({ code: 0 });
    const oldKeys = parsePemKeys(publicKeyPem(old.publicKey), 'old', NODE_PRIMITIVES.prepareKey);
    expect(await withLine(eatLine(old, host), { keys: [...keys, ...oldKeys] })).toMatchObject({ code: 0 });
  });

  const other = createTestSigner();
  it.each<readonly [string, () => PackEntry, number]>([
    ['a signature of another key', () => eatLine({ ...other, publicKey: hub.publicKey }, host), EXIT_CODES.signature],
    ['a result by another host', () => eatLine(hub, { ...other, publicKey: host.publicKey }), EXIT_CODES.signature],
    ['a reason that was not signed', () => eatLine(hub, host, { change: { reason: 'Routine' } }), EXIT_CODES.content],
    [
      'an outcome that the host did not report',
      () => eatLine(hub, host, { change: { outcome: 'failed' } }),
      EXIT_CODES.content,
    ],
    ['no result', () => eatLine(hub, host, { change: { result: null, result_signature: null } }), EXIT_CODES.content],
    ['no token', () => eatLine(hub, host, { change: { token: null } }), EXIT_CODES.content],
    [
      'another tenant',
      () => eatLine(hub, host, { token: { tenant_id: '44444444-4444-4444-8444-444444444444' } }),
      EXIT_CODES.content,
    ],
    [
      'the result of another token',
      () => {
        const { result, result_signature } = eatLine(hub, host);
        return eatLine(hub, host, { change: { result, result_signature } });
      },
      EXIT_CODES.content,
    ],
    ['one approver twice', () => eatLine(hub, host, { token: { authorisation: twice() } }), EXIT_CODES.content],
    [
      'an irreversible action on one word',
      () => eatLine(hub, host, { token: { authorisation: alone() } }),
      EXIT_CODES.content,
    ],
  ])('is refused with %s, naming line 3', async (_, make, code) => {
    const outcome = await withLine(make());
    expect(outcome.code).toBe(code);
    expect(new Set(lines(outcome))).toEqual(new Set([3]));
  });

  function proof() {
    const { authorisation } = JSON.parse(eatLine(hub, host).token as string);
    return authorisation;
  }
  const twice = () => {
    const quorum = proof();
    return {
      ...quorum,
      approvals: [quorum.approvals[0], { ...quorum.approvals[0], totp_step_sha256: sha256Hex('z') }],
    };
  };
  const alone = () => ({ kind: 'single' as const, ...proof().requested_by, totp_step_sha256: sha256Hex('a') });
});

describe('an audit event in a pack', () => {
  it.each<readonly [string, (lines: PackEntry[]) => PackEntry[]]>([
    ['altered', (all) => all.with(2, { ...(all[2] as PackEntry), actor_email: 'mallory@yourMSP.com' })],
    ['removed', (all) => all.toSpliced(2, 1)],
    ['of another chain', (all) => all.with(2, auditLines(3, 2)[1] as PackEntry)],
  ])('is refused when it was %s before the pack was signed, with its line', async (_, alter) => {
    const made = await makePack(hub, alter(auditLines(5)));
    const outcome = await check(made.jsonl, made.sig);
    expect(outcome.code).toBe(EXIT_CODES.content);
    expect(lines(outcome)[0]).toBe(4);
  });
});
