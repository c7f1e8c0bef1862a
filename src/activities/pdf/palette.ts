/** Colours of a report: the tenant's own where it can be read, else darker until it can (WCAG 2.2, 1.4.3). */

import { contrastRatio, LEAST_TEXT_CONTRAST, parseColor } from '../../domain/brand.ts';

/** Brand colour of a tenant without one. */
const DEFAULT_BRAND = '#1e3a8a';
/** How much of a colour is kept at each step towards black. */
const DARKEN = 0.9;

/** Colours that do not depend on the tenant; each text colour has a contrast of at least 4.5 on white. */
export const INK = '#1b1f27';
export const QUIET = '#565d6b';
export const LINE = '#d5d9e1';
export const BAND = '#f3f5f8';
export const GOOD = '#17693a';
export const WARN = '#8a4b00';
export const BAD = '#a3161f';

/** Colours made from the tenant's own. */
export type Palette = {
  /** As the tenant chose it, for areas. */
  readonly brand: string;
  /** Text on such an area. */
  readonly onBrand: string;
  /** The brand's colour, dark enough for text and lines on white. */
  readonly accent: string;
  /** A light tint of it, for areas under dark text. */
  readonly tint: string;
};

type Rgb = readonly [number, number, number];

function rgb(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

function hex(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** The palette of a brand colour; anything but `#rrggbb` counts as none. */
export function paletteOf(primaryColor: string | null): Palette {
  const brand = parseColor(primaryColor ?? '') ?? DEFAULT_BRAND;
  let accent = rgb(brand);
  while (contrastRatio(hex(accent), '#ffffff') < LEAST_TEXT_CONTRAST)
    accent = accent.map((part) => part * DARKEN) as unknown as Rgb;
  const onBrand = contrastRatio(brand, '#ffffff') >= LEAST_TEXT_CONTRAST ? '#ffffff' : INK;
  const isReadable = contrastRatio(brand, onBrand) >= LEAST_TEXT_CONTRAST;
  return {
    brand: isReadable ? brand : hex(accent),
    onBrand: isReadable ? onBrand : '#ffffff',
    accent: hex(accent),
    tint: hex(accent.map((part) => part * 0.1 + 255 * 0.9) as unknown as Rgb),
  };
}
