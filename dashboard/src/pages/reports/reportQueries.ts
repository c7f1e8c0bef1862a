/** What the pages of reports ask the hub. */

import { queryOptions } from '@tanstack/react-query';
import { api, ask, type Item } from '../../api/client.ts';

/** A report, built or on its way. */
export type Report = Item<'/reports'>;

const POLL_MS = { building: 1_000, idle: 15_000 } as const;

/** Reports of one client, or of all; asked every second while one is built. */
export function reportsQuery(tenantId: string | undefined) {
  return queryOptions({
    queryKey: ['reports', tenantId ?? 'all'],
    queryFn: async ({ signal }) =>
      (
        await ask(
          api.GET('/reports', { params: { query: tenantId === undefined ? {} : { tenant_id: tenantId } }, signal }),
        )
      ).items,
    refetchInterval: ({ state }) =>
      state.data?.some((report) => report.state === 'building') ? POLL_MS.building : POLL_MS.idle,
  });
}

/** Groups of a client, to choose hosts by. */
export function groupsQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['groups', 'names', tenantId],
    enabled: tenantId !== '',
    queryFn: async ({ signal }) =>
      (await ask(api.GET('/groups', { params: { query: { tenant_id: tenantId } }, signal }))).items,
  });
}
