/** Alerts of the hosts in view: find, acknowledge, resolve. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { BellRing } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { useCan } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { useIsPhone } from '../../ui/useMedia.ts';
import { AlertCards } from './AlertCards.tsx';
import { AlertFilters } from './AlertFilters.tsx';
import { AlertTable } from './AlertTable.tsx';
import { BulkBar } from './BulkBar.tsx';
import { alertsQuery, useAcknowledge } from './data.ts';
import { KeyLegend } from './KeyLegend.tsx';
import { ResolveDialog } from './ResolveDialog.tsx';
import { alertsRoute } from './routes.tsx';
import { useAlertKeys } from './useAlertKeys.ts';

/** The list. */
export function Alerts() {
  const { t } = useTranslation('alerts');
  const { status, severity, sla, assigned, host, q, resolve } = alertsRoute.useSearch();
  const navigate = alertsRoute.useNavigate();
  const tenantId = useTenantId();
  const canWrite = useCan()('alerts.write');
  const isPhone = useIsPhone();
  const query = useInfiniteQuery(
    alertsQuery({
      ...(tenantId !== undefined && { tenant_id: tenantId }),
      ...(status !== undefined && { status }),
      ...(severity !== undefined && { severity }),
      ...(sla !== undefined && { sla }),
      ...(assigned !== undefined && { assigned_to: assigned }),
      ...(host !== undefined && { agent_id: host }),
      ...(q !== undefined && { q }),
    }),
  );
  const alerts = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const selected = new Set(alerts.filter(({ id }) => chosen.has(id)).map(({ id }) => id));
  const acknowledge = useAcknowledge();
  const select = (ids: readonly string[], on: boolean): void =>
    setChosen((old) => new Set(on ? [...old, ...ids] : [...old].filter((id) => !ids.includes(id))));
  const setResolve = (id: string | undefined): void =>
    void navigate({
      search: (old) => compact({ ...old, resolve: id }),
      replace: true,
    });
  const acknowledgeSelected = (ids: readonly string[]): void => {
    acknowledge.mutate(ids);
    setChosen(new Set());
  };
  const region = useRef<HTMLDivElement>(null);
  useAlertKeys(region, {
    enabled: canWrite,
    onToggle: (id) => select([id], !selected.has(id)),
    onAcknowledge: (id) => acknowledgeSelected(selected.size > 0 ? [...selected] : [id]),
    onResolve: setResolve,
  });

  const isFiltered = [severity, sla, assigned, host, q, status].some((each) => each !== undefined);
  const List = isPhone ? AlertCards : AlertTable;
  return (
    <Page title={t('title')} lead={t('lead')}>
      <AlertFilters hostname={alerts[0]?.hostname ?? undefined} />
      <p role="status" className="sr-only">
        {query.isSuccess &&
          (query.hasNextPage ? t('shownMore', { count: alerts.length }) : t('shown', { count: alerts.length }))}
      </p>
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      <Card flush>
        <div ref={region}>
          {query.isPending ? (
            <SkeletonRows rows={12} className="h-10" />
          ) : alerts.length === 0 ? (
            <EmptyState icon={<BellRing />} title={t(isFiltered ? 'empty.filteredTitle' : 'empty.title')}>
              {t(isFiltered ? 'empty.filteredText' : 'empty.text')}
            </EmptyState>
          ) : (
            <List
              alerts={alerts}
              selected={selected}
              onSelect={canWrite ? select : undefined}
              withTenant={tenantId === undefined}
            />
          )}
        </div>
        <LoadMore query={query} />
      </Card>
      {canWrite && !isPhone && <KeyLegend />}
      {selected.size > 0 && (
        <BulkBar
          count={selected.size}
          onAcknowledge={() => acknowledgeSelected([...selected])}
          onClear={() => setChosen(new Set())}
        />
      )}
      {resolve !== undefined && <ResolveDialog alertId={resolve} onClose={() => setResolve(undefined)} />}
    </Page>
  );
}
