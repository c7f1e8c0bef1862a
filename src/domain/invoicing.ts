/** The two invoices of an MSP's month: from the hub's operator to the MSP, and from the MSP to each client. */

import { z } from 'zod';
import type { BillingLine } from './billing.ts';
import { draftInvoice, type Invoice, platformLines } from './invoice.ts';
import { type BusinessIds, createPartySchema, type Party, serviceVat } from './party.ts';

/** What invoices' numbers begin with. */
export const numberPrefix = z.string().regex(/^[A-Z0-9]{1,10}$/, 'one to ten capital letters and digits');

/** The hub's operator as the one who bills MSPs; what `OPERATOR_INVOICING` holds as JSON. */
function createOperatorSchema(ids: BusinessIds) {
  return z.strictObject({
    party: createPartySchema(ids),
    vat_rate: z.int().min(1).max(10_000).describe('at home, in hundredths of a percent'),
    number_prefix: numberPrefix.default('HUB'),
  });
}
export type OperatorInvoicing = z.infer<ReturnType<typeof createOperatorSchema>>;

/** Reads `OPERATOR_INVOICING`; null where it is not set. Throws a sentence that names what is wrong in it. */
export function readOperatorInvoicing(text: string | undefined, ids: BusinessIds): OperatorInvoicing | null {
  if (text === undefined) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RangeError('OPERATOR_INVOICING is not JSON. See docs/billing.md.', { cause: error });
  }
  const read = createOperatorSchema(ids).safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new RangeError(`OPERATOR_INVOICING: ${faults.join('; ')}. See docs/billing.md.`);
}

/** The draft of what the operator bills an MSP for a month. */
export function draftMspInvoice(of: {
  readonly month: string;
  readonly operator: OperatorInvoicing;
  readonly msp: Party | null;
  readonly tenants: readonly (BillingLine & { readonly name: string })[];
}): Invoice {
  const { party, vat_rate } = of.operator;
  return draftInvoice({
    month: of.month,
    seller: party,
    buyer: of.msp,
    lines: platformLines(of.tenants),
    discountRate: 0,
    // Without the MSP's country there is nothing to judge by; the draft cannot be issued either.
    vat: of.msp === null ? { category: 'S', rate: vat_rate } : serviceVat(party, of.msp, vat_rate),
  });
}
