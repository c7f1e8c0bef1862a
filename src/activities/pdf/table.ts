/** Tables over many pages: the head is repeated, rows stay whole, and what was left out is said. */

import type { ReportList } from '../../domain/packReport.ts';
import { BAD, BAND, GOOD, INK, LINE, QUIET, WARN } from './palette.ts';
import { AREA, type Sheet, SMALL, type TextStyle } from './sheet.ts';
import { amount, counted } from './words.ts';

/** What a cell says; `tone` colours it, `isBold` stresses it. */
export type Cell =
  | string
  | { readonly text: string; readonly tone?: 'good' | 'warn' | 'bad' | 'quiet'; readonly isBold?: boolean };

/** A column; `share` is its part of the width. */
export type Column<T> = {
  readonly title: string;
  readonly share: number;
  readonly isCode?: boolean;
  readonly isRight?: boolean;
  readonly cell: (row: T) => Cell;
};

const TONES = { good: GOOD, warn: WARN, bad: BAD, quiet: QUIET } as const;
const HEAD: TextStyle = { face: 'bold', size: 7, color: INK };
const TEXT: TextStyle = { face: 'regular', size: 7, color: INK };
/** Space around the text of a cell, in points. */
const PAD_X = 3;
const PAD_Y = 2.2;
/** Most lines of one cell; the JSONL has the rest. */
const MAX_CELL_LINES = 6;

function styleOf(cell: Cell, isCode: boolean): TextStyle {
  const base: TextStyle = isCode ? { face: 'mono', size: 6.6, color: INK } : TEXT;
  if (typeof cell === 'string') return base;
  return {
    face: cell.isBold === true ? 'bold' : base.face,
    size: base.size,
    color: cell.tone === undefined ? base.color : TONES[cell.tone],
  };
}

/** Lays a table out, pausing after each row so that full pages can be written. */
export function* table<T>(
  sheet: Sheet,
  columns: readonly Column<T>[],
  list: ReportList<T>,
  /** The word for what the rows are, as in "3 more alerts". */
  noun: readonly [one: string, many: string],
): Generator<undefined> {
  const whole = columns.reduce((sum, column) => sum + column.share, 0);
  let left: number = AREA.left;
  const places = columns.map((column) => {
    const width = (AREA.width * column.share) / whole;
    const place = { column, x: left + PAD_X, width: width - 2 * PAD_X, right: left + width - PAD_X };
    left += width;
    return place;
  });
  const headLines = places.map(({ column, width }) => sheet.lines(column.title, HEAD, width, 2));
  const headHeight = Math.max(...headLines.map((lines) => lines.length)) * sheet.lineHeight(HEAD) + 2 * PAD_Y;

  function drawCell(place: (typeof places)[number], lines: readonly string[], top: number, style: TextStyle): void {
    for (const [index, line] of lines.entries()) {
      const at = top + PAD_Y + index * sheet.lineHeight(style);
      if (place.column.isRight === true) sheet.putRight(line, place.right, at, style);
      else sheet.put(line, place.x, at, style);
    }
  }

  function head(isFirst: boolean): void {
    const top = sheet.y;
    sheet.artifact((doc) => {
      doc.rect(AREA.left, top, AREA.width, headHeight).fill(sheet.palette.tint);
      doc.lineWidth(0.8).strokeColor(sheet.palette.accent);
      doc
        .moveTo(AREA.left, top + headHeight)
        .lineTo(AREA.right, top + headHeight)
        .stroke();
    });
    // On later pages the head is for the eye alone: the structure has one table with one head.
    if (isFirst) sheet.open('TR');
    for (const [index, place] of places.entries()) {
      const draw = (): void => drawCell(place, headLines[index] ?? [], top, HEAD);
      if (isFirst) sheet.tag('TH', { scope: 'Column' }, draw);
      else sheet.artifact(draw);
    }
    if (isFirst) sheet.close();
    sheet.y = top + headHeight;
  }

  sheet.need(headHeight + 40);
  sheet.open('Table');
  head(true);
  for (const [number, row] of list.rows.entries()) {
    const cells = places.map((place) => {
      const cell = place.column.cell(row);
      const style = styleOf(cell, place.column.isCode === true);
      return {
        place,
        style,
        lines: sheet.lines(typeof cell === 'string' ? cell : cell.text, style, place.width, MAX_CELL_LINES),
      };
    });
    const height = Math.max(...cells.map(({ lines, style }) => lines.length * sheet.lineHeight(style))) + 2 * PAD_Y;
    if (sheet.need(height)) head(false);
    const top = sheet.y;
    sheet.artifact((doc) => {
      if (number % 2 === 1) doc.rect(AREA.left, top, AREA.width, height).fill(BAND);
      doc.lineWidth(0.4).strokeColor(LINE);
      doc
        .moveTo(AREA.left, top + height)
        .lineTo(AREA.right, top + height)
        .stroke();
    });
    sheet.open('TR');
    for (const { place, style, lines } of cells) sheet.tag('TD', {}, () => drawCell(place, lines, top, style));
    sheet.close();
    sheet.y = top + height;
    yield;
  }
  sheet.close();
  sheet.y += 8;
  andMore(sheet, list, noun);
}

/** Says how many rows are only in the JSONL. */
export function andMore(sheet: Sheet, list: ReportList<unknown>, [one, many]: readonly [string, string]): void {
  const more = list.total - list.rows.length;
  if (more <= 0) return;
  sheet.paragraph(
    `… and ${amount(more)} more in the JSONL. This report shows the first ${amount(list.rows.length)} of ${counted(list.total, one, many)}.`,
    { style: { ...SMALL, face: 'bold' } },
  );
}
