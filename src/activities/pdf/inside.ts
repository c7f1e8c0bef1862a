/**
 * The few parts of pdfkit below its published types that a pack needs: its objects, and a font's coverage. pdfkit is
 * pinned to an exact version, and the golden digest in test/activities/pdf.test.ts fails when any of this changes.
 */

/** An object of the file; written where it is ended. */
export type PdfRef = {
  data: object;
  end(): void;
};

/** A run of glyphs, their positions in thousandths of the size. */
export type GlyphRun = {
  readonly glyphs: readonly unknown[];
  readonly positions: readonly {
    readonly xAdvance: number;
    readonly yAdvance: number;
    readonly xOffset: number;
    readonly yOffset: number;
    readonly advanceWidth: number;
  }[];
  readonly advanceWidth: number;
};

/** An embedded font; `font` is fontkit's. */
export type PdfFont = {
  layoutRun(text: string, features?: unknown): GlyphRun;
  readonly scale: number;
  readonly font: {
    hasGlyphForCodePoint(codePoint: number): boolean;
    glyphsForString(text: string): readonly { readonly advanceWidth: number }[];
  };
};

/** What is used of a document beside its published types. */
export type PdfInside = {
  ref(data: object): PdfRef;
  readonly page: {
    readonly dictionary: PdfRef & { data: Record<string, unknown> };
    readonly annotations: PdfRef[];
    readonly content: PdfRef & { data: Record<string, unknown>; buffer: Uint8Array[] };
  };
  getStructTreeRoot(): PdfRef & { data: Record<string, unknown> };
  getStructParentTree(): { add(key: number, value: PdfRef): void };
};

/** The font that `doc.font(…)` chose last. */
export function currentFont(doc: PDFKit.PDFDocument): PdfFont {
  return Reflect.get(doc, '_font') as PdfFont;
}

/** The same document, seen so. */
export function inside(doc: PDFKit.PDFDocument): PdfInside {
  return doc as unknown as PdfInside;
}
