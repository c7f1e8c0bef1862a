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

function abroad(country: string, vat_id: string, endpoint: readonly [string, string], iban: string): Party {
  const [endpoint_scheme, endpoint_id] = endpoint;
  return {
    ...MSP_PARTY,
    country,
    vat_id,
    endpoint_scheme,
    endpoint_id,
    iban,
    bic: null,
    company_id: null,
    company_id_scheme: null,
  };
}

/** Providers of other countries, with what their countries' rules ask for. */
export const PARTIES_ABROAD: Readonly<Record<string, Party>> = {
  Austria: abroad('AT', 'ATU13585627', ['9914', 'ATU13585627'], 'AT611904300234573201'),
  Denmark: {
    ...abroad('DK', 'DK13585628', ['0184', 'DK13585628'], 'DK5000400440116243'),
    company_id: 'DK13585628',
    company_id_scheme: '0184',
  },
  France: abroad('FR', 'FR40303265045', ['0002', '303265045'], 'FR1420041010050500013M02606'),
  Iceland: {
    ...abroad('IS', 'IS123456', ['0196', '1234567890'], 'IS140159260076545510730339'),
    company_id: '1234567890',
    company_id_scheme: '0196',
  },
  Italy: abroad('IT', 'IT00743110157', ['0211', 'IT00743110157'], 'IT60X0542811101000000123456'),
  Luxembourg: abroad('LU', 'LU15027442', ['9938', 'LU15027442'], 'LU280019400644750000'),
  Poland: abroad('PL', 'PL8567346215', ['9945', 'PL8567346215'], 'PL61109010140000071219812874'),
  Spain: abroad('ES', 'ESB58378431', ['9920', 'ESB58378431'], 'ES9121000418450200051332'),
  Sweden: {
    ...abroad('SE', 'SE556188840401', ['0007', '5561888404'], 'SE4550000000058398257466'),
    company_id: '5561888404',
    company_id_scheme: '0007',
  },
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
