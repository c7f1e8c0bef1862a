/** Maintenance windows: when hosts may be silent and clocks stand still. */

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Wrench } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Item } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';
import { useCan, useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Badge, Chip, type Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { ClientPicker } from './ClientPicker.tsx';
import { MaintenanceForm } from './MaintenanceForm.tsx';

/** A window as the list tells it. */
export type MaintenanceWindow = Item<'/maintenance-windows'>;

const route = getRouteApi('/shell/settings/maintenance');
const TONES: Readonly<Record<MaintenanceWindow['state'], Tone>> = {
  open: 'medium',
  planned: 'accent',
  ended: 'neutral',
  cancelled: 'neutral',
};

/** The page. */
export function Maintenance() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const can = useCan();
  const nameOf = useTenantName();
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const { all } = route.useSearch();
  const navigate = route.useNavigate();
  const [planning, setPlanning] = useState(false);
  const windows = useInfiniteQuery({
    queryKey: ['maintenance-windows', tenantId, all],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/maintenance-windows', {
          params: {
            query: {
              state: all ? 'all' : 'current',
              ...pageAfter(50, pageParam),
              ...(tenantId === undefined ? {} : { tenant_id: tenantId }),
            },
          },
          signal,
        }),
      ),
    refetchInterval: 30_000,
  });
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['maintenance-windows'] });
  const cancel = useMutation({
    mutationFn: (id: string) => ask(api.POST('/maintenance-windows/{id}/cancel', { params: { path: { id } } })),
    onSuccess: refresh,
  });
  const rows = windows.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page
      title={t('maintenance.title')}
      lead={t('maintenance.lead')}
      actions={
        <>
          <ClientPicker />
          {can('maintenance.write') && tenantId !== undefined && (
            <Button kind="primary" className="self-end" onClick={() => setPlanning(true)}>
              {t('maintenance.new')}
            </Button>
          )}
        </>
      }
    >
      <div className="flex gap-2">
        <Chip
          pressed={all === true}
          onPress={() => void navigate({ search: (old) => ({ ...old, all: all ? undefined : true }) })}
        >
          {t('maintenance.showPast')}
        </Chip>
      </div>
      {cancel.isError && <Problem error={cancel.error} />}
      <Card flush>
        {windows.isPending && <SkeletonRows rows={4} />}
        {windows.isError && <Problem error={windows.error} onRetry={() => void windows.refetch()} />}
        {windows.data && (
          <Table
            label={t('maintenance.title')}
            rows={rows}
            rowKey={({ id }) => id}
            empty={
              <EmptyState title={t('maintenance.empty')} icon={<Wrench aria-hidden="true" />}>
                {tenantId === undefined ? t('maintenance.emptyAll') : t('maintenance.emptyText')}
              </EmptyState>
            }
            columns={[
              {
                key: 'title',
                title: t('maintenance.what'),
                cell: (row) => (
                  <div className="max-w-96 min-w-0">
                    <p className="font-medium wrap-anywhere sm:truncate">{row.title}</p>
                    <p className="text-xs wrap-anywhere text-ink-faint sm:truncate" title={row.reason}>
                      {row.reason}
                    </p>
                    <div className="sm:hidden">
                      <When window={row} />
                    </div>
                  </div>
                ),
              },
              { key: 'tenant', title: common('tenant'), from: 'md', cell: (row) => nameOf(row.tenant_id) },
              {
                key: 'hosts',
                title: t('alertRules.target'),
                from: 'lg',
                cell: ({ scope }) =>
                  scope.kind === 'tenant'
                    ? t('alertRules.allHosts')
                    : scope.kind === 'group'
                      ? t('maintenance.oneGroup')
                      : t('alertRules.someHosts', { count: scope.agent_ids.length }),
              },
              {
                key: 'when',
                title: t('maintenance.when'),
                from: 'sm',
                cell: (row) => <When window={row} />,
              },
              {
                key: 'state',
                title: t('team.state'),
                cell: ({ state }) => <Badge tone={TONES[state]}>{t(`maintenance.states.${state}`)}</Badge>,
              },
              {
                key: 'cancel',
                title: <span className="sr-only">{common('actions')}</span>,
                align: 'right',
                cell: ({ id, state, title }) =>
                  can('maintenance.write') &&
                  (state === 'open' || state === 'planned') && (
                    <Button
                      size="sm"
                      aria-label={`${state === 'open' ? t('maintenance.endNow') : common('cancel')}: ${title}`}
                      busy={cancel.isPending && cancel.variables === id}
                      onClick={() => cancel.mutate(id)}
                    >
                      {state === 'open' ? t('maintenance.endNow') : common('cancel')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
        <LoadMore query={windows} />
      </Card>
      {planning && tenantId !== undefined && (
        <MaintenanceForm
          tenantId={tenantId}
          onClose={() => setPlanning(false)}
          onPlanned={() => {
            setPlanning(false);
            void refresh();
          }}
        />
      )}
    </Page>
  );
}

/** The period that is open or comes next, and whether others follow. */
function When({ window: { schedule, next_from, next_until } }: { readonly window: MaintenanceWindow }) {
  const { t } = useTranslation('settings');
  return (
    <>
      {next_from === null ? '—' : <Time value={next_from} />}
      {next_until !== null && (
        <span className="text-ink-soft">
          {' – '}
          <Time value={next_until} format="time" />
        </span>
      )}
      {schedule.kind === 'weekly' && (
        <p className="text-xs text-ink-faint">{t('maintenance.weekly', { zone: schedule.time_zone })}</p>
      )}
    </>
  );
}
