/** Verification in the browser: the lines of the command line, without a network. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/verify/run.ts';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, signedIn, picture, demo, call } = await createTestBrowser();
const acme = demo.tenants.find(({ slug }) => slug === 'acme') as { readonly id: string };
const month = new Date().toISOString().slice(0, 7);
const folder = await mkdtemp(join(tmpdir(), 'monsys-verify-page-'));
afterAll(() => rm(folder, { recursive: true }));

type Pack = { readonly id: string; readonly has_files: boolean };
const files: { pack: Pack; jsonl: string; pdf: string; sig: string; manifest: string; altered: string; key: string } =
  {} as never;

async function acmePack(): Promise<Pack | undefined> {
  const answer = await call('alice', 'GET', `/audit-packs?tenant_id=${acme.id}`);
  const { items } = (await answer.json()) as { readonly items: readonly Pack[] };
  return items.find(({ has_files }) => has_files);
}

beforeAll(async () => {
  if ((await acmePack()) === undefined) await call('alice', 'POST', '/audit-packs', { tenant_id: acme.id, month });
  files.pack = await vi.waitFor(async () => (await acmePack()) ?? Promise.reject(new Error('not built yet')), {
    timeout: 60_000,
    interval: 500,
  });
  const endings = { jsonl: '.jsonl.gz', pdf: '.pdf', sig: '.sig', manifest: '.manifest.json' } as const;
  for (const [format, ending] of Object.entries(endings)) {
    const answer = await call('alice', 'GET', `/audit-packs/${files.pack.id}/download?format=${format}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const path = join(folder, `acme${ending}`);
    await writeFile(path, bytes);
    files[format as keyof typeof endings] = path;
    if (format !== 'jsonl') continue;
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    files.altered = join(folder, 'altered.jsonl.gz');
    await writeFile(files.altered, bytes);
  }
  files.key = join(folder, 'hub.pub');
  await writeFile(files.key, await (await fetch(`${demo.base_url}/pubkeys/hub.pub`)).text());
});

/** What the command line says of the same files. */
async function commandLine(pack: string): Promise<{ readonly code: number; readonly lines: string[] }> {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const code = await run(['verify-pack', '--pack', pack, '--sig', files.sig, '--pubkey', files.key], {
    out: write,
    error: write,
  });
  return { code, lines: text.trim().split('\n') };
}

/** The lines on the screen, with the marks of the command line. */
async function linesOf(page: Page): Promise<string[]> {
  const marks: Record<string, string> = { holds: '✓', 'for your information': '·', 'does not hold': '✗' };
  return page
    .getByRole('listitem')
    .filter({ has: page.getByRole('img') })
    .evaluateAll(
      (items, words) =>
        items.map(
          (item) => `${words[item.querySelector('[role=img]')?.getAttribute('aria-label') ?? '']} ${item.textContent}`,
        ),
      marks,
    );
}

async function give(page: Page, ...paths: string[]): Promise<void> {
  await page.getByLabel('Drop the files here, or choose them').setInputFiles(paths);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
}

describe('the verify page', () => {
  it('says without a sign-in and without a network what the command line says, of the entries and of the PDF', async () => {
    const context = await open();
    const page = await context.newPage();
    await page.goto('/verify');
    await page.getByLabel('Trust the key that this hub shows').waitFor();
    await expect.poll(() => page.getByLabel('Trust the key that this hub shows').isEnabled()).toBe(true);
    await expectAccessible(page);
    await picture(page, 'verify');
    await page.getByText('Loaded: it works without a network now.').waitFor();
    await context.setOffline(true);
    for (const path of [files.jsonl, files.pdf]) {
      await give(page, path, files.sig);
      await page.getByRole('heading', { name: 'Verified' }).waitFor();
      const { code, lines } = await commandLine(path);
      expect(code).toBe(0);
      expect(await linesOf(page)).toEqual(lines);
      await page.getByRole('button', { name: /^Remove .*(gz|pdf)$/ }).click();
    }
    await give(page, files.jsonl, files.manifest);
    await page.getByText('manifest.json is the signed manifest').waitFor();
    await picture(page, 'verify-verified');
    await expectAccessible(page);
  });

  it('refuses a file with one altered bit in the sentences of the command line, in red', async () => {
    const context = await open();
    const page = await context.newPage();
    await page.goto('/verify');
    await expect.poll(() => page.getByLabel('Trust the key that this hub shows').isEnabled()).toBe(true);
    await page.getByText('Loaded: it works without a network now.').waitFor();
    await context.setOffline(true);
    await give(page, files.altered, files.sig);
    await page.getByRole('heading', { name: 'REFUSED' }).waitFor();
    const { code, lines } = await commandLine(files.altered);
    expect(code).toBe(5);
    expect(lines.pop()).toBe(`REFUSED: ${files.altered} is not to be trusted`);
    expect(await linesOf(page)).toEqual(lines);
    await page.getByText('exit code 5').waitFor();
    await picture(page, 'verify-refused');
    await expectAccessible(page);
  });

  it('trusts only the key that was pasted when that is all there is', async () => {
    const page = await (await open()).newPage();
    await page.goto('/verify');
    await page.getByLabel('Trust the key that this hub shows').uncheck();
    await page.getByLabel('Keys that you were given').fill('ab'.repeat(31));
    await give(page, files.pdf, files.sig);
    await page.getByText('The key is no public key').waitFor();
    await page
      .getByLabel('Keys that you were given')
      .fill('0100000000000000000000000000000000000000000000000000000000000000');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('its point is malformed or weak').waitFor();
  });

  it('takes a pack of the hub by its address, for who is signed in', async () => {
    const page = await signedIn('grace');
    await page.goto(`/verify?pack=${files.pack.id}`);
    await page
      .getByRole('list', { name: 'Files given' })
      .getByText(/\.jsonl\.gz$/)
      .waitFor();
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await expect.poll(() => page.getByRole('heading', { name: 'Verified' }).count()).toBe(2);
  });

  it('checks one token', async () => {
    const page = await (await open()).newPage();
    await page.goto('/verify');
    await page.getByText('A single token, and earlier keys').click();
    await page
      .getByLabel('JSON of an emergency token')
      .fill('{"token":"{}","signature":"AA==","key_id":"0000000000000000"}');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('signed by key 0000000000000000, which is not among those given').waitFor();
  });

  it('fits a phone, in the dark (390 px), by keyboard alone', async () => {
    const page = await (
      await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true })
    ).newPage();
    await page.goto('/verify');
    await page.getByLabel('Drop the files here, or choose them').setInputFiles([files.pdf, files.sig]);
    await page.getByRole('button', { name: 'Verify', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Verified' }).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'verify-phone-dark');
  });
});
