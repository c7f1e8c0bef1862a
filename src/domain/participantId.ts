/**
 * Identifiers of companies under the schemes that electronic invoicing knows: the electronic address (Peppol's EAS list)
 * and the registration number (ISO 6523 ICD list), with the formats that Peppol checks (PEPPOL-COMMON-R040 to R057).
 */

/** Schemes of electronic addresses: Peppol BIS Billing 3.0, May 2026 (PEPPOL-EN16931-CL008). */
const ADDRESS_SCHEMES: ReadonlySet<string> = new Set(
  (
    '0002 0007 0009 0060 0088 0096 0097 0106 0130 0135 0142 0151 0183 0184 0188 0190 0191 0192 0195 0196 0198 0199 0200 ' +
    '0201 0204 0208 0209 0210 0211 0216 0218 0221 0225 0230 0235 0240 0242 0244 0245 0246 0248 9910 9913 9914 9915 9918 ' +
    '9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 ' +
    '9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959'
  ).split(' '),
);

/** First and last code of the ICD list of May 2026 (BR-CL-11), and those between that were never given out. */
const REGISTRATION_SCHEMES = { first: 2, last: 248, absent: new Set([92, 103, 181, 182]) } as const;

/** Whether an electronic address may be of this scheme. */
export function isAddressScheme(scheme: string): boolean {
  return ADDRESS_SCHEMES.has(scheme);
}

/** Whether a registration number may be of this scheme. */
export function isRegistrationScheme(scheme: string): boolean {
  const { first, last, absent } = REGISTRATION_SCHEMES;
  const number = Number(scheme);
  return /^\d{4}$/.test(scheme) && number >= first && number <= last && !absent.has(number);
}

const digitsOf = (text: string): readonly number[] => Array.from(text, Number);
const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  digits.reduce((sum, digit, index) => sum + digit * (weights[index % weights.length] as number), 0);

/** GS1: the weights 3 and 1 from the right, check digit to the next ten. */
const isGln = (id: string): boolean => /^\d{13}$/.test(id) && weighted(digitsOf(id).toReversed(), [1, 3]) % 10 === 0;
const isNorwegian = (id: string): boolean =>
  /^\d{9}$/.test(id) && weighted(digitsOf(id), [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
const isBelgian = (id: string): boolean =>
  /^\d{10}$/.test(id) && 97 - (Number(id.slice(0, 8)) % 97) === Number(id.slice(8));
/** Luhn. */
const isSwedish = (id: string): boolean =>
  /^\d{10}$/.test(id) &&
  digitsOf(id)
    .map((digit, index) => (index % 2 === 0 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit))
    .reduce((sum, digit) => sum + digit, 0) %
    10 ===
    0;
const isAustralian = (id: string): boolean =>
  /^\d{11}$/.test(id) &&
  weighted(
    digitsOf(id).map((digit, index) => (index === 0 ? digit - 1 : digit)),
    [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19],
  ) %
    89 ===
    0;
/** The check digit of an Italian VAT number is Luhn's over eleven digits. */
const isItalianVat = (id: string): boolean =>
  /^IT\d{11}$/.test(id) &&
  digitsOf(id.slice(2))
    .map((digit, index) => (index % 2 === 1 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit))
    .reduce((sum, digit) => sum + digit, 0) %
    10 ===
    0;

const FORMATS: Readonly<Record<string, (id: string) => boolean>> = {
  '0007': isSwedish,
  '0088': isGln,
  '0096': (id) => /^\d{10}$/.test(id),
  '0106': (id) => /^\d{8}$/.test(id),
  '0151': isAustralian,
  '0184': (id) => /^(DK)?\d{8}$/.test(id),
  '0190': (id) => /^\d{20}$/.test(id),
  '0192': isNorwegian,
  '0198': (id) => /^DK\d{8}$/.test(id),
  '0201': (id) => /^[A-Za-z0-9]{6}$/.test(id),
  '0208': isBelgian,
  '0210': (id) => /^([A-Z0-9]{16}|\d{11})$/.test(id),
  '0211': isItalianVat,
  '0217': (id) => /^\d{12}$/.test(id),
  '9944': (id) => /^NL\d{9}B\d{2}$/.test(id),
};

/** Whether an identifier has the form, and the check digits, of its scheme; where the scheme has none that Peppol checks, any. */
export function fitsScheme(scheme: string, id: string): boolean {
  return FORMATS[scheme]?.(id) ?? true;
}
