/** The XML against the published schema and rules, and against the invoice that it is made of. */

import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ublCreditNote, ublInvoice } from '../../src/activities/ublInvoice.ts';
import { billingLine, euros } from '../../src/domain/billing.ts';
import { type CreditNote, creditInvoice, creditNoteNumber } from '../../src/domain/creditNote.ts';
import { type IssuedInvoice, issueInvoice, type Vat } from '../../src/domain/invoice.ts';
import { draftMspInvoice } from '../../src/domain/invoicing.ts';
import { missingFields, type Party } from '../../src/domain/party.ts';
import { draftRebill, type PriceList } from '../../src/domain/priceList.ts';
import { CLIENT_PARTY, DUTCH_PARTY, GERMAN_PARTY, MSP_PARTY, PARTIES_ABROAD, SWISS_PARTY } from '../support/parties.ts';
import { brokenInvoiceRules } from '../support/peppolRules.ts';

const LIST: PriceList = {
  free_agents: 2,
  agent_cents: 499,
  tiers: [{ above: 5, agent_cents: 399 }],
  monthly_fee_cents: 2_500,
  vat: { category: 'S', rate: 2_100 },
  tenants: [{ tenant_id: 'acme', discount: 333, vat: null }],
};

function rebill(seller: Party, buyer: Party, list: PriceList = LIST, agents = 14): IssuedInvoice {
  const draft = draftRebill({
    month: '2026-02',
    list,
    seller,
    tenant: { id: 'acme', active_agents: agents, party: buyer },
  });
  expect(missingFields(draft.seller, draft.buyer, draft.vat)).toEqual([]);
  return issueInvoice(draft, 'INV-2026-00042', '2026-03-01');
}

function fromOperator(operator: Party, msp: Party): IssuedInvoice {
  const draft = draftMspInvoice({
    month: '2026-02',
    operator: { party: operator, vat_rate: 2_100, number_prefix: 'HUB' },
    msp,
    tenants: [12, 5, 0].map((agents, index) => ({ name: `Tenant ${index} & Co`, ...billingLine(agents) })),
  });
  expect(missingFields(draft.seller, draft.buyer, draft.vat)).toEqual([]);
  return issueInvoice(draft, 'HUB-2026-00001', '2026-03-01');
}

function credit(invoice: IssuedInvoice): CreditNote {
  const reason = 'Billed for hosts that had left; see ticket 847 <&>';
  return creditInvoice(invoice, { number: creditNoteNumber('INV', 2026, 43), issuedOn: '2026-03-20', reason });
}

const withVat = (vat: Vat): PriceList => ({ ...LIST, vat });

describe('UBL invoices by the published schema and rules', () => {
  const cases: Record<string, IssuedInvoice> = {
    'a rebill in Belgium with tiers, a fee and a discount': rebill(MSP_PARTY, CLIENT_PARTY),
    'one of a month without hosts': rebill(MSP_PARTY, CLIENT_PARTY, { ...LIST, monthly_fee_cents: null }, 0),
    'a reduced rate with decimals': rebill(MSP_PARTY, CLIENT_PARTY, withVat({ category: 'S', rate: 550 })),
    'reverse charge': rebill(MSP_PARTY, DUTCH_PARTY, withVat({ category: 'AE' })),
    'zero rate': rebill(MSP_PARTY, CLIENT_PARTY, withVat({ category: 'Z' })),
    'an exemption with its reason': rebill(MSP_PARTY, CLIENT_PARTY, withVat({ category: 'E', reason: 'Article 44' })),
    'outside the scope of VAT': rebill(MSP_PARTY, SWISS_PARTY, withVat({ category: 'O' })),
    'within Germany': rebill(GERMAN_PARTY, GERMAN_PARTY),
    'within the Netherlands': rebill(DUTCH_PARTY, DUTCH_PARTY),
    'from the operator at home': fromOperator(MSP_PARTY, CLIENT_PARTY),
    'from the operator to another country of the Union': fromOperator(MSP_PARTY, GERMAN_PARTY),
    'from the operator to another continent': fromOperator(MSP_PARTY, SWISS_PARTY),
  };
  for (const [country, party] of Object.entries(PARTIES_ABROAD)) {
    cases[`within ${country}`] = rebill(party, party, withVat({ category: 'S', rate: 2_500 }));
    cases[`from ${country} to Belgium`] = rebill(party, CLIENT_PARTY, withVat({ category: 'S', rate: 2_500 }));
  }
  it('conform, without a warning; so do their credit notes', async () => {
    const files = Object.entries(cases).flatMap(([name, invoice]) => [
      [name, ublInvoice(invoice)] as const,
      [`the credit of ${name}`, ublCreditNote(credit(invoice))] as const,
    ]);
    const broken = await brokenInvoiceRules(files.map(([, xml]) => xml));
    expect(Object.fromEntries(files.map(([name], index) => [name, broken[index]]))).toEqual(
      Object.fromEntries(files.map(([name]) => [name, []])),
    );
  }, 400_000);

  it('are refused when a sum, a place or a number is wrong (a control)', async () => {
    const good = ublInvoice(rebill(MSP_PARTY, CLIENT_PARTY));
    const note = ublCreditNote(credit(rebill(MSP_PARTY, CLIENT_PARTY)));
    const [sum, place, id, creditSum, reference] = await brokenInvoiceRules([
      good.replace(/(<cbc:TaxAmount [^>]*>)15\.81/g, '$115.82'),
      good.replace(/(<cbc:ID>INV[^<]*<\/cbc:ID>)(<cbc:IssueDate>[^<]*<\/cbc:IssueDate>)/, '$2$1'),
      good.replaceAll('0403019261</cbc:EndpointID>', '0403019262</cbc:EndpointID>'),
      note.replace(/(<cbc:TaxAmount [^>]*>)15\.81/g, '$115.82'),
      note.replace(
        /<cac:InvoiceDocumentReference>.*<\/cac:InvoiceDocumentReference>/,
        '<cac:InvoiceDocumentReference/>',
      ),
    ]);
    expect(sum?.join()).toContain('BR-CO-15');
    expect(place?.join()).toContain('cvc-complex-type');
    expect(id?.join()).toContain('PEPPOL-COMMON-R043');
    expect(creditSum?.join()).toContain('BR-CO-15');
    expect(reference?.join()).toContain('cvc-complex-type');
  }, 400_000);
});

