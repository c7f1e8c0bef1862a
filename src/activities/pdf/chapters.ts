/** The chapters between summary and appendix: Trust Score, kernels, CVEs, alerts, sessions, tokens. */

import type {
  PackReport,
  ReportAlert,
  ReportCve,
  ReportHost,
  ReportKernelUpdate,
  ReportSession,
} from '../../domain/packReport.ts';
import type { ReportChapter } from '../../domain/report.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { COMPONENTS, type Component, FORMULA_VERSION } from '../../domain/trustScore.ts';
import { componentCharts, componentName, scoreChart } from './chart.ts';
import { eatBlocks } from './eats.ts';
import { QUIET } from './palette.ts';
import { BODY, type Sheet } from './sheet.ts';
import { type Cell, type Column, table } from './table.ts';
import { amount, counted, daysBetween, duration, minute, plain, span } from './words.ts';

const SMALL_PRINT = { ...BODY, size: 8, color: QUIET } as const;

/** Whether a report has a chapter; a pack has all that are about its month. */
export function hasChapter({ on_demand }: PackReport, chapter: ReportChapter): boolean {
  return on_demand === undefined ? chapter !== 'hosts' && chapter !== 'top' : on_demand.chapters.includes(chapter);
}

/** Lays every chapter out in turn, pausing often enough for full pages to be written. */
export function* chapters(sheet: Sheet, report: PackReport): Generator<undefined> {
  const during = `in this ${span(report)}`;
  if (report.on_demand !== undefined && hasChapter(report, 'hosts')) {
    yield* listed(sheet, {
      title: 'Hosts',
      intro:
        report.on_demand.chosen === null
          ? 'Every host of the client that was registered before the end of the period.'
          : 'The hosts that were chosen when the report was asked for. Everything here is about them, but for the Trust Score, which is that of the whole client; sessions, which belong to no host, are left out.',
      nothing: 'Nothing to report: no host was registered.',
      columns: hostColumns,
      list: report.on_demand.hosts,
      noun: ['host', 'hosts'],
    });
  }
  if (hasChapter(report, 'trust_score')) yield* trustScore(sheet, report);
  if (hasChapter(report, 'top')) yield* topFive(sheet, report);
  if (hasChapter(report, 'kernel_updates'))
    yield* listed(sheet, {
      title: 'Kernel updates',
      intro: `${counted(report.kernel_updates.total, 'time')} an inventory showed a host on another kernel than before. The operator is named when an emergency token did the update.`,
      nothing: `Nothing to report: no host changed its kernel ${during}.`,
      columns: kernelColumns,
      list: report.kernel_updates,
      noun: ['kernel update', 'kernel updates'],
    });
  if (hasChapter(report, 'cves'))
    yield* listed(sheet, {
      title: 'CVEs fixed',
      intro: `${counted(report.cves.total, 'fix', 'fixes')}: a vulnerability that one inventory showed on a host and a later one did not. KEV: listed in CISA’s catalogue of vulnerabilities known to be exploited.`,
      nothing: `Nothing to report: no open CVE was fixed ${during}.`,
      columns: cveColumns,
      list: report.cves,
      noun: ['CVE', 'CVEs'],
    });
  if (hasChapter(report, 'alerts'))
    yield* listed(sheet, {
      title: 'Alerts against SLA',
      intro: `${counted(report.alerts.total, 'alert was', 'alerts were')} resolved. An alert meets its SLA when it is resolved before the time that was due when it opened.`,
      nothing: `Nothing to report: no alert was resolved ${during}.`,
      columns: alertColumns,
      list: report.alerts,
      noun: ['alert', 'alerts'],
    });
  if (hasChapter(report, 'sessions'))
    yield* listed(sheet, {
      title: 'Sessions opened',
      intro: `${counted(report.sessions.total, 'time')} somebody of ${report.msp.name} worked in the context of ${report.tenant.name}. Each action has its own line in the evidence, with both the person and the client.`,
      nothing: `Nothing to report: nobody of the provider worked in the client’s context ${during}.`,
      columns: sessionColumns,
      list: report.sessions,
      noun: ['session', 'sessions'],
    });
  if (!hasChapter(report, 'eats')) return;
  sheet.chapter('Emergency action tokens', 'where there is room');
  if (report.eats.total === 0) {
    sheet.paragraph(`Nothing to report: no emergency token had its result ${during}.`);
  } else {
    sheet.paragraph(
      `${counted(report.eats.total, 'token')} had a result. A token is a signed permission for one host to do the named actions once. “2-of-2 quorum” means: two different people approved, neither of them the requester, each with their own second factor.`,
      { style: SMALL_PRINT, after: 10 },
    );
    yield* eatBlocks(sheet, report.eats);
  }
  sheet.endChapter();
}

