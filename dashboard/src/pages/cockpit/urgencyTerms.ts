/** The six terms of the urgency as the screen draws them; weights and sentences are the domain's. */

import { URGENCY_TERMS, type UrgencyTermName, urgencyContribution } from '../../../../src/domain/urgency.ts';
import type { CockpitRow } from './cockpitQueries.ts';

/** Fill of a term's part of the bar. */
export const TERM_FILLS: Readonly<Record<UrgencyTermName, string>> = {
  open_critical: 'bg-critical',
  open_high: 'bg-high',
  sla_breach_minutes: 'bg-medium',
  kev_open_cves: 'bg-accent',
  trust_score_delta_24h: 'bg-low',
  overdue_eats: 'bg-line-strong',
};

/** What one term adds to a tenant's urgency; less than nothing when the score rises. */
export type Contribution = {
  readonly name: UrgencyTermName;
  readonly count: number;
  readonly weight: number;
  readonly divisor: number;
  readonly points: number;
};

/** The six terms of a tenant, in the order of the formula. */
export function contributionsOf(row: CockpitRow): readonly Contribution[] {
  return URGENCY_TERMS.map((term) => {
    const count = row.urgency_terms[term.name];
    return {
      name: term.name,
      count,
      weight: term.weight,
      divisor: term.divisor,
      points: urgencyContribution(term, count),
    };
  });
}

/** Points at the two ends of every bar, so that bars compare. */
export type Scale = { readonly below: number; readonly above: number };

/** Ends are whole steps, so that a small change of one tenant redraws that one alone. */
const STEP = 25;

/** The scale that holds every row's bar. */
export function scaleOf(rows: readonly CockpitRow[]): Scale {
  let [below, above] = [0, STEP];
  for (const row of rows) {
    let [minus, plus] = [0, 0];
    for (const { points } of contributionsOf(row)) {
      if (points < 0) minus -= points;
      else plus += points;
    }
    below = Math.max(below, minus);
    above = Math.max(above, plus);
  }
  return { below: Math.ceil(below / 5) * 5, above: Math.ceil(above / STEP) * STEP };
}
