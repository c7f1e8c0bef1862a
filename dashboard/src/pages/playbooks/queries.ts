/** What the screens of playbooks ask the hub. */

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask, type Item } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';

/** A playbook of the list. */
export type PlaybookItem = Item<'/playbooks'>;
/** A playbook with all its versions. */
export type Playbook = Answered<'/playbooks/{id}', 'get'>;
/** One version of it. */
export type PlaybookVersion = Playbook['versions'][number];
/** A pre-issued token. */
export type PreIssued = Item<'/pre-issued-eats'>;

const LIVE_EVERY_MS = 5_000;

/** Playbooks by slug. */
export const playbooksQuery = queryOptions({
  queryKey: ['playbooks'],
  queryFn: ({ signal }) => ask(api.GET('/playbooks', { signal })),
});

/** One playbook, by id or slug. */
export function playbookQuery(id: string) {
  return queryOptions({
    queryKey: ['playbooks', id],
    queryFn: ({ signal }) => ask(api.GET('/playbooks/{id}', { params: { path: { id } }, signal })),
  });
}

/** Pre-issued tokens, newest first: those that could still activate, or all. */
export function preIssuedQuery(filter: { readonly tenantId: string | undefined; readonly endedToo: boolean }) {
  return infiniteQueryOptions({
    queryKey: ['pre-issued', filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/pre-issued-eats', {
          params: {
            query: {
              ...pageAfter(50, pageParam),
              live: filter.endedToo ? 'false' : 'true',
              ...(filter.tenantId !== undefined && { tenant_id: filter.tenantId }),
            },
          },
          signal,
        }),
      ),
    ...PAGED,
    refetchInterval: LIVE_EVERY_MS,
  });
}
