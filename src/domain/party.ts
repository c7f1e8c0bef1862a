/** A company on an invoice: what EN 16931 and Peppol BIS Billing 3.0 want to know of the one who bills and the one who pays. */

import { z } from 'zod';
import type { Vat } from './invoice.ts';
import { fitsScheme, isAddressScheme, isRegistrationScheme } from './participantId.ts';

/** Days until payment where neither side says otherwise. */
const DEFAULT_PAYMENT_DAYS = 30;
const MAX_PAYMENT_DAYS = 365;

/** Text that XML 1.0 can carry, on one line. */
function isPlainText(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u.test(text);
}

/** A name from elsewhere as an invoice can carry it: what XML has no place for becomes U+FFFD. */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** One line of text of an invoice, at most `max` characters long. */
export const lineOfText = (max: number) =>
  z.string().trim().min(1).max(max).refine(isPlainText, 'must be one line without control characters');
const optional = (max: number) => lineOfText(max).nullable().default(null);

/** The shape of a party; {@link createPartySchema} also checks what the numbers promise. */
export const party = z.strictObject({
  legal_name: lineOfText(200),
  street: lineOfText(200),
  additional_street: optional(200),
  city: lineOfText(100),
  postal_code: lineOfText(20),
  country: z.string().regex(/^[A-Z]{2}$/, 'two letters of ISO 3166-1, like "BE"'),
  vat_id: optional(30).describe('with its country’s prefix: BE0123456749'),
  company_id: optional(50).describe('registration number'),
  company_id_scheme: optional(4).describe(
    'ISO 6523 code of what registers it: 0208 in Belgium, 0106 in the Netherlands',
  ),
  endpoint_id: optional(80).describe('electronic address in the Peppol network'),
  endpoint_scheme: optional(4).describe('code of the EAS list that the address belongs to: 0208, 0088, 9925'),
  contact_name: optional(100),
  contact_email: z.email().max(254).nullable().default(null),
  contact_phone: z
    .string()
    .regex(/^\+?[0-9][0-9 ()./-]{2,30}$/, 'a telephone number')
    .nullable()
    .default(null),
  iban: optional(34).describe('where to pay; needed to bill'),
  bic: optional(11),
  payment_days: z
    .int()
    .min(0)
    .max(MAX_PAYMENT_DAYS)
    .nullable()
    .default(null)
    .describe('days from the invoice until it is due; the payer’s own come first'),
  buyer_reference: optional(100).describe(
    'what the payer wants to find on an invoice; this or the order is needed to be billed',
  ),
  purchase_order: optional(100),
});
export type Party = z.infer<typeof party>;

/** Checks of well-known numbers; a library's, passed in. */
export type BusinessIds = {
  readonly isCountry: (code: string) => boolean;
  /** Whether a VAT id has the shape of its country's, named by its prefix. */
  readonly isVatId: (id: string) => boolean;
  readonly isIban: (iban: string) => boolean;
  readonly isBic: (bic: string) => boolean;
};

type PartyFault = { readonly field: keyof Party; readonly message: string };

function partyFaults(value: Party, ids: BusinessIds): readonly PartyFault[] {
  const faults: PartyFault[] = [];
  const expect = (holds: boolean, field: keyof Party, message: string): void => {
    if (!holds) faults.push({ field, message });
  };
  const { vat_id, company_id, company_id_scheme, endpoint_id, endpoint_scheme } = value;
  expect(ids.isCountry(value.country), 'country', 'is no country of ISO 3166-1');
  expect(vat_id === null || ids.isVatId(vat_id), 'vat_id', 'is no VAT id of the country that it begins with');
  expect(value.iban === null || ids.isIban(value.iban), 'iban', 'is no IBAN; write it without spaces');
  expect(value.bic === null || ids.isBic(value.bic), 'bic', 'is no BIC');
  expect((endpoint_id === null) === (endpoint_scheme === null), 'endpoint_scheme', 'goes with endpoint_id');
  if (company_id_scheme !== null) {
    expect(company_id !== null, 'company_id_scheme', 'goes with company_id');
    expect(isRegistrationScheme(company_id_scheme), 'company_id_scheme', 'is no code of the ISO 6523 list');
    expect(
      company_id === null || fitsScheme(company_id_scheme, company_id),
      'company_id',
      `has not the form of scheme ${company_id_scheme}`,
    );
  }
  if (endpoint_scheme !== null) {
    expect(isAddressScheme(endpoint_scheme), 'endpoint_scheme', 'is no code of the EAS list');
    expect(
      endpoint_id === null || fitsScheme(endpoint_scheme, endpoint_id),
      'endpoint_id',
      `has not the form of scheme ${endpoint_scheme}`,
    );
  }
  return faults;
}

/** The shape of a party with everything that can be checked without asking anybody. */
export function createPartySchema(ids: BusinessIds) {
  return party.superRefine((value, context) => {
    for (const { field, message } of partyFaults(value, ids))
      context.addIssue({ code: 'custom', path: [field], message });
  });
}

