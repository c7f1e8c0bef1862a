/**
 * A domain of the client's own for its portal. Claimed by the MSP, proven by a DNS TXT record, and only then served.
 * States: none -> claimed (with a challenge) -> proven; another domain starts again with a new challenge, and what was
 * proven before is served until the new one is. A claim keeps nobody else from a domain; a proven one is its tenant's
 * for as long as the DNS does not show another tenant's challenge in place of its own.
 */

/** The record is asked for at this name below the domain. */
const CHALLENGE_LABEL = '_monsys-challenge';
/** Longest name in text (RFC 1035, 2.3.4, less the root's dot); the challenge's label must fit in as well. */
const MAX_DOMAIN = 253 - CHALLENGE_LABEL.length - 1;
const MAX_LABEL = 63;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * Names that are nobody's to prove, or never public: special-use domains (RFC 6761, 6762, 7686, 8375, 9476) and those
 * that ICANN keeps for private networks.
 */
const RESERVED = [
  'alt',
  'arpa',
  'corp',
  'example',
  'example.com',
  'example.net',
  'example.org',
  'home',
  'internal',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'mail',
  'onion',
  'test',
] as const;

/** Whether a domain may be claimed, and if not, why in a sentence. */
export type DomainVerdict =
  | { readonly kind: 'possible'; readonly domain: string }
  | { readonly kind: 'refused'; readonly why: string };

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

/**
 * Judges a domain in ASCII (punycode, as node:url's domainToASCII gives it). `ownHosts`: names under which the hub
 * itself is reached; neither they nor anything below them can be a client's.
 */
export function judgeDomain(ascii: string, ownHosts: readonly string[]): DomainVerdict {
  const refused = (why: string): DomainVerdict => ({ kind: 'refused', why });
  const domain = (ascii.endsWith('.') ? ascii.slice(0, -1) : ascii).toLowerCase();
  if (domain === '') return refused('custom_domain is not a domain name; send it like "ops.acme.com".');
  if (domain.length > MAX_DOMAIN) return refused(`custom_domain may have ${MAX_DOMAIN} characters at most.`);
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  // RFC 1123, 2.1: a name whose last part is a number would be read as an address.
  if (/^\d+$/.test(last) || /^0x[0-9a-f]*$/.test(last) || domain.includes(':') || domain.startsWith('['))
    return refused('custom_domain must be a name, not an IP address.');
  if (labels.length < 2) return refused('custom_domain needs at least two parts, like "ops.acme.com".');
  if (labels.some((label) => label.length > MAX_LABEL || !LABEL.test(label)))
    return refused('custom_domain may hold letters, digits and hyphens alone, in parts of 63 at most.');
  if (last.length < 2) return refused('custom_domain must end in a top-level domain.');
  if (RESERVED.some((name) => isWithin(domain, name)))
    return refused('custom_domain is a reserved name that nobody can own.');
  if (ownHosts.some((host) => isWithin(domain, host.toLowerCase()) || isWithin(host.toLowerCase(), domain)))
    return refused('custom_domain belongs to this hub; use a domain of the client.');
  return { kind: 'possible', domain };
}

/** Where the TXT record of a domain must stand. */
export function challengeName(domain: string): string {
  return `${CHALLENGE_LABEL}.${domain}`;
}

/** Whether the TXT records found at {@link challengeName} prove the claim. Records are compared whole. */
export function isProven(challenge: string, records: readonly string[]): boolean {
  return challenge !== '' && records.some((record) => record.trim() === challenge);
}
