/** Quorum requests: who asked for what, where, and how far it is. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Chip } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Table } from '../../ui/Table.tsx';
import { type QuorumRequest, quorumListQuery } from './queries.ts';
import { emergencyRoute } from './routes.tsx';
import { standingOf } from './standing.ts';
import { RequestBadge } from './states.tsx';
import { TimeLeft } from './TimeLeft.tsx';
import { hostsOf } from './where.ts';

/** Open requests, or all of them by the chip. */
export function PendingTab() {
  const { t } = useTranslation('emergency');
  const { closed: closedToo = false } = emergencyRoute.useSearch();
  const navigate = emergencyRoute.useNavigate();
  const query = useInfiniteQuery(quorumListQuery({ tenantId: useTenantId(), closedToo }));
  const rows = query.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <div className="flex gap-2">
        <Chip
          pressed={closedToo}
          onPress={() => void navigate({ search: (old) => ({ ...old, closed: closedToo ? undefined : true }) })}
        >
          {t('closedToo')}
        </Chip>
      </div>
      <Card flush>
        {query.isError && rows === undefined && <Problem error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <SkeletonRows rows={5} />}
        {rows !== undefined && <Requests rows={rows} />}
        <LoadMore query={query} />
      </Card>
    </>
  );
}

function Requests({ rows }: { readonly rows: readonly QuorumRequest[] }) {
  const { t } = useTranslation('emergency');
  return (
    <Table
      label={t('tabs.pending')}
      rows={rows}
      rowKey={({ id }) => id}
      empty={
        <EmptyState title={t('empty.pendingTitle')} icon={<ShieldCheck aria-hidden="true" />}>
          {t('empty.pending')}
        </EmptyState>
      }
      columns={[
        {
          key: 'action',
          title: t('column.action'),
          cell: (request) => (
            <div className="min-w-36">
              <Link
                to="/emergency/quorum/$requestId"
                params={{ requestId: request.id }}
                className="font-medium wrap-anywhere text-accent hover:underline"
              >
                {request.labels.join(', ')}
              </Link>
              <p className="text-ink-soft">
                {request.tenant_name} / {hostsOf(request, t)}
              </p>
            </div>
          ),
        },
        { key: 'asked', title: t('column.asked'), from: 'md', cell: (request) => request.requested_by_email },
        {
          key: 'approvals',
          title: t('column.approvals'),
          cell: (request) => (
            <div>
              <span className="tabular-nums">
                {t('ofN', { count: request.approvals, required: request.required_approvers })}
              </span>
              <p className="max-w-64 text-xs wrap-anywhere text-ink-faint sm:truncate">
                {request.decisions.map(({ email }) => email).join(', ')}
              </p>
              <div className="space-y-1 sm:hidden">
                <Left request={request} />
                <Decide request={request} />
              </div>
            </div>
          ),
        },
        { key: 'left', title: t('column.left'), from: 'sm', cell: (request) => <Left request={request} /> },
        {
          key: 'decide',
          title: <span className="sr-only">{t('quorum.decide')}</span>,
          align: 'right',
          from: 'sm',
          cell: (request) => <Decide request={request} />,
        },
      ]}
    />
  );
}

/** How long it waits yet, or what has become of it. */
function Left({ request }: { readonly request: QuorumRequest }) {
  return request.state === 'open' ? <TimeLeft until={request.expires_at} /> : <RequestBadge state={request.state} />;
}

/** The way to the card, for who may decide. */
function Decide({ request }: { readonly request: QuorumRequest }) {
  const { t } = useTranslation('emergency');
  const me = useMe();
  if (standingOf(request, me) !== 'decide') return null;
  return (
    <ButtonLink
      to="/approve/$requestId"
      params={{ requestId: request.id }}
      size="sm"
      kind="primary"
      aria-label={`${t('quorum.decide')}: ${request.labels.join(', ')}`}
    >
      {t('quorum.decide')}
    </ButtonLink>
  );
}