/** Rows of each list of the chapter for those who read no other. */
const TOP = 5;

function* topFive(sheet: Sheet, report: PackReport): Generator<undefined> {
  sheet.chapter('What mattered most', 'where there is room');
  const took = (alert: ReportAlert): number => Date.parse(alert.resolved_at) - Date.parse(alert.opened_at);
  const open = (cve: ReportCve): number => Date.parse(cve.patched_at) - Date.parse(cve.detected_at);
  const alerts = report.alerts.rows
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || took(b) - took(a))
    .slice(0, TOP);
  const cves = report.cves.rows.toSorted((a, b) => Number(b.kev) - Number(a.kev) || open(b) - open(a)).slice(0, TOP);
  sheet.heading(2, 'Alerts: the most severe, then the longest');
  if (alerts.length === 0) sheet.paragraph('Nothing to report: no alert was resolved in this period.');
  else yield* table(sheet, alertColumns, { total: alerts.length, rows: alerts }, ['alert', 'alerts']);
  sheet.heading(2, 'CVEs fixed: those known to be exploited, then the longest open');
  if (cves.length === 0) sheet.paragraph('Nothing to report: no open CVE was fixed in this period.');
  else yield* table(sheet, cveColumns, { total: cves.length, rows: cves }, ['CVE', 'CVEs']);
  sheet.endChapter();
}

const hostColumns: readonly Column<ReportHost>[] = [
  { title: 'Host', share: 3, cell: (row) => row.hostname },
  { title: 'Registered', share: 1, cell: (row) => row.registered_at.slice(0, 10) },
  { title: 'Tags', share: 4, cell: (row) => row.tags.join(', ') },
];

function* trustScore(sheet: Sheet, report: PackReport): Generator<undefined> {
  const { scores, period } = report;
  sheet.chapter('Trust Score', report.scores.length === 0 ? 'where there is room' : 'new page');
  if (scores.length === 0) {
    sheet.paragraph(`Nothing to report: no Trust Score was computed in this ${span(report)}.`);
    sheet.endChapter();
    return;
  }
  sheet.paragraph(
    `0 to 100, formula ${FORMULA_VERSION}, from ${counted(scores.length, 'snapshot')}. Each snapshot keeps the SHA-256 of its inputs, so that it can be computed again.`,
    { style: SMALL_PRINT, after: 8 },
  );
  scoreChart(sheet, scores, period);
  sheet.heading(2, `Components over the ${span(report)}`);
  componentCharts(sheet, scores, period);
  yield;
  sheet.heading(2, 'Components in numbers');
  const rows = COMPONENTS.map((component) => ({ component }));
  yield* table(sheet, componentColumns(report), { total: rows.length, rows }, ['component', 'components']);
  sheet.endChapter();
}

function componentColumns({ scores }: PackReport): readonly Column<{ readonly component: Component }>[] {
  const values = (component: Component): readonly number[] => scores.map((score) => score.components[component].value);
  const number = (value: number | undefined): string => (value ?? 0).toFixed(1);
  return [
    { title: 'Component', share: 3, cell: ({ component }) => componentName(component) },
    {
      title: 'Weight at the end',
      share: 1.5,
      isRight: true,
      cell: ({ component }) => `${scores.at(-1)?.components[component].weight ?? 0} %`,
    },
    { title: 'Start', share: 1, isRight: true, cell: ({ component }) => number(values(component)[0]) },
    { title: 'Lowest', share: 1, isRight: true, cell: ({ component }) => number(Math.min(...values(component))) },
    { title: 'End', share: 1, isRight: true, cell: ({ component }) => number(values(component).at(-1)) },
    {
      title: 'Points of the score',
      share: 1.5,
      isRight: true,
      cell: ({ component }) => {
        const last = scores.at(-1)?.components[component];
        return last === undefined ? '' : number((last.value * last.weight) / 100);
      },
    },
  ];
}

