/** Makes the credit notes that were asked for: once each, in the issuer's series, with an audit row in the same transaction. */

import { appendAudit } from '../db/audit.ts';
import { findDueCreditNote, type InvoiceRef, insertCreditNote } from '../db/creditNotes.ts';
import { allotInvoicePlace, findMspInvoicing, lockInvoiceNumbers } from '../db/invoicing.ts';
import type { SystemTx } from '../db/scope.ts';
import { creditInvoice, creditNoteNumber } from '../domain/creditNote.ts';
import { ublCreditNote } from './ublInvoice.ts';

/** Makes one credit note and gives its number; null when it is there already. `issuedOn` is the day that stands on it, in UTC. */
export async function issueDueCreditNote(
  tx: SystemTx,
  of: { readonly ref: InvoiceRef; readonly issuedOn: string },
): Promise<string | null> {
  const year = Number(of.issuedOn.slice(0, 4));
  const due = await findDueCreditNote(tx, of.ref);
  if (due === null) return null;
  const { msp_id, tenant_id, month, document: invoice, reason } = due;
  const settings = await findMspInvoicing(tx, msp_id);
  if (settings === null) throw new RangeError(`the MSP ${msp_id} has issued an invoice and has no invoicing settings`);
  await lockInvoiceNumbers(tx, msp_id, year);
  // Under the lock: another pass may have made it meanwhile.
  if ((await findDueCreditNote(tx, of.ref)) === null) return null;
  const place = await allotInvoicePlace(tx, msp_id, year);
  const number = creditNoteNumber(settings.number_prefix, year, place);
  const document = creditInvoice(invoice, { number, issuedOn: of.issuedOn, reason });
  await insertCreditNote(tx, { tenant_id, month, msp_id, document, xml: ublCreditNote(document) });
  await appendAudit(tx, {
    msp_id,
    tenant_id,
    event_type: 'invoice_credited',
    actor: { kind: 'system' },
    event_data: { number, invoice_number: invoice.number, month, payable_cents: document.totals.payable_cents },
  });
  return number;
}
