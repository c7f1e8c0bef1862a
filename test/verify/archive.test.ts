/** The archive of a whole pack: taken as the hub writes it, refused when anything in it contradicts. */

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { packManifestText } from '../../src/domain/pack.ts';
import { parsePemKeys } from '../../src/domain/verification/keys.ts';
import { verifyPack } from '../../src/domain/verification/pack.ts';
import { createReport, exitCodeOf, VerifierError } from '../../src/domain/verification/report.ts';
import { memorySource } from '../../src/domain/verification/source.ts';
import { NODE_PRIMITIVES } from '../../src/verify/primitives.ts';
import { createTestSigner } from '../support/transparency.ts';
import { signManifest, smallPack } from './support/packs.ts';

let made: Awaited<ReturnType<typeof smallPack>>;

type Files = { [name: string]: Buffer };

/** As src/api/routes/auditPacks.ts streams it: the two large files as streams, the small ones as buffers. */
async function zipOf(files: Files, compress = false): Promise<Buffer> {
  const zip = new ZipFile();
  const options = { mtime: new Date(Date.UTC(1980, 0, 1)), mode: 0o100644, compress };
  for (const [name, bytes] of Object.entries(files))
    if (/\.(gz|pdf)$/.test(name))
      zip.addReadStream(Readable.from([bytes]), name, { ...options, ...(compress ? {} : { size: bytes.length }) });
    else zip.addBuffer(bytes, name, options);
  zip.end();
  return buffer(zip.outputStream as Readable);
}

function filesOf(): Files {
  const { jsonl, pdf, sig, manifest } = made.pack;
  return {
    'acme-2026-04.jsonl.gz': jsonl,
    'acme-2026-04.pdf': pdf,
    'acme-2026-04.manifest.json': Buffer.from(packManifestText(manifest)),
    'acme-2026-04.sig': sig,
  };
}

async function verify(zip: Buffer, sig: Buffer | null = null): Promise<{ code: number; text: string }> {
  const report = createReport();
  const keys = parsePemKeys(publicKeyPem(made.hub.publicKey), 'test', NODE_PRIMITIVES.prepareKey);
  const input = {
    primitives: NODE_PRIMITIVES,
    pack: memorySource(zip),
    sig: sig && memorySource(sig),
    previousSig: null,
    keys,
    allowOtherKeys: false,
  };
  try {
    await verifyPack(input, report);
  } catch (error) {
    if (!(error instanceof VerifierError)) throw error;
    report.failed(error.failure, error.message);
  }
  return { code: exitCodeOf(report.checks), text: report.checks.map((check) => check.text).join('\n') };
}

beforeAll(async () => {
  made = await smallPack();
});

describe('the archive of a pack', () => {
  it('is verified whole, with and without its .sig beside it', async () => {
    const zip = await zipOf(filesOf());
    const { code, text } = await verify(zip);
    expect(text).toContain('7 entries in pack, 0 tampered');
    expect(text).toContain('PDF file matches manifest');
    expect(code).toBe(0);
    expect(await verify(zip, made.pack.sig)).toMatchObject({ code: 0 });
  });

  it('is refused for every single byte but those that say nothing of its files', { timeout: 120_000 }, async () => {
    const zip = await zipOf(filesOf());
    const accepted = new Set<number>();
    for (let place = 0; place < zip.length; place++) {
      const altered = Buffer.from(zip);
      altered[place] = (altered[place] as number) ^ 0x11;
      if ((await verify(altered)).code === 0) accepted.add(place);
    }
    // Versions, times, dates and modes, of four files in two headers each: what is in the files is proven by the manifest.
    expect(accepted.size).toBeLessThan(4 * (10 + 30));
    const inside = Object.values(filesOf()).flatMap((bytes) => {
      const start = zip.indexOf(bytes);
      return [...accepted].filter((place) => place >= start && place < start + bytes.length);
    });
    expect(inside).toEqual([]);
  });

  it.each<readonly [string, (files: Files) => Files | Promise<Buffer>]>([
    ['with a fifth file', (files) => ({ ...files, 'readme.txt': Buffer.from('hello') })],
    [
      'without its PDF',
      (files) => Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith('.pdf'))),
    ],
    ['with another manifest', (files) => ({ ...files, 'acme-2026-04.manifest.json': Buffer.from('{}') })],
    [
      'signed by another key',
      (files) => ({ ...files, 'acme-2026-04.sig': signManifest(createTestSigner(), made.pack.manifest) }),
    ],
    ['with an altered PDF', (files) => ({ ...files, 'acme-2026-04.pdf': Buffer.from('%PDF-1.7\n') })],
    ['compressed', (files) => zipOf(files, true)],
    ['with something before it', async (files) => Buffer.concat([Buffer.from('PK\u0003\u0004'), await zipOf(files)])],
    ['with something after it', async (files) => Buffer.concat([await zipOf(files), Buffer.from('x')])],
  ])('is refused %s', async (_, alter) => {
    const altered = await alter(filesOf());
    expect((await verify(Buffer.isBuffer(altered) ? altered : await zipOf(altered))).code).not.toBe(0);
  });

  it('is refused when the .sig beside it is another', async () => {
    const other = signManifest(made.hub, { ...made.pack.manifest, pack_id: '99999999-9999-4999-8999-999999999999' });
    expect((await verify(await zipOf(filesOf()), other)).code).not.toBe(0);
  });
});
