/** Makes the invoices of closed months: once each, numbered without gaps, with an audit row in the same transaction. */

import { appendAudit } from '../db/audit.ts';
import { findClosedLine, listClosedMonth } from '../db/billing.ts';
import {
  allotInvoicePlace,
  type DueInvoice,
  findMspInvoice,
  findMspInvoicing,
  findPriceList,
  findTenantInvoice,
  findTenantInvoicing,
  insertMspInvoice,
  insertTenantInvoice,
  lockInvoiceNumbers,
} from '../db/invoicing.ts';
import type { SystemTx } from '../db/scope.ts';
import { type Invoice, invoiceNumber, issueInvoice } from '../domain/invoice.ts';
import { draftMspInvoice, type OperatorInvoicing } from '../domain/invoicing.ts';
import { missingFields } from '../domain/party.ts';
import { draftRebill } from '../domain/priceList.ts';
import { ublInvoice } from './ublInvoice.ts';

/** A draft with whose numbers it gets: an MSP's, or the operator's (null). */
type Numbered = { readonly draft: Invoice; readonly issuer: string | null; readonly prefix: string };

/**
 * Makes one invoice and says whether it did; not, when it is there already or something is missing: it waits then, and its
 * lines are frozen anyway. `issuedOn` is the day that stands on it, in UTC.
 */
export async function issueDueInvoice(
  tx: SystemTx,
  of: { readonly due: DueInvoice; readonly issuedOn: string; readonly operator: OperatorInvoicing | null },
): Promise<boolean> {
  const { msp_id, tenant_id, month } = of.due;
  const year = Number(of.issuedOn.slice(0, 4));
  const numbered =
    tenant_id === null ? await draftToMsp(tx, of.due, of.operator) : await draftToTenant(tx, { ...of.due, tenant_id });
  if (numbered === null) return false;
  const { draft, issuer, prefix } = numbered;
  if (missingFields(draft.seller, draft.buyer, draft.vat).length > 0) return false;
  await lockInvoiceNumbers(tx, issuer, year);
  // Under the lock: another pass may have made it meanwhile.
  const found =
    tenant_id === null ? await findMspInvoice(tx, msp_id, month) : await findTenantInvoice(tx, tenant_id, month);
  if (found !== null) return false;
  const place = await allotInvoicePlace(tx, issuer, year);
  const document = issueInvoice(draft, invoiceNumber(prefix, year, place), of.issuedOn);
  const kept = { msp_id, month, document, xml: ublInvoice(document) };
  if (tenant_id === null) await insertMspInvoice(tx, kept);
  else await insertTenantInvoice(tx, { ...kept, tenant_id });
  await appendAudit(tx, {
    msp_id,
    tenant_id,
    event_type: 'invoice_issued',
    actor: { kind: 'system' },
    event_data: { number: document.number, month, payable_cents: document.totals.payable_cents },
  });
  return true;
}

async function draftToMsp(
  tx: SystemTx,
  { msp_id, month }: DueInvoice,
  operator: OperatorInvoicing | null,
): Promise<Numbered | null> {
  if (operator === null) return null;
  const msp = (await findMspInvoicing(tx, msp_id))?.party ?? null;
  const tenants = await listClosedMonth(tx, msp_id, month);
  return { draft: draftMspInvoice({ month, operator, msp, tenants }), issuer: null, prefix: operator.number_prefix };
}

async function draftToTenant(
  tx: SystemTx,
  { msp_id, tenant_id, month }: DueInvoice & { readonly tenant_id: string },
): Promise<Numbered | null> {
  const [line, settings, prices, buyer] = [
    await findClosedLine(tx, tenant_id, month),
    await findMspInvoicing(tx, msp_id),
    await findPriceList(tx, msp_id, month),
    await findTenantInvoicing(tx, tenant_id),
  ];
  if (line === null || settings === null || prices === null || buyer === null) return null;
  const tenant = { id: tenant_id, active_agents: line.active_agents, party: buyer.party };
  const draft = draftRebill({ month, list: prices.list, seller: settings.party, tenant });
  return { draft, issuer: msp_id, prefix: settings.number_prefix };
}
