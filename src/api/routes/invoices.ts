/** Invoices of a month: what the hub's operator bills the MSP, and what the MSP bills each client. Drafts until the month is closed. */

import { z } from 'zod';
import { type CreditState, creditState, findCredit } from '../../db/creditNotes.ts';
import {
  findMspInvoice,
  findMspInvoicing,
  findPriceList,
  findTenantInvoice,
  findTenantInvoicing,
  getFirstInvoicedMonths,
  type IssuedRow,
} from '../../db/invoicing.ts';
import { type MspTx, withMsp } from '../../db/scope.ts';
import { findTenant } from '../../db/tenants.ts';
import { type Invoice, invoice } from '../../domain/invoice.ts';
import { draftMspInvoice } from '../../domain/invoicing.ts';
import { missingField, missingFields } from '../../domain/party.ts';
import { draftRebill } from '../../domain/priceList.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { month, monthQuery, readMonth } from '../billingMonth.ts';
import type { ApiDeps } from '../deps.ts';
import type { UserPrincipal } from '../principal.ts';
import { defineRoute } from '../route.ts';
import { xmlFile } from '../xmlFile.ts';

const REFUSALS = ['billing_month_invalid', 'billing_month_not_closed'] as const;
const auth = { kind: 'user', permission: 'billing.read' } as const;
const params = z.object({ id: z.uuid() });

const preview = z.object({
  month,
  state: z.enum(['draft', 'issued']).describe('an issued invoice never changes; a draft has no number'),
  missing: z.array(missingField).describe('what keeps a draft from being issued in the night after the month'),
  first_month: month.describe(
    'the first month for which such invoices are made; a draft of one before it stays a draft',
  ),
  credit: creditState.nullable().describe('of an issued invoice to a client that was taken back; null: it stands'),
  invoice,
});

type View = {
  readonly month: string;
  readonly isClosed: boolean;
  readonly found: IssuedRow | null;
  readonly credit: CreditState | null;
  /** The first month for which such invoices are made. */
  readonly firstMonth: string;
};
type Caller = { readonly deps: ApiDeps; readonly principal: UserPrincipal };

function asPreview({ month: of, found, credit, firstMonth }: View, draft: () => Invoice): z.input<typeof preview> {
  const view = { month: of, first_month: firstMonth, credit };
  if (found !== null) return { ...view, state: 'issued', missing: [], invoice: found.document };
  const made = draft();
  return { ...view, state: 'draft', missing: [...missingFields(made.seller, made.buyer, made.vat)], invoice: made };
}

/** The XML of what is issued; a draft has none, as a file without a number would be booked like an invoice all the same. */
function asXml(view: View, draft: () => Invoice): Response {
  const { found } = view;
  if (found === null) throw new RefusedError('invoice_not_issued', whyNotIssued(view, draft));
  return xmlFile(found.document.number as string, found.xml);
}

function whyNotIssued({ month: of, isClosed, firstMonth }: View, draft: () => Invoice): string {
  if (!isClosed) return 'The month is still running; its draft is there as JSON.';
  if (of < firstMonth) return `Invoices are made for months from ${firstMonth} on; of this one there will be none.`;
  const { seller, buyer, vat } = draft();
  const missing = missingFields(seller, buyer, vat).map((fault) => `${fault.party}.${fault.field}`);
  return missing.length === 0
    ? 'Nothing is missing any more; it is made in the coming night.'
    : `Missing: ${missing.join(', ')}.`;
}

/** Reads the operator's invoice of a month and shows it. */
async function mspInvoice<T>(
  { deps, principal }: Caller,
  named: string | undefined,
  show: (view: View, draft: () => Invoice) => T,
): Promise<T> {
  return withMsp(deps.pool, principal.mspId, async (tx) => {
    const { lines, month: of, state } = await readMonth(tx, principal.mspId, named);
    const found = await findMspInvoice(tx, principal.mspId, of);
    const settings = await findMspInvoicing(tx, principal.mspId);
    const { operator: firstMonth } = await getFirstInvoicedMonths(tx, principal.mspId);
    return show({ month: of, isClosed: state === 'closed', found, credit: null, firstMonth }, () => {
      if (deps.operator === null) throw new RefusedError('invoice_operator_missing');
      return draftMspInvoice({ month: of, operator: deps.operator, msp: settings?.party ?? null, tenants: lines });
    });
  });
}

