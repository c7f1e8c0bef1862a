/** Groups of the client in view, or of all, in the order in which they are asked. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Boxes, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCan, useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type Group, groupsQuery } from './data.ts';
import { ruleText } from './rule/ruleText.ts';

/** The list. */
export function Groups() {
  const { t } = useTranslation('groups');
  const tenantId = useTenantId();
  const query = useInfiniteQuery(groupsQuery(tenantId));
  const groups = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const make = useCan()('groups.write') && (
    <ButtonLink to="/groups/new" kind="primary">
      <Plus aria-hidden="true" /> {t('new')}
    </ButtonLink>
  );
  return (
    <Page title={t('title')} lead={t('lead')} {...(groups.length > 0 && make && { actions: make })}>
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      <Card flush>
        {query.isPending ? (
          <SkeletonRows />
        ) : groups.length === 0 ? (
          <EmptyState icon={<Boxes />} title={t('empty.title')} {...(make && { action: make })}>
            {t('empty.text')}
          </EmptyState>
        ) : (
          <GroupTable groups={groups} withTenant={tenantId === undefined} />
        )}
        <LoadMore query={query} />
      </Card>
    </Page>
  );
}

function GroupTable({ groups, withTenant }: { readonly groups: readonly Group[]; readonly withTenant: boolean }) {
  const { t } = useTranslation('groups');
  const { t: common } = useTranslation();
  const tenantName = useTenantName();
  const faint = (words: string) => <span className="text-ink-faint">{words}</span>;
  const columns: readonly (Column<Group> | false)[] = [
    {
      key: 'group',
      title: t('column.group'),
      cell: ({ id, name, rule }) => (
        <div className="min-w-40">
          <Link
            to="/groups/$groupId"
            params={{ groupId: id }}
            className="rounded-sm font-medium hover:text-accent hover:underline"
          >
            {name}
          </Link>
          <p className="line-clamp-2 max-w-prose text-xs break-words text-ink-faint">{ruleText(rule, t)}</p>
        </div>
      ),
    },
    withTenant && {
      key: 'tenant',
      title: common('tenant'),
      from: 'sm',
      className: 'whitespace-nowrap',
      cell: ({ tenant_id }) => tenantName(tenant_id),
    },
    { key: 'members', title: t('column.members'), align: 'right', cell: ({ member_count: count }) => count },
    { key: 'priority', title: t('column.priority'), align: 'right', from: 'sm', cell: ({ priority }) => priority },
    {
      key: 'runbook',
      title: t('column.runbook'),
      from: 'md',
      cell: ({ has_runbook: has, runbook_version: version }) =>
        has ? t('runbookVersion', { version }) : faint(t('noRunbook')),
    },
    {
      key: 'sla',
      title: t('column.sla'),
      from: 'lg',
      cell: ({ sla_policy_id: policy, sla_resolve_minutes: minutes }) =>
        Object.keys(minutes).length > 0
          ? t('ownMinutes')
          : policy === null
            ? faint(t('inherited'))
            : t('inherit.slaPolicy'),
    },
    {
      key: 'on_call',
      title: t('column.onCall'),
      from: 'lg',
      cell: ({ on_call: person, on_call_schedule_id: schedule }) =>
        schedule === null ? (person?.name ?? faint(t('inherited'))) : t('schedule'),
    },
  ];
  return (
    <Table
      label={t('list')}
      columns={columns.filter((column) => column !== false)}
      rows={groups}
      rowKey={({ id }) => id}
    />
  );
}
