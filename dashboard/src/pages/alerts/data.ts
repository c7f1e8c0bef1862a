/** Alerts as the hub tells them, and what can be done with them. */

import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { type Answered, api, ask, type Item, type paths } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';
import { useMe } from '../../session.ts';

/** An alert. */
export type Alert = Item<'/alerts'>;
/** What a list is narrowed to. */
export type AlertFilter = Omit<NonNullable<paths['/alerts']['get']['parameters']['query']>, 'cursor' | 'limit'>;

const PAGE = 50;
const POLL_MS = 10_000;
const LISTS = ['alerts', 'list'] as const;

/** Alerts of a filter, page by page, read again while one looks. */
export function alertsQuery(filter: AlertFilter) {
  return infiniteQueryOptions({
    queryKey: [...LISTS, filter],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/alerts', {
          params: { query: { ...filter, ...pageAfter(PAGE, pageParam) } },
          signal,
        }),
      ),
    refetchInterval: POLL_MS,
  });
}

/** One alert. */
export function alertQuery(id: string) {
  return queryOptions({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) => ask(api.GET('/alerts/{id}', { params: { path: { id } }, signal })),
    refetchInterval: POLL_MS,
  });
}

/** As many as the hub takes at once. */
const MAX_AT_ONCE = 200;

async function acknowledgeAll(ids: readonly string[]): Promise<Answered<'/alerts/acknowledge', 'post'>> {
  const now = ids.slice(0, MAX_AT_ONCE);
  const answer = await ask(api.POST('/alerts/acknowledge', { body: { ids: now } }));
  if (ids.length <= MAX_AT_ONCE) return answer;
  const rest = await acknowledgeAll(ids.slice(MAX_AT_ONCE));
  return {
    acknowledged: [...answer.acknowledged, ...rest.acknowledged],
    skipped: [...answer.skipped, ...rest.skipped],
  };
}

type Pages = InfiniteData<Answered<'/alerts', 'get'>>;

/**
 * Acknowledges one or several. The screen goes ahead of the hub, and goes back when it refuses: acknowledging changes no
 * host, and there is no way to take it back.
 */
export function useAcknowledge() {
  const { t } = useTranslation('alerts');
  const queryClient = useQueryClient();
  const { email } = useMe();
  const ahead = (alert: Alert, ids: ReadonlySet<string>): Alert =>
    alert.status === 'open' && ids.has(alert.id)
      ? {
          ...alert,
          status: 'acknowledged',
          acknowledged_at: new Date().toISOString(),
          acknowledged_by_email: email,
        }
      : alert;
  return useMutation({
    mutationFn: acknowledgeAll,
    onMutate: async (list) => {
      const ids = new Set(list);
      await queryClient.cancelQueries({ queryKey: ['alerts'] });
      const before = queryClient.getQueriesData({ queryKey: ['alerts'] });
      queryClient.setQueriesData<Pages>(
        { queryKey: LISTS },
        (pages) =>
          pages && {
            ...pages,
            pages: pages.pages.map((page) => ({ ...page, items: page.items.map((each) => ahead(each, ids)) })),
          },
      );
      queryClient.setQueriesData<Alert>({ queryKey: ['alerts', 'one'] }, (alert) => alert && ahead(alert, ids));
      return before;
    },
    onError: (error, _, before) => {
      for (const [key, data] of before ?? []) queryClient.setQueryData(key, data);
      toast.error(t('bulk.failed', { reason: error.message }));
    },
    onSuccess: ({ acknowledged, skipped }) => {
      const skippedWords = skipped.length === 0 ? {} : { description: t('bulk.skipped', { count: skipped.length }) };
      toast.success(t('bulk.done', { count: acknowledged.length }), skippedWords);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['alerts'] }),
  });
}

/** Keeps the alert that a write answered, and reads the lists again. */
export function useAlertChange<V>(change: (variables: V) => Promise<Alert>, onDone: (alert: Alert) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (alert) => {
      queryClient.setQueryData(alertQuery(alert.id).queryKey, alert);
      onDone(alert);
      await queryClient.invalidateQueries({ queryKey: LISTS });
    },
  });
}

/** Whether nobody is told of it now: snoozed, or opened inside a maintenance window that lasts. */
export function isSilenced(alert: Alert, now: number): boolean {
  if (alert.status === 'resolved') return false;
  return alert.snooze !== null || (alert.silenced_until !== null && Date.parse(alert.silenced_until) > now);
}
