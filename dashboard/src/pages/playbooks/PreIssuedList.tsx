/** Pre-issued tokens with their window, conditions and state; each can be taken back. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MoonStar } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Chip } from '../../ui/Badge.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { PreIssuedBadge, useConditionWords } from './preIssuedWords.tsx';
import { type PreIssued, preIssuedQuery } from './queries.ts';
import { Revoke } from './Revoke.tsx';

/** Of every host in reach, or of one playbook. */
export function PreIssuedList({
  endedToo,
  onEndedToo,
  playbookId,
}: {
  readonly endedToo: boolean;
  readonly onEndedToo: (next: boolean) => void;
  readonly playbookId?: string;
}) {
  const { t } = useTranslation('playbooks');
  const query = useInfiniteQuery(preIssuedQuery({ tenantId: useTenantId(), endedToo }));
  const rows = query.data?.pages.flatMap(({ items }) => items).filter((eat) => isOf(eat, playbookId));
  return (
    <Card
      title={t('live.title')}
      flush
      actions={
        <Chip pressed={endedToo} onPress={() => onEndedToo(!endedToo)}>
          {t('live.all')}
        </Chip>
      }
    >
      {query.isError && rows === undefined && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows rows={4} />}
      {rows !== undefined && <Rows rows={rows} />}
      <LoadMore query={query} />
    </Card>
  );
}

/** A pre-issued token runs one playbook, which its action names. */
function isOf(eat: PreIssued, playbookId: string | undefined): boolean {
  if (playbookId === undefined) return true;
  return eat.actions.some((action) => (action as { playbook_id?: unknown } | null)?.playbook_id === playbookId);
}

function Rows({ rows }: { readonly rows: readonly PreIssued[] }) {
  const { t } = useTranslation('playbooks');
  const tenantName = useTenantName();
  const conditionWords = useConditionWords();
  return (
    <Table
      label={t('live.title')}
      rows={rows}
      rowKey={({ id }) => id}
      empty={
        <EmptyState title={t('live.empty')} icon={<MoonStar aria-hidden="true" />}>
          {t('live.emptyText')}
        </EmptyState>
      }
      columns={[
        {
          key: 'host',
          title: t('live.host'),
          cell: (eat) => (
            <div className="min-w-32">
              <Link
                to="/emergency/eats/$nonce"
                params={{ nonce: eat.nonce }}
                className="font-medium wrap-anywhere text-accent hover:underline"
              >
                {eat.hostname}
              </Link>
              <p className="text-ink-soft">{tenantName(eat.tenant_id)}</p>
              <p className="wrap-anywhere text-ink-soft md:hidden">{eat.labels.join(', ')}</p>
              <p className="text-xs text-ink-faint sm:hidden">
                <Time value={eat.valid_from} /> – <Time value={eat.expires_at} />
              </p>
            </div>
          ),
        },
        {
          key: 'playbook',
          title: t('live.playbook'),
          from: 'md',
          cell: (eat) => (
            <>
              <p>{eat.labels.join(', ')}</p>
              {eat.requested_by_email !== null && (
                <p className="text-xs text-ink-faint">{t('live.issuedBy', { email: eat.requested_by_email })}</p>
              )}
            </>
          ),
        },
        {
          key: 'window',
          title: t('live.window'),
          from: 'sm',
          cell: (eat) => (
            <>
              <Time value={eat.valid_from} />
              <br />
              <Time value={eat.expires_at} />
            </>
          ),
        },
        { key: 'conditions', title: t('live.conditions'), from: 'lg', cell: (eat) => conditionWords(eat.conditions) },
        {
          key: 'state',
          title: t('live.state'),
          cell: (eat) => (
            <>
              <PreIssuedBadge state={eat.state} />
              <div className="mt-1 empty:hidden sm:hidden">
                <Revoke eat={eat} />
              </div>
            </>
          ),
        },
        {
          key: 'revoke',
          title: <span className="sr-only">{t('live.revoke')}</span>,
          align: 'right',
          from: 'sm',
          cell: (eat) => <Revoke eat={eat} />,
        },
      ]}
    />
  );
}
