/** Makes the invoices of closed months: once each, numbered without gaps, with an audit row in the same transaction. */

import { appendAudit } from '../db/audit.ts';
import { listClosedMonth } from '../db/billing.ts';
import {
  allotInvoicePlace,
  findMspInvoice,
  findMspInvoicing,
  findPriceList,
  insertMspInvoice,
  insertTenantInvoice,
  listPartiesToBill,
  lockInvoiceNumbers,
  type MspInvoicing,
} from '../db/invoicing.ts';
import type { SystemTx } from '../db/scope.ts';
import { type Invoice, type IssuedInvoice, invoiceNumber, issueInvoice } from '../domain/invoice.ts';
import { draftMspInvoice, type OperatorInvoicing } from '../domain/invoicing.ts';
import { missingFields } from '../domain/party.ts';
import { draftRebill } from '../domain/priceList.ts';
import { ublInvoice } from './ublInvoice.ts';

/** A closed month of an MSP. `issuedOn` is the day that stands on its invoices, in UTC. */
type Month = { readonly mspId: string; readonly month: string; readonly issuedOn: string };

const isReady = (draft: Invoice): boolean => missingFields(draft.seller, draft.buyer, draft.vat).length === 0;
const yearOf = (day: string): number => Number(day.slice(0, 4));

/**
 * Makes what can be made of a closed month and says how many invoices that were. What lacks a party or a price list waits:
 * its lines are frozen anyway. Again, it makes only what is missing.
 */
export async function issueInvoices(
  tx: SystemTx,
  of: Month & { readonly operator: OperatorInvoicing | null },
): Promise<number> {
  const settings = await findMspInvoicing(tx, of.mspId);
  if (settings === null) return 0;
  const fromOperator = of.operator === null ? 0 : await issueToMsp(tx, of, of.operator, settings);
  return fromOperator + (await issueToTenants(tx, of, settings));
}

async function number(tx: SystemTx, draft: Invoice, issuer: string | null, prefix: string, day: string) {
  const place = await allotInvoicePlace(tx, issuer, yearOf(day));
  const document = issueInvoice(draft, invoiceNumber(prefix, yearOf(day), place), day);
  return { document, xml: ublInvoice(document) };
}

async function issueToMsp(
  tx: SystemTx,
  { mspId, month, issuedOn }: Month,
  operator: OperatorInvoicing,
  settings: MspInvoicing,
): Promise<number> {
  await lockInvoiceNumbers(tx, null, yearOf(issuedOn));
  if ((await findMspInvoice(tx, mspId, month)) !== null) return 0;
  const tenants = await listClosedMonth(tx, mspId, month);
  const draft = draftMspInvoice({ month, operator, msp: settings.party, tenants });
  if (!isReady(draft)) return 0;
  const { document, xml } = await number(tx, draft, null, operator.number_prefix, issuedOn);
  await insertMspInvoice(tx, { msp_id: mspId, month, document, xml });
  await appendAudit(tx, issued(mspId, null, month, document));
  return 1;
}

async function issueToTenants(
  tx: SystemTx,
  { mspId, month, issuedOn }: Month,
  settings: MspInvoicing,
): Promise<number> {
  const prices = await findPriceList(tx, mspId, month);
  if (prices === null) return 0;
  await lockInvoiceNumbers(tx, mspId, yearOf(issuedOn));
  // Read under the lock: what another pass has made meanwhile is not in it.
  const parties = await listPartiesToBill(tx, mspId, month);
  let count = 0;
  for (const { tenant_id, active_agents } of await listClosedMonth(tx, mspId, month)) {
    const party = parties.get(tenant_id) ?? null;
    const draft = draftRebill({
      month,
      list: prices.list,
      seller: settings.party,
      tenant: { id: tenant_id, active_agents, party },
    });
    if (!isReady(draft)) continue;
    const { document, xml } = await number(tx, draft, mspId, settings.number_prefix, issuedOn);
    await insertTenantInvoice(tx, { msp_id: mspId, tenant_id, month, document, xml });
    await appendAudit(tx, issued(mspId, tenant_id, month, document));
    count += 1;
  }
  return count;
}

function issued(mspId: string, tenantId: string | null, month: string, document: IssuedInvoice) {
  return {
    msp_id: mspId,
    tenant_id: tenantId,
    event_type: 'invoice_issued',
    actor: { kind: 'system' as const },
    event_data: { number: document.number, month, payable_cents: document.totals.payable_cents },
  };
}
