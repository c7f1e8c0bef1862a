/** The MSP's own prices for its clients: the list in force, those to come, and the next one. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { monthName } from '../../ui/month.ts';
import { Table } from '../../ui/Table.tsx';
import { pricesQuery } from './billingQueries.ts';
import { euroText } from './money.ts';
import { PriceForm } from './PriceForm.tsx';

/** `running` is the month that runs: lists of months that are over are kept as they are. */
export function Prices({ running }: { readonly running: string }) {
  const { t, i18n } = useTranslation('billing');
  const prices = useQuery(pricesQuery);
  if (prices.isError) return <Problem error={prices.error} onRetry={() => void prices.refetch()} />;
  if (prices.data === undefined) return <SkeletonRows rows={8} />;
  const { in_force, items } = prices.data;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title={t('prices.lists')} flush>
        <Table
          label={t('prices.lists')}
          rows={items}
          rowKey={(item) => item.effective_from}
          empty={<EmptyState title={t('prices.none')}>{t('prices.noneText')}</EmptyState>}
          columns={[
            {
              key: 'from',
              title: t('prices.from'),
              cell: (item) => (
                <span className="flex flex-wrap items-center gap-2">
                  {monthName(item.effective_from, i18n.language)}
                  {item.effective_from === in_force?.effective_from && <Badge tone="good">{t('prices.inForce')}</Badge>}
                </span>
              ),
            },
            { key: 'free', title: t('free'), align: 'right', cell: (item) => item.list.free_agents },
            {
              key: 'price',
              title: t('prices.agent'),
              align: 'right',
              cell: (item) => euroText(item.list.agent_cents, i18n.language),
            },
            {
              key: 'fee',
              title: t('prices.fee'),
              align: 'right',
              from: 'sm',
              cell: (item) =>
                item.list.monthly_fee_cents === null ? '—' : euroText(item.list.monthly_fee_cents, i18n.language),
            },
          ]}
        />
      </Card>
      <Card title={t('prices.next')}>
        <PriceForm key={items[0]?.updated_at ?? 'none'} base={items[0]?.list ?? null} running={running} />
      </Card>
    </div>
  );
}
