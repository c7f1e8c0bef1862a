import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { URGENCY_TERMS, type UrgencyInputs, urgency } from '../../src/domain/urgency.ts';

const none: UrgencyInputs = {
  open_critical: 0,
  open_high: 0,
  sla_breach_minutes: 0,
  kev_open_cves: 0,
  trust_score_delta_24h: 0,
  overdue_eats: 0,
};

describe('urgency', () => {
  it('is the source’s formula, term by term', () => {
    fc.assert(
      fc.property(
        fc.nat(99),
        fc.nat(99),
        fc.nat(99_999),
        fc.nat(50),
        fc.integer({ min: -100, max: 100 }),
        fc.nat(20),
        (c, h, s, k, d, o) => {
          const inputs = {
            open_critical: c,
            open_high: h,
            sla_breach_minutes: s,
            kev_open_cves: k,
            trust_score_delta_24h: d,
            overdue_eats: o,
          };
          expect(urgency(inputs)).toBeCloseTo(c * 10 + h * 3 + s / 60 + k + d * -2 + o * 5, 9);
        },
      ),
    );
  });

  it('is negative for a calm tenant whose score rises (no clamping)', () => {
    expect(urgency({ ...none, trust_score_delta_24h: 4 })).toBe(-8);
  });

  it('names six terms in the source’s order', () => {
    expect(URGENCY_TERMS.map((term) => term.name)).toEqual([
      'open_critical',
      'open_high',
      'sla_breach_minutes',
      'kev_open_cves',
      'trust_score_delta_24h',
      'overdue_eats',
    ]);
  });
});
