/** The transparency log, in a real browser over the running hub. */

import { describe, expect, it, vi } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { open, signedIn, picture, demo, call } = await createTestBrowser();
/** Enough leaves for a tree with neighbours on both sides. */
const LEAVES = 3;

async function logSize(): Promise<number> {
  const answer = await fetch(`${demo.base_url}/api/v1/transparency/log?limit=1`);
  return ((await answer.json()) as { readonly size: number }).size;
}

/** Signs previews of clients until the log has some leaves. */
async function fillLog(): Promise<number> {
  const month = new Date().toISOString().slice(0, 7);
  if ((await logSize()) < LEAVES)
    for (const { id } of demo.tenants.slice(0, LEAVES))
      await call('alice', 'POST', '/audit-packs', { tenant_id: id, month });
  return vi.waitFor(
    async () => {
      const size = await logSize();
      expect(size).toBeGreaterThanOrEqual(LEAVES);
      return size;
    },
    { timeout: 50_000, interval: 500 },
  );
}

describe('the transparency page', () => {
  it('shows without a sign-in the head, checked, and draws the proof of an entry up to it', async () => {
    await fillLog();
    const page = await (await open()).newPage();
    await page.goto('/transparency');
    await page.getByText(/^Signed by hub key [0-9a-f]{16}, checked in this browser$/).waitFor();
    await page.getByText('The first checkpoint this browser has seen.').waitFor();
    await expectAccessible(page);
    await picture(page, 'transparency');
    await page.getByLabel('Index, digest, nonce, or the text itself').fill('1');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('dialog', { name: 'Leaf 1' }).waitFor();
    await page.getByText('The proof leads from this entry to that head: it is in the log').waitFor();
    await page.getByRole('img', { name: /^Path from the leaf to the root in \d+ step/ }).waitFor();
    expect(await page.getByRole('dialog').getByRole('img', { name: 'does not hold' }).count()).toBe(0);
    await picture(page, 'transparency-proof');
    await expectAccessible(page);
    expect(new URL(page.url()).searchParams.get('leaf')).toBe('1');
  });

  it('says that a proof is worth nothing when the hub gives another hash, or another entry', async () => {
    await fillLog();
    const page = await (await open()).newPage();
    await page.route('**/transparency/log/1', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { entry: string };
      await route.fulfill({ response: answer, json: { ...body, entry: body.entry.replace('20', '21') } });
    });
    await page.goto('/transparency?leaf=1');
    await page.getByText('The proof does not lead to that head: it is not to be trusted').waitFor();
    await picture(page, 'transparency-refused');
  });

  it('finds an entry by the digest of a .sig and by the text of a statement', async () => {
    await fillLog();
    const keys = (await (await fetch(`${demo.base_url}/api/v1/transparency/keys`)).json()) as {
      readonly keys: readonly { readonly statement: string }[];
    };
    const page = await (await open()).newPage();
    await page.goto('/transparency');
    await page.getByRole('table').waitFor();
    await page.getByLabel('Index, digest, nonce, or the text itself').fill(keys.keys[0]?.statement ?? '');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('dialog', { name: 'Leaf 0' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Index, digest, nonce, or the text itself').fill('ab'.repeat(32));
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('The log has no such entry.').waitFor();
  });

  it('notices a log that does not extend the head seen before, and keeps both heads as evidence', async () => {
    const size = await fillLog();
    const page = await (await open()).newPage();
    await page.goto('/transparency');
    await page.getByText('The first checkpoint this browser has seen.').waitFor();
    await page.reload();
    await page.getByText(/^Extends the checkpoint of \d+ leaves that this browser saw/).waitFor();
    const forged = await page.evaluate((shown) => {
      const name = Object.keys(localStorage).find((key) => key.startsWith('monsys.transparency.seen.')) ?? '';
      const seen = JSON.parse(localStorage.getItem(name) ?? '') as { note: string };
      const lines = seen.note.split('\n');
      lines[1] = String(shown - 1);
      lines[2] = btoa('x'.repeat(32));
      const note = lines.join('\n');
      localStorage.setItem(name, JSON.stringify({ ...seen, note }));
      return note;
    }, size);
    await page.reload();
    await page.getByText('THE LOG HAS FORKED').waitFor();
    await picture(page, 'transparency-fork');
    await expectAccessible(page);
    // A fork is not forgotten by looking again.
    await page.reload();
    await page.getByText('THE LOG HAS FORKED').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain(forged.split('\n')[2]);
  });

  it('shows the keys with the statements that announced them, within the frame of who is signed in', async () => {
    const page = await signedIn('grace');
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Transparency' }).click();
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByText('The first key: its statement is signed by itself').waitFor();
    expect(await page.getByRole('main').getByRole('img', { name: 'does not hold' }).count()).toBe(0);
    await expectAccessible(page);
  });

  it('fits a phone, in the dark (390 px), by keyboard alone', async () => {
    await fillLog();
    const page = await (
      await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true })
    ).newPage();
    await page.goto('/transparency');
    await page.getByRole('table').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'transparency-phone-dark');
    await page.getByRole('link', { name: '0', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('The proof leads from this entry to that head: it is in the log').waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'transparency-proof-phone-dark');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});
