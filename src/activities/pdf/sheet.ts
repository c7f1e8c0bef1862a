/**
 * The pages of a report, filled from top to bottom. The same chapters run twice over two sheets: one that only
 * measures, which tells on which page each chapter begins and how many pages there are, and one that draws. So the
 * contents and "page 3 of 14" are right although a page is written out as soon as it is full.
 */

import { zlibSync } from 'fflate';
import type { Face, Fonts } from './fonts.ts';
import { inside } from './inside.ts';
import { INK, LINE, type Palette, QUIET } from './palette.ts';
import { createTagger, type Tag, type TagAttributes, type Tagger } from './tags.ts';
import { clean, wrap } from './text.ts';

/** A4, in points. */
export const PAGE = { width: 595.28, height: 841.89 } as const;
/** Left and right edge of the text, its top and its bottom, in points. */
export const AREA = { left: 42, right: 553.28, width: 511.28, top: 62, bottom: 782 } as const;
/** Baseline box of the running head and foot. */
const HEAD_Y = 34;
const FOOT_Y = 798;

/** Between two chapters on one page, in points. */
const CHAPTER_GAP = 26;

/** How text looks. */
export type TextStyle = { readonly face: Face; readonly size: number; readonly color: string };

/** Height of a line, as a multiple of its size. */
const LEADING = 1.36;

export const BODY: TextStyle = { face: 'regular', size: 9, color: INK };
export const SMALL: TextStyle = { face: 'regular', size: 7.5, color: INK };
export const LABEL: TextStyle = { face: 'regular', size: 7.5, color: QUIET };
export const CODE: TextStyle = { face: 'mono', size: 7.5, color: INK };

/** Where a chapter begins. */
type Chapter = { readonly title: string; readonly page: number };

/** What both passes know, and what only the second can: `chapters` and `pages` of the first. */
export type SheetInput = {
  readonly doc: PDFKit.PDFDocument;
  readonly fonts: Fonts;
  readonly palette: Palette;
  readonly running: { readonly left: string; readonly right: string };
  readonly measured: { readonly chapters: readonly Chapter[]; readonly pages: number } | null;
};

/** A stack of pages. */
export type Sheet = ReturnType<typeof createSheet>;

/** Begins a report; the first page is opened by the first chapter. */
export function createSheet({ doc, fonts, palette, running, measured }: SheetInput) {
  const isDrawing = measured !== null;
  const tagger: Tagger | null = isDrawing ? createTagger(doc) : null;
  const chapters: Chapter[] = [];
  let page = 0;
  let y: number = AREA.top;

  const lineHeight = (style: TextStyle): number => style.size * LEADING;
  const lines = (text: string, style: TextStyle, width: number, most: number): readonly string[] =>
    wrap(clean(text, fonts), fonts, style, width, most);

  /** One line of text that is clean already. Only inside a tag or an artifact. */
  function put(text: string, x: number, at: number, style: TextStyle): void {
    if (!isDrawing || text === '') return;
    doc
      .font(style.face)
      .fontSize(style.size)
      .fillColor(style.color)
      .text(text, x, at, { lineBreak: false, textWidth: 0, wordCount: 1 } as PDFKit.Mixins.TextOptions);
  }

  function putRight(text: string, right: number, at: number, style: TextStyle): void {
    put(text, right - fonts.width(text, style.face, style.size), at, style);
  }

  function tag(name: Tag, attributes: TagAttributes, draw: () => void): void {
    tagger?.leaf(name, attributes, draw);
  }

  function artifact(draw: (document: PDFKit.PDFDocument) => void): void {
    tagger?.artifact(() => draw(doc));
  }

  function closePage(): void {
    if (tagger === null || page === 0) return;
    tagger.endPage();
    // By fflate, not by zlib: the same bytes whatever zlib the next version of Node brings.
    const { content } = inside(doc).page;
    content.buffer = [zlibSync(Buffer.concat(content.buffer))];
    content.data['Filter'] = 'FlateDecode';
  }

  function newPage(): void {
    closePage();
    page += 1;
    y = AREA.top;
    if (!isDrawing) return;
    doc.addPage({ size: [PAGE.width, PAGE.height], margin: 0 });
    if (page === 1) return;
    artifact(() => {
      put(running.left, AREA.left, HEAD_Y, LABEL);
      putRight(running.right, AREA.right, HEAD_Y, LABEL);
      doc.lineWidth(0.5).strokeColor(LINE);
      doc
        .moveTo(AREA.left, HEAD_Y + 15)
        .lineTo(AREA.right, HEAD_Y + 15)
        .stroke();
      putRight(`Page ${page} of ${measured.pages}`, AREA.right, FOOT_Y, LABEL);
    });
  }

  /** Makes room for `height` points; true when that took a new page. */
  function need(height: number): boolean {
    if (y + height <= AREA.bottom) return false;
    newPage();
    return true;
  }

  function paragraph(
    text: string,
    options: {
      readonly style?: TextStyle;
      readonly x?: number;
      readonly width?: number;
      readonly most?: number;
      readonly after?: number;
      readonly tag?: Tag;
    } = {},
  ): void {
    const style = options.style ?? BODY;
    const x = options.x ?? AREA.left;
    const shown = lines(text, style, options.width ?? AREA.right - x, options.most ?? 40);
    need(shown.length * lineHeight(style));
    tag(options.tag ?? 'P', {}, () => {
      for (const [index, line] of shown.entries()) put(line, x, y + index * lineHeight(style), style);
    });
    y += shown.length * lineHeight(style) + (options.after ?? 6);
  }

  function heading(level: 1 | 2 | 3, text: string): void {
    const style: TextStyle =
      level === 1
        ? { face: 'bold', size: 17, color: palette.accent }
        : level === 2
          ? { face: 'bold', size: 11, color: INK }
          : { face: 'bold', size: 9.5, color: INK };
    // A heading never stands alone at the foot of a page.
    need(lineHeight(style) + 48);
    if (level !== 1 && y > AREA.top) y += 6;
    paragraph(text, { style, tag: `H${level}`, most: 3, after: level === 1 ? 10 : 4 });
  }

  return {
    doc,
    fonts,
    palette,
    isDrawing,
    chapters,
    measured,
    tag,
    artifact,
    link(destination: string, text: string, box: readonly [number, number, number, number], draw: () => void): void {
      tagger?.link(destination, text, box, draw);
    },
    put,
    putRight,
    lines,
    lineHeight,
    newPage,
    need,
    paragraph,
    heading,
    width: (text: string, style: TextStyle): number => fonts.width(text, style.face, style.size),
    clean: (text: string): string => clean(text, fonts),
    open: (name: Tag): void => tagger?.open(name),
    close: (): void => tagger?.close(),
    get y(): number {
      return y;
    },
    set y(value: number) {
      y = value;
    },
    get page(): number {
      return page;
    },
    /** Begins a chapter, with its bookmark and its place in the contents: on a new page, or below a short chapter. */
    chapter(title: string, place: 'new page' | 'where there is room' = 'new page'): void {
      if (place === 'new page' || y > AREA.top + (AREA.bottom - AREA.top) / 2) newPage();
      else y += CHAPTER_GAP;
      chapters.push({ title, page });
      if (isDrawing) {
        doc.outline.addItem(title);
        doc.addNamedDestination(`chapter-${chapters.length}`, 'XYZ', 0, y - 8, 0);
      }
      tagger?.open('Sect');
      heading(1, title);
    },
    endChapter(): void {
      tagger?.close();
    },
    finish(): void {
      closePage();
      tagger?.finish();
    },
  };
}
