/** Billing, in a real browser over the running hub. */

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createTestBrowser, expectAccessible, expectNoSidewaysScroll } from '../support/browser.ts';

const { signedIn, picture, call, user, freshCode } = await createTestBrowser();

type Overview = {
  readonly month: string;
  readonly total_eur: string;
  readonly items: readonly { readonly tenant_id: string; readonly name: string; readonly monthly_eur: string }[];
};
const overview = (await (await call('alice', 'GET', '/billing/overview')).json()) as Overview;
const first = overview.items[0] as Overview['items'][number];

/** The newest month that is closed; the demonstration has some. */
async function closedMonth(): Promise<string> {
  const [year = 0, number = 1] = overview.month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 7);
}

/** An invoice of the month to a client that nobody has credited yet. */
async function findStandingInvoice(month: string): Promise<{ readonly tenantId: string; readonly number: string }> {
  for (const { tenant_id } of overview.items) {
    const answer = await call('alice', 'GET', `/billing/tenants/${tenant_id}/invoice?month=${month}`);
    const { state, credit, invoice } = (await answer.json()) as {
      readonly state: string;
      readonly credit: unknown;
      readonly invoice?: { readonly number: string };
    };
    if (state === 'issued' && credit === null && invoice !== undefined)
      return { tenantId: tenant_id, number: invoice.number };
  }
  throw new Error(`every invoice of ${month} is credited: begin with a fresh demonstration`);
}

/** "Oct 2026", as a British viewer reads it. */
function monthIn(month: string): string {
  return new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    Date.parse(`${month}-01`),
  );
}

describe('billing', () => {
  it('shows the tab Cross-tenant overview, exports it for the invoice and explains a line', async () => {
    const page = await signedIn('alice');
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Billing' }).click();
    await page.getByRole('link', { name: 'Cross-tenant overview', exact: true }).waitFor();
    await page.getByRole('cell', { name: first.name, exact: true }).waitFor();
    await page
      .getByText(`€${overview.total_eur.replace(/\B(?=(\d{3})+\.)/g, ',')}`)
      .first()
      .waitFor();
    await expectAccessible(page);
    await picture(page, 'billing');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export for invoice', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`billing-${overview.month}.csv`);
    const csv = await readFile(await download.path(), 'utf8');
    expect(csv.split('\r\n')[1]).toContain(`${overview.month},${first.tenant_id},${first.name},`);
    await page.getByRole('link', { name: `Explain the line of ${first.name}` }).click();
    await page.getByText(/active hosts, \d+ of them free/).waitFor();
    await page.getByRole('heading', { name: 'Active hosts by day' }).waitFor();
    await picture(page, 'billing-explain');
    await expectAccessible(page);
    expect(new URL(page.url()).searchParams.get('explain')).toBe(first.tenant_id);
  });

  it('says of a month that is over that it is frozen, and keeps the month in the address', async () => {
    const page = await signedIn('alice');
    await page.goto('/billing');
    await page.getByText('Still running').waitFor();
    await page.getByRole('button', { name: 'Month before' }).click();
    await page.getByText('Closed: frozen').waitFor();
    expect(new URL(page.url()).searchParams.get('month')).toBe(await closedMonth());
    await page
      .getByRole('link', { name: /^Explain the line of/ })
      .first()
      .click();
    await page
      .getByRole('table', { name: 'Active hosts by day' })
      .getByRole('rowheader', { name: `1 ${monthIn(await closedMonth())}`, exact: true })
      .waitFor({ state: 'attached' });
    await picture(page, 'billing-explain-closed');
    await page.reload();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.goto('/billing?month=2001-01');
    await page.getByText('There is no closed month here').waitFor();
  });

  it('shows invoices, issued with their electronic form, and drafts with what is missing', async () => {
    const page = await signedIn('alice');
    await page.goto(`/billing?tab=invoices&month=${await closedMonth()}`);
    await page.getByText('Issued', { exact: true }).first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'UBL XML' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toContain(
      'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2',
    );
    await expectAccessible(page);
    await picture(page, 'billing-invoice');
    await page.getByRole('link', { name: first.name, exact: true }).click();
    await page.getByRole('region', { name: 'Lines of the invoice' }).waitFor();
    await page.goto('/billing?tab=invoices');
    await page.getByRole('heading', { name: 'Draft' }).waitFor();
  });

  it('credits an invoice whole, on a phone: the reason, the confirmation, the credit note and its electronic form', async () => {
    const month = await closedMonth();
    const standing = await findStandingInvoice(month);
    const page = await signedIn('alice', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.goto(`/billing?tab=invoices&month=${month}&of=${standing.tenantId}`);
    await page.getByText(new RegExp(`^1\\s?–\\s?\\d+ ${monthIn(month)}$`)).waitFor();
    await page.getByRole('button', { name: 'Credit this invoice' }).click();
    const dialog = page.getByRole('dialog', { name: `Credit invoice ${standing.number}` });
    await dialog.getByLabel('Reason').fill('Billed to the company that it was before its merger');
    await expectAccessible(page);
    await picture(page, 'billing-credit-phone');
    await dialog.getByRole('button', { name: 'Make the credit note' }).click();
    const sudo = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await sudo.getByLabel('TOTP code').fill(await freshCode(user('alice')));
    await sudo.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText(/^Credited by CN-/).waitFor();
    expect(await page.getByRole('button', { name: 'Credit this invoice' }).count()).toBe(0);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'billing-credited-phone', 'whole');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Credit note (UBL XML)' }).click(),
    ]);
    const xml = await readFile(await download.path(), 'utf8');
    expect(xml).toContain('urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2');
    expect(xml).toContain(`<cbc:ID>${standing.number}</cbc:ID>`);
  });

  it('keeps the prices from a month on, and the parties with the faults beside their fields', async () => {
    const page = await signedIn('alice');
    await page.goto('/billing?tab=prices');
    await page.getByLabel('EUR per host').first().waitFor();
    await expectAccessible(page);
    await picture(page, 'billing-prices');
    await page.getByLabel('In force from').selectOption({ index: 12 });
    await page.getByLabel('EUR per host').first().fill('7.25');
    await page.getByRole('button', { name: 'Put into force' }).click();
    await page.getByRole('cell', { name: '€7.25' }).first().waitFor();
    await page.goto(`/billing?tab=parties&of=${first.tenant_id}`);
    await page.getByLabel('Legal name').waitFor();
    await expectAccessible(page);
    await picture(page, 'billing-parties');
    await page.getByLabel('VAT id').fill('BE0000000000');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').first().waitFor();
    expect(await page.getByLabel('VAT id').getAttribute('aria-invalid')).toBe('true');
  });

  it('is not there for who may not see it', async () => {
    const page = await signedIn('grace');
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main navigation' }).getByText('Hosts').waitFor();
    expect(await page.getByRole('link', { name: 'Billing' }).count()).toBe(0);
    await page.goto('/billing');
    await page.getByRole('alert').first().waitFor();
  });

  it('fits a phone, in the dark (390 px), by keyboard alone', async () => {
    const page = await signedIn('alice', {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
      hasTouch: true,
    });
    await page.goto('/billing');
    await page.getByRole('cell', { name: first.name }).first().waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'billing-phone-dark');
    await page.getByRole('link', { name: `Explain the line of ${first.name}` }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/active hosts, \d+ of them free/).waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await picture(page, 'billing-explain-phone-dark');
    for (const tab of ['invoices', 'prices', 'parties']) {
      await page.goto(`/billing?tab=${tab}`);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      await expectNoSidewaysScroll(page);
    }
  });
});
