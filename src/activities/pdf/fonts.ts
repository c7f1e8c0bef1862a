/**
 * Noto Sans and Noto Sans Mono (SIL Open Font License 1.1), embedded as subsets: Latin with Polish, Greek, Cyrillic.
 * What they lack is shown as its code point, so that no name silently loses a letter.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { currentFont, type GlyphRun, type PdfFont } from './inside.ts';

/** Faces of a report. */
export type Face = 'regular' | 'bold' | 'mono';

const FILES: Readonly<Record<Face, string>> = {
  regular: '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf',
  bold: '@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf',
  mono: '@expo-google-fonts/noto-sans-mono/400Regular/NotoSansMono_400Regular.ttf',
};

const resolver = createRequire(import.meta.url);

/** Advance widths and coverage of the faces, remembered by code point: words repeat little, letters always. */
export type Fonts = {
  /** Width in points. */
  readonly width: (text: string, face: Face, size: number) => number;
  readonly covers: (codePoint: number) => boolean;
};

/**
 * Composed letters of these scripts need no shaping: glyph by glyph they are set as they were measured, without
 * ligatures that a search would miss, and five times as fast. Marks that could not be composed are still shaped.
 */
function skipShaping(font: PdfFont): void {
  const shape = font.layoutRun.bind(font);
  font.layoutRun = (text, features): GlyphRun => {
    if (/\p{M}/u.test(text)) return shape(text, features);
    const glyphs = font.font.glyphsForString(text);
    const positions = glyphs.map((glyph) => {
      const width = glyph.advanceWidth * font.scale;
      return { xAdvance: width, yAdvance: 0, xOffset: 0, yOffset: 0, advanceWidth: width };
    });
    return { glyphs, positions, advanceWidth: positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) };
  };
}

/** Registers the faces with a document. */
export function registerFonts(doc: PDFKit.PDFDocument): Fonts {
  for (const [face, file] of Object.entries(FILES)) {
    doc.registerFont(face, readFileSync(resolver.resolve(file))).font(face);
    skipShaping(currentFont(doc));
  }
  const widths: Record<Face, Map<string, number>> = { regular: new Map(), bold: new Map(), mono: new Map() };
  const covered = new Map<number, boolean>();

  function widthOf(letter: string, face: Face): number {
    const known = widths[face].get(letter);
    if (known !== undefined) return known;
    const width = doc.font(face).fontSize(1000).widthOfString(letter) / 1000;
    widths[face].set(letter, width);
    return width;
  }

  return {
    width: (text, face, size) => {
      let sum = 0;
      for (const letter of text) sum += widthOf(letter, face);
      return sum * size;
    },
    covers: (codePoint) => {
      const known = covered.get(codePoint);
      if (known !== undefined) return known;
      const answer = (['regular', 'bold', 'mono'] as const).every((face) => {
        doc.font(face);
        return currentFont(doc).font.hasGlyphForCodePoint(codePoint);
      });
      covered.set(codePoint, answer);
      return answer;
    },
  };
}
