/** The CVEs of a client to patch first. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { topCvesQuery } from './overviewQueries.ts';

/** Known-exploited ones first, then by hosts. */
export function CvesCard({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('overview');
  const { data, error, refetch } = useQuery(topCvesQuery(tenantId));
  return (
    <Card
      flush
      title={t('cves.title')}
      actions={
        <ButtonLink kind="quiet" size="sm" to="/cves">
          {t('all')}
        </ButtonLink>
      }
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <SkeletonRows rows={6} />}
      {data?.items.length === 0 && (
        <EmptyState title={t('cves.none')} icon={<ShieldCheck aria-hidden="true" />}>
          {t('cves.noneText')}
        </EmptyState>
      )}
      <ul className="divide-y divide-line/60">
        {data?.items.map((cve) => (
          <li key={cve.cve_id} className="flex items-center gap-2 px-4 py-2">
            <Link
              to="/cves/$cveId"
              params={{ cveId: cve.cve_id }}
              search={{}}
              className="py-0.5 font-mono text-xs hover:underline"
            >
              {cve.cve_id}
            </Link>
            {cve.kev && <Badge tone="critical">KEV</Badge>}
            <span className="min-w-0 flex-1 truncate text-xs text-ink-faint">{cve.packages.join(', ')}</span>
            <span className="text-xs whitespace-nowrap text-ink-soft tabular-nums">
              {t('cves.hosts', { count: cve.hosts_open })}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
