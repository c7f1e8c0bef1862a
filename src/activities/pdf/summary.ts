/** The month on one page: tiles, then what is worth a sentence. */

import { type PackReport, type ReportList } from '../../domain/packReport.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { outcomesInWords } from './eats.ts';
import { BAD, BAND, GOOD, INK, QUIET } from './palette.ts';
import { AREA, LABEL, type Sheet } from './sheet.ts';
import { type Column, table } from './table.ts';
import { amount, counted, daysBetween, duration, median, span } from './words.ts';

type Tile = { readonly label: string; readonly figure: string; readonly note: string; readonly color?: string };

/** Says when a number was counted over less than everything. */
function shown(list: ReportList<unknown>): string {
  return list.total > list.rows.length ? ` (of the first ${amount(list.rows.length)})` : '';
}

function tilesOf(report: PackReport): readonly Tile[] {
  const { scores, alerts, cves, kernel_updates, sessions, eats } = report;
  const first = scores[0];
  const last = scores.at(-1);
  const lowest = scores.reduce((least, { score }) => Math.min(least, score), 100);
  const met = alerts.rows.filter((alert) => alert.sla_met).length;
  const breached = alerts.rows.length - met;
  const kev = cves.rows.filter((cve) => cve.kev).length;
  const days = median(cves.rows.map((cve) => daysBetween(cve.detected_at, cve.patched_at)));
  const quorum = eats.rows.filter(({ authorisation }) => authorisation.endsWith(' quorum')).length;
  const actions = sessions.rows.reduce((sum, session) => sum + session.actions, 0);
  return [
    first === undefined || last === undefined
      ? { label: 'Trust Score', figure: '–', note: `no snapshot in this ${span(report)}` }
      : {
          label: 'Trust Score at the end',
          figure: last.score.toFixed(1),
          note: `start ${first.score.toFixed(1)}, lowest ${lowest.toFixed(1)}`,
        },
    {
      label: 'Emergency tokens',
      figure: amount(eats.total),
      note: eats.total === 0 ? 'none used' : `${outcomesInWords(eats)}${shown(eats)}`,
    },
    { label: 'Decided by quorum', figure: amount(quorum), note: `of ${counted(eats.rows.length, 'token')}` },
    {
      label: 'Alerts within SLA',
      figure: alerts.rows.length === 0 ? '–' : `${Math.round((100 * met) / alerts.rows.length)} %`,
      note:
        alerts.total === 0
          ? 'no alert was resolved'
          : `${amount(met)} met, ${amount(breached)} breached${shown(alerts)}`,
      ...(alerts.rows.length === 0 ? {} : { color: breached === 0 ? GOOD : BAD }),
    },
    {
      label: 'CVEs fixed',
      figure: amount(cves.total),
      note: `${amount(kev)} known to be exploited (KEV)${shown(cves)}`,
    },
    {
      label: 'Time to fix, median',
      figure: days === null ? '–' : `${days} d`,
      note: 'from detection to patch',
    },
    {
      label: 'Kernel updates',
      figure: amount(kernel_updates.total),
      note: `on ${counted(new Set(kernel_updates.rows.map(({ hostname }) => hostname)).size, 'host')} of ${amount(report.hosts)}`,
    },
    {
      label: 'Sessions opened',
      figure: amount(sessions.total),
      note: `${counted(actions, 'action')} in the client’s context`,
    },
  ];
}

/** The chapter "Summary". */
export function* summary(sheet: Sheet, report: PackReport): Generator<undefined> {
  sheet.chapter('Summary');
  const columns = 4;
  const gap = 10;
  const width = (AREA.width - gap * (columns - 1)) / columns;
  const height = 78;
  const top = sheet.y;
  const tiles = tilesOf(report);
  for (const [index, tile] of tiles.entries()) {
    const x = AREA.left + (index % columns) * (width + gap);
    const y = top + Math.floor(index / columns) * (height + gap);
    sheet.artifact((doc) => {
      doc.rect(x, y, width, height).fill(BAND);
      doc.rect(x, y, width, 2.5).fill(tile.color ?? sheet.palette.accent);
    });
    const notes = sheet.lines(tile.note, { ...LABEL, size: 7 }, width - 16, 3);
    sheet.tag('P', {}, () => {
      sheet.put(tile.label, x + 8, y + 9, { ...LABEL, color: QUIET });
      sheet.put(tile.figure, x + 8, y + 20, { face: 'bold', size: 18, color: tile.color ?? INK });
      for (const [line, note] of notes.entries()) sheet.put(note, x + 8, y + 47 + line * 9, { ...LABEL, size: 7 });
    });
  }
  sheet.y = top + Math.ceil(tiles.length / columns) * (height + gap) + 6;

  sheet.heading(2, 'What stands out');
  for (const sentence of remarks(report)) sheet.paragraph(`•  ${sentence}`, { after: 4 });

  if (report.alerts.rows.length > 0) {
    sheet.heading(2, 'Alerts by severity');
    yield* table(sheet, severityColumns, severityRows(report), ['severity', 'severities']);
  }
  if (report.eats.rows.length > 0) {
    sheet.heading(2, 'Emergency tokens by level and outcome');
    yield* table(sheet, levelColumns, levelRows(report), ['level', 'levels']);
  }
  sheet.endChapter();
}

