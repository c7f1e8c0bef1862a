/**
 * Composite urgency of a tenant (source, task 1): how soon an engineer must look.
 *
 * The formula is data, so that the cockpit's SQL, its explanation on the screen and the tests are rendered
 * from one definition. No clamping: a rising Trust Score lowers the sum, which may be negative.
 */

/** One term: `count * weight / divisor`. */
export type UrgencyTerm = {
  readonly name: UrgencyTermName;
  readonly weight: number;
  readonly divisor: number;
  /** What a person is told the number counts. */
  readonly sentence: string;
};

/** Names as in the source's formula; also the columns of the cockpit's statement. */
export type UrgencyTermName =
  | 'open_critical'
  | 'open_high'
  | 'sla_breach_minutes'
  | 'kev_open_cves'
  | 'trust_score_delta_24h'
  | 'overdue_eats';

/** The six terms in the source's order. */
export const URGENCY_TERMS: readonly UrgencyTerm[] = [
  { name: 'open_critical', weight: 10, divisor: 1, sentence: 'open critical alerts' },
  { name: 'open_high', weight: 3, divisor: 1, sentence: 'open high alerts' },
  {
    name: 'sla_breach_minutes',
    weight: 1,
    divisor: 60,
    sentence: 'minutes by which open alerts are past their SLA, summed',
  },
  { name: 'kev_open_cves', weight: 1, divisor: 1, sentence: 'known-exploited CVEs open on at least one active agent' },
  { name: 'trust_score_delta_24h', weight: -2, divisor: 1, sentence: 'change of the Trust Score in 24 hours' },
  {
    name: 'overdue_eats',
    weight: 5,
    divisor: 1,
    sentence: 'emergency tokens that expired without a result and are not acknowledged',
  },
];

/** Raw value of each term. */
export type UrgencyInputs = Readonly<Record<UrgencyTermName, number>>;

/** The composite urgency. */
export function urgency(inputs: UrgencyInputs): number {
  return URGENCY_TERMS.reduce((sum, term) => sum + urgencyContribution(term, inputs[term.name]), 0);
}

/** What one term adds to the sum. */
export function urgencyContribution(term: UrgencyTerm, value: number): number {
  return (value * term.weight) / term.divisor;
}
