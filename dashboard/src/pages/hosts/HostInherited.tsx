/** What a host inherits: runbook, SLA and on-call, each with the group that says so. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BookOpen, Boxes } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../../../../src/domain/severity.ts';
import { SeverityBadge } from '../../ui/Badge.tsx';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { timeSpan } from '../../ui/Time.tsx';
import { useReason } from '../../ui/useReason.ts';
import { effectiveQuery, type HostDetail } from './hostQueries.ts';

type Origin = { readonly group: { readonly id: string; readonly name: string } | null; readonly reason: string };

/** The tab of groups; lower priorities fill in what higher ones leave open. */
export function HostInherited({ host }: { readonly host: HostDetail }) {
  const { t } = useTranslation('hosts');
  const said = useReason();
  const { data, error, refetch } = useQuery(effectiveQuery(host.id));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} />;
  const { groups, runbook, sla, on_call } = data;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title={t('inherited.groups')} flush>
        <Table
          label={t('inherited.groups')}
          rows={groups}
          rowKey={({ id }) => id}
          empty={
            <EmptyState title={t('inherited.noGroup')} icon={<Boxes aria-hidden="true" />}>
              {t('inherited.noGroupText')}
            </EmptyState>
          }
          columns={[
            {
              key: 'name',
              title: t('inherited.group'),
              cell: ({ id, name }) => (
                <Link to="/groups/$groupId" params={{ groupId: id }} search={{}} className="py-0.5 hover:underline">
                  {name}
                </Link>
              ),
            },
            { key: 'priority', title: t('inherited.priority'), align: 'right', cell: ({ priority }) => priority },
          ]}
        />
      </Card>
      <Card title={t('inherited.values')}>
        <ul className="divide-y divide-line/60">
          <Value name={t('inherited.runbook')} origin={runbook}>
            {runbook.url === null ? (
              <span className="text-ink-faint">{t('inherited.noRunbook')}</span>
            ) : (
              <ButtonAnchor size="sm" href={runbook.url} target="_blank" rel="noreferrer">
                <BookOpen aria-hidden="true" /> {t('inherited.openRunbook', { version: runbook.version ?? 1 })}
              </ButtonAnchor>
            )}
          </Value>
          {data.sla_policy !== undefined && (
            <Value name={t('inherited.slaPolicy')} origin={data.sla_policy}>
              {data.sla_policy.name}
            </Value>
          )}
          <Value name={t('inherited.onCall')} origin={on_call}>
            {on_call.now === null ? <span className="text-ink-faint">{t('inherited.nobody')}</span> : on_call.now.name}
          </Value>
        </ul>
      </Card>
      <Card title={t('inherited.sla')} flush className="lg:col-span-2">
        <Table
          label={t('inherited.sla')}
          rows={SEVERITIES.flatMap((severity) => (sla[severity] ? [{ severity, ...sla[severity] }] : []))}
          rowKey={({ severity }) => severity}
          columns={[
            {
              key: 'severity',
              title: t('cves.severity'),
              cell: ({ severity }) => <SeverityBadge severity={severity} />,
            },
            {
              key: 'acknowledge',
              title: t('inherited.acknowledge'),
              align: 'right',
              cell: ({ acknowledge_minutes: minutes }) => (minutes === undefined ? '—' : timeSpan(minutes * 60)),
            },
            {
              key: 'resolve',
              title: t('inherited.resolve'),
              align: 'right',
              cell: ({ resolve_minutes }) => timeSpan(resolve_minutes * 60),
            },
            { key: 'reason', title: t('inherited.why'), from: 'sm', cell: ({ reason }) => said(reason) },
          ]}
        />
      </Card>
    </div>
  );
}

function Value({
  name,
  origin,
  children,
}: {
  readonly name: string;
  readonly origin: Origin;
  readonly children: ReactNode;
}) {
  const said = useReason();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2.5 first:pt-0 last:pb-0">
      <div className="min-w-0">
        <p className="font-medium">{name}</p>
        <p className="text-xs text-ink-faint">{said(origin.reason)}</p>
      </div>
      <div className="min-w-0">{children}</div>
    </li>
  );
}