function remarks(report: PackReport): readonly string[] {
  const { alerts, cves, eats, scores, sessions } = report;
  const said: string[] = [];
  const first = scores[0];
  const last = scores.at(-1);
  if (first !== undefined && last !== undefined) {
    const change = last.score - first.score;
    said.push(
      Math.abs(change) < 0.05
        ? `The Trust Score ended where it began, at ${last.score.toFixed(1)}.`
        : `The Trust Score ${change > 0 ? 'rose' : 'fell'} by ${Math.abs(change).toFixed(1)} points over the ${span(report)}.`,
    );
  }
  const breached = alerts.rows.filter((alert) => !alert.sla_met);
  const worst = breached.toSorted(
    (a, b) =>
      Date.parse(b.resolved_at) - Date.parse(b.sla_due_at) - (Date.parse(a.resolved_at) - Date.parse(a.sla_due_at)),
  )[0];
  if (worst !== undefined)
    said.push(
      `${counted(breached.length, 'alert')} missed the SLA; the longest by ${duration(worst.sla_due_at, worst.resolved_at)}: #${worst.number} ${worst.title}.`,
    );
  else if (alerts.rows.length > 0) said.push('Every alert that was resolved met its SLA.');
  const exploited = cves.rows.filter((cve) => cve.kev);
  const slowest = exploited.toSorted(
    (a, b) => daysBetween(b.detected_at, b.patched_at) - daysBetween(a.detected_at, a.patched_at),
  )[0];
  if (slowest !== undefined)
    said.push(
      `${counted(exploited.length, 'fix', 'fixes')} closed a CVE known to be exploited; the slowest, ${slowest.cve_id} on ${slowest.hostname}, was open for ${daysBetween(slowest.detected_at, slowest.patched_at)} days.`,
    );
  const unsure = eats.rows.filter(({ outcome }) => outcome !== 'succeeded');
  if (unsure.length > 0)
    said.push(
      `${counted(unsure.length, 'emergency token')} did not succeed: ${outcomesInWords({ total: unsure.length, rows: unsure })}.`,
    );
  const late = eats.rows.filter((eat) => eat.is_late).length;
  if (late > 0)
    said.push(
      `${counted(late, 'result')} of an earlier ${span(report)} came in late and ${late === 1 ? 'is' : 'are'} told here.`,
    );
  const open = sessions.rows.filter((session) => session.ended_at === null).length;
  if (open > 0) said.push(`${counted(open, 'session')} had not ended when the ${span(report)} did.`);
  if (said.length === 0)
    said.push(`Nothing to report: no alert, no fix, no emergency token and no session in this ${span(report)}.`);
  return said;
}

type SeverityRow = { readonly severity: string; readonly all: number; readonly met: number };
const severityColumns: readonly Column<SeverityRow>[] = [
  { title: 'Severity', share: 2, cell: (row) => row.severity },
  { title: 'Resolved', share: 1, isRight: true, cell: (row) => amount(row.all) },
  { title: 'SLA met', share: 1, isRight: true, cell: (row) => amount(row.met) },
  {
    title: 'SLA breached',
    share: 1,
    isRight: true,
    cell: (row) => ({
      text: amount(row.all - row.met),
      ...(row.all === row.met ? {} : { tone: 'bad' as const, isBold: true }),
    }),
  },
];

function severityRows({ alerts }: PackReport): ReportList<SeverityRow> {
  const rows = SEVERITIES.map((severity) => {
    const of = alerts.rows.filter((alert) => alert.severity === severity);
    return { severity, all: of.length, met: of.filter((alert) => alert.sla_met).length };
  }).filter((row) => row.all > 0);
  return { total: rows.length, rows };
}

type LevelRow = { readonly level: number; readonly all: number; readonly succeeded: number; readonly quorum: number };
const levelColumns: readonly Column<LevelRow>[] = [
  { title: 'Level', share: 2, cell: (row) => `Level ${row.level}` },
  { title: 'Tokens', share: 1, isRight: true, cell: (row) => amount(row.all) },
  { title: 'By quorum', share: 1, isRight: true, cell: (row) => amount(row.quorum) },
  { title: 'Succeeded', share: 1, isRight: true, cell: (row) => amount(row.succeeded) },
  { title: 'Other outcomes', share: 1, isRight: true, cell: (row) => amount(row.all - row.succeeded) },
];

function levelRows({ eats }: PackReport): ReportList<LevelRow> {
  const levels = [...new Set(eats.rows.map((eat) => eat.level))].toSorted((a, b) => a - b);
  const rows = levels.map((level) => {
    const of = eats.rows.filter((eat) => eat.level === level);
    return {
      level,
      all: of.length,
      succeeded: of.filter(({ outcome }) => outcome === 'succeeded').length,
      quorum: of.filter(({ authorisation }) => authorisation.endsWith(' quorum')).length,
    };
  });
  return { total: rows.length, rows };
}
