/** The audit log as the hub tells it. */

import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, ask, type paths } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';

type Filter = Omit<NonNullable<paths['/audit-log']['get']['parameters']['query']>, 'cursor' | 'limit'>;

const PAGE = 50;

/** Entries of a filter, newest first, page by page. */
export function auditLogQuery(filter: Filter) {
  return infiniteQueryOptions({
    queryKey: ['audit-log', filter],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/audit-log', {
          params: { query: { ...filter, ...pageAfter(PAGE, pageParam) } },
          signal,
        }),
      ),
  });
}

/** The first moment of a day of the viewer's zone, or of a later one, in UTC. */
export function dayStart(day: string, daysLater = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}
