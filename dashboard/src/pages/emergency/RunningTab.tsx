/** Tokens that are good now and have no result yet. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '../../shell/tenant.ts';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { EatTable } from './EatTable.tsx';
import { eatListQuery } from './queries.ts';
import { TimeLeft } from './TimeLeft.tsx';

/** With the time that is left to each. */
export function RunningTab() {
  const { t } = useTranslation('emergency');
  const query = useInfiniteQuery(eatListQuery({ tenantId: useTenantId(), state: 'live' }));
  return (
    <Card flush>
      {query.isError && query.data === undefined && (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <SkeletonRows rows={5} />}
      {query.data !== undefined && (
        <EatTable
          label={t('tabs.running')}
          rows={query.data.pages.flatMap(({ items }) => items)}
          empty={
            <EmptyState title={t('empty.runningTitle')} icon={<Activity aria-hidden="true" />}>
              {t('empty.running')}
            </EmptyState>
          }
          last={{
            key: 'left',
            title: t('column.left'),
            align: 'right',
            cell: (eat) => <TimeLeft until={eat.expires_at} />,
          }}
        />
      )}
      <LoadMore query={query} />
    </Card>
  );
}
