/** Hosts of a group. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Server } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../api/client.ts';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { StateDot } from '../hosts/HostState.tsx';
import { membersQuery } from './data.ts';

type Member = Item<'/groups/{id}/members'>;

/** The table by name. */
export function GroupMembers({ groupId }: { readonly groupId: string }) {
  const { t } = useTranslation('groups');
  const query = useInfiniteQuery(membersQuery(groupId));
  const members = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns: readonly Column<Member>[] = [
    {
      key: 'host',
      title: t('detail.host'),
      cell: ({ id, hostname }) => (
        <Link
          to="/hosts/$agentId"
          params={{ agentId: id }}
          className="rounded-sm font-medium hover:text-accent hover:underline"
        >
          {hostname}
        </Link>
      ),
    },
    {
      key: 'link',
      title: t('detail.link'),
      cell: ({ link_state: state }) => (
        <span className="inline-flex items-center gap-1.5 text-xs whitespace-nowrap">
          <StateDot state={state} />
          {t(state === 'online' ? 'detail.online' : 'detail.offline')}
        </span>
      ),
    },
    {
      key: 'tags',
      title: t('detail.tags'),
      from: 'md',
      cell: ({ tags }) => <span className="text-xs text-ink-soft">{tags.join(', ')}</span>,
    },
    {
      key: 'since',
      title: t('detail.since'),
      from: 'sm',
      cell: ({ added_at: at }) => <Time value={at} />,
    },
  ];
  return (
    <>
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      <Card flush>
        {query.isPending ? (
          <SkeletonRows />
        ) : (
          <Table
            label={t('detail.memberList')}
            columns={columns}
            rows={members}
            rowKey={({ id }) => id}
            empty={
              <EmptyState icon={<Server />} title={t('detail.noMembers')}>
                {t('detail.noMembersText')}
              </EmptyState>
            }
          />
        )}
        <LoadMore query={query} />
      </Card>
    </>
  );
}
