/** Reports on demand: any period, by a template, over all hosts or some; built, signed and verified like a pack. */

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { FileText, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { dateLocale } from '../../i18n.ts';
import { compact } from '../../search.ts';
import { useCan, useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Badge } from '../../ui/Badge.tsx';
import { BuildProgress } from '../../ui/BuildProgress.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { NewReport } from './NewReport.tsx';
import { ReportFiles } from './ReportFiles.tsx';
import { type Report, reportsQuery } from './reportQueries.ts';

const route = getRouteApi('/shell/reports');

/** The page. */
export function Reports() {
  const { t } = useTranslation('reports');
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/reports' });
  const may = useCan()('packs.build');
  const tenantId = useTenantId();
  const reports = useQuery(reportsQuery(tenantId));
  const openForm = (open: boolean) =>
    void navigate({ search: (old) => compact({ ...old, new: open ? (true as const) : undefined }) });
  const make = may && (
    <Button kind="primary" onClick={() => openForm(true)}>
      <Plus aria-hidden="true" /> {t('new')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={make}>
      {reports.isError && <Problem error={reports.error} onRetry={() => void reports.refetch()} />}
      {reports.isPending && <SkeletonRows rows={6} className="h-24" />}
      {reports.data?.length === 0 && (
        <Card>
          <EmptyState title={t('empty.title')} icon={<FileText aria-hidden="true" />} action={make}>
            {t('empty.text')}
          </EmptyState>
        </Card>
      )}
      <ul className="space-y-3">
        {reports.data?.map((report) => (
          <ReportCard key={report.id} report={report} />
        ))}
      </ul>
      {may && <NewReport open={search.new === true} onOpenChange={openForm} />}
    </Page>
  );
}

function ReportCard({ report }: { readonly report: Report }) {
  const { t, i18n } = useTranslation('reports');
  const tenantName = useTenantName();
  const date = (at: string) =>
    new Intl.DateTimeFormat(dateLocale(i18n.language), { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(at));
  return (
    <li className="grid items-start gap-4 rounded-lg border border-line bg-surface p-4 lg:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0 space-y-1">
        <h2 className="flex flex-wrap items-center gap-2 font-semibold">
          {report.title}
          <Badge tone={report.state === 'done' ? 'good' : report.state === 'failed' ? 'critical' : 'low'}>
            {t(`state.${report.state}`)}
          </Badge>
        </h2>
        <p className="text-ink-soft">
          {tenantName(report.tenant_id)} · {t(`template.${report.template}`)} · {date(report.from)} –{' '}
          {date(new Date(Date.parse(report.until) - 1).toISOString())}
        </p>
        <p className="text-xs text-ink-faint">
          {report.hosts === null ? t('allHosts') : t('hosts', { count: report.hosts })}
          {report.actor_suffix !== null && ` · ${t('filtered', { suffix: report.actor_suffix })}`} ·{' '}
          {report.requested_by_email} · <Time value={report.created_at} format="ago" />
        </p>
        {report.error !== null && <p className="text-critical">{report.error}</p>}
      </div>
      <div className="min-w-64">
        {report.state === 'building' && <BuildProgress stage={report.stage} lines={report.lines} />}
        {report.state === 'done' && <ReportFiles report={report} />}
      </div>
    </li>
  );
}
