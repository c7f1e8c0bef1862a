/** The clients as a plain table, for paper alone. */

import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../ui/number.ts';
import { Time, timeSpan, useNow } from '../../ui/Time.tsx';
import { COCKPIT_SORTS, type CockpitFilter, type CockpitRow } from './cockpitQueries.ts';

const COLUMNS = ['urgency', 'client', 'score', 'alert', 'cve', 'hosts'] as const;

/** Says which clients these are and of when: paper has no address bar. */
export function PrintedTenants({
  rows,
  total,
  filter,
}: {
  readonly rows: readonly CockpitRow[];
  readonly total: number | undefined;
  readonly filter: CockpitFilter;
}) {
  const { t, i18n } = useTranslation('cockpit');
  const now = useNow(60);
  const { urgency_gt, q, sort = COCKPIT_SORTS[0] } = filter;
  const number = (value: number): string => formatNumber(value, i18n.language, { least: 1 });
  return (
    <section aria-label={t('table')} className="hidden text-xs print:block">
      <p className="pb-3">
        {[
          t('print.shown', { shown: rows.length, count: total ?? rows.length }),
          ...(urgency_gt === undefined ? [] : [t('chip', { urgency: urgency_gt })]),
          ...(q === undefined ? [] : [`“${q}”`]),
          t(`sort.${sort}`),
        ].join(' · ')}{' '}
        · <Time value={new Date(now).toISOString()} />
      </p>
      <table className="w-full text-left [&_td]:border-t [&_td]:border-line [&_td]:py-1 [&_td]:pr-3 [&_td]:align-top [&_th]:pr-3 [&_th]:pb-1 [&_tr]:break-inside-avoid">
        <thead>
          <tr>
            {COLUMNS.map((key) => (
              <th key={key} scope="col">
                {t(`columns.${key}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ tenant, urgency, trust_score: score, top_alert: alert, top_kernel_cve: cve, ...row }) => (
            <tr key={tenant.id}>
              <td className="text-right font-semibold tabular-nums">{number(urgency)}</td>
              <td className="font-semibold">{tenant.name}</td>
              <td className="whitespace-nowrap tabular-nums">
                {score.current === null
                  ? t('score.none')
                  : `${number(score.current)} (${formatNumber(score.delta_24h, i18n.language, { least: 1, signed: true })})`}
              </td>
              <td>
                {alert === null
                  ? t('alert.none')
                  : `${alert.title} · ${t(`alert.sla.${alert.sla_state}`)} · ${t('alert.age', { span: timeSpan(alert.age_minutes * 60) })}`}
              </td>
              <td>
                {cve === null
                  ? t('cve.none')
                  : `${cve.id}${cve.kev ? ' KEV' : ''} · ${t('cve.hosts', { count: cve.hosts })}`}
              </td>
              <td className="whitespace-nowrap">
                {t('hosts.active', { count: row.agents.active })}
                {row.agents.offline > 0 && ` · ${t('hosts.offline', row.agents)}`}
                {row.overdue_eats > 0 && ` · ${t('hosts.overdue', { count: row.overdue_eats })}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
