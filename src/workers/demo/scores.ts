/** The demonstration's past Trust Scores: the real formula over what was the case at each moment. */

import { bytesToHex, sha256, utf8ToBytes } from '../../domain/bytes.ts';
import { FORMULA_VERSION, type TrustScore, type TrustScoreInputs, trustScore } from '../../domain/trustScore.ts';
import { HISTORY_DAYS, OFFLINE_FOR_MS, type TenantFacts, WATCHED_FILES } from './facts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, monthBefore } from './moments.ts';

/** CVEs of some hosts that were found and patched at the same moments. */
export type CveSpan = {
  readonly kev: boolean;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly hostCves: number;
};

/** Half-hourly snapshots reach back this far, so that the change over 24 h is that of the live system. */
const DENSE_HOURS = 25;
const SLOT_MS = 30 * MINUTE_MS;

/** Moments of the snapshots, oldest first, on the half hours of the live ones. */
export function snapshotTimes(nowMs: number): readonly number[] {
  const slot = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
  const sparse = Array.from(
    { length: HISTORY_DAYS * 4 },
    (_, index) => slot - DENSE_HOURS * HOUR_MS - (index + 1) * 6 * HOUR_MS,
  );
  const dense = Array.from({ length: (DENSE_HOURS * HOUR_MS) / SLOT_MS + 1 }, (_, index) => slot - index * SLOT_MS);
  return [...dense, ...sparse].toReversed();
}

/** The score's inputs of one client at a moment, as src/db/trustScores.ts would have gathered them then. */
export function inputsAt(
  tenantId: string,
  facts: TenantFacts,
  cves: readonly CveSpan[],
  atMs: number,
  nowMs: number,
): TrustScoreInputs {
  const during = (fromMs: number, toMs: number | null): boolean => fromMs <= atMs && (toMs === null || toMs > atMs);
  const hosts = facts.hosts.filter((host) => host.registeredMs <= atMs);
  const silent = new Set([
    ...facts.alerts
      .filter((alert) => alert.source === 'liveness' && alert.endedMs !== null && during(alert.openedMs, alert.endedMs))
      .map((alert) => alert.host),
    ...facts.hosts.filter((host) => host.isOffline && atMs >= nowMs - OFFLINE_FOR_MS).map((host) => host.index),
  ]);
  const findings = facts.findings.filter((finding) => during(finding.fromMs, finding.toMs));
  const severityCount = (severity: string): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const eats = facts.eats.filter((eat) => eat.issuedMs <= atMs && eat.issuedMs > atMs - 30 * DAY_MS);
  const isBack = (eat: TenantFacts['eats'][number]): boolean => eat.resultMs !== null && eat.resultMs <= atMs;
  const due = monthsDue(facts.createdMs, atMs);
  return {
    formula_version: FORMULA_VERSION,
    tenant_id: tenantId,
    computed_at: new Date(atMs).toISOString(),
    tenant_age_days: Math.floor((atMs - facts.createdMs) / DAY_MS),
    hosts: {
      active: hosts.length,
      watched: hosts.length,
      online: hosts.filter((host) => !silent.has(host.index)).length,
      current_version: hosts.length,
    },
    open_cves: cveGroups(
      cves.filter((span) => during(span.fromMs, span.toMs)),
      atMs,
    ),
    findings: {
      critical: severityCount('critical'),
      high: severityCount('high'),
      medium: severityCount('medium'),
      low: severityCount('low'),
    },
    files: {
      watched: hosts.length * WATCHED_FILES.length,
      drifted: facts.drifts
        .filter((drift) => during(drift.fromMs, drift.toMs))
        .reduce((sum, drift) => sum + drift.count, 0),
    },
    eats_30_days: {
      succeeded: eats.filter((eat) => isBack(eat) && eat.outcome === 'succeeded').length,
      failed: eats.filter((eat) => (isBack(eat) ? eat.outcome === 'failed' : eat.expiresMs < atMs)).length,
    },
    packs: {
      months_due: due.length,
      months_built: facts.packs.filter((pack) => pack.builtMs <= atMs && due.includes(pack.month)).length,
    },
  };
}

function cveGroups(open: readonly CveSpan[], atMs: number): TrustScoreInputs['open_cves'] {
  return [true, false].flatMap((kev) =>
    [false, true].flatMap((older) => {
      const host_cves = open
        .filter((span) => span.kev === kev && span.fromMs < atMs - 30 * DAY_MS === older)
        .reduce((sum, span) => sum + span.hostCves, 0);
      return host_cves === 0 ? [] : [{ kev, epss_pct: null, older_than_30_days: older, host_cves }];
    }),
  );
}

function monthsDue(createdMs: number, atMs: number): readonly string[] {
  return Array.from({ length: 12 }, (_, index) => monthBefore(atMs, index + 1)).filter(
    (month) => month >= monthBefore(createdMs, 0),
  );
}

/** Every snapshot of one client. */
export function pastScores(
  tenantId: string,
  facts: TenantFacts,
  cves: readonly CveSpan[],
  nowMs: number,
): readonly { readonly atMs: number; readonly score: TrustScore }[] {
  return snapshotTimes(nowMs)
    .filter((atMs) => atMs > facts.createdMs + HOUR_MS)
    .map((atMs) => ({ atMs, score: trustScore(inputsAt(tenantId, facts, cves, atMs, nowMs)) }));
}

/** A made-up digest of a file on a host. */
export function fileDigest(path: string, state: string): string {
  return bytesToHex(sha256(utf8ToBytes(`${path}\n${state}`)));
}
