import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../src/domain/strictJson.ts';

const parse = (text: string) => parseStrictJson(new TextEncoder().encode(text));

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads, for all values but __proto__', () => {
    fc.assert(
      fc.property(
        fc.json().filter((text) => !text.includes('__proto__')),
        (text) => {
          expect(parse(text)).toEqual({ kind: 'ok', value: JSON.parse(text) as unknown });
        },
      ),
    );
  });

  it.each([
    [
      'a duplicate key (two readers could see two requests)',
      '{"required_approvers":3,"required_approvers":1}',
      'duplicate key',
    ],
    ['a duplicate key spelled with an escape', String.raw`{"nonce":1,"\u006eonce":2}`, 'duplicate key'],
    ['a duplicate key deep inside', '[{"a":{"b":1,"c":[{}],"b":2}}]', 'duplicate key'],
    ['__proto__', '{"__proto__":{"admin":true}}', '__proto__'],
    ['a lone surrogate', String.raw`"\ud800"`, 'lone surrogate'],
    ['too deep nesting', '['.repeat(65) + ']'.repeat(65), 'nested deeper'],
    ['trailing text', '{} {}', ''],
    ['a trailing comma', '{"a":1,}', ''],
    ['nothing', '', ''],
    ['an unended string', '"abc', ''],
  ])('refuses %s', (_, text, why) => {
    const verdict = parse(text);
    expect(verdict.kind).toBe('refused');
    expect(verdict.kind === 'refused' && verdict.why).toContain(why);
  });

  it('accepts the same key in two objects, as a value, and nesting at the limit', () => {
    expect(parse('[{"a":1},{"a":2},{"b":"b"}]').kind).toBe('ok');
    expect(parse('['.repeat(64) + ']'.repeat(64)).kind).toBe('ok');
    expect(parse(String.raw`{"a":"a\"a","b":"\\"}`).kind).toBe('ok');
  });

  it('refuses bytes that are not UTF-8, and a byte order mark', () => {
    expect(parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22)).kind).toBe('refused');
    expect(parseStrictJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)).kind).toBe('refused');
  });
});
