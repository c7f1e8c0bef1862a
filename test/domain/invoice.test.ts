import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billingLine } from '../../src/domain/billing.ts';
import {
  draftInvoice,
  type Invoice,
  invoiceNumber,
  issueInvoice,
  platformLines,
  shareOf,
  type Vat,
  vatRate,
} from '../../src/domain/invoice.ts';
import { draftRebill, type PriceList, priceList, rebillLines } from '../../src/domain/priceList.ts';
import { CLIENT_PARTY, MSP_PARTY } from '../support/parties.ts';

const vats: fc.Arbitrary<Vat> = fc.oneof(
  fc.integer({ min: 1, max: 10_000 }).map((rate): Vat => ({ category: 'S', rate })),
  fc.constantFrom<Vat>({ category: 'Z' }, { category: 'AE' }, { category: 'O' }, { category: 'E', reason: 'exempt' }),
);

/** Any list that the API takes. */
const lists: fc.Arbitrary<PriceList> = fc
  .record({
    free_agents: fc.nat(50),
    agent_cents: fc.nat(10_000_000),
    above: fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { maxLength: 6 }),
    prices: fc.array(fc.nat(10_000_000), { minLength: 6, maxLength: 6 }),
    monthly_fee_cents: fc.option(fc.nat(10_000_000)),
    vat: vats,
    discount: fc.nat(10_000),
  })
  .map(({ above, prices, discount, ...rest }) =>
    priceList.parse({
      ...rest,
      tiers: above.toSorted((a, b) => a - b).map((from, index) => ({ above: from, agent_cents: prices[index] })),
      tenants: [{ tenant_id: TENANT, discount }],
    }),
  );
const TENANT = '7b0f3a52-5f0f-4b57-9c57-0d3f1f1f0001';

const rebill = (list: PriceList, agents: number): Invoice =>
  draftRebill({
    month: '2024-02',
    list,
    seller: MSP_PARTY,
    tenant: { id: TENANT, active_agents: agents, party: CLIENT_PARTY },
  });

/** Rounds as a person would with a pencil: the fraction compared with a half, in whole numbers. */
const nearest = (numerator: bigint, denominator: bigint): bigint =>
  numerator / denominator + (2n * (numerator % denominator) >= denominator ? 1n : 0n);

