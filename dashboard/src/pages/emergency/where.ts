/** Names of the hosts of a request, as its card writes them. */

import type { TFunction } from 'i18next';
import { dateLocale } from '../../i18n.ts';
import type { QuorumRequest } from './queries.ts';

/** `db-prod-01`, or `db-prod-01 and 3 more`. */
export function hostsOf(request: QuorumRequest, t: TFunction<'emergency'>): string {
  const [first, ...others] = request.targets;
  const name = first?.hostname ?? '—';
  return others.length === 0 ? name : `${name} ${t('moreHosts', { count: others.length })}`;
}

/** The time of a moment in the viewer's zone: `14:23`. */
export function clockTime(instant: string, language: string): string {
  return new Intl.DateTimeFormat(dateLocale(language), { timeStyle: 'short' }).format(Date.parse(instant));
}
