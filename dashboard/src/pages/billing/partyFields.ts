/** A company on an invoice as a form: which fields, in which groups, and how texts become what the hub wants. */

import type { Answered } from '../../api/client.ts';

/** A party as the hub keeps it. */
export type Party = NonNullable<Answered<'/billing/settings', 'get'>['party']>;

/** Groups of fields, in the order in which one fills them in. */
export const PARTY_GROUPS = {
  address: ['legal_name', 'street', 'additional_street', 'postal_code', 'city', 'country'],
  numbers: ['vat_id', 'company_id', 'company_id_scheme', 'endpoint_id', 'endpoint_scheme'],
  contact: ['contact_name', 'contact_email', 'contact_phone'],
  payment: ['iban', 'bic', 'payment_days', 'buyer_reference', 'purchase_order'],
} as const satisfies Readonly<Record<string, readonly (keyof Party)[]>>;

/** Fields without which nothing is saved. */
export const PARTY_REQUIRED: ReadonlySet<keyof Party> = new Set([
  'legal_name',
  'street',
  'postal_code',
  'city',
  'country',
]);

/** What the inputs hold. */
export type PartyTexts = { readonly [K in keyof Party]: string };

const ALL = Object.values(PARTY_GROUPS).flat();

/** A party as texts; an empty form when there is none yet. */
export function partyTexts(party: Party | null): PartyTexts {
  return Object.fromEntries(ALL.map((key) => [key, String(party?.[key] ?? '')])) as PartyTexts;
}

/** Texts as a party: what is empty is not there. */
export function partyOf(texts: PartyTexts): Party {
  return Object.fromEntries(
    ALL.map((key) => {
      const value = texts[key].trim();
      if (value === '' && !PARTY_REQUIRED.has(key)) return [key, null];
      if (key === 'payment_days') return [key, Number(value)];
      return [key, key === 'country' ? value.toUpperCase() : value];
    }),
  ) as Party;
}