/** What keeps an invoice from being issued. */
export const missingField = z.object({
  party: z.enum(['seller', 'buyer']),
  field: z.string(),
  sentence: z.string(),
});
export type MissingField = z.infer<typeof missingField>;

/** Registers whose number a seller of the country must give, by their schemes: NL-R-003, DK-R-014, IS-R-002. */
const REGISTERS: Readonly<Record<string, readonly string[]>> = { NL: ['0106', '0190'], DK: ['0184'], IS: ['0196'] };
/** Countries in which a buyer gives it too, to a seller of the same: NL-R-005, IS-R-004. */
const BUYER_REGISTERED: ReadonlySet<string> = new Set(['NL', 'IS']);

/** SE-R-006, in hundredths of a percent. */
const SWEDISH_RATES: ReadonlySet<number> = new Set([600, 1_200, 2_500]);

function isRegistered({ company_id, company_id_scheme }: Party, schemes: readonly string[]): boolean {
  return company_id !== null && company_id_scheme !== null && schemes.includes(company_id_scheme);
}

/**
 * What an invoice between two parties still needs, by the rules of EN 16931, Peppol and the seller's country that go by
 * the parties alone. Empty: it can be issued.
 */
export function missingFields(seller: Party | null, buyer: Party | null, vat: Vat): readonly MissingField[] {
  const missing: MissingField[] = [];
  const need = (
    holds: boolean,
    side: MissingField['party'],
    field: keyof Party | 'party' | 'vat',
    sentence: string,
  ): void => {
    if (!holds) missing.push({ party: side, field, sentence });
  };
  need(seller !== null, 'seller', 'party', 'The one who bills has no invoicing settings.');
  need(buyer !== null, 'buyer', 'party', 'The one who pays has no invoicing settings.');
  if (seller === null || buyer === null) return missing;
  need(seller.endpoint_id !== null, 'seller', 'endpoint_id', 'Peppol needs the electronic address.');
  need(buyer.endpoint_id !== null, 'buyer', 'endpoint_id', 'Peppol needs the electronic address.');
  need(seller.iban !== null, 'seller', 'iban', 'The payer needs an account to pay to.');
  need(
    buyer.buyer_reference !== null || buyer.purchase_order !== null,
    'buyer',
    'buyer_reference',
    'Peppol needs the payer’s reference or order.',
  );
  if (vat.category === 'O') {
    need(seller.company_id !== null, 'seller', 'company_id', 'Without VAT the registration number says who bills.');
  } else {
    need(seller.vat_id !== null, 'seller', 'vat_id', 'VAT needs the VAT id of the one who bills.');
  }
  if (vat.category === 'AE')
    need(buyer.vat_id !== null, 'buyer', 'vat_id', 'Reverse charge needs the VAT id of the one who pays.');
  const schemes = REGISTERS[seller.country];
  if (schemes !== undefined) {
    const sentence = `Invoices from ${seller.country} give the registration number of scheme ${schemes.join(' or ')}.`;
    need(isRegistered(seller, schemes), 'seller', 'company_id_scheme', sentence);
    if (BUYER_REGISTERED.has(seller.country) && buyer.country === seller.country)
      need(isRegistered(buyer, schemes), 'buyer', 'company_id_scheme', sentence);
  }
  const isSwedish = vat.category !== 'S' || SWEDISH_RATES.has(vat.rate);
  need(seller.country !== 'SE' || isSwedish, 'seller', 'vat', 'Swedish rates are 6, 12 and 25 %.');
  // GR-R-001 and GR-R-004: their numbers, and a mark for each, come from the tax office.
  need(
    seller.country !== 'GR',
    'seller',
    'country',
    'Greek invoices are numbered by myDATA, which the hub does not ask.',
  );
  if (seller.country === 'DE' && buyer.country === 'DE') {
    for (const field of ['contact_name', 'contact_phone', 'contact_email'] as const)
      need(seller[field] !== null, 'seller', field, 'German invoices name whom to ask.');
    need(buyer.buyer_reference !== null, 'buyer', 'buyer_reference', 'German invoices need the payer’s reference.');
  }
  return missing;
}

/** Days until payment: the payer's, else the seller's, else the hub's. */
export function paymentDays(seller: Party, buyer: Party): number {
  return buyer.payment_days ?? seller.payment_days ?? DEFAULT_PAYMENT_DAYS;
}

/** The VAT area of the European Union, by ISO code. */
const EU: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/**
 * VAT on a service from one company to another (article 44 of Directive 2006/112/EC): at home the seller's rate, in
 * another country of the Union reverse charge where the payer has a VAT id, outside of it no VAT.
 */
export function serviceVat(seller: Party, buyer: Party, rate: number): Vat {
  if (seller.country === buyer.country) return { category: 'S', rate };
  if (!EU.has(buyer.country)) return { category: 'O' };
  return buyer.vat_id === null ? { category: 'S', rate } : { category: 'AE' };
}
