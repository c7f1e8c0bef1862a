import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { numberPrefix, readOperatorInvoicing } from '../../src/domain/invoicing.ts';
import { fitsScheme, isAddressScheme, isRegistrationScheme } from '../../src/domain/participantId.ts';
import {
  createPartySchema,
  missingFields,
  type Party,
  paymentDays,
  plainText,
  serviceVat,
} from '../../src/domain/party.ts';
import { priceList } from '../../src/domain/priceList.ts';
import { businessIds } from '../../src/platform/businessIds.ts';
import { CLIENT_PARTY, DUTCH_PARTY, GERMAN_PARTY, MSP_PARTY, PARTIES_ABROAD, SWISS_PARTY } from '../support/parties.ts';

const schema = createPartySchema(businessIds);
const faultsOf = (changed: Partial<Record<keyof Party, unknown>>): readonly string[] => {
  const read = schema.safeParse({ ...MSP_PARTY, ...changed });
  return read.success ? [] : read.error.issues.map((issue) => issue.path.join('.'));
};

describe('a party', () => {
  const parties = [MSP_PARTY, CLIENT_PARTY, GERMAN_PARTY, DUTCH_PARTY, SWISS_PARTY, ...Object.values(PARTIES_ABROAD)];
  it.each(parties)('is taken in $country: $legal_name', (party) => {
    expect(schema.parse(party)).toEqual(party);
  });

  it('needs a name and an address; the rest may be absent', () => {
    const { legal_name, street, city, postal_code, country } = MSP_PARTY;
    const least = schema.parse({ legal_name, street, city, postal_code, country });
    expect(Object.values(least).filter((value) => value !== null)).toHaveLength(5);
  });

  it.each([
    ['country', 'XX'],
    ['country', 'be'],
    ['vat_id', 'BE0403019262'],
    ['vat_id', 'BE 0403.019.261'],
    ['vat_id', '0403019261'],
    ['vat_id', 'GR094259216'],
    ['iban', 'BE68539007547035'],
    ['iban', 'BE68 5390 0754 7034'],
    ['bic', 'GKCC'],
    ['company_id', '0403019262'],
    ['company_id_scheme', '0092'],
    ['endpoint_scheme', '0001'],
    ['endpoint_scheme', null],
    ['endpoint_id', '0403019262'],
    ['contact_email', 'nobody'],
    ['legal_name', 'two\nlines'],
    ['legal_name', 'half \ud800 a character'],
    ['legal_name', '  '],
    ['payment_days', 366],
  ] as const)('is refused with %s %j', (field, value) => {
    expect(faultsOf({ [field]: value })).toContain(field);
  });

  it.each(['EL094259216', 'ESB58378431', 'FR40303265045', 'ATU13585627', 'US123456789'])(
    'takes the VAT id %s',
    (vat_id) => {
      expect(faultsOf({ vat_id })).toEqual([]);
    },
  );
});

