/** Alerts of a host: those that wait, and on request those that are over. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { Badge, Chip, SeverityBadge } from '../../ui/Badge.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import type { HostDetail } from './hostQueries.ts';

const SLA_TONES = { ok: 'neutral', due_soon: 'medium', breached: 'critical' } as const;

/** The tab of alerts. */
export function HostAlerts({ host }: { readonly host: HostDetail }) {
  const { t } = useTranslation('hosts');
  const [all, setAll] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['alerts', 'host', host.id, all],
    queryFn: ({ signal }) =>
      ask(
        api.GET('/alerts', {
          params: { query: { agent_id: host.id, status: all ? 'all' : 'unresolved', limit: 100 } },
          signal,
        }),
      ),
    refetchInterval: 15_000,
  });
  return (
    <Card
      flush
      title={t('alerts.title')}
      actions={
        <Chip pressed={all} onPress={() => setAll(!all)}>
          {t('alerts.all')}
        </Chip>
      }
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null ? (
        <SkeletonRows rows={5} />
      ) : (
        <Table
          label={t('alerts.title')}
          rows={data?.items ?? []}
          rowKey={({ id }) => id}
          empty={
            <EmptyState title={t('alerts.none')} icon={<BellOff aria-hidden="true" />}>
              {t('alerts.noneText')}
            </EmptyState>
          }
          columns={[
            {
              key: 'severity',
              title: t('cves.severity'),
              cell: ({ severity }) => <SeverityBadge severity={severity} />,
            },
            {
              key: 'title',
              title: t('alerts.what'),
              cell: ({ id, number, title }) => (
                <Link to="/alerts/$alertId" params={{ alertId: id }} search={{}} className="py-0.5 hover:underline">
                  <span className="text-ink-faint">#{number}</span> {title}
                </Link>
              ),
            },
            {
              key: 'status',
              title: t('columns.state'),
              from: 'sm',
              cell: ({ status }) => t(`alerts.status.${status}`),
            },
            {
              key: 'sla',
              title: 'SLA',
              cell: ({ sla }) =>
                sla === null ? '—' : <Badge tone={SLA_TONES[sla.state]}>{t(`alerts.sla.${sla.state}`)}</Badge>,
            },
            {
              key: 'opened',
              title: t('alerts.opened'),
              from: 'md',
              align: 'right',
              cell: ({ opened_at }) => <Time value={opened_at} format="ago" />,
            },
          ]}
        />
      )}
    </Card>
  );
}
