/** Cover and contents. */

import type { PackReport } from '../../domain/packReport.ts';
import { BAD, INK, LINE, QUIET, WARN } from './palette.ts';
import { AREA, BODY, LABEL, PAGE, type Sheet, type TextStyle } from './sheet.ts';
import { amount, counted, dayInWords, periodInWords, second, span } from './words.ts';

const BAND_HEIGHT = 150;

/** `Filtered: only actions by people whose email ends with @msp.example; 3 of 120 entries left out`. */
function filterNotice(filter: NonNullable<PackReport['filter']>): string {
  const whole = filter.kept + filter.left_out;
  return `Filtered: only actions by people whose email ends with ${filter.actor_suffix}; ${amount(filter.left_out)} of ${amount(whole)} entries left out`;
}

/** The first page: whose report, by whom, of when, and what it is not. */
export function cover(sheet: Sheet, report: PackReport): void {
  const { palette } = sheet;
  const onDemand = report.on_demand;
  const product = sheet.clean(report.brand.product_name ?? 'monsys');
  sheet.newPage();
  sheet.open('Sect');
  sheet.artifact((doc) => doc.rect(0, 0, PAGE.width, BAND_HEIGHT).fill(palette.brand));
  const onBand: TextStyle = { face: 'bold', size: 22, color: palette.onBrand };
  const productLines = sheet.lines(product, onBand, AREA.width, 2);
  sheet.tag('P', {}, () => {
    for (const [index, line] of productLines.entries())
      sheet.put(line, AREA.left, 46 + index * sheet.lineHeight(onBand), onBand);
  });
  sheet.tag('P', {}, () =>
    sheet.put(onDemand?.name ?? 'Audit pack', AREA.left, 116, { face: 'regular', size: 12, color: palette.onBrand }),
  );

  sheet.y = 230;
  sheet.paragraph(onDemand?.title ?? (report.filter === null ? 'Monthly audit report' : 'Handover report'), {
    style: { face: 'regular', size: 13, color: QUIET },
    after: 6,
  });
  sheet.paragraph(report.tenant.name, { style: { face: 'bold', size: 30, color: INK }, tag: 'H1', most: 4, after: 8 });
  sheet.paragraph(periodInWords(report), {
    style: { face: 'regular', size: 20, color: palette.accent },
    after: 26,
  });
  if (report.filter !== null) notice(sheet, filterNotice(report.filter), WARN);
  if (report.is_preview)
    notice(
      sheet,
      onDemand === undefined
        ? 'Preview: the month is not over. The pack of the whole month is built after its end, and replaces this one.'
        : 'Built soon after the end of its period: what was still under way then may be missing.',
      BAD,
    );

  sheet.y = Math.max(sheet.y + 10, 520);
  const facts: readonly (readonly [string, string])[] = [
    ['Prepared by', report.msp.name],
    ['Period', periodFact(report)],
    ['Hosts', hostsFact(report)],
    ['Evidence', `${report.jsonl.name}, ${counted(report.jsonl.entries, 'entry', 'entries')} chained by SHA-256`],
    [onDemand === undefined ? 'Pack' : 'Report', report.pack_id],
  ];
  for (const [label, text] of facts) {
    const lines = sheet.lines(text, BODY, AREA.width - 100, 3);
    const top = sheet.y;
    sheet.artifact((doc) => {
      doc
        .lineWidth(0.5)
        .strokeColor(LINE)
        .moveTo(AREA.left, top - 5)
        .lineTo(AREA.right, top - 5)
        .stroke();
    });
    sheet.tag('P', {}, () => {
      sheet.put(label, AREA.left, top, { ...LABEL, size: 9 });
      for (const [index, line] of lines.entries())
        sheet.put(line, AREA.left + 100, top + index * sheet.lineHeight(BODY), BODY);
    });
    sheet.y = top + lines.length * sheet.lineHeight(BODY) + 10;
  }
  sheet.paragraph(
    `Signed by the hub with Ed25519, key ${report.hub_key.key_id}. The last chapter tells how to check this file without us.`,
    { style: { ...BODY, color: QUIET } },
  );
  sheet.close();
}

function periodFact(report: PackReport): string {
  const { from, until } = report.period;
  return report.on_demand === undefined
    ? `${dayInWords(from)}, 00:00 UTC, until ${dayInWords(until)}, 00:00 UTC`
    : `${second(from)} until ${second(until)}`;
}

/** Few chosen hosts are named at once; the chapter on hosts has them all. */
const MOST_NAMED_HOSTS = 12;

function hostsFact(report: PackReport): string {
  const { on_demand } = report;
  if (on_demand === undefined || on_demand.chosen === null)
    return `${counted(report.hosts, 'host')} registered before the ${span(report)} ended`;
  const names = on_demand.hosts.rows.slice(0, MOST_NAMED_HOSTS).map(({ hostname }) => hostname);
  const more = on_demand.hosts.total - names.length;
  return `${counted(on_demand.chosen, 'chosen host')}: ${names.join(', ')}${more > 0 ? ` and ${amount(more)} more` : ''}`;
}

function notice(sheet: Sheet, text: string, color: string): void {
  const style: TextStyle = { face: 'bold', size: 11, color };
  const lines = sheet.lines(text, style, AREA.width - 28, 5);
  const height = lines.length * sheet.lineHeight(style) + 18;
  const top = sheet.y;
  sheet.artifact((doc) => {
    doc.lineWidth(1.2).strokeColor(color).rect(AREA.left, top, AREA.width, height).stroke();
    doc.rect(AREA.left, top, 6, height).fill(color);
  });
  sheet.tag('P', {}, () => {
    for (const [index, line] of lines.entries())
      sheet.put(line, AREA.left + 18, top + 9 + index * sheet.lineHeight(style), style);
  });
  sheet.y = top + height + 12;
}

/** Chapters that every report has; the contents take one page whatever they are. */
export function contents(sheet: Sheet): void {
  sheet.newPage();
  sheet.open('Sect');
  sheet.heading(1, 'Contents');
  sheet.open('TOC');
  const style: TextStyle = { face: 'regular', size: 11, color: INK };
  for (const [index, chapter] of (sheet.measured?.chapters ?? []).entries()) {
    const top = sheet.y;
    const end = AREA.left + sheet.width(chapter.title, style);
    const number = String(chapter.page);
    const numberLeft = AREA.right - sheet.width(number, style);
    sheet.artifact((doc) => {
      doc.lineWidth(0.6).strokeColor(LINE).dash(1, { space: 3 });
      doc
        .moveTo(end + 8, top + 11)
        .lineTo(numberLeft - 8, top + 11)
        .stroke()
        .undash();
    });
    sheet.open('TOCI');
    const box = [AREA.left, top, AREA.width, sheet.lineHeight(style)] as const;
    sheet.link(`chapter-${index + 1}`, `${chapter.title}, page ${number}`, box, () => {
      sheet.put(chapter.title, AREA.left, top, style);
      sheet.put(number, numberLeft, top, style);
    });
    sheet.close();
    sheet.y = top + sheet.lineHeight(style) + 9;
  }
  sheet.close();
  sheet.close();
}