describe('identifiers under their scheme', () => {
  it.each([
    ['0007', '5560160680', '5560160681'],
    ['0088', '7300010000001', '7300010000002'],
    ['0106', '12345678', '1234567'],
    ['0151', '51824753556', '51824753557'],
    ['0184', 'DK12345678', '1234567'],
    ['0190', '12345678901234567890', '1'],
    ['0192', '923609016', '923609017'],
    ['0201', 'UFE1AB', 'UFE1A'],
    ['0208', '0403019261', '0403019260'],
    ['0210', '12345678901', '1234567890'],
    ['0211', 'IT00743110157', 'IT00743110158'],
    ['0217', '123456789012', '12345678901'],
    ['9944', 'NL004495445B01', 'NL004495445'],
  ])('%s takes %s and not %s', (scheme, good, bad) => {
    expect([fitsScheme(scheme, good), fitsScheme(scheme, bad)]).toEqual([true, false]);
  });

  it('are of known schemes', () => {
    expect([isAddressScheme('0208'), isAddressScheme('9999'), isAddressScheme('EM')]).toEqual([true, false, false]);
    expect(['0002', '0248', '0249', '0103', '208'].map(isRegistrationScheme)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('what an invoice still needs', () => {
  const S = { category: 'S', rate: 2_100 } as const;
  const named = (...of: Parameters<typeof missingFields>) =>
    missingFields(...of).map((each) => `${each.party}.${each.field}`);

  it('is nothing between two whole parties, and both parties when there is none', () => {
    expect(named(MSP_PARTY, CLIENT_PARTY, S)).toEqual([]);
    expect(named(null, null, S)).toEqual(['seller.party', 'buyer.party']);
  });

  it.each([
    [{ ...MSP_PARTY, iban: null }, CLIENT_PARTY, S, 'seller.iban'],
    [{ ...MSP_PARTY, endpoint_id: null }, CLIENT_PARTY, S, 'seller.endpoint_id'],
    [{ ...MSP_PARTY, vat_id: null }, CLIENT_PARTY, S, 'seller.vat_id'],
    [{ ...MSP_PARTY, company_id: null }, CLIENT_PARTY, { category: 'O' }, 'seller.company_id'],
    [MSP_PARTY, { ...CLIENT_PARTY, vat_id: null }, { category: 'AE' }, 'buyer.vat_id'],
    [MSP_PARTY, { ...CLIENT_PARTY, endpoint_id: null }, S, 'buyer.endpoint_id'],
    [MSP_PARTY, { ...CLIENT_PARTY, buyer_reference: null, purchase_order: null }, S, 'buyer.buyer_reference'],
    [{ ...DUTCH_PARTY, company_id_scheme: null }, CLIENT_PARTY, S, 'seller.company_id_scheme'],
    [DUTCH_PARTY, { ...DUTCH_PARTY, company_id_scheme: null }, S, 'buyer.company_id_scheme'],
    [{ ...MSP_PARTY, country: 'DK' }, CLIENT_PARTY, S, 'seller.company_id_scheme'],
    [{ ...MSP_PARTY, country: 'SE' }, CLIENT_PARTY, S, 'seller.vat'],
    [{ ...MSP_PARTY, country: 'GR' }, CLIENT_PARTY, S, 'seller.country'],
    [{ ...GERMAN_PARTY, contact_phone: null }, GERMAN_PARTY, S, 'seller.contact_phone'],
  ] as const)('is one field: %#', (seller, buyer, vat, field) => {
    expect(named(seller, buyer, vat)).toEqual([field]);
  });
});

describe('VAT on a service', () => {
  it('is charged at home, reversed within the Union, and none outside of it', () => {
    expect(serviceVat(MSP_PARTY, CLIENT_PARTY, 2_100)).toEqual({ category: 'S', rate: 2_100 });
    expect(serviceVat(MSP_PARTY, GERMAN_PARTY, 2_100)).toEqual({ category: 'AE' });
    expect(serviceVat(MSP_PARTY, { ...GERMAN_PARTY, vat_id: null }, 2_100)).toEqual({ category: 'S', rate: 2_100 });
    expect(serviceVat(MSP_PARTY, SWISS_PARTY, 2_100)).toEqual({ category: 'O' });
  });
});

describe('days until payment', () => {
  it('are the payer’s, else the seller’s, else thirty', () => {
    const none = { ...CLIENT_PARTY, payment_days: null };
    expect([
      paymentDays({ ...MSP_PARTY, payment_days: 45 }, CLIENT_PARTY),
      paymentDays({ ...MSP_PARTY, payment_days: 45 }, none),
      paymentDays(MSP_PARTY, none),
    ]).toEqual([14, 45, 30]);
  });
});

describe('a name from elsewhere', () => {
  it('loses what XML has no place for', () => {
    expect(plainText('a\u0000b\ud800c é 😀')).toBe('a\ufffdb\ufffdc é 😀');
  });
});

describe('docs/billing.md', () => {
  const document = readFileSync(new URL('../../docs/billing.md', import.meta.url), 'utf8');
  const example = (name: string): unknown =>
    JSON.parse(new RegExp(`^\`\`\`json ${name}\n(.*?)^\`\`\`$`, 'ms').exec(document)?.[1] ?? 'null');

  it('shows settings, prices and an operator that are taken', () => {
    const msp = z.object({ party: schema, number_prefix: numberPrefix }).parse(example('msp'));
    const operator = readOperatorInvoicing(JSON.stringify(example('operator')), businessIds);
    expect(missingFields(operator?.party ?? null, msp.party, { category: 'S', rate: 2_100 })).toEqual([]);
    expect(z.object({ list: priceList }).parse(example('prices')).list.tiers).toHaveLength(1);
  });

  it('is where an operator’s setting that is wrong points to', () => {
    expect(() => readOperatorInvoicing('{', businessIds)).toThrow(
      'OPERATOR_INVOICING is not JSON. See docs/billing.md.',
    );
    expect(() => readOperatorInvoicing('{"vat_rate":2100}', businessIds)).toThrow('OPERATOR_INVOICING: party: ');
    expect(readOperatorInvoicing(undefined, businessIds)).toBeNull();
  });
});
