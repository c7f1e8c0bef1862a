/** A rule as a short sentence, for lists. */

import type { TFunction } from 'i18next';
import { COMBINATORS, LEAVES } from '../../../../../src/domain/tagRule.ts';

type Json = Readonly<Record<string, unknown>>;

/** "tag production and (os debian or kernel >=6.1)". */
export function ruleText(rule: Json, t: TFunction<'groups'>, isInner = false): string {
  const mode = COMBINATORS.find((each) => each in rule);
  if (mode === undefined) {
    const fact = LEAVES.find((each) => each in rule);
    return fact === undefined ? '' : t(`rule.sentence.${fact}`, { value: String(rule[fact]) });
  }
  const parts = (rule[mode] as readonly Json[]).map((part) => ruleText(part, t, true));
  if (mode === 'none_of') return `${t('rule.sentence.none_of')} (${parts.join(', ')})`;
  const joined = parts.join(` ${t(`rule.sentence.${mode}`)} `);
  return isInner && parts.length > 1 ? `(${joined})` : joined;
}
