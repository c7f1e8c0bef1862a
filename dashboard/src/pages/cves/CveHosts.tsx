/** Hosts that have or had a CVE, with when it was seen and patched, and by whom. */

import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { API_BASE } from '../../api/client.ts';
import { useTenantName } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time, useNow } from '../../ui/Time.tsx';
import { type CveHost, daysOpen } from './data.ts';
import { Dash } from './parts.tsx';

/** The table, open ones first. */
export function CveHosts({ hosts, withTenant }: { readonly hosts: readonly CveHost[]; readonly withTenant: boolean }) {
  const { t } = useTranslation('cves');
  const { t: common } = useTranslation();
  const tenantName = useTenantName();
  const now = useNow(3_600);
  const columns: readonly (Column<CveHost> | false)[] = [
    {
      key: 'host',
      title: t('host.host'),
      cell: ({ agent_id: agentId, hostname }) => (
        <Link
          to="/hosts/$agentId"
          params={{ agentId }}
          className="font-medium whitespace-nowrap hover:text-accent hover:underline"
        >
          {hostname}
        </Link>
      ),
    },
    withTenant && {
      key: 'tenant',
      title: common('tenant'),
      from: 'sm',
      className: 'whitespace-nowrap',
      cell: ({ tenant_id }) => tenantName(tenant_id),
    },
    { key: 'package', title: t('host.package'), from: 'lg', cell: (host) => host.package },
    {
      key: 'installed',
      title: t('host.installed'),
      from: 'md',
      cell: (host) => <code className="font-mono text-xs">{host.installed_version}</code>,
    },
    {
      key: 'fixed',
      title: t('host.fixed'),
      from: 'md',
      cell: ({ fixed_version: version }) =>
        version === null ? <Dash /> : <code className="font-mono text-xs">{version}</code>,
    },
    { key: 'detected', title: t('host.detected'), cell: (host) => <Time value={host.detected_at} format="date" /> },
    {
      key: 'patched',
      title: t('host.patched'),
      cell: ({ patched_at: at, patched_version: version }) =>
        at === null ? (
          <Badge tone="high">{t('host.open')}</Badge>
        ) : (
          <span className="whitespace-nowrap">
            <Time value={at} format="date" />
            {version !== null && (
              <span className="block font-mono text-2xs text-ink-faint">{t('host.toVersion', { version })}</span>
            )}
          </span>
        ),
    },
    {
      key: 'by',
      title: t('host.by'),
      from: 'sm',
      cell: ({ patched_at: at, operator_email: email }) =>
        at === null ? <Dash /> : (email ?? <span className="text-ink-faint">{t('host.byItself')}</span>),
    },
    {
      key: 'days',
      title: t('host.days'),
      align: 'right',
      from: 'sm',
      cell: (host) => daysOpen(host, now),
    },
    {
      key: 'csv',
      title: <span className="sr-only">{t('host.csv')}</span>,
      align: 'right',
      from: 'sm',
      cell: ({ agent_id: id, hostname }) => (
        <ButtonAnchor
          kind="quiet"
          size="sm"
          href={`${API_BASE}/agents/${id}/cves.csv`}
          download
          aria-label={t('host.csvLabel', { host: hostname })}
        >
          <Download aria-hidden="true" /> {t('host.csv')}
        </ButtonAnchor>
      ),
    },
  ];
  return (
    <Table
      label={t('detail.hosts')}
      columns={columns.filter((column) => column !== false)}
      rows={hosts}
      rowKey={({ agent_id, source, package: name }) => `${agent_id}${source}${name}`}
    />
  );
}
