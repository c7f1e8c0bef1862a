/** The numbers of a client that one wants first. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../../../../src/domain/severity.ts';
import { useCan } from '../../session.ts';
import { Delta } from '../../ui/Delta.tsx';
import { Skeleton } from '../../ui/Feedback.tsx';
import { Stat } from '../../ui/Layout.tsx';
import { eatsQuery, hostCountQuery, isOpen, openAlertsQuery, scoreQuery } from './overviewQueries.ts';
import { overviewRoute } from './routes.tsx';

// As high as the number that comes: a margin of its own would fall together with the one above it.
const WAIT = (
  <span className="block py-1">
    <Skeleton className="h-6 w-16" />
  </span>
);
/** Two lines on a phone, also before there is anything to say: what is below does not jump. */
const DETAIL = 'max-sm:min-h-9';

/** Score, alerts by severity, hosts heard and silent, tokens without a result. */
export function OverviewStats({ tenantId }: { readonly tenantId: string }) {
  const { t, i18n } = useTranslation('overview');
  const { t: common } = useTranslation();
  const can = useCan();
  const { range = '30d' } = overviewRoute.useSearch();
  const score = useQuery({ ...scoreQuery(tenantId, range), enabled: can('trust_score.read') }).data;
  const alerts = useQuery({ ...openAlertsQuery(tenantId), enabled: can('alerts.read') }).data;
  const hosts = useQuery({ ...hostCountQuery(tenantId), enabled: can('agents.read') }).data;
  const overdue = useQuery({ ...eatsQuery(tenantId, 'overdue'), enabled: can('emergency.read') }).data;
  const unanswered = overdue?.items.filter(({ acknowledged_at }) => acknowledged_at === null).length;
  const offline = hosts?.items.filter(({ link_state }) => link_state === 'offline').length ?? 0;
  const more = (page: { readonly next_cursor: string | null }): string => (page.next_cursor === null ? '' : '+');
  const open = isOpen(alerts?.items);
  const acknowledged = (alerts?.items.length ?? 0) - open.length;
  const bySeverity = SEVERITIES.flatMap((severity) => {
    const count = open.filter((alert) => alert.severity === severity).length;
    return count === 0 ? [] : [`${count} ${common(`severity.${severity}`).toLowerCase()}`];
  });
  if (acknowledged > 0) bySeverity.push(t('alerts.acknowledged', { count: acknowledged }));
  return (
    <div className="grid grid-cols-2 gap-3 xl:grid-cols-4">
      <Stat
        label={t('score.title')}
        value={
          score === undefined
            ? WAIT
            : (score.current?.toLocaleString(i18n.language, { maximumFractionDigits: 1 }) ?? '—')
        }
        detail={
          <div className={DETAIL}>
            {score === undefined ? (
              <Skeleton className="h-4 w-24" />
            ) : (
              <>
                <Delta value={score.delta_24h} /> {t('score.day')}
              </>
            )}
          </div>
        }
      />
      <Stat
        label={t('alerts.title')}
        value={alerts === undefined ? WAIT : `${open.length}${more(alerts)}`}
        detail={
          <div className={DETAIL}>
            {alerts === undefined ? (
              <Skeleton className="h-4 w-24" />
            ) : bySeverity.length === 0 ? (
              t('alerts.none')
            ) : (
              bySeverity.join(' · ')
            )}
          </div>
        }
      />
      <Stat
        label={t('hosts.online')}
        value={hosts === undefined ? WAIT : `${hosts.items.length - offline}/${hosts.items.length}${more(hosts)}`}
        detail={
          hosts === undefined ? (
            <Skeleton className="h-4 w-24" />
          ) : offline === 0 ? (
            t('hosts.allOnline')
          ) : (
            <span className="font-medium text-critical">{t('hosts.offline', { count: offline })}</span>
          )
        }
      />
      <Stat
        label={t('overdue.title')}
        value={unanswered ?? WAIT}
        detail={unanswered === undefined ? <Skeleton className="h-4 w-24" /> : t('overdue.text')}
      />
    </div>
  );
}
