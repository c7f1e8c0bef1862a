/**
 * What the PDF of a pack tells: the same facts as the JSONL lines, gathered for reading. Lists are capped; each says
 * how many there are in all, and the JSONL has every one.
 */

import type { ReportChapter } from './report.ts';
import type { Severity } from './severity.ts';
import type { Component } from './trustScore.ts';

/** Most rows of one table in the PDF. */
export const MAX_REPORT_ROWS = 10_000;

/** A capped list. */
export type ReportList<T> = { readonly total: number; readonly rows: readonly T[] };

/** A Trust Score snapshot of the month; one for each day is enough for the chart. */
export type ReportScore = {
  readonly at: string;
  readonly score: number;
  readonly components: Readonly<Record<Component, { readonly value: number; readonly weight: number }>>;
};

/** A host that runs another kernel. `operator`: who ran the update, when a token did it. */
export type ReportKernelUpdate = {
  readonly at: string;
  readonly hostname: string;
  readonly from: string | null;
  readonly to: string;
  readonly operator: string | null;
};

/** A CVE that was open on a host and is not any more. */
export type ReportCve = {
  readonly cve_id: string;
  readonly hostname: string;
  readonly package: string;
  readonly detected_at: string;
  readonly patched_at: string;
  readonly patched_version: string | null;
  readonly kev: boolean;
  readonly operator: string | null;
};

/** An alert that was resolved in the month. */
export type ReportAlert = {
  readonly number: number;
  readonly severity: Severity;
  readonly title: string;
  readonly hostname: string | null;
  readonly opened_at: string;
  readonly acknowledged_at: string | null;
  readonly resolved_at: string;
  /** Null: it resolved by itself. */
  readonly resolved_by: string | null;
  readonly sla_due_at: string;
  readonly sla_met: boolean;
};

/** Somebody of the MSP in the client's context. */
export type ReportSession = {
  readonly id: string;
  readonly engineer: string;
  readonly reason: string;
  readonly mode: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly end_reason: string | null;
  readonly consented_by: string | null;
  readonly actions: number;
};

/** A token that had its result in the month. */
export type ReportEat = {
  readonly nonce: string;
  readonly hostname: string;
  readonly level: number;
  readonly labels: readonly string[];
  readonly reason: string;
  readonly requested_by: string | null;
  /** `2-of-2 quorum`, `single`, `automatic`, `pre-issued`, or `imported` for history without a token. */
  readonly authorisation: string;
  readonly approvers: readonly string[];
  readonly issued_at: string;
  readonly started_at: string | null;
  readonly outcome: string;
  readonly refusal_code: string | null;
  /** Its time lay in an earlier month; the host told of it only now. */
  readonly is_late: boolean;
  readonly eat_sha256: string | null;
};

/** A host of a report. */
export type ReportHost = {
  readonly hostname: string;
  readonly registered_at: string;
  readonly tags: readonly string[];
};

/** Everything the PDF is made from: two equal reports give the same bytes. */
export type PackReport = {
  readonly pack_id: string;
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
  readonly msp: { readonly id: string; readonly name: string };
  readonly brand: { readonly product_name: string | null; readonly primary_color: string | null };
  readonly period: { readonly month: string; readonly from: string; readonly until: string };
  /** Built before the month was over. */
  readonly is_preview: boolean;
  readonly filter: { readonly actor_suffix: string; readonly kept: number; readonly left_out: number } | null;
  /** Registered before the month ended. */
  readonly hosts: number;
  readonly jsonl: {
    readonly name: string;
    readonly sha256: string;
    readonly entries: number;
    readonly hash_chain_root: string;
  };
  readonly previous: { readonly month: string; readonly manifest_sha256: string } | null;
  readonly hub_key: { readonly key_id: string; readonly public_key_pem: string };
  readonly scores: readonly ReportScore[];
  readonly kernel_updates: ReportList<ReportKernelUpdate>;
  readonly cves: ReportList<ReportCve>;
  readonly alerts: ReportList<ReportAlert>;
  readonly sessions: ReportList<ReportSession>;
  readonly eats: ReportList<ReportEat>;
  /** A report on demand; absent in a pack, which has every chapter of one. */
  readonly on_demand?: {
    readonly name: string;
    readonly title: string;
    readonly chapters: readonly ReportChapter[];
    /** Null: every host of the client. */
    readonly chosen: number | null;
    readonly hosts: ReportList<ReportHost>;
  };
};
