/** Who did what, when, and in whose context. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { AuditFilters } from './AuditFilters.tsx';
import { AuditRow } from './AuditRow.tsx';
import { auditLogQuery, dayStart } from './data.ts';
import { auditLogRoute } from './routes.tsx';

/** The log. */
export function AuditLog() {
  const { t } = useTranslation('auditLog');
  const { type, actor, from, to, log, session, entry } = auditLogRoute.useSearch();
  const navigate = auditLogRoute.useNavigate();
  const tenantId = useTenantId();
  const query = useInfiniteQuery(
    auditLogQuery({
      // The MSP's own log is of no client, whoever is in view.
      ...(log === 'msp' ? { of: log } : tenantId !== undefined && { tenant_id: tenantId }),
      ...(type !== undefined && { event_type: type }),
      ...(actor !== undefined && { actor_filter: actor }),
      ...(from !== undefined && { since: dayStart(from) }),
      ...(to !== undefined && { until: dayStart(to, 1) }),
      ...(session !== undefined && { impersonation_id: session }),
    }),
  );
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const isFiltered = [type, actor, from, to, log, session].some((each) => each !== undefined);
  return (
    <Page title={t('title')} lead={t('lead')}>
      <AuditFilters />
      <p role="status" className="sr-only">
        {query.isSuccess && t('shown', { count: entries.length })}
      </p>
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      <Card flush>
        {query.isPending ? (
          <SkeletonRows rows={12} className="h-10" />
        ) : entries.length === 0 ? (
          <EmptyState icon={<ScrollText />} title={t(isFiltered ? 'empty.filteredTitle' : 'empty.title')}>
            {t(isFiltered ? 'empty.filteredText' : 'empty.text')}
          </EmptyState>
        ) : (
          <ol aria-label={t('list')} className="divide-y divide-line/60">
            {entries.map((each) => {
              const id = `${each.chain_id}:${each.seq}`;
              return (
                <AuditRow
                  key={id}
                  entry={each}
                  open={entry === id}
                  onToggle={() =>
                    void navigate({
                      search: (old) => compact({ ...old, entry: entry === id ? undefined : id }),
                      replace: true,
                      resetScroll: false,
                    })
                  }
                />
              );
            })}
          </ol>
        )}
        <LoadMore query={query} />
      </Card>
    </Page>
  );
}
