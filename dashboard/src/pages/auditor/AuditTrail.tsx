/** The audit log of the client, newest first, every event with both actors and its hash. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { type AuditEntry, sentenceOf } from '../auditLog/events.ts';

const PAGE = 50;

/** Pages of the log. */
export function AuditTrail() {
  const { t } = useTranslation('auditor');
  const { t: words } = useTranslation('auditLog');
  const who = (event: AuditEntry) => event.actor_email ?? words(`actor.${event.actor_kind}`);
  const events = useInfiniteQuery({
    queryKey: ['audit-log', 'auditor'],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/audit-log', {
          params: { query: pageAfter(PAGE, pageParam) },
          signal,
        }),
      ),
  });
  if (events.isError) return <Problem error={events.error} onRetry={() => void events.refetch()} />;
  return (
    <Card flush>
      {events.data === undefined ? (
        <SkeletonRows rows={12} />
      ) : (
        <Table
          label={t('audit')}
          rows={events.data.pages.flatMap(({ items }) => items)}
          rowKey={(event) => event.id}
          empty={<p className="p-4 text-ink-soft">{t('noEvents')}</p>}
          columns={[
            { key: 'at', title: t('at'), cell: (event) => <Time value={event.occurred_at} /> },
            {
              key: 'what',
              title: t('what'),
              cell: (event) => (
                <div className="min-w-40">
                  <p>{sentenceOf(event, words)}</p>
                  <p className="text-xs break-all text-ink-faint">
                    <code className="font-mono">{event.event_type}</code>
                    <span className="sm:hidden"> · {who(event)}</span>
                  </p>
                </div>
              ),
            },
            {
              key: 'who',
              title: t('who'),
              from: 'sm',
              cell: (event) => <span className="break-all">{who(event)}</span>,
            },
            {
              key: 'data',
              title: t('data'),
              from: 'xl',
              className: 'max-w-80',
              cell: (event) => (
                <code
                  className="block truncate font-mono text-xs text-ink-soft"
                  title={JSON.stringify(event.event_data)}
                >
                  {JSON.stringify(event.event_data)}
                </code>
              ),
            },
          ]}
        />
      )}
      <LoadMore query={events} />
    </Card>
  );
}
