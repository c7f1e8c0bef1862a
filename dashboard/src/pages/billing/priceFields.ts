/** A price list as a form, and back. */

import type { Answered } from '../../api/client.ts';
import { amountText, centsOf } from './money.ts';

/** Prices as the hub keeps them. */
export type PriceList = Answered<'/billing/price-list', 'get'>['items'][number]['list'];
type Vat = PriceList['vat'];

/** VAT categories (UNCL 5305). */
export const VAT_CATEGORIES = ['S', 'Z', 'E', 'AE', 'O'] as const satisfies readonly Vat['category'][];

/** What the inputs hold; amounts and percents as people type them. */
export type PriceTexts = {
  effectiveFrom: string;
  free: string;
  agent: string;
  fee: string;
  category: Vat['category'];
  rate: string;
  reason: string;
  tiers: { above: string; price: string }[];
  discounts: { tenantId: string; percent: string }[];
};

/** The fields of a list; where there is none yet, those of the hub's own prices. */
export function priceTexts(list: PriceList | null, running: string): PriceTexts {
  const vat = list?.vat;
  return {
    effectiveFrom: running,
    free: String(list?.free_agents ?? 0),
    agent: list === null ? '' : amountText(list.agent_cents),
    fee: list?.monthly_fee_cents == null ? '' : amountText(list.monthly_fee_cents),
    category: vat?.category ?? 'S',
    rate: vat?.category === 'S' ? amountText(vat.rate) : '21.00',
    reason: vat?.category === 'E' ? vat.reason : '',
    tiers: list?.tiers?.map((tier) => ({ above: String(tier.above), price: amountText(tier.agent_cents) })) ?? [],
    discounts:
      list?.tenants
        ?.filter((terms) => (terms.discount ?? 0) > 0)
        .map((terms) => ({ tenantId: terms.tenant_id, percent: amountText(terms.discount ?? 0) })) ?? [],
  };
}

/** The list of the fields. A VAT of a client's own, which has no field here, stays as `base` has it. */
export function priceListOf(texts: PriceTexts, base: PriceList | null): PriceList {
  const ownVat = new Map((base?.tenants ?? []).flatMap((terms) => (terms.vat ? [[terms.tenant_id, terms.vat]] : [])));
  const discounts = new Map(texts.discounts.map(({ tenantId, percent }) => [tenantId, centsOf(percent) ?? 0]));
  return {
    free_agents: Number(texts.free),
    agent_cents: centsOf(texts.agent) ?? 0,
    monthly_fee_cents: texts.fee.trim() === '' ? null : (centsOf(texts.fee) ?? 0),
    vat: vatOf(texts),
    tiers: texts.tiers.map(({ above, price }) => ({ above: Number(above), agent_cents: centsOf(price) ?? 0 })),
    tenants: [...new Set([...ownVat.keys(), ...discounts.keys()])].map((tenant_id) => ({
      tenant_id,
      discount: discounts.get(tenant_id) ?? 0,
      vat: ownVat.get(tenant_id) ?? null,
    })),
  };
}

function vatOf({ category, rate, reason }: PriceTexts): Vat {
  if (category === 'S') return { category, rate: centsOf(rate) ?? 0 };
  return category === 'E' ? { category, reason } : { category };
}
