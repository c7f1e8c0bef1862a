/** A line for every client: hosts, how many are free, what the rest cost. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Lock, ReceiptText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { AGENT_CENTS, FREE_AGENTS } from '../../../../src/domain/billing.ts';
import { ProblemError } from '../../api/problem.ts';
import { compact } from '../../search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { EmptyState, Problem, Skeleton, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Stat } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { type BillingLine, overviewQuery } from './billingQueries.ts';
import { ExplainSheet } from './ExplainSheet.tsx';
import { euroText } from './money.ts';

/** The client; on a phone with its hosts, for which there is no column. */
function ClientName({ line }: { readonly line: BillingLine }) {
  const { t } = useTranslation('billing');
  return (
    <>
      <span className="font-medium">{line.name}</span>
      <span className="block text-xs text-ink-faint sm:hidden">
        {t('hostsOf', { count: line.active_agents, billable: line.billable_agents })}
      </span>
    </>
  );
}

/** The month with its total; `explain` opens the reasons of one line. */
export function TenantsOverview({ month, explain }: { readonly month: string; readonly explain: string | undefined }) {
  const { t, i18n } = useTranslation('billing');
  const overview = useQuery(overviewQuery(month));
  const { data } = overview;
  const sum = (of: (line: BillingLine) => number) => data?.items.reduce((total, line) => total + of(line), 0);
  const free = (line: BillingLine) => line.active_agents - line.billable_agents;
  if (overview.error instanceof ProblemError && overview.error.code === 'billing_month_not_closed')
    return (
      <EmptyState title={t('notClosed.title')} icon={<ReceiptText aria-hidden="true" />}>
        {overview.error.message}
      </EmptyState>
    );
  if (overview.isError) return <Problem error={overview.error} onRetry={() => void overview.refetch()} />;
  const number = (value: number | undefined) =>
    value === undefined ? <Skeleton className="mt-1 h-7 w-16" /> : value.toLocaleString(i18n.language);
  return (
    <>
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Stat
          label={t('total')}
          value={
            data === undefined ? <Skeleton className="mt-1 h-7 w-24" /> : euroText(data.total_cents, i18n.language)
          }
          detail={
            data?.state === 'closed' ? (
              <Badge tone="good">
                <Lock aria-hidden="true" className="size-3" /> {t('closed')}
              </Badge>
            ) : (
              <Badge tone="accent">{t('running')}</Badge>
            )
          }
        />
        <Stat label={t('active')} value={number(sum((line) => line.active_agents))} detail={t('activeHint')} />
        <Stat label={t('free')} value={number(sum(free))} detail={t('freeHint', { count: FREE_AGENTS })} />
        <Stat
          label={t('billable')}
          value={number(sum((line) => line.billable_agents))}
          detail={t('billableHint', { price: euroText(AGENT_CENTS, i18n.language) })}
        />
      </div>
      <Card flush>
        {data === undefined ? (
          <SkeletonRows rows={12} />
        ) : (
          <Table
            label={t('tab.tenants')}
            rows={data.items}
            rowKey={(line) => line.tenant_id}
            selected={(line) => line.tenant_id === explain}
            empty={
              <EmptyState title={t('empty.title')} icon={<ReceiptText aria-hidden="true" />}>
                {t('empty.text')}
              </EmptyState>
            }
            columns={[
              { key: 'name', title: t('client'), cell: (line) => <ClientName line={line} /> },
              { key: 'active', title: t('active'), align: 'right', from: 'sm', cell: (line) => line.active_agents },
              { key: 'free', title: t('free'), align: 'right', from: 'sm', cell: free },
              {
                key: 'billable',
                title: t('billable'),
                align: 'right',
                from: 'sm',
                cell: (line) => line.billable_agents,
              },
              {
                key: 'monthly',
                title: t('monthly'),
                align: 'right',
                cell: (line) => <span className="font-medium">{euroText(line.monthly_cents, i18n.language)}</span>,
              },
              {
                key: 'why',
                title: <span className="sr-only">{t('explain')}</span>,
                align: 'right',
                cell: (line) => (
                  <Link
                    from="/billing"
                    search={(old) => compact({ ...old, explain: line.tenant_id })}
                    aria-label={t('explainOf', { client: line.name })}
                    className="text-accent underline underline-offset-2 pointer-coarse:py-3"
                  >
                    {t('explain')}
                  </Link>
                ),
              },
            ]}
          />
        )}
      </Card>
      {explain !== undefined && <ExplainSheet tenantId={explain} month={month} lines={data?.items ?? []} />}
    </>
  );
}
