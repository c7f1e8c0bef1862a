import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandColors, contrastRatio, LEAST_TEXT_CONTRAST, parseColor } from '../../src/domain/brand.ts';

const anyColor = fc.integer({ min: 0, max: 0xff_ff_ff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('contrast', () => {
  // Outside values: black on white is 21 by definition; the greys are the well-known neighbours of the 4.5 limit.
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#767676', '#ffffff', 4.54],
    ['#777777', '#ffffff', 4.48],
    ['#ff0000', '#ffffff', 4],
    ['#0000ff', '#ffffff', 8.59],
  ])('of %s on %s is %d', (a, b, expected) => {
    expect(contrastRatio(a, b)).toBeCloseTo(expected, 2);
    expect(contrastRatio(b, a)).toBe(contrastRatio(a, b));
  });
});

describe('a colour', () => {
  it.each(['#1e3a8a', '#1E3A8A', '#ffffff'])('is read: %s', (text) => {
    expect(parseColor(text)).toBe(text.toLowerCase());
  });
  it.each(['', '1e3a8a', '#1e3', '#1e3a8a00', '#1e3a8g', 'red', ' #1e3a8a', '#1e3a8a\n', 'url(#a)'])(
    'is not: %j',
    (text) => {
      expect(parseColor(text)).toBeNull();
    },
  );
});

describe('derived colours', () => {
  it('let every text be read in both themes, whatever the colour', () => {
    fc.assert(
      fc.property(anyColor, (color) => {
        for (const theme of Object.values(brandColors(color))) {
          for (const [text, area] of [
            [theme.on_solid, theme.solid],
            [theme.accent, theme.surface],
            [theme.accent, theme.tint],
          ] as const)
            expect(contrastRatio(text, area), `${text} on ${area}`).toBeGreaterThanOrEqual(LEAST_TEXT_CONTRAST);
          expect(theme.solid).toBe(color);
          expect(theme.is_adjusted).toBe(theme.accent !== color);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('leave a colour alone where it can be read', () => {
    expect(brandColors('#1e3a8a').light).toMatchObject({ accent: '#1e3a8a', is_adjusted: false, on_solid: '#ffffff' });
    expect(brandColors('#1e3a8a').dark.is_adjusted).toBe(true);
    expect(brandColors('#ffe600').light).toMatchObject({ is_adjusted: true, on_solid: '#000000' });
  });
});
