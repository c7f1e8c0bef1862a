/** Credit notes: invoices of the MSP to its clients that are taken back, whole and once. */

import { z } from 'zod';
import {
  creditNoteRow,
  findCreditNote,
  findInvoiceByNumber,
  insertCreditRequest,
  listCreditNotes,
} from '../../db/creditNotes.ts';
import { withMsp } from '../../db/scope.ts';
import { creditNote, creditReason } from '../../domain/creditNote.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { type CreditNoteInput, creditNoteStart, WORKFLOW_IDS } from '../../workflows/messages.ts';
import { month } from '../billingMonth.ts';
import type { ApiDeps } from '../deps.ts';
import { inTenant, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { startOnce } from '../temporal.ts';
import { xmlFile } from '../xmlFile.ts';

const read = { kind: 'user', permission: 'billing.read' } as const;
const params = z.object({ id: z.uuid() });
const query = z.object({ month: month.describe('of the invoice that was credited') });

const credit = defineRoute({
  method: 'post',
  path: '/billing/invoices/:number/credit',
  tag: 'Billing',
  summary: 'Credit an invoice to a client, whole',
  description:
    'Once for each invoice, and for ever. The credit note has a number of its own in the MSP’s series and is made within ' +
    'moments; GET the invoice tells when it is out. The client reads the reason on it. The month is not invoiced again.',
  auth: { kind: 'user', permission: 'billing.write', sudo: true },
  tenantScoped: true,
  params: z.object({ number: z.string().max(100) }),
  body: z.strictObject({ reason: creditReason.describe('the client reads it on the credit note') }),
  output: z.object({ invoice_number: z.string(), tenant_id: z.uuid(), month, workflow_id: z.string() }),
  status: 202,
  refusals: ['not_found', 'invoice_credited'],
  handle: async (ctx) => {
    const { deps, principal, params: path, body } = ctx;
    const found = await withMsp(deps.pool, principal.mspId, (tx) =>
      findInvoiceByNumber(tx, principal.mspId, path.number),
    );
    if (found === null) throw new RefusedError('not_found', 'You have issued no invoice of that number to a client.');
    await inTenant(ctx, found.tenant_id, async (tx) => {
      const asked = { ...found, reason: body.reason, requested_by_email: principal.email };
      if (!(await insertCreditRequest(tx, asked))) throw new RefusedError('invoice_credited');
      await recordAct(tx, principal, found.tenant_id, 'invoice_credit_requested', {
        invoice_number: path.number,
        month: found.month,
        reason: body.reason,
      });
    });
    await startIssue(deps, { ...found, msp_id: principal.mspId });
    return {
      ...found,
      invoice_number: path.number,
      workflow_id: WORKFLOW_IDS.creditNote(found.tenant_id, found.month),
    };
  },
});

/** What was asked for is kept: where the workflow cannot be started, the pass of the night makes the note. */
async function startIssue(deps: ApiDeps, input: CreditNoteInput): Promise<void> {
  const { temporal } = deps;
  if (temporal === null) return;
  try {
    await startOnce(temporal, () => temporal.workflow.start('creditNote', creditNoteStart(input)));
  } catch (error) {
    deps.log.warn({ err: error, tenant_id: input.tenant_id }, 'the credit note waits for the pass of the night');
  }
}

const list = defineRoute({
  method: 'get',
  path: '/billing/credit-notes',
  tag: 'Billing',
  summary: 'Credit notes to clients, the latest first',
  auth: read,
  tenantScoped: true,
  query: z.object({
    tenant_id: z.uuid().optional(),
    month: month.optional().describe('of the invoice that was credited'),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  output: z.object({ items: z.array(creditNoteRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { tenant_id, month: of, limit } = ctx.query;
    const items = await readScope(
      ctx,
      (tx, tenantId) => listCreditNotes(tx, { tenantId, month: of ?? null, limit }),
      tenant_id,
    );
    return { items: [...items] };
  },
});

/** Reads the credit note of a tenant's month. Throws where there is none. */
async function findNote(ctx: Parameters<typeof readScope>[0], tenantId: string, of: string) {
  const found = await inTenant(ctx, tenantId, (tx) => findCreditNote(tx, { tenant_id: tenantId, month: of }));
  if (found === null) throw new RefusedError('credit_note_not_issued');
  return found;
}

const ofTenant = defineRoute({
  method: 'get',
  path: '/billing/tenants/:id/credit-note',
  tag: 'Billing',
  summary: 'The credit note of a client’s invoice',
  auth: read,
  tenantScoped: true,
  params,
  query,
  output: creditNote,
  refusals: ['not_found', 'credit_note_not_issued'],
  handle: async (ctx) => (await findNote(ctx, ctx.params.id, ctx.query.month)).document,
});

const ofTenantXml = defineRoute({
  method: 'get',
  path: '/billing/tenants/:id/credit-note.xml',
  tag: 'Billing',
  summary: 'The same as an electronic credit note',
  description: 'UBL 2.1 by Peppol BIS Billing 3.0 (EN 16931). The bytes never change.',
  auth: read,
  tenantScoped: true,
  params,
  query,
  produces: 'application/xml',
  refusals: ['not_found', 'credit_note_not_issued'],
  handle: async (ctx) => {
    const { document, xml } = await findNote(ctx, ctx.params.id, ctx.query.month);
    return xmlFile(document.number, xml);
  },
});

/** Routes of credit notes. */
export const creditNoteRoutes = [credit, list, ofTenant, ofTenantXml];