describe('an invoice', () => {
  it('keeps the rules of EN 16931 for random fleets and prices', () => {
    fc.assert(
      fc.property(lists, fc.nat(100_000), (list, agents) => {
        const { lines, totals, discount, vat } = rebill(list, agents);
        expect(lines.length).toBeGreaterThan(0); // BR-16
        for (const line of lines) expect(line.net_cents).toBe(line.quantity * line.unit_cents); // PEPPOL-EN16931-R120
        expect(totals.line_net_cents).toBe(lines.reduce((sum, line) => sum + line.net_cents, 0)); // BR-CO-10
        expect(totals.allowance_cents).toBe(discount?.cents ?? 0); // BR-CO-11
        expect(totals.tax_exclusive_cents).toBe(totals.line_net_cents - totals.allowance_cents); // BR-CO-13
        // BR-CO-14 and BR-CO-17: VAT of the one category, worked out once.
        const due = nearest(BigInt(totals.tax_exclusive_cents) * BigInt(vatRate(vat)), 10_000n);
        expect(BigInt(totals.vat_cents)).toBe(due);
        expect(totals.tax_inclusive_cents).toBe(totals.tax_exclusive_cents + totals.vat_cents); // BR-CO-15
        expect(totals.payable_cents).toBe(totals.tax_inclusive_cents); // BR-CO-16
        if (discount !== null) {
          // PEPPOL-EN16931-R040
          expect(BigInt(discount.cents)).toBe(nearest(BigInt(discount.base_cents) * BigInt(discount.rate), 10_000n));
          expect(discount.cents).toBeLessThanOrEqual(discount.base_cents);
        }
        expect(Object.values(totals).every((cents) => Number.isSafeInteger(cents) && cents >= 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('bills each host once, at the price of its place', () => {
    fc.assert(
      fc.property(lists, fc.nat(10_000), (list, agents) => {
        const hosts = rebillLines({ ...list, monthly_fee_cents: null }, agents);
        const billable = Math.max(0, agents - list.free_agents);
        expect(hosts.reduce((sum, line) => sum + line.quantity, 0)).toBe(billable);
        const priceOf = (place: number): number =>
          list.tiers.findLast((tier) => place > tier.above)?.agent_cents ?? list.agent_cents;
        let cents = 0;
        for (let place = 1; place <= billable; place += 1) cents += priceOf(place);
        expect(hosts.reduce((sum, line) => sum + line.net_cents, 0)).toBe(cents);
      }),
      { numRuns: 100 },
    );
  });

  it('rounds half up, once', () => {
    expect([shareOf(50, 100), shareOf(49, 100), shareOf(150, 100), shareOf(0, 10_000)]).toEqual([1, 0, 2, 0]);
    // Three lines of EUR 0.33 at 5.5 %: 0.05445, where a line at a time would give 0.06.
    const three = Array.from(
      { length: 3 },
      () => ({ name: 'x', description: null, unit: 'C62', quantity: 1, unit_cents: 33, net_cents: 33 }) as const,
    );
    const of = {
      month: '2026-01',
      seller: null,
      buyer: null,
      lines: three,
      discountRate: 0,
      vat: { category: 'S', rate: 550 },
    } as const;
    expect(draftInvoice(of).totals.vat_cents).toBe(5);
    expect(shareOf(9_007_199_254_740_991, 10_000)).toBe(9_007_199_254_740_991);
  });

  it('is of the whole month, and due after the payer’s days', () => {
    const draft = rebill(priceList.parse({ free_agents: 0, agent_cents: 100, vat: { category: 'Z' } }), 3);
    expect(draft).toMatchObject({ number: null, period_from: '2024-02-01', period_until: '2024-02-29' });
    expect(issueInvoice(draft, invoiceNumber('INV', 2024, 7), '2024-03-01')).toMatchObject({
      number: 'INV-2024-00007',
      issued_on: '2024-03-01',
      due_on: '2024-03-15',
    });
    expect(() => issueInvoice({ ...draft, buyer: null }, 'INV-1', '2024-03-01')).toThrow(RangeError);
  });
});

describe('the operator’s lines', () => {
  it('add up to what the month’s lines say', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 40 }), (fleet) => {
        const tenants = fleet.map((agents, index) => ({ name: `T${index}`, ...billingLine(agents) }));
        expect(platformLines(tenants).map((line) => line.net_cents)).toEqual(tenants.map((line) => line.monthly_cents));
      }),
    );
  });
});

describe('a price list', () => {
  const LIST = { free_agents: 0, agent_cents: 100, vat: { category: 'S', rate: 2_100 } };
  it.each([
    [
      'tiers that do not rise',
      {
        tiers: [
          { above: 5, agent_cents: 1 },
          { above: 5, agent_cents: 1 },
        ],
      },
    ],
    ['a tenant named twice', { tenants: [{ tenant_id: TENANT }, { tenant_id: TENANT }] }],
    ['a price that is no whole cent', { agent_cents: 1.5 }],
    ['a negative price', { agent_cents: -1 }],
    ['a discount over the whole', { tenants: [{ tenant_id: TENANT, discount: 10_001 }] }],
    ['a standard rate of nothing', { vat: { category: 'S', rate: 0 } }],
    ['an exemption without a reason', { vat: { category: 'E' } }],
    ['a category that is none of these', { vat: { category: 'K' } }],
  ])('is refused with %s', (_, change) => {
    expect(priceList.safeParse(LIST).success, 'a control').toBe(true);
    expect(priceList.safeParse({ ...LIST, ...change }).success).toBe(false);
  });

  it('gives a tenant its own VAT and discount, and the others those of the list', () => {
    const list = priceList.parse({
      ...LIST,
      tenants: [{ tenant_id: TENANT, discount: 1_000, vat: { category: 'AE' } }],
    });
    expect(rebill(list, 3)).toMatchObject({ vat: { category: 'AE' }, discount: { rate: 1_000, cents: 30 } });
    const other = draftRebill({
      month: '2024-02',
      list,
      seller: null,
      tenant: { id: 'other', active_agents: 3, party: null },
    });
    expect(other).toMatchObject({ vat: { category: 'S', rate: 2_100 }, discount: null });
  });
});
