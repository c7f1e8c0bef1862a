import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  FORMULA_VERSION,
  recomputeTrustScore,
  type TrustScoreInputs,
  trustScore,
  trustScoreComponents,
  trustScoreWeights,
} from '../../src/domain/trustScore.ts';

const perfect: TrustScoreInputs = {
  formula_version: FORMULA_VERSION,
  tenant_id: '00000000-0000-4000-8000-000000000001',
  computed_at: '2026-05-01T10:00:00.000Z',
  tenant_age_days: 400,
  hosts: { active: 10, watched: 10, online: 10, current_version: 10 },
  open_cves: [],
  findings: { critical: 0, high: 0, medium: 0, low: 0 },
  files: { watched: 100, drifted: 0 },
  eats_30_days: { succeeded: 4, failed: 0 },
  packs: { months_due: 12, months_built: 12 },
};

// Canonical JSON takes plain objects only.
const plain = { noNullPrototype: true };
const group = fc.record(
  {
    kev: fc.boolean(),
    epss_pct: fc.option(fc.nat(100), { nil: null }),
    older_than_30_days: fc.boolean(),
    host_cves: fc.integer({ min: 1, max: 500 }),
  },
  plain,
);
const findings = fc.record({ critical: fc.nat(20), high: fc.nat(20), medium: fc.nat(20), low: fc.nat(20) }, plain);

/** Any state of a tenant with counts that fit each other. */
const anyInputs: fc.Arbitrary<TrustScoreInputs> = fc
  .record({
    age: fc.nat(1_000),
    active: fc.nat(200),
    online: fc.double({ min: 0, max: 1, noNaN: true }),
    current: fc.double({ min: 0, max: 1, noNaN: true }),
    open_cves: fc.array(group, { maxLength: 6 }),
    findings,
    watched: fc.nat(1_000),
    drifted: fc.double({ min: 0, max: 1, noNaN: true }),
    succeeded: fc.nat(20),
    failed: fc.nat(20),
    due: fc.nat(12),
    built: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((f) => ({
    ...perfect,
    tenant_age_days: f.age,
    hosts: {
      active: f.active,
      watched: f.active,
      online: Math.floor(f.active * f.online),
      current_version: Math.floor(f.active * f.current),
    },
    open_cves: f.open_cves,
    findings: f.findings,
    files: { watched: f.watched, drifted: Math.floor(f.watched * f.drifted) },
    eats_30_days: { succeeded: f.succeeded, failed: f.failed },
    packs: { months_due: f.due, months_built: Math.floor(f.due * f.built) },
  }));

describe('the weights', () => {
  it('sum to 100 at every age', () => {
    fc.assert(
      fc.property(fc.nat(5_000), (age) => {
        const weights = trustScoreWeights(age);
        expect(COMPONENTS.reduce((sum, name) => sum + weights[name], 0)).toBeCloseTo(100, 9);
      }),
    );
  });

  it('are the design’s for an old, a young and a new tenant', () => {
    expect(trustScoreWeights(90)).toEqual({
      patch_hygiene: 30,
      agent_health: 20,
      secrets_exposure: 15,
      configuration_drift: 15,
      eat_discipline: 10,
      evidence_continuity: 10,
    });
    expect(trustScoreWeights(29)).toMatchObject({ patch_hygiene: 35, agent_health: 25, evidence_continuity: 0 });
    for (const age of [30, 89]) {
      const weights = trustScoreWeights(age);
      expect(weights.evidence_continuity).toBe(5);
      expect(weights.patch_hygiene / weights.agent_health).toBeCloseTo(1.5, 9);
      expect(weights.patch_hygiene / weights.eat_discipline).toBeCloseTo(3, 9);
    }
  });
});

describe('the score', () => {
  it('is 100 for a tenant without fault, and for one without anything to judge', () => {
    expect(trustScore(perfect).score).toBe(100);
    const empty: TrustScoreInputs = {
      ...perfect,
      hosts: { active: 0, watched: 0, online: 0, current_version: 0 },
      files: { watched: 0, drifted: 0 },
      eats_30_days: { succeeded: 0, failed: 0 },
      packs: { months_due: 0, months_built: 0 },
    };
    expect(trustScore(empty).score).toBe(100);
  });

  it('is the number worked out by hand', () => {
    const score = trustScore({
      ...perfect,
      hosts: { active: 10, watched: 10, online: 8, current_version: 5 },
      // 10 pairs, known-exploited and old: load 15, 1.5 a host. e^(-1.5/20) = 0.927743...
      open_cves: [{ kev: true, epss_pct: null, older_than_30_days: true, host_cves: 10 }],
      files: { watched: 100, drifted: 5 },
      eats_30_days: { succeeded: 3, failed: 1 },
      packs: { months_due: 12, months_built: 9 },
    });
    expect(Object.fromEntries(COMPONENTS.map((name) => [name, score.components[name].value]))).toEqual({
      patch_hygiene: 92.77,
      agent_health: 71,
      secrets_exposure: 100,
      configuration_drift: 50,
      eat_discipline: 75,
      evidence_continuity: 75,
    });
    // 27.832 + 14.2 + 15 + 7.5 + 7.5 + 7.5
    expect(score.score).toBe(79.53);
  });

  it('and every component lie between 0 and 100', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        for (const value of [trustScore(inputs).score, ...Object.values(trustScoreComponents(inputs))]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('never rises when something bad is added', () => {
    const worse: readonly ((inputs: TrustScoreInputs) => TrustScoreInputs)[] = [
      (i) => ({
        ...i,
        open_cves: [...i.open_cves, { kev: false, epss_pct: null, older_than_30_days: false, host_cves: 1 }],
      }),
      (i) => ({ ...i, open_cves: i.open_cves.map((g) => ({ ...g, kev: true })) }),
      (i) => ({ ...i, open_cves: i.open_cves.map((g) => ({ ...g, older_than_30_days: true })) }),
      (i) => ({ ...i, hosts: { ...i.hosts, online: Math.max(0, i.hosts.online - 1) } }),
      (i) => ({ ...i, hosts: { ...i.hosts, current_version: Math.max(0, i.hosts.current_version - 1) } }),
      (i) => ({ ...i, findings: { ...i.findings, critical: i.findings.critical + 1 } }),
      (i) => ({ ...i, findings: { ...i.findings, low: i.findings.low + 1 } }),
      (i) => ({ ...i, files: { ...i.files, drifted: Math.min(i.files.watched, i.files.drifted + 1) } }),
      (i) => ({ ...i, eats_30_days: { ...i.eats_30_days, failed: i.eats_30_days.failed + 1 } }),
      (i) => ({ ...i, packs: { ...i.packs, months_built: Math.max(0, i.packs.months_built - 1) } }),
    ];
    fc.assert(
      fc.property(anyInputs, fc.constantFrom(...worse), (inputs, change) => {
        expect(trustScore(change(inputs)).score).toBeLessThanOrEqual(trustScore(inputs).score);
      }),
    );
  });

  it('can be recomputed from its text, and from no other', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const kept = trustScore(inputs);
        expect(recomputeTrustScore(kept.inputs_text, kept.inputs_hash)).toEqual(kept);
        const other = kept.inputs_text.replace('"months_due":', '"months_due": ');
        expect(recomputeTrustScore(other, kept.inputs_hash)).toBeNull();
      }),
    );
  });
});
