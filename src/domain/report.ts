/**
 * Reports on demand: the lines of a pack for a period and chosen hosts, and a PDF with the chapters of a template.
 * Format: that of the audit pack, with the member `report` in manifest and first line.
 */

import { sha256Hex } from './bytes.ts';

export const REPORT_TEMPLATES = ['executive', 'technical_audit', 'per_group', 'msp_handover'] as const;
export type ReportTemplate = (typeof REPORT_TEMPLATES)[number];

/** Longest period of a report. */
export const MAX_REPORT_DAYS = 365;

/** What a PDF may hold between its contents and the chapter on verification, in the order of the pages. */
const REPORT_CHAPTERS = [
  'summary',
  'hosts',
  'trust_score',
  'top',
  'kernel_updates',
  'cves',
  'alerts',
  'sessions',
  'eats',
] as const;
export type ReportChapter = (typeof REPORT_CHAPTERS)[number];

/** Name and chapters of each template. */
export const TEMPLATES: Readonly<
  Record<ReportTemplate, { readonly name: string; readonly chapters: readonly ReportChapter[] }>
> = {
  executive: { name: 'Executive report', chapters: ['summary', 'trust_score', 'top'] },
  technical_audit: {
    name: 'Technical audit',
    chapters: ['summary', 'hosts', 'trust_score', 'kernel_updates', 'cves', 'alerts', 'sessions', 'eats'],
  },
  per_group: { name: 'Group report', chapters: ['hosts', 'trust_score', 'cves', 'alerts', 'eats'] },
  msp_handover: { name: 'Handover report', chapters: ['kernel_updates', 'alerts', 'sessions', 'eats'] },
};

/** Digest of the chosen hosts, which the manifest holds in their place: the ids in ascending order, a line each. */
export function hostsDigest(agentIds: readonly string[]): string {
  return sha256Hex(
    agentIds
      .toSorted()
      .map((id) => `${id}\n`)
      .join(''),
  );
}

/** `report-acme-per_group-1b4e28ba`: the name of a download, without its ending. */
export function reportFileStem(slug: string, template: ReportTemplate, id: string): string {
  return `report-${slug}-${template}-${id.slice(0, 8)}`;
}
