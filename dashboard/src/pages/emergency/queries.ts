/** What the emergency screens ask the hub; each is asked again while something can still change. */

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask, type Item } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';

/** A quorum request as the API shows it. */
export type QuorumRequest = Answered<'/emergency/quorum/{id}', 'get'>;
/** A token as lists show it. */
export type EatItem = Item<'/emergency'>;
/** A token with everything that proves it. */
export type EatEvidence = Answered<'/emergency/{nonce}', 'get'>;

const LIST_EVERY_MS = 5_000;
const LIVE_EVERY_MS = 2_000;

/** Whether a host of a request may still change its state. */
function isUnderWay(request: QuorumRequest): boolean {
  if (request.state === 'open') return true;
  return request.state === 'approved' && request.targets.some(({ state }) => state === 'waiting' || state === 'signed');
}

/** One request, live. */
export function quorumQuery(id: string) {
  return queryOptions({
    queryKey: ['emergency', 'quorum', id],
    queryFn: ({ signal }) => ask(api.GET('/emergency/quorum/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data === undefined || isUnderWay(state.data) ? LIVE_EVERY_MS : false),
    staleTime: 0,
  });
}

/** Requests, newest first; the open ones alone unless `closedToo`. */
export function quorumListQuery(filter: { readonly tenantId: string | undefined; readonly closedToo: boolean }) {
  return infiniteQueryOptions({
    queryKey: ['emergency', 'quorum', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/emergency/quorum', {
          params: {
            query: {
              ...pageAfter(50, pageParam),
              ...(filter.tenantId !== undefined && { tenant_id: filter.tenantId }),
              ...(!filter.closedToo && { state: 'open' as const }),
            },
          },
          signal,
        }),
      ),
    ...PAGED,
    refetchInterval: LIST_EVERY_MS,
  });
}

/** Tokens, newest first. */
export function eatListQuery(filter: {
  readonly tenantId: string | undefined;
  readonly state: 'live' | 'overdue' | undefined;
  readonly agentId?: string | undefined;
}) {
  return infiniteQueryOptions({
    queryKey: ['emergency', 'eats', filter],
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/emergency', {
          params: {
            query: {
              ...pageAfter(50, pageParam),
              ...(filter.tenantId !== undefined && { tenant_id: filter.tenantId }),
              ...(filter.agentId !== undefined && { agent_id: filter.agentId }),
              ...(filter.state !== undefined && { state: filter.state }),
            },
          },
          signal,
        }),
      ),
    ...PAGED,
    refetchInterval: LIST_EVERY_MS,
  });
}

/** One token with its evidence, live until its result or its end is known and its leaf is in the log. */
export function eatQuery(nonce: string) {
  return queryOptions({
    queryKey: ['emergency', 'eat', nonce],
    queryFn: ({ signal }) => ask(api.GET('/emergency/{nonce}', { params: { path: { nonce } }, signal })),
    refetchInterval: ({ state }) => {
      if (state.data === undefined) return LIVE_EVERY_MS;
      const isOver = state.data.outcome !== null || (state.data.is_overdue && state.data.acknowledged_at !== null);
      if (!isOver) return LIVE_EVERY_MS;
      return state.data.token !== null && state.data.log_index === null ? LIST_EVERY_MS : false;
    },
    staleTime: 0,
  });
}
