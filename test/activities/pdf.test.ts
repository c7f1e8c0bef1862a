/** The PDF of a pack, as its readers have it: by another PDF reader, by veraPDF, and by an auditor with openssl. */

import { execFile, execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import PdfDocument from 'pdfkit';
import { afterAll, describe, expect, it } from 'vitest';
import { opensslSteps } from '../../src/activities/pdf/appendix.ts';
import { registerFonts } from '../../src/activities/pdf/fonts.ts';
import { paletteOf } from '../../src/activities/pdf/palette.ts';
import { renderPackPdf } from '../../src/activities/pdf/render.ts';
import { clean, wrap } from '../../src/activities/pdf/text.ts';
import { contrastRatio } from '../../src/domain/brand.ts';
import {
  PACK_CHAIN_START,
  PACK_START,
  packLine,
  packSigningBytes,
  packSigText,
  readPackLine,
} from '../../src/domain/pack.ts';
import type { PackReport } from '../../src/domain/packReport.ts';
import { DEMO_SIZE, NAMES, NO_ROWS, packReport } from '../support/packReport.ts';
import { brokenRules } from '../support/veraPdf.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'monsys-pdf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL_REPORT = packReport({ kernels: 2, cves: 2, alerts: 2, sessions: 1, eats: 2, scores: 5 });

async function render(report: PackReport): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await renderPackPdf(report, async (chunk) => {
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Text of each page, its pieces joined by single spaces. */
async function textOf(pdf: Uint8Array): Promise<readonly string[]> {
  const task = getDocument({ data: new Uint8Array(pdf), verbosity: 0 });
  const document = await task.promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const content = await (await document.getPage(number)).getTextContent();
    pages.push(
      content.items
        .map((item) => ('str' in item ? item.str : ''))
        .join(' ')
        .replace(/\s+/g, ' '),
    );
  }
  await task.destroy();
  return pages;
}

describe('a report', () => {
  it('has these bytes, so that a pack that is built again is the same (a change here changes every pack)', async () => {
    expect(sha256(await render(SMALL_REPORT))).toMatchInlineSnapshot(
      `"c941d41d2948008100be7375c46be731be4edf7db0ccafc5d879b4942c22d3de"`,
    );
  });

  it('has the same bytes in another process, in another time zone and language', async () => {
    const script = `
      import { createHash } from 'node:crypto';
      import { renderPackPdf } from '${ROOT}/src/activities/pdf/render.ts';
      const hash = createHash('sha256');
      await renderPackPdf(JSON.parse(process.env.REPORT), async (chunk) => void hash.update(chunk));
      process.stdout.write(hash.digest('hex'));`;
    const env = { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8', REPORT: JSON.stringify(SMALL_REPORT) };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(stdout).toBe(sha256(await render(SMALL_REPORT)));
  });

  it('has other bytes when anything in it differs', async () => {
    const changed = { ...SMALL_REPORT, jsonl: { ...SMALL_REPORT.jsonl, entries: SMALL_REPORT.jsonl.entries + 1 } };
    expect(sha256(await render(changed))).not.toBe(sha256(await render(SMALL_REPORT)));
  });
});

describe('the report of a usual month', async () => {
  const pages = await textOf(await render(packReport(DEMO_SIZE)));
  const all = pages.join(' ');

  it('has 12 to 15 pages, each but the cover with its number', () => {
    expect(pages.length).toBeGreaterThanOrEqual(12);
    expect(pages.length).toBeLessThanOrEqual(15);
    for (const [index, page] of pages.entries())
      if (index > 0) expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
  });

  it('tells in its contents on which page each chapter begins', () => {
    const titles = [
      'Summary',
      'Trust Score',
      'Kernel updates',
      'CVEs fixed',
      'Alerts against SLA',
      'Sessions opened',
      'Emergency action tokens',
      'Verification',
    ];
    for (const title of titles) {
      const page = Number(new RegExp(`${title} (\\d+)`).exec(pages[1] ?? '')?.[1]);
      expect(pages[page - 1], title).toContain(title);
    }
  });

  it('shows Polish, Greek and Cyrillic names, and who approved', () => {
    const joined = all.replaceAll(' ', '');
    for (const name of NAMES) expect(joined).toContain(name);
    expect(all).toContain('ACME Spółka & Συνεργάτες');
    expect(all).toContain('2-of-2 quorum');
    expect(all).toMatch(/Approved by Ελένη\.Παπαδοπούλου@msp\.example, юлия\.щукина@msp\.example/);
    expect(all).toContain('Reported late');
  });

  it('repeats the head of a table on each of its pages', () => {
    const withAlerts = pages.filter(
      (page) => /#8\d\d (critical|high|medium|low|info)/.test(page) && !page.includes('What stands out'),
    );
    expect(withAlerts.length).toBeGreaterThan(1);
    for (const page of withAlerts) expect(page).toContain('No. Severity Alert Host');
  });

  it('carries the hashes, the key and the commands of the check', () => {
    const report = packReport(DEMO_SIZE);
    for (const text of [
      report.jsonl.sha256,
      report.jsonl.hash_chain_root,
      report.previous?.manifest_sha256 ?? '',
      report.hub_key.key_id,
      'openssl pkeyutl -verify',
      'monsys-verify-eat verify-pack',
    ])
      expect(all).toContain(text);
  });
});

describe('a report', () => {
  it('of a month without events says so, chapter by chapter', async () => {
    const pages = await textOf(await render(packReport(NO_ROWS, { hosts: 0, previous: null })));
    const all = pages.join(' ');
    expect(all.match(/Nothing to report:/g)).toHaveLength(7);
    expect(all).toContain('none: this is the first pack');
    expect(pages.length).toBeLessThanOrEqual(8);
    expect(all).not.toContain('NaN');
  });

  it('says on its cover that it is filtered, how much that leaves out, and that it is a preview', async () => {
    const filter = { actor_suffix: '@msp.example', kept: 117, left_out: 1130 };
    const [cover = ''] = await textOf(await render(packReport(NO_ROWS, { filter, is_preview: true })));
    expect(cover).toContain(
      'Filtered: only actions by people whose email ends with @msp.example; 1,130 of 1,247 entries left out',
    );
    expect(cover).toContain('Preview: the month is not over');
    const [whole = ''] = await textOf(await render(packReport(NO_ROWS)));
    expect(whole).not.toMatch(/Filtered|Preview/);
  });

  it('says how many rows are only in the JSONL', async () => {
    const report = packReport({ ...NO_ROWS, alerts: 3 });
    const pages = await textOf(await render({ ...report, alerts: { ...report.alerts, total: 12_003 } }));
    expect(pages.join(' ')).toContain(
      '… and 12,000 more in the JSONL. This report shows the first 3 of 12,003 alerts.',
    );
  });

  it('takes what hosts and people write: markup, controls, one word of 5,000 letters', async () => {
    const evil = `<b>&"'\u202Egnp.exe\u0000\u001b[2J${'x'.repeat(5000)}`;
    const report = packReport(
      { ...NO_ROWS, eats: 1, alerts: 1, sessions: 1 },
      { tenant: { id: 'x', slug: 'x', name: evil } },
    );
    const pdf = await render({
      ...report,
      alerts: { total: 1, rows: report.alerts.rows.map((row) => ({ ...row, title: evil, hostname: evil })) },
      eats: {
        total: 1,
        rows: report.eats.rows.map((row) => ({
          ...row,
          labels: [evil],
          reason: evil,
          approvers: Array(64).fill(NAMES[0]),
        })),
      },
    });
    const all = (await textOf(pdf)).join(' ');
    expect(all).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(all).toContain('<b>&"\'gnp.exe');
  });

  it('of 10,000 alerts hands its pages on as they fill and needs little memory', async () => {
    const script = `
      import { renderPackPdf } from '${ROOT}/src/activities/pdf/render.ts';
      import { packReport, NO_ROWS } from '${ROOT}/test/support/packReport.ts';
      let largest = 0, chunks = 0;
      await renderPackPdf(packReport({ ...NO_ROWS, alerts: 10000 }), async (chunk) => { largest = Math.max(largest, chunk.length); chunks += 1; });
      process.stdout.write(JSON.stringify({ largest, chunks }));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--max-old-space-size=64', '--max-semi-space-size=4', '--input-type=module', '-e', script],
      { env: process.env },
    );
    const { largest, chunks } = JSON.parse(stdout) as { readonly largest: number; readonly chunks: number };
    expect(chunks).toBeGreaterThan(200);
    expect(largest).toBeLessThan(8 * 1024 * 1024);
  }, 120_000);
});

describe('veraPDF', () => {
  const file = join(folder, 'usual.pdf');
  it('finds nothing against PDF/A-2a, and for PDF/UA-1 only that the file does not claim it', async () => {
    writeFileSync(
      file,
      await render(packReport(DEMO_SIZE, { brand: { product_name: 'A & B <c>', primary_color: '#ffe600' } })),
    );
    expect(await brokenRules(file, '2a')).toMatchInlineSnapshot(`[]`);
    expect(await brokenRules(file, 'ua1')).toMatchInlineSnapshot(`
      [
        "5-1: The PDF/UA version and conformance level of a file shall be specified using the PDF/UA Identification extension schema",
      ]
    `);
  }, 300_000);
});

describe('the steps of the appendix', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const report = SMALL_REPORT;
  const first = packLine({ kind: 'pack', note: 'x' }, 0, PACK_CHAIN_START);
  const second = packLine({ kind: 'audit', note: 'y "prev":"z" \\ é' }, 1, first.hash);
  const jsonl = gzipSync(`${first.text}\n${second.text}\n`);
  const root = { ...report, jsonl: { ...report.jsonl, hash_chain_root: second.hash } };

  function run(tamper: { readonly sig?: (text: string) => string; readonly lines?: string }): readonly string[] {
    const at = mkdtempSync(join(folder, 'steps-'));
    const manifest = JSON.stringify({ files: { jsonl: { sha256: sha256(jsonl) } } });
    const sig = packSigText(
      manifest,
      report.hub_key.key_id,
      sign(null, packSigningBytes(manifest, report.hub_key.key_id), privateKey),
    );
    writeFileSync(join(at, '2026-04.sig'), tamper.sig?.(sig) ?? sig);
    writeFileSync(join(at, '2026-04.jsonl.gz'), tamper.lines === undefined ? jsonl : gzipSync(tamper.lines));
    writeFileSync(join(at, '2026-04.pdf'), 'pdf');
    writeFileSync(join(at, 'hub.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    return opensslSteps(root).map(({ commands }) => {
      try {
        return execFileSync('sh', ['-c', commands.join('\n')], {
          cwd: at,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        });
      } catch (error) {
        return `failed: ${(error as { readonly stdout: string }).stdout}`;
      }
    });
  }

  it('hold for an honest pack', () => {
    expect(readPackLine(Buffer.from(first.text), PACK_START).kind).toBe('ok');
    const [signature, manifest, files, chain, links] = run({});
    expect(signature).toContain('Signature Verified Successfully');
    const [hash, stated] = (manifest ?? '').split('\n').map((line) => line.slice(0, 64));
    expect(hash).toBe(stated);
    expect((files ?? '').split(sha256(jsonl))).toHaveLength(3);
    expect(chain?.slice(0, 64)).toBe(second.hash);
    expect(links).toBe('');
  });

  it('show an altered manifest and an altered line', () => {
    const [signature, manifest] = run({ sig: (text) => text.replace('"files"', '"filez"') });
    expect(signature).toMatch(/^failed: .*Verification Failure/s);
    const [hash, stated] = (manifest ?? '').split('\n').map((line) => line.slice(0, 64));
    expect(hash).not.toBe(stated);
    const [, , files, , links] = run({ lines: `${first.text.replace('"x"', '"w"')}\n${second.text}\n` });
    expect((files ?? '').split(sha256(jsonl))).toHaveLength(2);
    expect(links).toContain('broken');
  });
});

describe('text', () => {
  const fonts = registerFonts(new PdfDocument({ autoFirstPage: false, font: null as unknown as string }));
  const font = { face: 'regular', size: 9 } as const;

  it('loses what is not seen and keeps what is, or says its code point', () => {
    expect(clean('a\u202Eb\u200Bc\td\n e\u00ad', fonts)).toBe('abc d e');
    expect(clean('Zażółć Ελένη Юлия é', fonts)).toBe('Zażółć Ελένη Юлия é');
    expect(clean('日', fonts)).toBe('[U+65E5]');
  });

  it('is wrapped to its width, no letter lost', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 30, max: 300 }), (text, width) => {
        const plain = clean(text, fonts);
        const lines = wrap(plain, fonts, font, width, 1000);
        expect(lines.join('').replaceAll(' ', '')).toBe(plain.replaceAll(' ', ''));
        for (const line of lines) expect(fonts.width(line, 'regular', 9)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('colours', () => {
  it('of any brand can be read', () => {
    const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(color, (brand) => {
        const palette = paletteOf(brand);
        expect(contrastRatio(palette.accent, '#ffffff')).toBeGreaterThanOrEqual(4.5);
        expect(contrastRatio(palette.brand, palette.onBrand)).toBeGreaterThanOrEqual(4.5);
      }),
    );
    expect(paletteOf('red; }')).toEqual(paletteOf(null));
  });
});
