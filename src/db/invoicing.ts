/** Who bills whom and at which prices, and the invoices that are out. */

import { z } from 'zod';
import { type IssuedInvoice, invoice } from '../domain/invoice.ts';
import { type Party, party } from '../domain/party.ts';
import { type PriceList, priceList } from '../domain/priceList.ts';
import { sql } from './pool.ts';
import type { AnyTx, MspTx, SystemTx, TenantTx } from './scope.ts';

/** Issuer of the operator's invoices in the counters. */
const OPERATOR = '00000000-0000-0000-0000-000000000000';

const mspRow = z.object({ party, number_prefix: z.string(), updated_at: z.string() });
/** The MSP's own party, and how its invoices are numbered. */
export type MspInvoicing = z.infer<typeof mspRow>;

/** The MSP's settings; null while nothing was set. */
export async function findMspInvoicing(tx: AnyTx, mspId: string): Promise<MspInvoicing | null> {
  return tx.maybeOne(
    sql.type(mspRow)`select party, number_prefix, updated_at from msp_invoicing where msp_id = ${mspId}::uuid`,
  );
}

/** Sets them. */
export async function saveMspInvoicing(
  tx: MspTx,
  mspId: string,
  settings: { readonly party: Party; readonly number_prefix: string },
): Promise<MspInvoicing> {
  return tx.one(sql.type(mspRow)`
    insert into msp_invoicing (msp_id, party, number_prefix)
    values (${mspId}::uuid, ${sql.jsonb(settings.party)}, ${settings.number_prefix})
    on conflict (msp_id) do update set party = excluded.party, number_prefix = excluded.number_prefix, updated_at = now()
    returning party, number_prefix, updated_at`);
}

const tenantRow = z.object({ party, updated_at: z.string() });
/** A client's party. */
export type TenantInvoicing = z.infer<typeof tenantRow>;

/** The tenant's settings; null while nothing was set. */
export async function findTenantInvoicing(tx: AnyTx, tenantId: string): Promise<TenantInvoicing | null> {
  return tx.maybeOne(
    sql.type(tenantRow)`select party, updated_at from tenant_invoicing where tenant_id = ${tenantId}::uuid`,
  );
}

/** Sets them. */
export async function saveTenantInvoicing(tx: TenantTx, tenantId: string, of: Party): Promise<TenantInvoicing> {
  return tx.one(sql.type(tenantRow)`
    insert into tenant_invoicing (tenant_id, party) values (${tenantId}::uuid, ${sql.jsonb(of)})
    on conflict (tenant_id) do update set party = excluded.party, updated_at = now() returning party, updated_at`);
}

const listRow = z.object({ effective_from: z.string(), list: priceList, updated_at: z.string() });
/** A price list and the first month that it is for. */
export type PriceListRow = z.infer<typeof listRow>;

/** Every price list of the MSP, the latest first. */
export async function listPriceLists(tx: AnyTx, mspId: string): Promise<readonly PriceListRow[]> {
  return tx.any(sql.type(listRow)`
    select effective_from, list, updated_at from price_lists where msp_id = ${mspId}::uuid order by effective_from desc limit 240`);
}

/** The list that is in force in a month; null where there was none yet. */
export async function findPriceList(tx: AnyTx, mspId: string, month: string): Promise<PriceListRow | null> {
  return tx.maybeOne(sql.type(listRow)`
    select effective_from, list, updated_at from price_lists
    where msp_id = ${mspId}::uuid and effective_from <= ${month} order by effective_from desc limit 1`);
}

/** Sets the list from a month on; the policy refuses a month that is over. */
export async function savePriceList(
  tx: MspTx,
  mspId: string,
  effectiveFrom: string,
  list: PriceList,
): Promise<PriceListRow> {
  return tx.one(sql.type(listRow)`
    insert into price_lists (msp_id, effective_from, list) values (${mspId}::uuid, ${effectiveFrom}, ${sql.jsonb(list)})
    on conflict (msp_id, effective_from) do update set list = excluded.list, updated_at = now()
    returning effective_from, list, updated_at`);
}

const issuedRow = z.object({ document: invoice, xml: z.string() });
/** An invoice that is out, and its bytes. */
export type IssuedRow = z.infer<typeof issuedRow>;

/** What the operator billed the MSP for a month; null while it has not. */
export async function findMspInvoice(tx: AnyTx, mspId: string, month: string): Promise<IssuedRow | null> {
  return tx.maybeOne(
    sql.type(issuedRow)`select document, xml from msp_invoices where msp_id = ${mspId}::uuid and month = ${month}`,
  );
}

/** What the MSP billed a tenant for a month; null while it has not. */
export async function findTenantInvoice(tx: AnyTx, tenantId: string, month: string): Promise<IssuedRow | null> {
  return tx.maybeOne(
    sql.type(
      issuedRow,
    )`select document, xml from tenant_invoices where tenant_id = ${tenantId}::uuid and month = ${month}`,
  );
}

