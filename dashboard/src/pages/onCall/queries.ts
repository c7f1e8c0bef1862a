/** What the on-call screens ask the hub. */

import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { isAllowed } from '../../../../src/domain/permissions.ts';
import { type Answered, api, ask, type Item, type paths } from '../../api/client.ts';

/** A schedule with its layers, overrides and people. */
export type Schedule = Item<'/on-call/schedules'>;
/** What a person decides about a schedule. */
export type ScheduleBody = paths['/on-call/schedules']['post']['requestBody']['content']['application/json'];
/** Who is on call by one schedule now. */
export type NowItem = Answered<'/on-call/now', 'get'>['items'][number];
/** An escalation policy. */
export type Policy = Item<'/escalation-policies'>;

const LIVE_EVERY_MS = 15_000;
/** An MSP has at most a hundred of each. */
const ALL = 100;

/** Every schedule by name. */
export const schedulesQuery = queryOptions({
  queryKey: ['on-call', 'schedules'],
  queryFn: async ({ signal }) =>
    (await ask(api.GET('/on-call/schedules', { params: { query: { limit: ALL } }, signal }))).items,
  refetchInterval: LIVE_EVERY_MS,
});

/** One schedule, for changing it: not read again while somebody types. */
export function scheduleQuery(id: string) {
  return queryOptions({
    queryKey: ['on-call', 'schedule', id],
    queryFn: ({ signal }) => ask(api.GET('/on-call/schedules/{id}', { params: { path: { id } }, signal })),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Who is on call now, by every schedule. */
export const nowQuery = queryOptions({
  queryKey: ['on-call', 'now'],
  queryFn: ({ signal }) => ask(api.GET('/on-call/now', { signal })),
  refetchInterval: LIVE_EVERY_MS,
});

/** Every escalation policy by name. */
export const policiesQuery = queryOptions({
  queryKey: ['escalation-policies'],
  queryFn: async ({ signal }) =>
    (await ask(api.GET('/escalation-policies', { params: { query: { limit: ALL } }, signal }))).items,
});

/** The people who can be on call, by name: active ones of the MSP who may answer an alert. */
export function useCandidates(): readonly Answered<'/team', 'get'>['items'][number][] {
  const { data } = useQuery({ queryKey: ['team'], queryFn: ({ signal }) => ask(api.GET('/team', { signal })) });
  return (data?.items ?? [])
    .filter(
      ({ tenant_id, is_active, role }) => tenant_id === null && is_active && isAllowed('alerts.write', role, null),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Reads everything about schedules again, after a change. */
export function useScheduleRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ['on-call'] });
}
