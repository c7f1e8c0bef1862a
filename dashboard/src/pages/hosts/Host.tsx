/** One host: its state above, its tabs below. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ComponentType, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Page } from '../../ui/Layout.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { Time } from '../../ui/Time.tsx';
import { HostActions } from './HostActions.tsx';
import { HostAlerts } from './HostAlerts.tsx';
import { HostCves } from './HostCves.tsx';
import { HostEats } from './HostEats.tsx';
import { HostFacts } from './HostFacts.tsx';
import { HostFindings } from './HostFindings.tsx';
import { HostInherited } from './HostInherited.tsx';
import { HostMetrics } from './HostMetrics.tsx';
import { HostState, stateOf } from './HostState.tsx';
import { HOST_TABS, type HostDetail, hostQuery } from './hostQueries.ts';
import { hostRoute } from './routes.tsx';

/** The page of a host; its state is read again while one looks. */
export function Host() {
  const { t } = useTranslation('hosts');
  const { agentId } = hostRoute.useParams();
  const { tab = HOST_TABS[0] } = hostRoute.useSearch();
  const tenantName = useTenantName();
  const { data: host, error, isPending, refetch } = useQuery(hostQuery(agentId));
  if (isPending) return <SkeletonRows rows={10} />;
  if (host === undefined)
    return (
      <div className="p-6">
        <Problem error={error} onRetry={() => void refetch()} />
      </div>
    );
  const Tab = TABS[tab];
  const counts: Partial<Record<(typeof HOST_TABS)[number], number>> = {
    cves: host.open_cves,
    alerts: host.open_alerts,
    findings: host.findings.length + host.drifted_files.length,
  };
  return (
    <Page
      title={host.hostname}
      lead={
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <HostState host={host} />
          <span className="text-xs">
            {stateOf(host) === host.link_state ? t('since') : t(`${host.link_state}Since`)}{' '}
            <Time value={host.link_state_since} />
          </span>
          <Link to="/overview" search={{ tenant: host.tenant_id }} className="text-xs hover:underline">
            {tenantName(host.tenant_id)}
          </Link>
          {host.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </div>
      }
      actions={<HostActions host={host} />}
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <TabLinks
        label={t('tabs.label')}
        tabs={HOST_TABS.map((each) => ({
          label: counts[each] ? `${t(`tabs.${each}`)} ${counts[each]}` : t(`tabs.${each}`),
          current: each === tab,
          to: '/hosts/$agentId',
          params: { agentId },
          search: each === HOST_TABS[0] ? {} : { tab: each },
        }))}
      />
      <Suspense fallback={<SkeletonRows rows={8} />}>
        <Tab host={host} />
      </Suspense>
    </Page>
  );
}

/** What each tab shows. */
const TABS: Readonly<Record<(typeof HOST_TABS)[number], ComponentType<{ readonly host: HostDetail }>>> = {
  facts: HostFacts,
  metrics: HostMetrics,
  cves: HostCves,
  alerts: HostAlerts,
  inherited: HostInherited,
  findings: HostFindings,
  eats: HostEats,
};