const dueRow = z.object({ msp_id: z.uuid(), tenant_id: z.uuid().nullable(), month: z.string() });
/** An invoice that may be made: of the operator to an MSP where the tenant is null, else of the MSP to the tenant. */
export type DueInvoice = z.infer<typeof dueRow>;

/** Invoices of closed months that are not there and whose parties and prices are; in the order of their numbers. */
export async function listDueInvoices(tx: SystemTx): Promise<readonly DueInvoice[]> {
  return tx.any(sql.type(dueRow)`
    with closed as (select b.*, s.invoiced_from, s.operator_from from billing_months b join msp_invoicing s using (msp_id))
    select msp_id, tenant_id, month from (
      select distinct c.msp_id, null::uuid as tenant_id, c.month, null as name from closed c
      where c.month >= c.operator_from
        and not exists (select from msp_invoices i where i.msp_id = c.msp_id and i.month = c.month)
      union all
      select c.msp_id, c.tenant_id, c.month, c.tenant_name from closed c join tenant_invoicing using (tenant_id)
      where c.month >= c.invoiced_from
        and exists (select from price_lists p where p.msp_id = c.msp_id and p.effective_from <= c.month)
        and not exists (select from tenant_invoices i where i.tenant_id = c.tenant_id and i.month = c.month)
    ) due order by month, msp_id, tenant_id is not null, name, tenant_id`);
}

/** Notes for each MSP from when the operator bills it, where nothing is noted: the first night with an operator. */
export async function noteOperator(tx: SystemTx): Promise<void> {
  await tx.query(sql.unsafe`
    update msp_invoicing set operator_from = app.first_invoiced_month() where operator_from is null`);
}

const firstRow = z.object({ own: z.string(), operator: z.string() });
/** The first months for which invoices are made: of the MSP to its clients, and of the operator to the MSP. */
export type FirstInvoicedMonths = z.infer<typeof firstRow>;

/** Reads them; where nothing was set yet, what they would be if it were now. */
export async function getFirstInvoicedMonths(tx: AnyTx, mspId: string): Promise<FirstInvoicedMonths> {
  return tx.one(sql.type(firstRow)`
    select coalesce(s.invoiced_from, n.month) as own, coalesce(s.operator_from, n.month) as operator
    from (select app.first_invoiced_month() as month) n left join msp_invoicing s on s.msp_id = ${mspId}::uuid`);
}

const placeRow = z.object({ last: z.int() });

/** Locks an issuer's numbers of a year until the transaction ends: whoever else makes invoices of it waits here. */
export async function lockInvoiceNumbers(tx: SystemTx, issuerId: string | null, year: number): Promise<void> {
  await tx.query(sql.unsafe`
    insert into invoice_counters (issuer_id, year, last) values (${issuerId ?? OPERATOR}::uuid, ${year}, 0) on conflict do nothing`);
  await tx.one(sql.type(placeRow)`
    select last from invoice_counters where issuer_id = ${issuerId ?? OPERATOR}::uuid and year = ${year} for update`);
}

/** The next place in an issuer's year; it is given once, and comes back when the transaction fails. */
export async function allotInvoicePlace(tx: SystemTx, issuerId: string | null, year: number): Promise<number> {
  const row = await tx.one(sql.type(placeRow)`
    update invoice_counters set last = last + 1 where issuer_id = ${issuerId ?? OPERATOR}::uuid and year = ${year} returning last`);
  return row.last;
}

/** An invoice to keep. */
type NewInvoice = {
  readonly msp_id: string;
  readonly month: string;
  readonly document: IssuedInvoice;
  readonly xml: string;
};

/** Keeps what the operator bills an MSP. */
export async function insertMspInvoice(tx: SystemTx, of: NewInvoice): Promise<void> {
  await tx.query(sql.unsafe`
    insert into msp_invoices (msp_id, month, number, issued_on, payable_cents, document, xml)
    values (${of.msp_id}::uuid, ${of.month}, ${of.document.number}, ${of.document.issued_on}::date,
      ${of.document.totals.payable_cents}, ${sql.jsonb(of.document)}, ${of.xml})`);
}

/** Keeps what an MSP bills a tenant. */
export async function insertTenantInvoice(
  tx: SystemTx,
  of: NewInvoice & { readonly tenant_id: string },
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into tenant_invoices (tenant_id, msp_id, month, number, issued_on, payable_cents, document, xml)
    values (${of.tenant_id}::uuid, ${of.msp_id}::uuid, ${of.month}, ${of.document.number}, ${of.document.issued_on}::date,
      ${of.document.totals.payable_cents}, ${sql.jsonb(of.document)}, ${of.xml})`);
}
