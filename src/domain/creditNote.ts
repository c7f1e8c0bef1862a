/**
 * A credit note takes an issued invoice back, whole: the same lines, sums, parties and VAT, with positive amounts, and
 * the number and day of the invoice that it credits (BG-3). It is never worked out anew, so that both agree to the cent.
 */

import { z } from 'zod';
import { type IssuedInvoice, invoice, invoiceNumber } from './invoice.ts';
import { lineOfText, party } from './party.ts';

const MIN_REASON = 10;
const MAX_REASON = 500;

/** Why an invoice is credited; the payer reads it on the credit note (BT-22). */
export const creditReason = lineOfText(MAX_REASON).min(MIN_REASON, `at least ${MIN_REASON} characters`);

/** A credit note. Like an invoice, but for the day on which it is due: it asks for nothing. */
export const creditNote = invoice.omit({ due_on: true }).extend({
  number: z.string(),
  issued_on: z.string(),
  seller: party,
  buyer: party,
  reason: z.string(),
  credits: z.object({ number: z.string(), issued_on: z.string() }).describe('the invoice that it takes back'),
});
export type CreditNote = z.infer<typeof creditNote>;

/** The credit note of an invoice; `issuedOn` is the day that stands on it, in UTC. */
export function creditInvoice(
  of: IssuedInvoice,
  note: { readonly number: string; readonly issuedOn: string; readonly reason: string },
): CreditNote {
  const { due_on: _, ...same } = of;
  return {
    ...same,
    number: note.number,
    issued_on: note.issuedOn,
    reason: note.reason,
    credits: { number: of.number, issued_on: of.issued_on },
  };
}

/** `CN-INV-2026-00043`: the place is the next one of the issuer's year, among its invoices. */
export function creditNoteNumber(prefix: string, year: number, place: number): string {
  return `CN-${invoiceNumber(prefix, year, place)}`;
}
