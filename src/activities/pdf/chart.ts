/** Charts as vector graphics: the Trust Score over the month, and its components beside each other. */

import type { ReportScore } from '../../domain/packReport.ts';
import { COMPONENTS, type Component } from '../../domain/trustScore.ts';
import { INK, LINE, QUIET } from './palette.ts';
import { AREA, LABEL, type Sheet, type TextStyle } from './sheet.ts';
import { dayInWords } from './words.ts';

const MS_PER_DAY = 86_400_000;
/** A longer silence between two snapshots is a gap, drawn dashed. */
const GAP_MS = 2 * MS_PER_DAY;

const COMPONENT_NAMES: Readonly<Record<Component, string>> = {
  patch_hygiene: 'Patch hygiene',
  agent_health: 'Agent health',
  secrets_exposure: 'Secrets exposure',
  configuration_drift: 'Configuration drift',
  eat_discipline: 'EAT discipline',
  evidence_continuity: 'Evidence continuity',
};

/** Names of the components, as screens and reports show them. */
export function componentName(component: Component): string {
  return COMPONENT_NAMES[component];
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
type Point = { readonly x: number; readonly y: number; readonly ms: number; readonly value: number };

function pointsOf(
  scores: readonly ReportScore[],
  value: (score: ReportScore) => number,
  period: { readonly from: string; readonly until: string },
  box: Box,
): readonly Point[] {
  const from = Date.parse(period.from);
  const span = Date.parse(period.until) - from;
  return scores.map((score) => {
    const ms = Date.parse(score.at);
    const share = Math.min(1, Math.max(0, (ms - from) / span));
    const shown = Math.min(100, Math.max(0, value(score)));
    return { x: box.x + share * box.width, y: box.y + box.height * (1 - shown / 100), ms, value: value(score) };
  });
}

function drawLine(doc: PDFKit.PDFDocument, points: readonly Point[], color: string, width: number): void {
  doc.lineWidth(width).strokeColor(color).lineJoin('round').lineCap('round');
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined) continue;
    if (point.ms - before.ms > GAP_MS) doc.dash(2, { space: 3 });
    doc.moveTo(before.x, before.y).lineTo(point.x, point.y).stroke();
    doc.undash();
  }
  doc.lineCap('butt');
}

/** The score over the month, with its first, last and lowest values written beside the line. */
export function scoreChart(
  sheet: Sheet,
  scores: readonly ReportScore[],
  period: { readonly month: string; readonly from: string; readonly until: string },
): void {
  const height = 190;
  sheet.need(height + 30);
  const box: Box = { x: AREA.left + 28, y: sheet.y + 10, width: AREA.width - 62, height };
  const points = pointsOf(scores, (score) => score.score, period, box);
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return;
  const lowest = points.reduce((least, point) => (point.value < least.value ? point : least), first);
  const days = Math.round((Date.parse(period.until) - Date.parse(period.from)) / MS_PER_DAY);
  const alt = `Line chart of the Trust Score from ${dayInWords(scores[0]?.at ?? period.from)} to ${dayInWords(scores.at(-1)?.at ?? period.until)}: it begins at ${first.value.toFixed(1)}, ends at ${last.value.toFixed(1)}, and its lowest value is ${lowest.value.toFixed(1)}.`;
  sheet.tag('Figure', { alt, box: [AREA.left, sheet.y, AREA.width, height + 30] }, () => {
    const { doc } = sheet;
    for (const mark of [0, 25, 50, 75, 100]) {
      const at = box.y + box.height * (1 - mark / 100);
      doc.lineWidth(mark === 0 ? 0.8 : 0.4).strokeColor(mark === 0 ? QUIET : LINE);
      doc
        .moveTo(box.x, at)
        .lineTo(box.x + box.width, at)
        .stroke();
      sheet.putRight(String(mark), box.x - 6, at - 5, LABEL);
    }
    for (let day = 1; day <= days; day += day === 1 ? 4 : 5) {
      const at = box.x + ((day - 1) / days) * box.width;
      doc.lineWidth(0.4).strokeColor(QUIET);
      doc
        .moveTo(at, box.y + box.height)
        .lineTo(at, box.y + box.height + 3)
        .stroke();
      sheet.put(String(day), at - 3, box.y + box.height + 6, LABEL);
    }
    doc.moveTo(first.x, box.y + box.height);
    for (const point of points) doc.lineTo(point.x, point.y);
    doc
      .lineTo(last.x, box.y + box.height)
      .closePath()
      .fill(sheet.palette.tint);
    drawLine(doc, points, sheet.palette.accent, 1.8);
    for (const point of [first, lowest, last]) doc.circle(point.x, point.y, 2.6).fill(sheet.palette.accent);
    const style: TextStyle = { face: 'bold', size: 8.5, color: INK };
    sheet.put(first.value.toFixed(1), first.x + 2, first.y - 16, style);
    sheet.put(last.value.toFixed(1), last.x + 6, last.y - 6, style);
    if (lowest !== first && lowest !== last)
      sheet.put(`lowest ${lowest.value.toFixed(1)}`, Math.min(lowest.x - 14, box.x + box.width - 60), lowest.y + 6, {
        ...style,
        face: 'regular',
      });
  });
  sheet.y += height + 34;
}

/** Six small charts: each component over the month, with its weight and how it changed. */
export function componentCharts(
  sheet: Sheet,
  scores: readonly ReportScore[],
  period: { readonly from: string; readonly until: string },
): void {
  const first = scores[0];
  const last = scores.at(-1);
  if (first === undefined || last === undefined) return;
  const columns = 3;
  const gap = 12;
  const width = (AREA.width - gap * (columns - 1)) / columns;
  const height = 88;
  sheet.need(2 * (height + gap));
  const top = sheet.y;
  for (const [index, component] of COMPONENTS.entries()) {
    const x = AREA.left + (index % columns) * (width + gap);
    const y = top + Math.floor(index / columns) * (height + gap);
    const { weight, value } = last.components[component];
    const before = first.components[component].value;
    const alt = `${componentName(component)}, weight ${weight} percent: from ${before.toFixed(1)} to ${value.toFixed(1)} of 100 over the month.`;
    sheet.tag('Figure', { alt, box: [x, y, width, height] }, () => {
      const { doc } = sheet;
      doc.lineWidth(0.6).strokeColor(LINE).rect(x, y, width, height).stroke();
      sheet.put(componentName(component), x + 8, y + 6, { face: 'bold', size: 8.5, color: INK });
      sheet.putRight(`${weight} %`, x + width - 8, y + 7, LABEL);
      const box: Box = { x: x + 8, y: y + 24, width: width - 16, height: height - 46 };
      doc.lineWidth(0.4).strokeColor(LINE);
      doc
        .moveTo(box.x, box.y)
        .lineTo(box.x + box.width, box.y)
        .stroke();
      doc
        .moveTo(box.x, box.y + box.height)
        .lineTo(box.x + box.width, box.y + box.height)
        .stroke();
      const points = pointsOf(scores, (score) => score.components[component].value, period, box);
      drawLine(doc, points, sheet.palette.accent, 1.2);
      const end = points.at(-1);
      if (end !== undefined) doc.circle(end.x, end.y, 1.8).fill(sheet.palette.accent);
      sheet.put(`from ${before.toFixed(1)}`, x + 8, y + height - 16, LABEL);
      sheet.putRight(`to ${value.toFixed(1)}`, x + width - 8, y + height - 16, { ...LABEL, face: 'bold', color: INK });
    });
  }
  sheet.y = top + 2 * (height + gap);
}
