/** Rows of a pack as its PDF shows them. */

import type { PackAlertRow, PackCveRow, PackKernelRow, PackScoreRow, PackSessionRow } from '../db/packContent.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { labelOfAny } from '../domain/eat.ts';
import type {
  ReportAlert,
  ReportCve,
  ReportEat,
  ReportKernelUpdate,
  ReportScore,
  ReportSession,
} from '../domain/packReport.ts';
import type { EatLineRow } from './packLines.ts';

/** A token. `proof` is what its own text says of who approved. */
export function reportEat(
  row: EatLineRow,
  proof: { readonly label: string; readonly approvers: readonly string[] } | null,
): ReportEat {
  return {
    nonce: row.nonce,
    hostname: row.hostname,
    level: row.level,
    labels: row.actions.map(labelOfAny),
    reason: row.reason,
    requested_by: row.requested_by_email,
    authorisation: proof?.label ?? 'imported',
    approvers: proof?.approvers ?? [],
    issued_at: row.issued_at,
    started_at: row.started_at,
    outcome: row.outcome,
    refusal_code: row.refusal_code,
    is_late: row.is_late,
    eat_sha256: row.token === null ? null : sha256Hex(row.token),
  };
}

/** A resolved alert. */
export function reportAlert(row: PackAlertRow): ReportAlert {
  return {
    number: row.number,
    severity: row.severity,
    title: row.title,
    hostname: row.hostname,
    opened_at: row.opened_at,
    acknowledged_at: row.acknowledged_at,
    resolved_at: row.resolved_at,
    resolved_by: row.resolved_by_email,
    sla_due_at: row.sla_due_at,
    sla_met: row.resolved_at <= row.sla_due_at,
  };
}

/** A kernel update. */
export function reportKernel(row: PackKernelRow): ReportKernelUpdate {
  return {
    at: row.changed_at,
    hostname: row.hostname,
    from: row.from_release,
    to: row.to_release,
    operator: row.operator_email,
  };
}

/** A fixed CVE. */
export function reportCve(row: PackCveRow): ReportCve {
  return {
    cve_id: row.cve_id,
    hostname: row.hostname,
    package: row.package,
    detected_at: row.detected_at,
    patched_at: row.patched_at,
    patched_version: row.patched_version,
    kev: row.is_kev,
    operator: row.operator_email,
  };
}

/** An impersonation. */
export function reportSession(row: PackSessionRow): ReportSession {
  return {
    id: row.id,
    engineer: row.user_email,
    reason: row.reason,
    mode: row.mode,
    started_at: row.started_at,
    ended_at: row.ended_at,
    end_reason: row.end_reason,
    consented_by: row.consented_by_email,
    actions: row.actions,
  };
}

/** A day's Trust Score. */
export function reportScore(row: PackScoreRow): ReportScore {
  return { at: row.computed_at, score: row.score, components: row.components as ReportScore['components'] };
}
