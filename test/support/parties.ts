/** Companies of several countries, with numbers that check out. */

import type { Party } from '../../src/domain/party.ts';

const NOTHING = {
  additional_street: null,
  vat_id: null,
  company_id: null,
  company_id_scheme: null,
  endpoint_id: null,
  endpoint_scheme: null,
  contact_name: null,
  contact_email: null,
  contact_phone: null,
  iban: null,
  bic: null,
  payment_days: null,
  buyer_reference: null,
  purchase_order: null,
} as const;

/** A Belgian provider that can bill and be billed. */
export const MSP_PARTY: Party = {
  ...NOTHING,
  legal_name: 'Your MSP BV',
  street: 'Korenmarkt 1',
  city: 'Gent',
  postal_code: '9000',
  country: 'BE',
  vat_id: 'BE0403019261',
  company_id: '0403019261',
  company_id_scheme: '0208',
  endpoint_id: '0403019261',
  endpoint_scheme: '0208',
  contact_name: 'Accounts',
  contact_email: 'accounts@yourmsp.com',
  contact_phone: '+32 9 000 00 00',
  iban: 'BE68539007547034',
  bic: 'GKCCBEBB',
  buyer_reference: 'HUB-1',
};

/** A Belgian client. */
export const CLIENT_PARTY: Party = {
  ...NOTHING,
  legal_name: 'ACME & <Söhne> NV',
  street: 'Meir 1',
  additional_street: 'Floor 2',
  city: 'Antwerpen',
  postal_code: '2000',
  country: 'BE',
  vat_id: 'BE0203201340',
  company_id: '0203201340',
  company_id_scheme: '0208',
  endpoint_id: '0203201340',
  endpoint_scheme: '0208',
  payment_days: 14,
  buyer_reference: 'ACME-IT',
  purchase_order: 'PO-4711',
};

/** A German one, which the rules of Germany apply to when both sides are. */
export const GERMAN_PARTY: Party = {
  ...MSP_PARTY,
  legal_name: 'Beispiel GmbH',
  street: 'Hauptstraße 5',
  city: 'Köln',
  postal_code: '50667',
  country: 'DE',
  vat_id: 'DE136695976',
  company_id: null,
  company_id_scheme: null,
  endpoint_id: 'DE136695976',
  endpoint_scheme: '9930',
  contact_phone: '+49 221 000000',
  iban: 'DE89370400440532013000',
  bic: 'COBADEFF',
};

/** A Dutch one, named by its number in the trade register. */
export const DUTCH_PARTY: Party = {
  ...MSP_PARTY,
  legal_name: 'Voorbeeld B.V.',
  street: 'Damrak 9',
  city: 'Amsterdam',
  postal_code: '1012 LG',
  country: 'NL',
  vat_id: 'NL004495445B01',
  company_id: '12345678',
  company_id_scheme: '0106',
  endpoint_id: '12345678',
  endpoint_scheme: '0106',
  iban: 'NL91ABNA0417164300',
  bic: 'ABNANL2A',
};

/** One outside of the European Union. */
export const SWISS_PARTY: Party = {
  ...CLIENT_PARTY,
  legal_name: 'Muster AG',
  street: 'Bahnhofstrasse 2',
  city: 'Zürich',
  postal_code: '8001',
  country: 'CH',
  vat_id: 'CHE123456788MWST',
  company_id: 'CHE123456788',
  company_id_scheme: '0183',
  endpoint_id: 'CHE123456788',
  endpoint_scheme: '0183',
};
