import { describe, expect, it } from 'vitest';
import { challengeName, isProven, judgeDomain } from '../../src/domain/customDomain.ts';

const OWN = ['hub.msp.net', '127.0.0.1'];
const verdict = (domain: string) => judgeDomain(domain, OWN).kind;

describe('a domain of a client', () => {
  it.each(['ops.acme.com', 'acme.com', 'xn--mnchen-3ya.de', 'a-b.c1.acme.co.uk', 'example.acme.com', 'msp.com'])(
    'is possible: %s',
    (domain) => {
      expect(judgeDomain(domain, OWN)).toEqual({ kind: 'possible', domain });
    },
  );

  it('is written in one way', () => {
    expect(judgeDomain('OPS.Acme.com.', OWN)).toEqual({ kind: 'possible', domain: 'ops.acme.com' });
  });

  it.each([
    ['an address', ['127.0.0.1', '10.0.0.1', '1.2.3', 'acme.0x7f', '[::1]', '::1', 'acme.42']],
    ['one part', ['acme', 'localhost', 'com']],
    [
      'reserved',
      [
        'a.localhost',
        'ops.test',
        'ops.example',
        'www.example.com',
        'x.local',
        'x.internal',
        'x.onion',
        '1.in-addr.arpa',
      ],
    ],
    ['the hub’s own, below it or above it', ['hub.msp.net', 'ntfy.hub.msp.net', 'msp.net']],
    [
      'no host name',
      ['', '.', 'a..com', '-a.com', 'a-.com', 'a_b.com', '*.acme.com', 'münchen.de', 'a b.com', '_x.acme.com'],
    ],
    ['too long', [`${'a'.repeat(64)}.com`, `${'a.'.repeat(120)}com`]],
  ])('is refused when it is %s', (_, domains) => {
    for (const domain of domains) expect(verdict(domain), domain).toBe('refused');
  });

  it('is not mistaken for a neighbour of the hub’s (a name that only ends alike)', () => {
    expect(verdict('nothub.msp.network')).toBe('possible');
    expect(verdict('other-hub.msp.com')).toBe('possible');
  });
});

describe('a proof', () => {
  const challenge = 'ab'.repeat(20);
  it('stands at its own name, so that it cannot meet another record', () => {
    expect(challengeName('ops.acme.com')).toBe('_monsys-challenge.ops.acme.com');
  });
  it('is one whole record among any others', () => {
    expect(isProven(challenge, ['v=spf1 -all', challenge])).toBe(true);
  });
  it.each([[[]], [['']], [[`${challenge}x`]], [[challenge.slice(1)]], [[challenge.toUpperCase()]]])(
    'is not %j',
    (records) => {
      expect(isProven(challenge, records)).toBe(false);
    },
  );
  it('is never an empty one', () => {
    expect(isProven('', [''])).toBe(false);
  });
});
