/**
 * A client's brand: its colour made readable. Any colour may be chosen; what is drawn with it is derived so that text
 * always has the contrast of WCAG 2.2 level AA (1.4.3), on light and on dark pages.
 */

/** Least contrast of text (WCAG 2.2, 1.4.3). */
export const LEAST_TEXT_CONTRAST = 4.5;
/** Longest product name, in characters. */
export const MAX_PRODUCT_NAME = 60;
/** Page backgrounds that the derived colours are made for. */
const SURFACES = { light: '#ffffff', dark: '#0f172a' } as const;

/** How far a colour goes towards black or white at each step until it can be read. */
const STEP = 0.08;
/** Share of the colour in the quiet background of badges and selected rows. */
const TINT_SHARE = { light: 0.1, dark: 0.16 } as const;
const COLOR = /^#[0-9a-f]{6}$/;

type Rgb = readonly [number, number, number];

/** Colours for one theme. Each pair of a background and the text on it has at least {@link LEAST_TEXT_CONTRAST}. */
export type BrandTheme = {
  /** The page behind everything. */
  readonly surface: string;
  /** Filled areas, as chosen. */
  readonly solid: string;
  /** Text on `solid`. */
  readonly on_solid: string;
  /** Links and headings on `surface` and on `tint`: the colour as chosen when it can be read, else moved until it can. */
  readonly accent: string;
  /** Whether `accent` had to be moved away from the colour chosen. */
  readonly is_adjusted: boolean;
  /** A quiet background. */
  readonly tint: string;
};

/** What a brand colour becomes. */
export type BrandColors = { readonly light: BrandTheme; readonly dark: BrandTheme };

/** The colour in lower case; null when it is not `#rrggbb`. */
export function parseColor(text: string): string | null {
  const color = text.toLowerCase();
  return COLOR.test(color) ? color : null;
}

function toRgb(color: string): Rgb {
  const part = (at: number): number => Number.parseInt(color.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** `share` of `color`, the rest of `base`; rounded to what a screen shows, so that contrast is judged on the real bytes. */
function mix(color: string, base: string, share: number): string {
  const from = toRgb(color);
  const onto = toRgb(base);
  const part = (at: 0 | 1 | 2): string =>
    Math.round(from[at] * share + onto[at] * (1 - share))
      .toString(16)
      .padStart(2, '0');
  return `#${part(0)}${part(1)}${part(2)}`;
}

/** One channel of sRGB made linear (WCAG 2.2, definition of relative luminance; 0.04045 as in its errata). */
function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function luminance(color: string): number {
  const [red, green, blue] = toRgb(color);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, definition of contrast ratio). */
export function contrastRatio(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function theme(color: string, name: keyof typeof SURFACES): BrandTheme {
  const surface = SURFACES[name];
  // Towards the far end of the page's own lightness: there the contrast with page and tint is far over what is asked.
  const target = name === 'light' ? '#000000' : '#ffffff';
  const tint = mix(color, surface, TINT_SHARE[name]);
  const isReadable = (text: string): boolean =>
    contrastRatio(text, surface) >= LEAST_TEXT_CONTRAST && contrastRatio(text, tint) >= LEAST_TEXT_CONTRAST;
  let accent = color;
  for (let share = 1 - STEP; !isReadable(accent); share -= STEP) accent = mix(color, target, Math.max(0, share));
  return {
    surface,
    solid: color,
    // One of the two always reaches 4.58.
    on_solid: contrastRatio('#ffffff', color) >= LEAST_TEXT_CONTRAST ? '#ffffff' : '#000000',
    accent,
    is_adjusted: accent !== color,
    tint,
  };
}

/** The colours of both themes for a brand colour (`#rrggbb`, lower case). */
export function brandColors(color: string): BrandColors {
  return { light: theme(color, 'light'), dark: theme(color, 'dark') };
}
