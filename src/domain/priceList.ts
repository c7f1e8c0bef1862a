/** An MSP's prices for its own clients. In force from a month on, until a later list is. */

import { z } from 'zod';
import { draftInvoice, type Invoice, type InvoiceLine, lineOf, vat } from './invoice.ts';
import type { Party } from './party.ts';

const MAX_CENTS = 10_000_000;
const MAX_AGENTS = 10_000_000;
const MAX_TIERS = 20;
const MAX_TENANTS = 10_000;

const cents = z.int().min(0).max(MAX_CENTS).describe('integer cents of a euro');

const tenantTerms = z.strictObject({
  tenant_id: z.uuid(),
  discount: z.int().min(0).max(10_000).default(0).describe('hundredths of a percent off the sum of the lines'),
  vat: vat.nullable().default(null).describe('null: the VAT of the list'),
});

/** The list. Tiers say what each host above so many billable ones costs; those below keep their own price. */
export const priceList = z
  .strictObject({
    free_agents: z.int().min(0).max(MAX_AGENTS).describe('hosts of each tenant that cost nothing'),
    agent_cents: cents,
    tiers: z
      .array(z.strictObject({ above: z.int().min(1).max(MAX_AGENTS), agent_cents: cents }))
      .max(MAX_TIERS)
      .default([]),
    monthly_fee_cents: cents.nullable().default(null).describe('for each tenant, whatever its hosts'),
    vat: vat.describe('of every tenant that is not named with its own'),
    tenants: z.array(tenantTerms).max(MAX_TENANTS).default([]),
  })
  .superRefine((list, context) => {
    list.tiers.forEach((tier, index) => {
      if (index > 0 && tier.above <= (list.tiers[index - 1]?.above as number))
        context.addIssue({ code: 'custom', path: ['tiers', index, 'above'], message: 'must be above the tier before' });
    });
    if (new Set(list.tenants.map((terms) => terms.tenant_id)).size !== list.tenants.length)
      context.addIssue({ code: 'custom', path: ['tenants'], message: 'names a tenant twice' });
  });
export type PriceList = z.infer<typeof priceList>;

/** Lines for a tenant with so many active hosts: one for each tier that it reaches, and the monthly fee. */
export function rebillLines(list: PriceList, activeAgents: number): readonly InvoiceLine[] {
  const free = Math.min(activeAgents, list.free_agents);
  const billable = activeAgents - free;
  const steps = [{ above: 0, agent_cents: list.agent_cents }, ...list.tiers];
  const hosts = steps.flatMap(({ above, agent_cents }, index) => {
    const until = Math.min(billable, steps[index + 1]?.above ?? billable);
    // An invoice has at least one line (BR-16), so the first one stays where nothing is billable.
    if (index > 0 && until <= above) return [];
    return lineOf({
      name: index === 0 ? 'Managed hosts' : `Managed hosts above ${above}`,
      description: index === 0 ? `${activeAgents} active hosts, ${free} of them free` : null,
      unit: 'C62',
      quantity: Math.max(0, until - above),
      unit_cents: agent_cents,
    });
  });
  if (list.monthly_fee_cents === null) return hosts;
  return [
    ...hosts,
    lineOf({ name: 'Monthly fee', description: null, unit: 'MON', quantity: 1, unit_cents: list.monthly_fee_cents }),
  ];
}

/** The draft of what an MSP bills a client for a month. */
export function draftRebill(of: {
  readonly month: string;
  readonly list: PriceList;
  readonly seller: Party | null;
  readonly tenant: { readonly id: string; readonly active_agents: number; readonly party: Party | null };
}): Invoice {
  const terms = of.list.tenants.find(({ tenant_id }) => tenant_id === of.tenant.id);
  return draftInvoice({
    month: of.month,
    seller: of.seller,
    buyer: of.tenant.party,
    lines: rebillLines(of.list, of.tenant.active_agents),
    discountRate: terms?.discount ?? 0,
    vat: terms?.vat ?? of.list.vat,
  });
}
