/** Every token with its outcome; an overdue one can be acknowledged. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useTenantId } from '../../shell/tenant.ts';
import { Chip } from '../../ui/Badge.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Acknowledge } from './Acknowledge.tsx';
import { EatTable } from './EatTable.tsx';
import { eatListQuery } from './queries.ts';
import { emergencyRoute } from './routes.tsx';

/** All of them, or the overdue ones by the chip. */
export function HistoryTab() {
  const { t } = useTranslation('emergency');
  const { overdue = false } = emergencyRoute.useSearch();
  const navigate = emergencyRoute.useNavigate();
  const query = useInfiniteQuery(eatListQuery({ tenantId: useTenantId(), state: overdue ? 'overdue' : undefined }));
  return (
    <>
      <div className="flex gap-2">
        <Chip
          pressed={overdue}
          onPress={() => void navigate({ search: (old) => ({ ...old, overdue: overdue ? undefined : true }) })}
        >
          {t('overdueOnly')}
        </Chip>
      </div>
      <Card flush>
        {query.isError && query.data === undefined && (
          <Problem error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.isPending && <SkeletonRows rows={10} />}
        {query.data !== undefined && (
          <EatTable
            label={t('tabs.history')}
            rows={query.data.pages.flatMap(({ items }) => items)}
            empty={
              <EmptyState
                title={t(overdue ? 'empty.overdueTitle' : 'empty.historyTitle')}
                icon={<History aria-hidden="true" />}
              >
                {t(overdue ? 'empty.overdue' : 'empty.history')}
              </EmptyState>
            }
            last={{
              key: 'acknowledge',
              title: <span className="sr-only">{t('acknowledge')}</span>,
              align: 'right',
              cell: (eat) => <Acknowledge eat={eat} size="sm" />,
            }}
          />
        )}
        <LoadMore query={query} />
      </Card>
    </>
  );
}
