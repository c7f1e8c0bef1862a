/** Alerts as cards, for a phone. */

import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../../session.ts';
import { SeverityBadge } from '../../ui/Badge.tsx';
import { cx } from '../../ui/classNames.ts';
import { SlaClock } from '../../ui/SlaClock.tsx';
import { Time } from '../../ui/Time.tsx';
import type { AlertListProps } from './AlertTable.tsx';
import { HostName, SilencedMark, StatusBadge } from './parts.tsx';

/** One card an alert; the whole card leads to it but for the box that selects it. */
export function AlertCards({ alerts, selected, onSelect, withTenant }: AlertListProps) {
  const { t } = useTranslation('alerts');
  const tenantName = useTenantName();
  return (
    <ul aria-label={t('list')} className="divide-y divide-line">
      {alerts.map((alert) => (
        <li key={alert.id} className={cx('relative flex gap-1 pr-4', selected.has(alert.id) && 'bg-accent-wash')}>
          {onSelect === undefined ? (
            <span className="w-3" />
          ) : (
            <label className="relative z-10 grid w-11 shrink-0 place-items-start justify-center pt-3.5">
              <span className="sr-only">{t('column.selectOne', { number: alert.number })}</span>
              <input
                type="checkbox"
                className="size-5 accent-(--accent)"
                checked={selected.has(alert.id)}
                onChange={({ target }) => onSelect([alert.id], target.checked)}
              />
            </label>
          )}
          <div className="min-w-0 flex-1 space-y-1 py-3">
            <p className="flex flex-wrap items-center gap-1.5">
              <SeverityBadge severity={alert.severity} />
              {alert.status !== 'open' && <StatusBadge status={alert.status} />}
              <SilencedMark alert={alert} />
              <span className="ml-auto text-xs text-ink-faint">
                <Time value={alert.opened_at} format="ago" />
              </span>
            </p>
            <Link
              to="/alerts/$alertId"
              params={{ alertId: alert.id }}
              data-alert={alert.id}
              className="block font-medium after:absolute after:inset-0"
            >
              {alert.title}
            </Link>
            <p className="truncate text-xs text-ink-soft">
              <HostName alert={alert} />
              {withTenant && ` · ${tenantName(alert.tenant_id)}`}
              {alert.on_call !== null && ` · ${alert.on_call.name}`}
            </p>
            <SlaClock alert={alert} />
          </div>
        </li>
      ))}
    </ul>
  );
}
