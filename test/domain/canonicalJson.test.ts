import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json, NotCanonicalError } from '../../src/domain/canonicalJson.ts';

describe('canonicalJson', () => {
  it('writes the example of RFC 8785 section 3.2.2', () => {
    const value = {
      // The vector’s literal 333333333.33333329 is this number.
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code units, as RFC 8785 section 3.2.3 shows', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const written = Object.values(JSON.parse(canonicalJson(value)) as Record<string, string>);
    expect(canonicalJson(value).match(/"[^"]*"(?=[,}])/g)).toEqual(
      [
        'Carriage Return',
        'One',
        'Control',
        'Latin Small Letter O With Diaeresis',
        'Euro Sign',
        'Emoji: Grinning Face',
        'Hebrew Letter Dalet With Dagesh',
      ].map((text) => `"${text}"`),
    );
    expect(written).toHaveLength(7);
  });

  it('gives equal texts exactly for equal values, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value as Json);
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
        expect(canonicalJson(shuffled(value as Json))).toBe(text);
      }),
    );
  });

  it.each([
    ['a lone surrogate (two strings would share one hash)', { text: '\ud800' }],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['NaN', { n: Number.NaN }],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['undefined', { a: undefined }],
    ['a Date', { at: new Date(0) }],
    ['an object that would serialise itself', { toJSON: () => 1 }],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value as unknown as Json)).toThrow(NotCanonicalError);
  });

  it('refuses nesting that would exhaust the stack', () => {
    const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as Json;
    expect(() => canonicalJson(deep)).toThrow(NotCanonicalError);
  });

  it('writes -0 as 0', () => {
    expect(canonicalJson([-0])).toBe('[0]');
  });
});

function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => shuffled(item as Json));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}
