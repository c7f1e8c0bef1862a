/** What was done, in words: what each heading counts, and the sentence of an emergency action. */

import type { TFunction } from 'i18next';
import { ACTION_KINDS, type ActionKind } from '../../../src/domain/eatLevels.ts';
import type { Alert, Cve, Eat } from './portalQueries.ts';

type Words = TFunction<'portal'>;

/** How a token may have ended; `silent`: it is over, and the host never answered. In the order in which they are told. */
export const EAT_ENDS = [
  'succeeded',
  'failed',
  'refused',
  'indeterminate',
  'silent',
  'revoked',
  'expired_unused',
] as const;
export type EatEnd = (typeof EAT_ENDS)[number];

/** How a token ended; null while it may still run. */
export function endOf({ outcome, is_overdue }: Pick<Eat, 'outcome' | 'is_overdue'>): EatEnd | null {
  return EAT_ENDS.find((end) => end === outcome) ?? (is_overdue ? 'silent' : null);
}

/** "Emergency actions: 4 carried out, 1 failed"; a heading must not claim what the rows below it deny. */
export function eatsTitle(eats: readonly Eat[], t: Words): string {
  const counts = EAT_ENDS.flatMap((end) => {
    const count = eats.filter((eat) => endOf(eat) === end).length;
    return count === 0 ? [] : [t(`work.ended.${end}`, { count })];
  });
  return counts.length === 0 ? t('work.eatsNone') : t('work.eats', { counts: counts.join(', ') });
}

/** "Vulnerabilities: 12 fixed everywhere, 107 on some hosts". */
export function cvesTitle(cves: readonly Cve[], t: Words): string {
  const everywhere = cves.filter(({ hosts_open }) => hosts_open === 0).length;
  const counts = [
    ...(everywhere === 0 ? [] : [t('work.fixedEverywhere', { count: everywhere })]),
    ...(everywhere === cves.length ? [] : [t('work.fixedPartly', { count: cves.length - everywhere })]),
  ];
  return counts.length === 0 ? t('work.cvesNone') : t('work.cves', { counts: counts.join(', ') });
}

/** "Alerts: 12 closed by your provider, 8 cleared by themselves". */
export function alertsTitle(alerts: readonly Alert[], t: Words): string {
  const closed = alerts.filter(({ resolved_by_kind }) => resolved_by_kind === 'person').length;
  const counts = [
    ...(closed === 0 ? [] : [t('work.closed', { count: closed })]),
    ...(closed === alerts.length ? [] : [t('work.cleared', { count: alerts.length - closed })]),
  ];
  return counts.length === 0 ? t('work.alertsNone') : t('work.alerts', { counts: counts.join(', ') });
}

function isKnown(kind: unknown): kind is ActionKind {
  return typeof kind === 'string' && Object.hasOwn(ACTION_KINDS, kind);
}

/**
 * "Isolated the network of edge-01" for what was carried out, "Isolate the network of edge-01" for what was not. Imported
 * history may name its actions otherwise; they are told by their label.
 */
export function eatSentence(eat: Pick<Eat, 'actions' | 'labels' | 'hostname' | 'outcome'>, t: Words): string {
  return eat.labels
    .map((label, index) => {
      const kind = (eat.actions[index] as { readonly kind?: unknown } | null | undefined)?.kind;
      if (!isKnown(kind)) return t('work.onHost', { what: label, host: eat.hostname });
      const subject = label.slice(ACTION_KINDS[kind].label.length).replace(/^: (?:pid )?/, '');
      const named = { host: eat.hostname, subject };
      return eat.outcome === 'succeeded' ? t(`did.${kind}`, named) : t(`asked.${kind}`, named);
    })
    .join(', ');
}
