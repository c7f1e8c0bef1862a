/** Open CVEs of a host, known-exploited first, and their whole history as CSV. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { Download, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { API_BASE, api, ask, type Item } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';
import { Badge, SeverityBadge } from '../../ui/Badge.tsx';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import type { HostDetail } from './hostQueries.ts';

/** The tab of CVEs. */
export function HostCves({ host }: { readonly host: HostDetail }) {
  const { t } = useTranslation('hosts');
  const query = useInfiniteQuery({
    queryKey: ['cves', 'host', host.id],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/inventory/cves', {
          params: {
            query: {
              tenant_id: host.tenant_id,
              agent_id: host.id,
              ...pageAfter(100, pageParam),
            },
          },
          signal,
        }),
      ),
  });
  const cves = query.data?.pages.flatMap(({ items }) => items) ?? [];
  // A column of dashes would take the width of a phone and tell nothing.
  const withScores = cves.some(({ severity, cvss }) => severity !== null || cvss !== null);
  return (
    <Card
      flush
      title={t('cves.title')}
      actions={
        <ButtonAnchor size="sm" href={`${API_BASE}/agents/${host.id}/cves.csv`} download>
          <Download aria-hidden="true" /> {t('cves.csv')}
        </ButtonAnchor>
      }
    >
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <SkeletonRows rows={8} />
      ) : (
        <Table
          label={t('cves.title')}
          rows={cves}
          rowKey={({ cve_id }) => cve_id}
          empty={
            <EmptyState title={t('cves.none')} icon={<ShieldCheck aria-hidden="true" />}>
              {t('cves.noneText')}
            </EmptyState>
          }
          columns={[
            {
              key: 'id',
              title: 'CVE',
              cell: ({ cve_id, kev }) => (
                <span className="flex flex-wrap items-center gap-1.5">
                  <Link
                    to="/cves/$cveId"
                    params={{ cveId: cve_id }}
                    search={{ tenant: host.tenant_id }}
                    className="py-0.5 font-mono text-xs hover:underline"
                  >
                    {cve_id}
                  </Link>
                  {kev && <Badge tone="critical">KEV</Badge>}
                </span>
              ),
            },
            ...(withScores ? [severityColumn(t)] : []),
            { key: 'packages', title: t('cves.packages'), from: 'sm', cell: ({ packages }) => packages.join(', ') },
            {
              key: 'fixed',
              title: t('cves.fixed'),
              cell: ({ fixed_versions }) => (
                <code className="text-xs wrap-anywhere">{fixed_versions.join(', ') || '—'}</code>
              ),
            },
            {
              key: 'since',
              title: t('cves.since'),
              from: withScores ? 'md' : 'sm',
              align: 'right',
              cell: ({ first_detected_at }) => <Time value={first_detected_at} format="date" />,
            },
          ]}
        />
      )}
      <LoadMore query={query} />
    </Card>
  );
}

function severityColumn(t: TFunction<'hosts'>): Column<Item<'/inventory/cves'>> {
  return {
    key: 'severity',
    title: t('cves.severity'),
    cell: ({ severity, cvss }) => (
      <span className="flex items-center gap-1.5">
        {severity === null ? '—' : <SeverityBadge severity={severity} />}
        {cvss !== null && <span className="text-xs text-ink-faint tabular-nums">{cvss.toFixed(1)}</span>}
      </span>
    ),
  };
}
