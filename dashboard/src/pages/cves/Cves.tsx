/** CVEs of the hosts in view. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '../../shell/tenant.ts';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { CveFilters } from './CveFilters.tsx';
import { CveTable } from './CveTable.tsx';
import { cvesQuery, isScored } from './data.ts';
import { cvesRoute } from './routes.tsx';

/** The list. */
export function Cves() {
  const { t } = useTranslation('cves');
  const { state, severity, cvss, kev, kernel, q } = cvesRoute.useSearch();
  const tenantId = useTenantId();
  const query = useInfiniteQuery(
    cvesQuery({
      ...(tenantId !== undefined && { tenant_id: tenantId }),
      ...(state !== undefined && { state }),
      ...(severity !== undefined && { severity }),
      ...(cvss !== undefined && { min_cvss: cvss }),
      ...(kev && { kev: 'true' }),
      ...(kernel && { source: 'kernel' as const }),
      ...(q !== undefined && { q }),
    }),
  );
  const cves = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const isFiltered = [state, severity, cvss, kev, kernel, q].some((each) => each !== undefined);
  return (
    <Page title={t('title')} lead={t('lead')}>
      <CveFilters withScores={severity !== undefined || cvss !== undefined || cves.some(isScored)} />
      <p role="status" className="sr-only">
        {query.isSuccess && t('shown', { count: cves.length })}
      </p>
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      <Card flush>
        {query.isPending ? (
          <SkeletonRows rows={12} className="h-9" />
        ) : cves.length === 0 ? (
          <EmptyState icon={<ShieldCheck />} title={t(isFiltered ? 'empty.filteredTitle' : 'empty.title')}>
            {t(isFiltered ? 'empty.filteredText' : 'empty.text')}
          </EmptyState>
        ) : (
          <CveTable cves={cves} />
        )}
        <LoadMore query={query} />
        {cves.length > 0 && !cves.some(isScored) && (
          <p className="border-t border-line px-4 py-2 text-xs text-ink-soft">{t('unscored')}</p>
        )}
      </Card>
    </Page>
  );
}