/** Reads a client's invoice of a month and shows it. */
async function tenantInvoice<T>(
  { deps, principal }: Caller,
  tenantId: string,
  named: string | undefined,
  show: (view: View, draft: () => Invoice) => T,
): Promise<T> {
  return withMsp(deps.pool, principal.mspId, async (tx) => {
    if ((await findTenant(tx, tenantId)) === null) throw new RefusedError('not_found', 'There is no such tenant.');
    const { lines, month: of, state } = await readMonth(tx, principal.mspId, named);
    const line = lines.find((row) => row.tenant_id === tenantId);
    if (line === undefined)
      throw new RefusedError('billing_month_not_closed', 'This tenant has no line in that month: it came later.');
    const found = await findTenantInvoice(tx, tenantId, of);
    const draft = await rebill(tx, principal.mspId, of, { id: tenantId, active_agents: line.active_agents });
    const { own: firstMonth } = await getFirstInvoicedMonths(tx, principal.mspId);
    const credit = await findCredit(tx, { tenant_id: tenantId, month: of });
    return show({ month: of, isClosed: state === 'closed', found, credit, firstMonth }, draft);
  });
}

/** What makes the draft; it refuses where there are no prices, which an issued invoice does not ask for. */
async function rebill(
  tx: MspTx,
  mspId: string,
  of: string,
  tenant: { readonly id: string; readonly active_agents: number },
): Promise<() => Invoice> {
  const prices = await findPriceList(tx, mspId, of);
  const seller = (await findMspInvoicing(tx, mspId))?.party ?? null;
  const party = (await findTenantInvoicing(tx, tenant.id))?.party ?? null;
  return () => {
    if (prices === null) throw new RefusedError('price_list_missing');
    return draftRebill({ month: of, list: prices.list, seller, tenant: { ...tenant, party } });
  };
}

const ofMsp = defineRoute({
  method: 'get',
  path: '/billing/invoice',
  tag: 'Billing',
  summary: 'What the MSP is billed for a month',
  auth,
  tenantScoped: false,
  query: monthQuery,
  output: preview,
  refusals: [...REFUSALS, 'invoice_operator_missing'],
  handle: async (ctx) => mspInvoice(ctx, ctx.query.month, asPreview),
});

const ofMspXml = defineRoute({
  method: 'get',
  path: '/billing/invoice.xml',
  tag: 'Billing',
  summary: 'The same as an electronic invoice',
  description: 'UBL 2.1 by Peppol BIS Billing 3.0 (EN 16931), once the month is closed. The bytes never change.',
  auth,
  tenantScoped: false,
  query: monthQuery,
  produces: 'application/xml',
  refusals: [...REFUSALS, 'invoice_operator_missing', 'invoice_not_issued'],
  handle: async (ctx) => mspInvoice(ctx, ctx.query.month, asXml),
});

const ofTenant = defineRoute({
  method: 'get',
  path: '/billing/tenants/:id/invoice',
  tag: 'Billing',
  summary: 'What a client is billed for a month',
  auth,
  tenantScoped: true,
  params,
  query: monthQuery,
  output: preview,
  refusals: [...REFUSALS, 'not_found', 'price_list_missing'],
  handle: async (ctx) => tenantInvoice(ctx, ctx.params.id, ctx.query.month, asPreview),
});

const ofTenantXml = defineRoute({
  method: 'get',
  path: '/billing/tenants/:id/invoice.xml',
  tag: 'Billing',
  summary: 'The same as an electronic invoice',
  description: 'UBL 2.1 by Peppol BIS Billing 3.0 (EN 16931), once the month is closed. The bytes never change.',
  auth,
  tenantScoped: true,
  params,
  query: monthQuery,
  produces: 'application/xml',
  refusals: [...REFUSALS, 'not_found', 'price_list_missing', 'invoice_not_issued'],
  handle: async (ctx) => tenantInvoice(ctx, ctx.params.id, ctx.query.month, asXml),
});

/** Routes of invoices. */
export const invoiceRoutes = [ofMsp, ofMspXml, ofTenant, ofTenantXml];
