/** The alerts of a client that wait, worst first. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge, SeverityBadge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { isOpen, openAlertsQuery } from './overviewQueries.ts';

const SHOWN = 7;
const SLA_TONES = { ok: 'neutral', due_soon: 'medium', breached: 'critical' } as const;

/** A few of them; the others are on their own page. */
export function AlertsCard({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('overview');
  const { data, error, refetch } = useQuery(openAlertsQuery(tenantId));
  const open = isOpen(data?.items);
  return (
    <Card
      flush
      title={t('alerts.title')}
      actions={
        <ButtonLink kind="quiet" size="sm" to="/alerts">
          {t('all')}
        </ButtonLink>
      }
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <SkeletonRows rows={SHOWN} />}
      {data !== undefined && open.length === 0 && (
        <EmptyState title={t('alerts.none')} icon={<BellOff aria-hidden="true" />}>
          {t('alerts.noneText')}
        </EmptyState>
      )}
      <ul className="divide-y divide-line/60">
        {open.slice(0, SHOWN).map((alert) => (
          <li key={alert.id} className="flex items-center gap-3 px-4 py-2">
            <span className="w-16 shrink-0">
              <SeverityBadge severity={alert.severity} />
            </span>
            <Link
              to="/alerts/$alertId"
              params={{ alertId: alert.id }}
              search={{}}
              title={alert.title}
              className="min-w-0 flex-1 truncate py-0.5 hover:underline"
            >
              {alert.title}
            </Link>
            {alert.sla !== null && (
              <Badge tone={SLA_TONES[alert.sla.state]}>{t(`alerts.sla.${alert.sla.state}`)}</Badge>
            )}
            <span className="w-28 shrink-0 text-right text-xs whitespace-nowrap text-ink-faint max-sm:hidden">
              <Time value={alert.opened_at} format="ago" />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
