/** Hosts of the client in view, or of all. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Server, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCan, useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Badge, Chip } from '../../ui/Badge.tsx';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { SearchBox } from '../../ui/SearchBox.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { HostState } from './HostState.tsx';
import { HOST_STATES, type HostFilter, type HostRow, hostsQuery } from './hostQueries.ts';
import { hostsRoute } from './routes.tsx';

/** Search, tag and state in the address; the list is read again while one looks. */
export function Hosts() {
  const { t } = useTranslation('hosts');
  const { t: common } = useTranslation();
  const { tenant: _, ...filter } = hostsRoute.useSearch();
  const navigate = hostsRoute.useNavigate();
  const tenantId = useTenantId();
  const tenantName = useTenantName();
  const mayEnrol = useCan()('agents.enrol');
  const query = useInfiniteQuery(hostsQuery(tenantId, filter));
  const hosts = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const apply = (change: HostFilter): void =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const isFiltered = filter.q !== undefined || filter.tag !== undefined || filter.state !== undefined;
  const columns: Column<HostRow>[] = [
    {
      key: 'host',
      title: common('host'),
      cell: (host) => (
        <>
          <Link
            to="/hosts/$agentId"
            params={{ agentId: host.id }}
            search={{}}
            className="inline-block py-0.5 font-semibold whitespace-nowrap hover:underline"
          >
            {host.hostname}
          </Link>
          <span className="block text-xs text-ink-faint sm:hidden">
            {tenantId === undefined ? tenantName(host.tenant_id) : host.os_name}
          </span>
        </>
      ),
    },
    { key: 'state', title: t('columns.state'), cell: (host) => <HostState host={host} /> },
    ...(tenantId === undefined
      ? [
          {
            key: 'tenant',
            title: common('tenant'),
            from: 'sm' as const,
            cell: (host: HostRow) => tenantName(host.tenant_id),
          },
        ]
      : []),
    {
      key: 'tags',
      title: t('columns.tags'),
      from: 'md',
      cell: (host) => (
        <span className="flex flex-wrap gap-1">
          {host.tags.map((tag) => (
            <button
              key={tag}
              type="button"
              onClick={() => apply({ tag })}
              aria-label={t('filterByTag', { tag })}
              className="rounded py-0.5 hover:underline"
            >
              <Badge>{tag}</Badge>
            </button>
          ))}
        </span>
      ),
    },
    { key: 'os', title: t('columns.os'), from: 'lg', cell: (host) => host.os_name ?? '—' },
    {
      key: 'kernel',
      title: t('columns.kernel'),
      from: 'xl',
      cell: (host) => <code className="text-xs whitespace-nowrap">{host.kernel_release ?? '—'}</code>,
    },
    { key: 'version', title: t('columns.version'), from: 'xl', cell: (host) => host.agent_version },
    {
      key: 'seen',
      title: t('columns.lastSeen'),
      align: 'right',
      className: 'whitespace-nowrap',
      cell: (host) => <Time value={host.last_seen_at} format="ago" />,
    },
  ];
  return (
    <Page
      title={t('title')}
      lead={tenantId === undefined ? t('leadAll') : t('lead', { name: tenantName(tenantId) })}
      actions={mayEnrol && <ButtonLink to="/settings/enrolment">{t('enrol')}</ButtonLink>}
    >
      <div className="flex flex-wrap items-center gap-2">
        <SearchBox label={t('search')} value={filter.q} onSearch={(q) => apply({ q })} />
        {HOST_STATES.map((state) => (
          <Chip
            key={state}
            pressed={filter.state === state}
            onPress={() => apply({ state: filter.state === state ? undefined : state })}
          >
            {t(`state.${state}`)}
          </Chip>
        ))}
        <Chip
          pressed={filter.offline_first === true}
          onPress={() => apply({ offline_first: filter.offline_first ? undefined : true })}
        >
          {t('offlineFirst')}
        </Chip>
        {filter.tag !== undefined && (
          <Chip pressed onPress={() => apply({ tag: undefined })}>
            {t('tag', { tag: filter.tag })} <X aria-hidden="true" className="size-3.5" />
            <span className="sr-only">{common('remove')}</span>
          </Chip>
        )}
      </div>
      <Card flush>
        {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? (
          <SkeletonRows rows={12} />
        ) : (
          <Table
            label={t('title')}
            columns={columns}
            rows={hosts}
            rowKey={({ id }) => id}
            empty={
              <EmptyState
                title={isFiltered ? t('noMatch.title') : t('empty.title')}
                icon={<Server aria-hidden="true" />}
                action={
                  isFiltered ? (
                    <Button onClick={() => apply({ q: undefined, tag: undefined, state: undefined })}>
                      {t('noMatch.action')}
                    </Button>
                  ) : (
                    mayEnrol && (
                      <ButtonLink kind="primary" to="/settings/enrolment">
                        {t('enrol')}
                      </ButtonLink>
                    )
                  )
                }
              >
                {isFiltered ? t('noMatch.text') : t('empty.text')}
              </EmptyState>
            }
          />
        )}
        <LoadMore query={query} />
      </Card>
    </Page>
  );
}
