/** Invoices of an MSP to its clients that are taken back: what was asked for, and the credit notes that are out. */

import { z } from 'zod';
import { type CreditNote, creditNote } from '../domain/creditNote.ts';
import { type IssuedInvoice, invoice } from '../domain/invoice.ts';
import { sql } from './pool.ts';
import type { AnyTx, MspTx, SystemTx, TenantTx } from './scope.ts';

const numberedRow = z.object({ tenant_id: z.uuid(), month: z.string() });
/** An invoice by its tenant and month; at most one is made for both. */
export type InvoiceRef = z.infer<typeof numberedRow>;

/** Finds an invoice of the MSP to a client by its number; what the MSP itself is billed is none of these. */
export async function findInvoiceByNumber(tx: MspTx, mspId: string, number: string): Promise<InvoiceRef | null> {
  return tx.maybeOne(sql.type(numberedRow)`
    select tenant_id, month from tenant_invoices where msp_id = ${mspId}::uuid and number = ${number}`);
}

/** Asks for the credit of an invoice, which its key does once; false when it was asked for before. */
export async function insertCreditRequest(
  tx: TenantTx,
  of: InvoiceRef & { readonly reason: string; readonly requested_by_email: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    insert into credit_requests (tenant_id, month, reason, requested_by_email)
    values (${of.tenant_id}::uuid, ${of.month}, ${of.reason}, ${of.requested_by_email}) on conflict do nothing`);
  return rowCount > 0;
}

/** How the credit of an invoice stands: asked for, and with the number and day of its note once that is out. */
export const creditState = z.object({
  reason: z.string(),
  requested_by_email: z.string(),
  requested_at: z.string(),
  number: z.string().nullable().describe('of the credit note; null: it is being made'),
  issued_on: z.string().nullable(),
});
export type CreditState = z.infer<typeof creditState>;

/** The credit of a tenant's invoice; null while nobody has asked for it. */
export async function findCredit(tx: AnyTx, { tenant_id, month }: InvoiceRef): Promise<CreditState | null> {
  return tx.maybeOne(sql.type(creditState)`
    select r.reason, r.requested_by_email, r.created_at as requested_at, n.number, n.issued_on
    from credit_requests r left join credit_notes n using (tenant_id, month)
    where r.tenant_id = ${tenant_id}::uuid and r.month = ${month}`);
}

const noteRow = z.object({ document: creditNote, xml: z.string() });

/** A credit note with its bytes; null while there is none. */
export async function findCreditNote(
  tx: AnyTx,
  { tenant_id, month }: InvoiceRef,
): Promise<z.infer<typeof noteRow> | null> {
  return tx.maybeOne(sql.type(noteRow)`
    select document, xml from credit_notes where tenant_id = ${tenant_id}::uuid and month = ${month}`);
}

/** A line of the list of credit notes. */
export const creditNoteRow = z.object({
  number: z.string(),
  issued_on: z.string(),
  tenant_id: z.uuid(),
  month: z.string().describe('of the invoice'),
  invoice_number: z.string(),
  payable_cents: z.int(),
});

/** Credit notes, the latest first; of one tenant or of all in reach. */
export async function listCreditNotes(
  tx: AnyTx,
  filter: { readonly tenantId: string | null; readonly month: string | null; readonly limit: number },
): Promise<readonly z.infer<typeof creditNoteRow>[]> {
  return tx.any(sql.type(creditNoteRow)`
    select n.number, n.issued_on, n.tenant_id, n.month, i.number as invoice_number, n.payable_cents
    from credit_notes n join tenant_invoices i using (tenant_id, month)
    where (${filter.tenantId}::uuid is null or n.tenant_id = ${filter.tenantId}::uuid)
      and (${filter.month}::text is null or n.month = ${filter.month})
    order by n.created_at desc, n.number desc limit ${filter.limit}`);
}

const dueRow = numberedRow.extend({ msp_id: z.uuid(), document: invoice, reason: z.string() });
/** A credit note that may be made, with the invoice that it takes back. */
export type DueCreditNote = Omit<z.infer<typeof dueRow>, 'document'> & { readonly document: IssuedInvoice };

/** The credit that was asked for and is not made; null when there is none. */
export async function findDueCreditNote(tx: SystemTx, { tenant_id, month }: InvoiceRef): Promise<DueCreditNote | null> {
  const found = await tx.maybeOne(sql.type(dueRow)`
    select r.tenant_id, r.month, i.msp_id, i.document, r.reason
    from credit_requests r join tenant_invoices i using (tenant_id, month)
    where r.tenant_id = ${tenant_id}::uuid and r.month = ${month}
      and not exists (select from credit_notes n where (n.tenant_id, n.month) = (r.tenant_id, r.month))`);
  // What stands in tenant_invoices was issued: it has its number, dates and parties.
  return found as DueCreditNote | null;
}

/** Credits that were asked for and are not made, the oldest first. */
export async function listDueCreditNotes(tx: SystemTx): Promise<readonly InvoiceRef[]> {
  return tx.any(sql.type(numberedRow)`
    select r.tenant_id, r.month from credit_requests r
    where not exists (select from credit_notes n where (n.tenant_id, n.month) = (r.tenant_id, r.month))
    order by r.created_at, r.tenant_id, r.month`);
}

/** Keeps a credit note. */
export async function insertCreditNote(
  tx: SystemTx,
  of: InvoiceRef & { readonly msp_id: string; readonly document: CreditNote; readonly xml: string },
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into credit_notes (tenant_id, month, msp_id, number, issued_on, payable_cents, document, xml)
    values (${of.tenant_id}::uuid, ${of.month}, ${of.msp_id}::uuid, ${of.document.number}, ${of.document.issued_on}::date,
      ${of.document.totals.payable_cents}, ${sql.jsonb(of.document)}, ${of.xml})`);
}
