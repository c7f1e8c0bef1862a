/** One CVE: how bad it is, and its life on each host. */

import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '../../shell/tenant.ts';
import { SeverityBadge } from '../../ui/Badge.tsx';
import { ButtonAnchor, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Facts, Page, Stat } from '../../ui/Layout.tsx';
import { useNow } from '../../ui/Time.tsx';
import { CveHosts } from './CveHosts.tsx';
import { CveTimeline } from './CveTimeline.tsx';
import { type Cve, type CveHost, cveHostsQuery, cveQuery, daysOpen, isScored } from './data.ts';
import { Dash, Epss, KevMarks } from './parts.tsx';
import { cveRoute } from './routes.tsx';

/** The page. */
export function CveDetail() {
  const { t } = useTranslation('cves');
  const { cveId } = cveRoute.useParams();
  const tenantId = useTenantId();
  const about = useQuery(cveQuery(cveId, tenantId));
  const hosts = useQuery(cveHostsQuery(cveId, tenantId));
  const failed = [about, hosts].find(({ isError }) => isError);
  return (
    <Page
      title={cveId}
      {...(about.data && { lead: <KevMarks cve={about.data} /> })}
      actions={
        <ButtonAnchor href={`https://nvd.nist.gov/vuln/detail/${cveId}`} target="_blank" rel="noopener noreferrer">
          {t('detail.nvd')}
        </ButtonAnchor>
      }
    >
      {failed ? (
        <Problem error={failed.error} onRetry={() => void failed.refetch()} />
      ) : about.isPending || hosts.isPending ? (
        <SkeletonRows rows={10} />
      ) : hosts.data?.length === 0 ? (
        <Card>
          <EmptyState
            icon={<SearchX />}
            title={t('detail.notHere')}
            action={<ButtonLink to="/cves">{t('detail.toList')}</ButtonLink>}
          >
            {t('detail.notHereText')}
          </EmptyState>
        </Card>
      ) : (
        <>
          <Summary hosts={hosts.data ?? []} />
          {about.data && <About cve={about.data} />}
          <Card title={t('detail.timeline')}>
            <CveTimeline hosts={hosts.data ?? []} withTenant={tenantId === undefined} />
          </Card>
          <Card title={t('detail.hosts')} flush>
            <CveHosts hosts={hosts.data ?? []} withTenant={tenantId === undefined} />
          </Card>
        </>
      )}
    </Page>
  );
}

function Summary({ hosts }: { readonly hosts: readonly CveHost[] }) {
  const { t } = useTranslation('cves');
  const now = useNow(3_600);
  const count = (patched: boolean): number =>
    new Set(hosts.filter((host) => (host.patched_at !== null) === patched).map((host) => host.agent_id)).size;
  const worst = Math.max(...hosts.map((host) => daysOpen(host, now)));
  return (
    <div className="grid grid-cols-3 gap-3">
      <Stat label={t('detail.hostsOpen')} value={count(false)} />
      <Stat label={t('detail.hostsPatched')} value={count(true)} />
      <Stat label={t('detail.worst')} value={t('detail.days', { count: worst })} />
    </div>
  );
}

function About({ cve }: { readonly cve: Cve }) {
  const { t } = useTranslation('cves');
  const { kev, ransomware, packages, fixed_versions: fixed } = cve;
  return (
    <Card title={t('detail.about')}>
      <Facts
        items={[
          [t('detail.kev'), t(ransomware ? 'detail.kevRansomware' : kev ? 'detail.kevYes' : 'detail.kevNo')],
          ...scoreFacts(cve, t),
          [t('detail.packages'), packages.join(', ')],
          [t('detail.fixed'), fixed.length === 0 ? t('noFix') : fixed.join(', ')],
        ]}
      />
    </Card>
  );
}

/** How bad it is; of one that nobody has scored it is said why, once. */
function scoreFacts(cve: Cve, t: TFunction<'cves'>): readonly (readonly [string, ReactNode])[] {
  const { severity, cvss, epss, sources } = cve;
  if (!isScored(cve))
    return [
      [
        t('detail.severity'),
        t(sources.every((source) => source === 'kernel') ? 'detail.unscoredKernel' : 'detail.unscored'),
      ],
    ];
  return [
    [t('detail.severity'), severity === null ? <Dash key="s" /> : <SeverityBadge key="s" severity={severity} />],
    [t('detail.cvss'), cvss === null ? <Dash key="c" /> : cvss.toFixed(1)],
    [t('detail.epss'), <Epss key="e" value={epss} />],
  ];
}
