/** How the client stands: its Trust Score with what it is made of, open alerts, hosts. */

import { useQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../../../src/domain/severity.ts';
import { Badge, SeverityBadge } from '../ui/Badge.tsx';
import { EmptyState, Problem, Skeleton, SkeletonRows } from '../ui/Feedback.tsx';
import { Card } from '../ui/Layout.tsx';
import { Table } from '../ui/Table.tsx';
import { Time } from '../ui/Time.tsx';
import { PortalPage } from './PortalPage.tsx';
import { hostsQuery, openAlertsQuery } from './portalQueries.ts';
import { ScoreCard } from './ScoreCard.tsx';

const SHOWN = 10;

/** The first page. */
export function Posture({ tenantId }: { readonly tenantId: string }) {
  const { t, i18n } = useTranslation('portal');
  const alerts = useQuery(openAlertsQuery);
  const hosts = useQuery(hostsQuery);
  const active = hosts.data?.filter(({ is_active }) => is_active);
  const offline = active?.filter(({ link_state }) => link_state === 'offline') ?? [];
  const worst = (alerts.data ?? []).toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  // What somebody works on is not open any more, though it is not resolved yet; the provider's cockpit counts so too.
  const open = worst.filter(({ status }) => status === 'open');
  return (
    <PortalPage title={t('page.posture')} lead={t('posture.lead')}>
      <ScoreCard tenantId={tenantId} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Card title={t('posture.alerts')} flush>
          {alerts.isError ? (
            <Problem error={alerts.error} onRetry={() => void alerts.refetch()} />
          ) : alerts.data === undefined ? (
            <SkeletonRows rows={6} />
          ) : (
            <>
              <ul className="flex flex-wrap gap-4 border-b border-line px-4 py-3">
                {SEVERITIES.map((severity) => (
                  <li key={severity} className="flex items-center gap-2">
                    <SeverityBadge severity={severity} />
                    <span className="font-semibold tabular-nums">
                      {open.filter((alert) => alert.severity === severity).length.toLocaleString(i18n.language)}
                    </span>
                  </li>
                ))}
                {worst.length > open.length && (
                  <li className="text-ink-soft">{t('posture.working', { count: worst.length - open.length })}</li>
                )}
              </ul>
              <Table
                label={t('posture.alerts')}
                rows={worst.slice(0, SHOWN)}
                rowKey={(alert) => alert.id}
                empty={
                  <EmptyState title={t('posture.noAlerts')} icon={<ShieldCheck aria-hidden="true" />}>
                    {t('posture.noAlertsText')}
                  </EmptyState>
                }
                columns={[
                  {
                    key: 'severity',
                    title: t('posture.severity'),
                    cell: (alert) => <SeverityBadge severity={alert.severity} />,
                  },
                  {
                    key: 'title',
                    title: t('posture.what'),
                    cell: (alert) => (
                      <>
                        {alert.title}{' '}
                        {alert.status === 'acknowledged' && <Badge tone="accent">{t('posture.acknowledged')}</Badge>}
                      </>
                    ),
                  },
                  {
                    key: 'since',
                    title: t('posture.since'),
                    align: 'right',
                    from: 'sm',
                    cell: (alert) => <Time value={alert.opened_at} format="ago" />,
                  },
                ]}
              />
              {worst.length > SHOWN && (
                <p className="border-t border-line px-4 py-2 text-xs text-ink-soft">
                  {t('posture.more', { count: worst.length - SHOWN })}
                </p>
              )}
            </>
          )}
        </Card>
        <Card title={t('posture.hosts')}>
          {active === undefined ? (
            <Skeleton className="h-16 w-full" />
          ) : (
            <div className="space-y-3">
              <p className="text-2xl font-semibold tabular-nums">{active.length.toLocaleString(i18n.language)}</p>
              <p className="flex flex-wrap gap-2">
                <Badge tone="good">{t('posture.online', { count: active.length - offline.length })}</Badge>
                {offline.length > 0 && <Badge tone="critical">{t('posture.offline', { count: offline.length })}</Badge>}
              </p>
              <ul className="space-y-1">
                {offline.slice(0, SHOWN).map((host) => (
                  <li key={host.id} className="flex justify-between gap-3">
                    <span className="truncate">{host.hostname}</span>
                    <span className="text-xs text-ink-soft">
                      <Time value={host.last_seen_at} format="ago" />
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </Card>
      </div>
    </PortalPage>
  );
}
