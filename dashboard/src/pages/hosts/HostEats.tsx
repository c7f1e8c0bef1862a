/** Emergency tokens of a host: every one that was ever issued to it, newest first. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Siren } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { eatListQuery } from '../emergency/queries.ts';
import { LevelBadge, stateOfEat, TokenBadge } from '../emergency/states.tsx';
import type { HostDetail } from './hostQueries.ts';

/** The tab of tokens. */
export function HostEats({ host }: { readonly host: HostDetail }) {
  const { t } = useTranslation('hosts');
  const { t: common } = useTranslation();
  const query = useInfiniteQuery(eatListQuery({ tenantId: undefined, state: undefined, agentId: host.id }));
  return (
    <Card title={t('eats.title')} flush>
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <SkeletonRows rows={5} />
      ) : (
        <Table
          label={t('eats.title')}
          rows={query.data?.pages.flatMap(({ items }) => items) ?? []}
          rowKey={({ nonce }) => nonce}
          empty={
            <EmptyState title={t('eats.none')} icon={<Siren aria-hidden="true" />}>
              {t('eats.noneText')}
            </EmptyState>
          }
          columns={[
            {
              key: 'what',
              title: t('eats.what'),
              cell: ({ nonce, labels, reason }) => (
                <>
                  <Link
                    to="/emergency/eats/$nonce"
                    params={{ nonce }}
                    search={{}}
                    className="inline-block py-0.5 font-medium wrap-anywhere hover:underline"
                  >
                    {labels.join(', ')}
                  </Link>
                  <span className="block text-xs text-ink-faint">{reason}</span>
                </>
              ),
            },
            { key: 'level', title: t('eats.level'), from: 'sm', cell: ({ level }) => <LevelBadge level={level} /> },
            {
              key: 'state',
              title: t('columns.state'),
              cell: (eat) => <TokenBadge state={stateOfEat(eat)} />,
            },
            {
              key: 'who',
              title: t('eats.who'),
              from: 'md',
              cell: ({ requested_by_email }) => requested_by_email ?? common('unknown'),
            },
            {
              key: 'when',
              title: common('when'),
              from: 'sm',
              align: 'right',
              cell: ({ issued_at }) => <Time value={issued_at} />,
            },
          ]}
        />
      )}
      <LoadMore query={query} />
    </Card>
  );
}