function* listed<T>(
  sheet: Sheet,
  chapter: {
    readonly title: string;
    readonly intro: string;
    readonly nothing: string;
    readonly columns: readonly Column<T>[];
    readonly list: { readonly total: number; readonly rows: readonly T[] };
    readonly noun: readonly [string, string];
  },
): Generator<undefined> {
  sheet.chapter(chapter.title, 'where there is room');
  if (chapter.list.total === 0) {
    sheet.paragraph(chapter.nothing);
  } else {
    sheet.paragraph(chapter.intro, { style: SMALL_PRINT, after: 8 });
    yield* table(sheet, chapter.columns, chapter.list, chapter.noun);
  }
  sheet.endChapter();
}

const kernelColumns: readonly Column<ReportKernelUpdate>[] = [
  { title: 'Seen (UTC)', share: 1.5, cell: (row) => minute(row.at) },
  { title: 'Host', share: 2.4, cell: (row) => row.hostname },
  { title: 'From', share: 1.8, isCode: true, cell: (row) => row.from ?? '–' },
  { title: 'To', share: 1.8, isCode: true, cell: (row) => row.to },
  { title: 'Operator', share: 2.2, cell: (row) => nameOr(row.operator, '–') },
];

const cveColumns: readonly Column<ReportCve>[] = [
  { title: 'CVE', share: 1.3, cell: (row) => row.cve_id },
  { title: 'KEV', share: 0.5, cell: (row) => (row.kev ? { text: 'KEV', tone: 'bad', isBold: true } : '–') },
  { title: 'Host', share: 2, cell: (row) => row.hostname },
  {
    title: 'Package',
    share: 2.6,
    cell: (row) => (row.patched_version === null ? row.package : `${row.package}, now ${row.patched_version}`),
  },
  { title: 'Detected', share: 0.95, cell: (row) => row.detected_at.slice(0, 10) },
  { title: 'Patched', share: 0.95, cell: (row) => row.patched_at.slice(0, 10) },
  {
    title: 'Days open',
    share: 0.75,
    isRight: true,
    cell: (row) => daysBetween(row.detected_at, row.patched_at).toFixed(1),
  },
  { title: 'Operator', share: 2.1, cell: (row) => nameOr(row.operator, '–') },
];

const alertColumns: readonly Column<ReportAlert>[] = [
  { title: 'No.', share: 0.6, cell: (row) => `#${row.number}` },
  {
    title: 'Severity',
    share: 0.8,
    cell: (row) =>
      row.severity === 'critical'
        ? { text: row.severity, tone: 'bad', isBold: true }
        : row.severity === 'high'
          ? { text: row.severity, tone: 'warn', isBold: true }
          : row.severity,
  },
  { title: 'Alert', share: 2.4, cell: (row) => row.title },
  { title: 'Host', share: 1.75, cell: (row) => row.hostname ?? '–' },
  { title: 'Opened (UTC)', share: 1.45, cell: (row) => minute(row.opened_at) },
  { title: 'Took', share: 1.2, cell: (row) => duration(row.opened_at, row.resolved_at) },
  { title: 'Resolved by', share: 2.2, cell: (row) => nameOr(row.resolved_by, 'by itself') },
  {
    title: 'SLA',
    share: 1.45,
    cell: (row) =>
      row.sla_met
        ? { text: 'met', tone: 'good', isBold: true }
        : { text: `missed by ${duration(row.sla_due_at, row.resolved_at)}`, tone: 'bad', isBold: true },
  },
];

const sessionColumns: readonly Column<ReportSession>[] = [
  { title: 'Engineer', share: 2, cell: (row) => row.engineer },
  { title: 'Reason', share: 3, cell: (row) => row.reason },
  { title: 'Mode', share: 0.9, cell: (row) => plain(row.mode) },
  { title: 'Started (UTC)', share: 1.4, cell: (row) => minute(row.started_at) },
  {
    title: 'Ended (UTC)',
    share: 1.5,
    cell: (row) =>
      row.ended_at === null
        ? { text: 'not ended', tone: 'warn', isBold: true }
        : `${minute(row.ended_at)}${row.end_reason === null ? '' : `, ${plain(row.end_reason)}`}`,
  },
  { title: 'Consent', share: 1.4, cell: (row) => nameOr(row.consented_by, 'not asked') },
  { title: 'Actions', share: 0.8, isRight: true, cell: (row) => amount(row.actions) },
];

/** A person, or a grey word that says why there is none. */
function nameOr(name: string | null, none: string): Cell {
  return name ?? { text: none, tone: 'quiet' };
}
