/** The entries of an audit log with their filters: for the provider's people and for auditors alike. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { isNarrowed } from '../../search.ts';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { AuditFilters } from './AuditFilters.tsx';
import { AuditRow } from './AuditRow.tsx';
import { auditLogQuery, dayStart } from './data.ts';
import type { AuditSearch } from './search.ts';

/**
 * `search` is what the address says, `onChange` lays a change over it. `tenantId` narrows what is in reach further. An
 * auditor sees no pages but the log's own, so that nothing leads elsewhere.
 */
export function AuditList({
  search,
  onChange,
  onClear,
  tenantId,
  forAuditor = false,
}: {
  readonly search: AuditSearch;
  readonly onChange: (change: AuditSearch) => void;
  readonly onClear: () => void;
  readonly tenantId?: string | undefined;
  readonly forAuditor?: boolean;
}) {
  const { t } = useTranslation('auditLog');
  const { type, actor, from, to, log, session, entry } = search;
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
  const isFiltered = isNarrowed({ type, actor, from, to, log, session });
  return (
    <>
      <AuditFilters search={search} onChange={onChange} onClear={isFiltered ? onClear : undefined} />
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
                  forAuditor={forAuditor}
                  onToggle={() => onChange({ entry: entry === id ? undefined : id })}
                />
              );
            })}
          </ol>
        )}
        <LoadMore query={query} />
      </Card>
    </>
  );
}
