/** Well-known numbers of companies, checked by libraries: what src/domain/party.ts is given. */

import { checkVAT, countries } from 'jsvat';
import validator from 'validator';

/** Prefixes of VAT ids whose country has another code: Greece and Northern Ireland. */
const COUNTRY_OF_PREFIX: Readonly<Record<string, string>> = { EL: 'GR', XI: 'GB' };

function isVatId(id: string): boolean {
  const prefix = id.slice(0, 2);
  if (!/^[A-Z]{2}[A-Z0-9+*]{2,28}$/.test(id) || !validator.isISO31661Alpha2(COUNTRY_OF_PREFIX[prefix] ?? prefix))
    return false;
  const verdict = checkVAT(id, countries);
  // Of countries that the library does not know, the prefix and the characters are all that can be said.
  return verdict.isValid || !verdict.isSupportedCountry;
}

/** The checks. Letters must be capitals, and spaces are not taken: what passes goes onto invoices as it is. */
export const businessIds = {
  isCountry: (code: string): boolean => validator.isISO31661Alpha2(code),
  isVatId,
  isIban: (iban: string): boolean => /^[A-Z0-9]+$/.test(iban) && validator.isIBAN(iban),
  isBic: (bic: string): boolean => /^[A-Z0-9]+$/.test(bic) && validator.isBIC(bic),
} as const;
