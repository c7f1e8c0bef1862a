/** The chapter of the tokens: one block for each, with who asked, who approved and what came of it. */

import type { PackReport, ReportEat } from '../../domain/packReport.ts';
import { BAD, GOOD, INK, LINE, WARN } from './palette.ts';
import { AREA, LABEL, type Sheet, SMALL, type TextStyle } from './sheet.ts';
import { andMore } from './table.ts';
import { counted, plain, second } from './words.ts';

const TITLE: TextStyle = { face: 'bold', size: 9.5, color: INK };
/** Most lines of one field; a token's text is whole in the JSONL. */
const MAX_FIELD_LINES = 8;
const FIELD_LABEL_WIDTH = 82;
const PAD = 7;

const OUTCOME_COLORS: Readonly<Record<string, string>> = {
  succeeded: GOOD,
  failed: BAD,
  refused: WARN,
  indeterminate: WARN,
};

/** Colour of an outcome; one this version does not know is drawn as ink. */
function outcomeColor(outcome: string): string {
  return OUTCOME_COLORS[outcome] ?? INK;
}

type Field = {
  readonly label: string;
  readonly text: string;
  readonly isCode?: boolean;
  readonly isWide?: boolean;
  readonly isBold?: boolean;
};

function fieldsOf(eat: ReportEat): readonly Field[] {
  return [
    { label: 'Host', text: eat.hostname },
    { label: 'Authorisation', text: eat.authorisation, isBold: true },
    { label: 'Requested by', text: eat.requested_by ?? 'the hub itself' },
    { label: 'Issued', text: second(eat.issued_at) },
    { label: 'Level', text: String(eat.level) },
    { label: 'Started', text: eat.started_at === null ? 'never' : second(eat.started_at) },
    ...(eat.approvers.length === 0 ? [] : [{ label: 'Approved by', text: eat.approvers.join(', '), isWide: true }]),
    { label: 'Reason', text: eat.reason, isWide: true },
    ...(eat.refusal_code === null ? [] : [{ label: 'Refusal', text: eat.refusal_code, isWide: true, isCode: true }]),
    { label: 'Nonce', text: eat.nonce, isWide: true, isCode: true },
    {
      label: 'Token SHA-256',
      text: eat.eat_sha256 ?? 'none: imported history, from before the hub signed tokens',
      isWide: true,
      isCode: eat.eat_sha256 !== null,
    },
  ];
}

/** Lays the blocks out, pausing after each. */
export function* eatBlocks(sheet: Sheet, eats: PackReport['eats']): Generator<undefined> {
  for (const eat of eats.rows) {
    block(sheet, eat);
    yield;
  }
  andMore(sheet, eats, ['emergency token', 'emergency tokens']);
}

function block(sheet: Sheet, eat: ReportEat): void {
  const left = AREA.left + PAD + 4;
  const inner = AREA.right - PAD - left;
  const half = (inner - 10) / 2;
  const outcome = plain(eat.outcome);
  const badge: TextStyle = { face: 'bold', size: 8, color: '#ffffff' };
  const badgeWidth = sheet.width(outcome, badge) + 14;
  const title = sheet.lines(
    eat.labels.length === 0 ? 'No action named' : eat.labels.join(' · '),
    TITLE,
    inner - badgeWidth - 8,
    4,
  );

  // Fields in rows: two narrow ones beside each other, a wide one alone.
  const rows: {
    readonly cells: readonly { field: Field; x: number; lines: readonly string[]; style: TextStyle }[];
    height: number;
  }[] = [];
  let pair: { field: Field; x: number; lines: readonly string[]; style: TextStyle }[] = [];
  const settle = (): void => {
    if (pair.length === 0) return;
    rows.push({
      cells: pair,
      height: Math.max(...pair.map((cell) => cell.lines.length)) * sheet.lineHeight(SMALL) + 1.5,
    });
    pair = [];
  };
  for (const field of fieldsOf(eat)) {
    const style: TextStyle =
      field.isCode === true
        ? { ...SMALL, face: 'mono', size: 7 }
        : field.isBold === true
          ? { ...SMALL, face: 'bold' }
          : SMALL;
    if (field.isWide === true || pair.length === 2) settle();
    const width = (field.isWide === true ? inner : half) - FIELD_LABEL_WIDTH;
    const x = pair.length === 0 ? left : left + half + 10;
    pair.push({ field, x, lines: sheet.lines(field.text, style, width, MAX_FIELD_LINES), style });
    if (field.isWide === true) settle();
  }
  settle();

  const titleHeight = title.length * sheet.lineHeight(TITLE);
  const lateHeight = eat.is_late ? sheet.lineHeight(SMALL) + 3 : 0;
  const height = PAD + titleHeight + 4 + rows.reduce((sum, row) => sum + row.height, 0) + lateHeight + PAD - 2;
  sheet.need(height);
  const top = sheet.y;
  const color = outcomeColor(eat.outcome);
  sheet.open('Sect');
  sheet.artifact((doc) => {
    doc.lineWidth(0.6).strokeColor(LINE).rect(AREA.left, top, AREA.width, height).stroke();
    doc.rect(AREA.left, top, 4, height).fill(color);
    doc.roundedRect(AREA.right - PAD - badgeWidth, top + PAD - 2, badgeWidth, 15, 3).fill(color);
  });
  let y = top + PAD;
  sheet.tag('H2', {}, () => {
    for (const [index, line] of title.entries()) sheet.put(line, left, y + index * sheet.lineHeight(TITLE) - 1, TITLE);
  });
  sheet.tag('P', {}, () => sheet.put(outcome, AREA.right - PAD - badgeWidth + 7, top + PAD, badge));
  y += titleHeight + 4;
  if (eat.is_late) {
    sheet.tag('P', {}, () =>
      sheet.put('Reported late: it belongs to an earlier month, and the host told of it only now.', left, y, {
        ...SMALL,
        face: 'bold',
        color: WARN,
      }),
    );
    y += lateHeight;
  }
  for (const row of rows) {
    for (const { field, x, lines, style } of row.cells) {
      const at = y;
      sheet.tag('P', {}, () => {
        sheet.put(field.label, x, at, LABEL);
        for (const [index, line] of lines.entries())
          sheet.put(line, x + FIELD_LABEL_WIDTH, at + index * sheet.lineHeight(SMALL), style);
      });
    }
    y += row.height;
  }
  sheet.close();
  sheet.y = top + height + 7;
}

/** `3 succeeded, 1 failed`: outcomes by how often they came, the most frequent first. */
export function outcomesInWords(eats: PackReport['eats']): string {
  const counts = new Map<string, number>();
  for (const { outcome } of eats.rows) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts]
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([outcome, count]) => counted(count, plain(outcome), plain(outcome)))
    .join(', ');
}