describe('the XML of an invoice', () => {
  const texts = (xml: string, name: string): readonly string[] =>
    [...new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName(name)].map(
      (node) => node.textContent ?? '',
    );

  it('says what the invoice says, to the cent, for random fleets and prices', () => {
    const list = fc.record({
      free_agents: fc.nat(20),
      agent_cents: fc.nat(100_000),
      tiers: fc
        .uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 4 })
        .chain((above) =>
          fc.tuple(
            ...above
              .toSorted((a, b) => a - b)
              .map((from) => fc.record({ above: fc.constant(from), agent_cents: fc.nat(100_000) })),
          ),
        ),
      monthly_fee_cents: fc.option(fc.nat(1_000_000)),
      vat: fc.constant<Vat>({ category: 'S', rate: 2_100 }),
      tenants: fc.integer({ min: 0, max: 10_000 }).map((discount) => [{ tenant_id: 'acme', discount, vat: null }]),
    });
    fc.assert(
      fc.property(list, fc.nat(2_000), (prices, agents) => {
        const invoice = rebill(MSP_PARTY, CLIENT_PARTY, { ...prices, tiers: [...prices.tiers] }, agents);
        const xml = ublInvoice(invoice);
        expect(texts(xml, 'cbc:PayableAmount')).toEqual([euros(invoice.totals.payable_cents)]);
        expect(texts(xml, 'cbc:TaxExclusiveAmount')).toEqual([euros(invoice.totals.tax_exclusive_cents)]);
        const [sum, ...lines] = texts(xml, 'cbc:LineExtensionAmount');
        expect(sum).toBe(euros(invoice.totals.line_net_cents));
        expect(lines).toEqual(invoice.lines.map((line) => euros(line.net_cents)));
        const note = ublCreditNote(credit(invoice));
        for (const name of ['PayableAmount', 'TaxExclusiveAmount', 'TaxAmount', 'LineExtensionAmount', 'PriceAmount'])
          expect(texts(note, `cbc:${name}`)).toEqual(texts(xml, `cbc:${name}`));
        expect(texts(note, 'cbc:CreditedQuantity')).toEqual(texts(xml, 'cbc:InvoicedQuantity'));
        expect(lines.reduce((cents, text) => cents + Math.round(Number(text) * 100), 0)).toBe(
          invoice.totals.line_net_cents,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('of a credit names the invoice that it takes back, its day, and why', () => {
    const note = ublCreditNote(credit(rebill(MSP_PARTY, CLIENT_PARTY)));
    expect(texts(note, 'cbc:CreditNoteTypeCode')).toEqual(['381']);
    expect(texts(note, 'cac:InvoiceDocumentReference')).toEqual(['INV-2026-000422026-03-01']);
    expect(texts(note, 'cbc:Note')).toEqual(['Billed for hosts that had left; see ticket 847 <&>']);
    expect(texts(note, 'cbc:ID')[0]).toBe('CN-INV-2026-00043');
    expect(texts(note, 'cbc:IssueDate')[0]).toBe('2026-03-20');
  });

  it('carries names as they are, and gives the same bytes again', () => {
    const invoice = rebill(MSP_PARTY, CLIENT_PARTY);
    expect(texts(ublInvoice(invoice), 'cbc:RegistrationName')).toEqual(['Your MSP BV', 'ACME & <Söhne> NV']);
    expect(ublInvoice(invoice)).toBe(ublInvoice(structuredClone(invoice)));
  });
});
