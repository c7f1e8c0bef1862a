/** The log of one webhook: each delivery, each try, and telling it once more. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { type Answered, api, ask } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';
import { useCan } from '../../session.ts';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import type { Webhook } from './Webhooks.tsx';

type Delivery = Answered<'/webhooks/{id}/deliveries', 'get'>['items'][number];

const TONES: Readonly<Record<Delivery['status'], Tone>> = {
  pending: 'accent',
  delivered: 'good',
  failed: 'critical',
  cancelled: 'neutral',
};

/** The log; it reads itself anew while something may be under way. */
export function WebhookDeliveries({ webhook }: { readonly webhook: Webhook }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const can = useCan();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<string | null>(null);
  const deliveries = useInfiniteQuery({
    queryKey: ['webhook-deliveries', webhook.id],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/webhooks/{id}/deliveries', {
          params: {
            path: { id: webhook.id },
            query: pageAfter(25, pageParam),
          },
          signal,
        }),
      ),
    refetchInterval: 5_000,
  });
  const replay = useMutation({
    mutationFn: (id: string) => ask(api.POST('/webhook-deliveries/{id}/replay', { params: { path: { id } } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['webhook-deliveries', webhook.id] });
      toast.success(t('webhooks.replayed'));
    },
  });
  return (
    <Card title={t('webhooks.logOf', { name: webhook.name })} flush>
      {replay.isError && <Problem error={replay.error} />}
      {deliveries.isPending && <SkeletonRows rows={4} />}
      {deliveries.isError && <Problem error={deliveries.error} onRetry={() => void deliveries.refetch()} />}
      {deliveries.data && (
        <Table
          label={t('webhooks.logOf', { name: webhook.name })}
          rows={deliveries.data.pages.flatMap(({ items }) => items)}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('webhooks.noDeliveries')}>{t('webhooks.noDeliveriesText')}</EmptyState>}
          columns={[
            {
              key: 'event',
              title: t('webhooks.event'),
              cell: ({ event, created_at }) => (
                <>
                  <code className="text-xs wrap-anywhere">{event}</code>
                  <p className="text-xs text-ink-faint sm:hidden">
                    <Time value={created_at} format="ago" />
                  </p>
                </>
              ),
            },
            {
              key: 'status',
              title: t('team.state'),
              cell: ({ status, last_status_code }) => (
                <span className="flex flex-wrap items-center gap-1.5">
                  <Badge tone={TONES[status]}>{t(`webhooks.status.${status}`)}</Badge>
                  {last_status_code !== null && <span className="text-xs text-ink-soft">{last_status_code}</span>}
                </span>
              ),
            },
            { key: 'tries', title: t('webhooks.tries'), align: 'right', from: 'sm', cell: ({ tries }) => tries },
            {
              key: 'when',
              title: t('webhooks.at'),
              from: 'sm',
              cell: (row) => <Time value={row.created_at} format="ago" />,
            },
            {
              key: 'next',
              title: t('webhooks.next'),
              from: 'sm',
              cell: ({ status, next_attempt_at }) =>
                status === 'pending' && next_attempt_at !== null && <Time value={next_attempt_at} format="relative" />,
            },
            {
              key: 'error',
              title: t('webhooks.error'),
              from: 'md',
              className: 'max-w-72',
              cell: ({ last_error }) => <span className="line-clamp-1 text-xs text-ink-soft">{last_error ?? ''}</span>,
            },
            {
              key: 'actions',
              title: <span className="sr-only">{common('actions')}</span>,
              align: 'right',
              cell: ({ id, status }) => (
                <span className="inline-flex gap-1 max-sm:flex-col">
                  <Button size="sm" onClick={() => setOpen(id)}>
                    {t('webhooks.show')}
                  </Button>
                  {can('webhooks.write') && status !== 'pending' && (
                    <Button
                      size="sm"
                      busy={replay.isPending && replay.variables === id}
                      onClick={() => replay.mutate(id)}
                    >
                      {t('webhooks.replay')}
                    </Button>
                  )}
                </span>
              ),
            },
          ]}
        />
      )}
      <LoadMore query={deliveries} />
      {open !== null && <DeliveryDialog id={open} onClose={() => setOpen(null)} />}
    </Card>
  );
}

function DeliveryDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation('settings');
  const delivery = useQuery({
    queryKey: ['webhook-delivery', id],
    queryFn: ({ signal }) => ask(api.GET('/webhook-deliveries/{id}', { params: { path: { id } }, signal })),
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('webhooks.delivery')}
      description={<code className="text-xs">{id}</code>}
      wide
    >
      {delivery.isPending && <SkeletonRows rows={4} />}
      {delivery.isError && <Problem error={delivery.error} />}
      {delivery.data && (
        <div className="space-y-4">
          <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs" tabIndex={0}>
            {JSON.stringify(JSON.parse(delivery.data.body), null, 2)}
          </pre>
          <ol className="space-y-3">
            {delivery.data.attempts.map((attempt) => (
              <li key={attempt.at} className="rounded-md border border-line p-3 text-sm">
                <p className="flex flex-wrap items-center gap-2">
                  <Time value={attempt.at} />
                  <Badge tone={attempt.error === null ? 'good' : 'critical'}>{attempt.status_code ?? '—'}</Badge>
                  <span className="text-xs text-ink-soft">{attempt.duration_ms} ms</span>
                </p>
                {attempt.error !== null && <p className="mt-1 text-critical">{attempt.error}</p>}
                {attempt.answer !== null && attempt.answer !== '' && (
                  <pre className="mt-2 max-h-40 overflow-auto rounded bg-sunken p-2 font-mono text-xs" tabIndex={0}>
                    {attempt.answer}
                  </pre>
                )}
              </li>
            ))}
          </ol>
        </div>
      )}
    </Dialog>
  );
}
