/**
 * The few parts of pdfkit below its published types that a pack needs: its objects, and a font's coverage. pdfkit is
 * pinned to an exact version, and the golden digest in test/activities/pdf.test.ts fails when any of this changes.
 */

/** An object of the file; written where it is ended. */
export type PdfRef = {
  data: object;
  end(): void;
};

/** What is used of a document beside its published types. */
export type PdfInside = {
  ref(data: object): PdfRef;
  readonly page: {
    readonly dictionary: PdfRef & { data: Record<string, unknown> };
    readonly content: PdfRef & { data: Record<string, unknown>; buffer: Uint8Array[] };
  };
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
  getStructTreeRoot(): PdfRef & { data: Record<string, unknown> };
  getStructParentTree(): { add(key: number, value: PdfRef): void };
};

/** The same document, seen so. */
export function inside(doc: PDFKit.PDFDocument): PdfInside {
  return doc as unknown as PdfInside;
}
