/** Alerts as a table, where there is room for one. */

import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../../session.ts';
import { SeverityBadge } from '../../ui/Badge.tsx';
import { SlaClock } from '../../ui/SlaClock.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import type { Alert } from './data.ts';
import { HostName, SilencedMark, StatusBadge, shortName } from './parts.tsx';

/** What both looks of the list take; without `onSelect` nothing can be chosen. */
export type AlertListProps = {
  readonly alerts: readonly Alert[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: ((ids: readonly string[], on: boolean) => void) | undefined;
  readonly withTenant: boolean;
};

const BOX = 'size-4 align-middle accent-(--accent)';

/** The table; the title of each row leads to its page. */
export function AlertTable({ alerts, selected, onSelect, withTenant }: AlertListProps) {
  const { t } = useTranslation('alerts');
  const { t: common } = useTranslation();
  const tenantName = useTenantName();
  const all = alerts.map(({ id }) => id);
  const columns: readonly (Column<Alert> | false)[] = [
    onSelect !== undefined && {
      key: 'select',
      className: 'w-8 !pr-0',
      title: (
        <input
          type="checkbox"
          className={BOX}
          aria-label={t('column.selectAll')}
          checked={selected.size === all.length}
          onChange={({ target }) => onSelect(all, target.checked)}
        />
      ),
      cell: ({ id, number }) => (
        <input
          type="checkbox"
          className={BOX}
          aria-label={t('column.selectOne', { number })}
          checked={selected.has(id)}
          onChange={({ target }) => onSelect([id], target.checked)}
        />
      ),
    },
    {
      key: 'severity',
      title: t('filters.severity'),
      className: 'w-20',
      cell: ({ severity }) => <SeverityBadge severity={severity} />,
    },
    {
      key: 'alert',
      title: t('column.alert'),
      className: 'min-w-56',
      cell: (alert) => (
        <div className="min-w-0">
          <Link
            to="/alerts/$alertId"
            params={{ alertId: alert.id }}
            data-alert={alert.id}
            className="line-clamp-2 rounded-sm font-medium hover:text-accent hover:underline"
          >
            {alert.title}
          </Link>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-xs text-ink-faint">
            <span className="tabular-nums">#{alert.number}</span>
            <span>{t(`source.${alert.source}`)}</span>
            {alert.occurrences > 1 && <span>{t('occurrences', { count: alert.occurrences })}</span>}
            {alert.status !== 'open' && <StatusBadge status={alert.status} />}
            <SilencedMark alert={alert} />
          </p>
        </div>
      ),
    },
    { key: 'host', title: common('host'), className: 'whitespace-nowrap', cell: (alert) => <HostName alert={alert} /> },
    withTenant && {
      key: 'tenant',
      title: common('tenant'),
      className: 'whitespace-nowrap',
      cell: ({ tenant_id }) => tenantName(tenant_id),
    },
    {
      key: 'opened',
      title: t('column.opened'),
      from: 'lg',
      cell: ({ opened_at }) => <Time value={opened_at} format="ago" />,
    },
    { key: 'sla', title: t('column.sla'), cell: (alert) => <SlaClock alert={alert} /> },
    {
      key: 'assigned',
      title: t('column.assigned'),
      from: 'xl',
      cell: ({ assigned_to, assigned_to_email: email }) =>
        assigned_to === null ? (
          <span className="text-ink-faint">{t('unassigned')}</span>
        ) : (
          <span title={email ?? undefined}>{email === null ? t('event.somebody') : shortName(email)}</span>
        ),
    },
    {
      key: 'on_call',
      title: t('column.onCall'),
      from: 'xl',
      cell: ({ on_call: person }) =>
        person === null ? (
          <span className="text-ink-faint">{t('nobodyOnCall')}</span>
        ) : (
          <span title={person.contact ?? undefined}>{person.name}</span>
        ),
    },
  ];
  return (
    <Table
      label={t('list')}
      columns={columns.filter((column) => column !== false)}
      rows={alerts}
      rowKey={({ id }) => id}
      selected={({ id }) => selected.has(id)}
    />
  );
}
