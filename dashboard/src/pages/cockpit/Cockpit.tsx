/** The MSP's Monday morning (source, task 1): every client by urgency. */

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowDownUp, Building2, Printer, Sunrise } from 'lucide-react';
import { useCallback, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Chip } from '../../ui/Badge.tsx';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { cx } from '../../ui/classNames.ts';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import {
  COCKPIT_SORTS,
  type CockpitFilter,
  type CockpitSort,
  cockpitQuery,
  cockpitSummaryQuery,
  isAsFiltered,
  MORNING_URGENCY,
} from './cockpitQueries.ts';
import { PrintedTenants } from './PrintedTenants.tsx';
import { mspCockpitRoute } from './routes.tsx';
import { SavedViews } from './SavedViews.tsx';
import { SummaryLine } from './SummaryLine.tsx';
import { TenantList } from './TenantList.tsx';
import { useCockpitEvents } from './useCockpitEvents.ts';
import { usePrint } from './usePrint.ts';

/** Filters above, clients below; numbers change in place, and the order only when one asks for it. */
export function Cockpit() {
  const { t } = useTranslation('cockpit');
  const { tenant: _, ...filter } = mspCockpitRoute.useSearch();
  const navigate = mspCockpitRoute.useNavigate();
  const queryClient = useQueryClient();
  const visible = useRef<readonly string[]>([]);
  const query = useInfiniteQuery(cockpitQuery(filter));
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const { isLive, hasNewcomers } = useCockpitEvents(filter, visible);
  const total = useQuery(cockpitSummaryQuery).data?.tenants;
  const print = usePrint(filter, rows);
  const isOutdated = useMemo(() => hasNewcomers || !isAsFiltered(rows, filter), [hasNewcomers, rows, filter]);
  const apply = (next: CockpitFilter): void => void navigate({ search: next, replace: true });
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const { urgency_gt = MORNING_URGENCY } = filter;
  const isFiltered = filter.urgency_gt !== undefined || filter.q !== undefined;

  return (
    <Page
      title={t('title')}
      lead={<SummaryLine />}
      actions={
        <>
          <Button kind="quiet" busy={print.isReading} disabled={rows.length === 0} onClick={print.start}>
            <Printer aria-hidden="true" /> {t('print.action')}
          </Button>
          <SavedViews filter={filter} onApply={apply} />
        </>
      }
    >
      {print.rows !== null && <PrintedTenants rows={print.rows} total={total} filter={filter} />}
      <div className="no-print flex flex-wrap items-center gap-2">
        <SearchBox
          label={t('search')}
          value={filter.q}
          onSearch={(q) => apply({ ...without(filter, 'q'), ...(q !== undefined && { q }) })}
        />
        <Chip
          pressed={filter.urgency_gt !== undefined}
          onPress={() =>
            apply(filter.urgency_gt === undefined ? { ...filter, urgency_gt } : without(filter, 'urgency_gt'))
          }
        >
          {t('chip', { urgency: urgency_gt })}
        </Chip>
        <SelectField
          label={t('sort.label')}
          hideLabel
          value={filter.sort ?? COCKPIT_SORTS[0]}
          onChange={({ target }) => apply({ ...filter, sort: target.value as CockpitSort })}
          className="w-auto [&_select]:h-8"
        >
          {COCKPIT_SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {t(`sort.${sort}`)}
            </option>
          ))}
        </SelectField>
        <span className="flex items-center gap-1.5 text-xs text-ink-faint">
          <span aria-hidden="true" className={cx('size-2 rounded-full', isLive ? 'bg-good' : 'bg-line-strong')} />
          {isLive ? t('live') : t('notLive')}
        </span>
        <div role="status" className="ml-auto">
          {isOutdated && (
            <Button
              size="sm"
              onClick={() => {
                scrollTo({ top: 0 });
                void queryClient.resetQueries({ queryKey: cockpitQuery(filter).queryKey, exact: true });
              }}
            >
              <ArrowDownUp aria-hidden="true" /> {t('sortAgain')}
            </Button>
          )}
        </div>
      </div>
      {print.error !== null && <Problem error={print.error} onRetry={print.start} />}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null ? (
        <Card flush>
          <SkeletonRows rows={12} className="h-11" />
        </Card>
      ) : rows.length > 0 ? (
        <TenantList rows={rows} total={isFiltered ? rows.length : total} visible={visible} onNearEnd={onNearEnd} />
      ) : isFiltered ? (
        <EmptyState
          title={filter.q === undefined ? t('calm.title') : t('noMatch.title')}
          icon={<Sunrise aria-hidden="true" />}
          action={<Button onClick={() => apply({})}>{t('showAll')}</Button>}
        >
          {filter.q === undefined ? t('calm.text', { urgency: urgency_gt }) : t('noMatch.text', { q: filter.q })}
        </EmptyState>
      ) : (
        error === null && (
          <EmptyState
            title={t('empty.title')}
            icon={<Building2 aria-hidden="true" />}
            action={
              <ButtonLink kind="primary" to="/settings">
                {t('empty.action')}
              </ButtonLink>
            }
          >
            {t('empty.text')}
          </EmptyState>
        )
      )}
    </Page>
  );
}

function without(filter: CockpitFilter, key: keyof CockpitFilter): CockpitFilter {
  return Object.fromEntries(Object.entries(filter).filter(([name]) => name !== key));
}
