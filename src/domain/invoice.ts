/**
 * An invoice's arithmetic by EN 16931 (BR-CO-10 to BR-CO-17), in integer cents of a euro: lines add up, the discount is
 * taken from their sum, VAT is worked out once on what is left and rounded half up, and never a line at a time.
 */

import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { AGENT_CENTS, type BillingLine, FREE_AGENTS } from './billing.ts';
import { monthBounds } from './pack.ts';
import { lineOfText, type Party, party, paymentDays, plainText } from './party.ts';

/** Hundredths of a percent in the whole. */
const WHOLE = 10_000;
const MAX_RATE = WHOLE;

/**
 * VAT category of UNCL 5305: S at a rate, Z at zero, E exempt for a reason, AE reverse charge, O outside the scope of VAT.
 * Rates in hundredths of a percent: 2100 is 21 %.
 */
export const vat = z.discriminatedUnion('category', [
  z.strictObject({ category: z.literal('S'), rate: z.int().min(1).max(MAX_RATE).describe('hundredths of a percent') }),
  z.strictObject({ category: z.literal('Z') }),
  z.strictObject({
    category: z.literal('E'),
    reason: lineOfText(200).describe('why it is exempt, as the payer reads it'),
  }),
  z.strictObject({ category: z.literal('AE') }),
  z.strictObject({ category: z.literal('O') }),
]);
export type Vat = z.infer<typeof vat>;

/** The rate of a category, in hundredths of a percent. */
export function vatRate(of: Vat): number {
  return of.category === 'S' ? of.rate : 0;
}

/** A line: so many of a thing at a price. `unit` is a code of UN/ECE recommendation 20: C62 one, MON month. */
const invoiceLine = z.object({
  name: z.string(),
  description: z.string().nullable(),
  unit: z.enum(['C62', 'MON']),
  quantity: z.int(),
  unit_cents: z.int(),
  net_cents: z.int(),
});
export type InvoiceLine = z.infer<typeof invoiceLine>;

/** A discount on the sum of the lines. */
const discount = z.object({
  rate: z.int().describe('hundredths of a percent'),
  base_cents: z.int(),
  cents: z.int(),
});

/** Totals, named as EN 16931 does; the business term stands in brackets. */
const invoiceTotals = z.object({
  line_net_cents: z.int().describe('sum of the lines (BT-106)'),
  allowance_cents: z.int().describe('sum of discounts (BT-107)'),
  tax_exclusive_cents: z.int().describe('BT-109'),
  vat_cents: z.int().describe('BT-110'),
  tax_inclusive_cents: z.int().describe('BT-112'),
  payable_cents: z.int().describe('BT-115'),
});
type InvoiceTotals = z.infer<typeof invoiceTotals>;

/** An invoice. A draft has no number and no dates of its own yet, and may lack a party. */
export const invoice = z.object({
  number: z.string().nullable(),
  issued_on: z.string().nullable(),
  due_on: z.string().nullable(),
  currency: z.literal('EUR'),
  period_from: z.string(),
  period_until: z.string().describe('the last day'),
  seller: party.nullable(),
  buyer: party.nullable(),
  lines: z.array(invoiceLine),
  discount: discount.nullable(),
  vat,
  totals: invoiceTotals,
});
export type Invoice = z.infer<typeof invoice>;

/** An invoice that is out: it has its number, its dates and both parties. */
export type IssuedInvoice = Invoice & {
  readonly number: string;
  readonly issued_on: string;
  readonly due_on: string;
  readonly seller: Party;
  readonly buyer: Party;
};

/** `cents` times a rate in hundredths of a percent, rounded half up to the cent; exact for any integer. */
export function shareOf(cents: number, rate: number): number {
  return Number((BigInt(cents) * BigInt(rate) * 2n + BigInt(WHOLE)) / BigInt(2 * WHOLE));
}

/** A line of so many things; the net amount is exact, as price and quantity are integers. */
export function lineOf(line: Omit<InvoiceLine, 'net_cents'>): InvoiceLine {
  return { ...line, name: plainText(line.name), net_cents: line.quantity * line.unit_cents };
}

/** Totals of lines with a discount in hundredths of a percent and one VAT category. */
function invoiceTotalsOf(lines: readonly InvoiceLine[], discountRate: number, of: Vat): InvoiceTotals {
  const line_net_cents = lines.reduce((sum, line) => sum + line.net_cents, 0);
  const allowance_cents = shareOf(line_net_cents, discountRate);
  const tax_exclusive_cents = line_net_cents - allowance_cents;
  const vat_cents = shareOf(tax_exclusive_cents, vatRate(of));
  const tax_inclusive_cents = tax_exclusive_cents + vat_cents;
  return {
    line_net_cents,
    allowance_cents,
    tax_exclusive_cents,
    vat_cents,
    tax_inclusive_cents,
    payable_cents: tax_inclusive_cents,
  };
}

/** The draft of a month's invoice. */
export function draftInvoice(of: {
  readonly month: string;
  readonly seller: Party | null;
  readonly buyer: Party | null;
  readonly lines: readonly InvoiceLine[];
  readonly discountRate: number;
  readonly vat: Vat;
}): Invoice {
  const totals = invoiceTotalsOf(of.lines, of.discountRate, of.vat);
  return {
    number: null,
    issued_on: null,
    due_on: null,
    currency: 'EUR',
    period_from: monthBounds(of.month).from.slice(0, 10),
    period_until: lastDayOf(of.month),
    seller: of.seller,
    buyer: of.buyer,
    lines: [...of.lines],
    discount:
      of.discountRate === 0
        ? null
        : { rate: of.discountRate, base_cents: totals.line_net_cents, cents: totals.allowance_cents },
    vat: of.vat,
    totals,
  };
}

/** Makes a draft final. Throws where a party is missing: the caller has asked for what is missing before. */
export function issueInvoice(draft: Invoice, number: string, issuedOn: string): IssuedInvoice {
  const { seller, buyer } = draft;
  if (seller === null || buyer === null) throw new RangeError('an invoice without both parties cannot be issued');
  const due_on = dayAfter(issuedOn, paymentDays(seller, buyer));
  return { ...draft, number, issued_on: issuedOn, due_on, seller, buyer };
}

/** The last day of a month: `2026-02-28`. */
export function lastDayOf(month: string): string {
  return dayAfter(monthBounds(month).until.slice(0, 10), -1);
}

function dayAfter(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** `INV-2026-00042`: the issuer's prefix, the year of issue, and the place within it. */
export function invoiceNumber(prefix: string, year: number, place: number): string {
  return `${prefix}-${year}-${String(place).padStart(5, '0')}`;
}

/** Lines of what the hub's operator bills an MSP: one for each tenant, also those that cost nothing. */
export function platformLines(tenants: readonly (BillingLine & { readonly name: string })[]): readonly InvoiceLine[] {
  return tenants.map((tenant) =>
    lineOf({
      name: tenant.name,
      description: `${tenant.active_agents} active hosts, ${Math.min(tenant.active_agents, FREE_AGENTS)} of them free`,
      unit: 'C62',
      quantity: tenant.billable_agents,
      unit_cents: AGENT_CENTS,
    }),
  );
}
