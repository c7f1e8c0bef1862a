/**
 * The Trust Score of a tenant, 0..100 (DESIGN.md section 1; the sub-formulas are explained in docs/trust-score.md).
 *
 * The score is a pure function of its inputs. The inputs are stored as canonical JSON text with their SHA-256,
 * so that anyone who has the text can recompute the score and see that nobody chose another result.
 */

import { sha256Hex } from './bytes.ts';
import { canonicalJson } from './canonicalJson.ts';

/** Version of the formula; a change of any number below is another version. */
export const FORMULA_VERSION = '1.2';

/** Components in the order in which they are shown. */
export const COMPONENTS = [
  'patch_hygiene',
  'agent_health',
  'secrets_exposure',
  'configuration_drift',
  'eat_discipline',
  'evidence_continuity',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** Everything the score depends on. Counts are of the moment; ages in days. */
export type TrustScoreInputs = {
  readonly formula_version: string;
  readonly tenant_id: string;
  readonly computed_at: string;
  readonly tenant_age_days: number;
  readonly hosts: {
    readonly active: number;
    /** Active hosts that are not in maintenance: those whose silence means something. */
    readonly watched: number;
    readonly online: number;
    readonly current_version: number;
  };
  /** Open CVEs of active hosts, one entry per combination, `host_cves` counting pairs of host and CVE. `epss_pct` null: not known. */
  readonly open_cves: readonly {
    readonly kev: boolean;
    readonly epss_pct: number | null;
    readonly older_than_30_days: boolean;
    readonly host_cves: number;
  }[];
  readonly findings: {
    readonly critical: number;
    readonly high: number;
    readonly medium: number;
    readonly low: number;
  };
  readonly files: { readonly watched: number; readonly drifted: number };
  readonly eats_30_days: { readonly succeeded: number; readonly failed: number };
  readonly packs: { readonly months_due: number; readonly months_built: number };
};

/** Chance of exploitation assumed where EPSS has no number. */
const UNKNOWN_EPSS = 0.05;
/** An old hole is known to more people. */
const OLD_CVE_FACTOR = 1.5;
/** Weighted CVEs per host at which patch hygiene has fallen to 37 (100/e). */
const CVE_LOAD_SCALE = 20;
/** Weight of an open finding by severity. */
const FINDING_WEIGHTS = { critical: 10, high: 5, medium: 2, low: 0.5 } as const;
/** Weighted findings per host at which secrets exposure has fallen to 37. */
const FINDING_LOAD_SCALE = 10;
/** A tenth of the files off their baseline leaves nothing of the component. */
const DRIFT_STEEPNESS = 10;
/** Being heard matters more than running the newest agent. */
const ONLINE_SHARE = 0.7;

/** Weights in percent for a tenant of this age; they always sum to 100. */
export function trustScoreWeights(tenantAgeDays: number): Readonly<Record<Component, number>> {
  const full = {
    patch_hygiene: 30,
    agent_health: 20,
    secrets_exposure: 15,
    configuration_drift: 15,
    eat_discipline: 10,
    evidence_continuity: 10,
  };
  if (tenantAgeDays >= 90) return full;
  if (tenantAgeDays < 30) return { ...full, patch_hygiene: 35, agent_health: 25, evidence_continuity: 0 };
  const spread = (weight: number): number => (weight / 90) * 95;
  return {
    patch_hygiene: spread(full.patch_hygiene),
    agent_health: spread(full.agent_health),
    secrets_exposure: spread(full.secrets_exposure),
    configuration_drift: spread(full.configuration_drift),
    eat_discipline: spread(full.eat_discipline),
    evidence_continuity: 5,
  };
}

/** The six components, each 0..100; a component with nothing to judge is 100. */
export function trustScoreComponents(inputs: TrustScoreInputs): Readonly<Record<Component, number>> {
  const { hosts, findings, files, eats_30_days: eats, packs } = inputs;
  const perHost = (load: number): number => load / Math.max(1, hosts.active);
  const cveLoad = inputs.open_cves.reduce((sum, group) => {
    const chance = group.kev ? 1 : group.epss_pct === null ? UNKNOWN_EPSS : group.epss_pct / 100;
    return sum + group.host_cves * chance * (group.older_than_30_days ? OLD_CVE_FACTOR : 1);
  }, 0);
  const findingLoad =
    findings.critical * FINDING_WEIGHTS.critical +
    findings.high * FINDING_WEIGHTS.high +
    findings.medium * FINDING_WEIGHTS.medium +
    findings.low * FINDING_WEIGHTS.low;
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : Math.min(1, part / whole));
  return {
    patch_hygiene: 100 * Math.exp(-perHost(cveLoad) / CVE_LOAD_SCALE),
    agent_health:
      100 *
      (ONLINE_SHARE * share(hosts.online, hosts.watched) +
        (1 - ONLINE_SHARE) * share(hosts.current_version, hosts.watched)),
    secrets_exposure: 100 * Math.exp(-perHost(findingLoad) / FINDING_LOAD_SCALE),
    configuration_drift:
      files.watched === 0 ? 100 : 100 * Math.max(0, 1 - (DRIFT_STEEPNESS * files.drifted) / files.watched),
    eat_discipline: 100 * share(eats.succeeded, eats.succeeded + eats.failed),
    evidence_continuity: 100 * share(packs.months_built, packs.months_due),
  };
}

/** A score with what it is made of. `inputs_text` is what `inputs_hash` is the SHA-256 of. */
export type TrustScore = {
  readonly score: number;
  readonly components: Readonly<Record<Component, { readonly value: number; readonly weight: number }>>;
  readonly inputs_text: string;
  readonly inputs_hash: string;
};

/** Computes the score; two decimals, as stored. */
export function trustScore(inputs: TrustScoreInputs): TrustScore {
  const weights = trustScoreWeights(inputs.tenant_age_days);
  const values = trustScoreComponents(inputs);
  const sum = COMPONENTS.reduce((total, name) => total + (values[name] * weights[name]) / 100, 0);
  const text = canonicalJson(inputs);
  return {
    score: round2(Math.min(100, Math.max(0, sum))),
    components: Object.fromEntries(
      COMPONENTS.map((name) => [name, { value: round2(values[name]), weight: round2(weights[name]) }]),
    ) as TrustScore['components'],
    inputs_text: text,
    inputs_hash: sha256Hex(text),
  };
}

/** Recomputes a stored score from the text of its inputs; null when the text is not what was hashed. */
export function recomputeTrustScore(inputsText: string, inputsHash: string): TrustScore | null {
  if (sha256Hex(inputsText) !== inputsHash) return null;
  return trustScore(JSON.parse(inputsText) as TrustScoreInputs);
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
