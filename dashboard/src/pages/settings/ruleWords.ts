/** Alert rules in words: what is measured, in which unit, and when it fires. */

import type { TFunction } from 'i18next';
import {
  conditionHolds,
  METRIC_WORDS,
  type Metric,
  type Operator,
  type RuleDefinition,
} from '../../../../src/domain/alertRule.ts';

type Words = TFunction<'settings'>;

/** As they are printed, not as they are typed. */
const SIGNS: Readonly<Record<Operator, string>> = { '>': '>', '>=': '≥', '<': '<', '<=': '≤', '==': '=', '!=': '≠' };

/** "Fullest disk, %": a metric with the unit of its threshold. */
export function metricWithUnit(metric: Metric, t: Words): string {
  const { unit } = METRIC_WORDS[metric];
  const words = t(`alertRules.metrics.${metric}`);
  return unit === '' ? words : t('alertRules.metricIn', { metric: words, unit });
}

/** "Fullest disk ≥ 98 %", "Process sshd does not run". */
export function conditionOf(
  rule: Pick<RuleDefinition, 'metric' | 'metric_argument' | 'operator' | 'threshold'>,
  t: Words,
  language: string,
): string {
  const { metric, metric_argument: argument, operator, threshold } = rule;
  if (metric === 'process_running') {
    const [stopped, runs] = [0, 1].map((value) => conditionHolds(value, operator, threshold));
    // A rule that fires always or never is shown as it stands.
    if (stopped !== runs)
      return t(stopped ? 'alertRules.processStopped' : 'alertRules.processRuns', { name: argument ?? '' });
  }
  const { unit } = METRIC_WORDS[metric];
  const subject =
    metric === 'tag_offline_pct' ? t('alertRules.ofTag', { tag: argument ?? '' }) : t(`alertRules.metrics.${metric}`);
  return `${subject} ${SIGNS[operator]} ${threshold.toLocaleString(language)}${unit === '' ? '' : ` ${unit}`}`;
}
