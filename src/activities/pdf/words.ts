/** Dates and numbers as a report writes them: in English and in UTC, whatever the machine's settings. */

import type { PackReport } from '../../domain/packReport.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `April 2026`. */
function monthInWords(month: string): string {
  const [year, number] = month.split('-');
  return `${MONTHS[Number(number) - 1] ?? month} ${year ?? ''}`.trim();
}

/** `3 April 2026`. */
export function dayInWords(instant: string): string {
  return `${Number(instant.slice(8, 10))} ${monthInWords(instant.slice(0, 7))}`;
}

/** `2026-04-03 14:23`. */
export function minute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
}

/** `2026-04-03 14:23:07 UTC`. */
export function second(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}

/** `3.2 days`, `5 h 10 min`, `12 min`. */
export function duration(from: string, until: string): string {
  const ms = Math.max(0, Date.parse(until) - Date.parse(from));
  if (ms >= 2 * DAY_MS) return `${(ms / DAY_MS).toFixed(1)} days`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Days between two instants, one decimal. */
export function daysBetween(from: string, until: string): number {
  return Math.round((Math.max(0, Date.parse(until) - Date.parse(from)) / DAY_MS) * 10) / 10;
}

/** `12,345`. */
export function amount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 host`, `2 hosts`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${amount(value)} ${value === 1 ? one : many}`;
}

/** A name of the program as a person writes it: `read_only` as `read only`. */
export function plain(name: string): string {
  return name.replaceAll('_', ' ');
}

/** The middle of a list of numbers; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : Math.round(((sorted[middle - 1] ?? 0) + upper) * 5) / 10;
}

type Spanned = Pick<PackReport, 'period' | 'on_demand'>;

/** What the time of a report is called: `month` in a pack, `period` in a report on demand. */
export function span(report: Spanned): 'month' | 'period' {
  return report.on_demand === undefined ? 'month' : 'period';
}

/** `April 2026`; of a report on demand `3 April 2026 – 17 May 2026`, with the last day that belongs to it. */
export function periodInWords(report: Spanned): string {
  const { month, from, until } = report.period;
  if (report.on_demand === undefined) return monthInWords(month);
  const last = new Date(Date.parse(until) - 1).toISOString();
  return `${dayInWords(from)} – ${dayInWords(last)}`;
}
