/** CVEs as the hub tells them. */

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, ask, type Item, type paths } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';

/** A CVE over the hosts in view. */
export type Cve = Item<'/inventory/cves'>;
/** One host's part in a CVE. */
export type CveHost = Item<'/inventory/cves/{cve_id}/hosts'>;
type CveFilter = Omit<NonNullable<paths['/inventory/cves']['get']['parameters']['query']>, 'cursor' | 'limit'>;

const PAGE = 50;
const DAY_MS = 86_400_000;

/** CVEs of a filter, page by page. */
export function cvesQuery(filter: CveFilter) {
  return infiniteQueryOptions({
    queryKey: ['cves', 'list', filter],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/inventory/cves', {
          params: { query: { ...filter, ...pageAfter(PAGE, pageParam) } },
          signal,
        }),
      ),
  });
}

/** One CVE; null when no active host in view has or had it. */
export function cveQuery(cveId: string, tenantId: string | undefined) {
  return queryOptions({
    queryKey: ['cves', 'one', cveId, tenantId ?? 'all'],
    queryFn: async ({ signal }): Promise<Cve | null> => {
      // A search also finds longer numbers that begin so.
      const { items } = await ask(
        api.GET('/inventory/cves', {
          params: { query: { q: cveId, state: 'all', limit: 500, ...(tenantId && { tenant_id: tenantId }) } },
          signal,
        }),
      );
      return items.find(({ cve_id }) => cve_id === cveId) ?? null;
    },
  });
}

/** Hosts in view that have or had it, open ones first. */
export function cveHostsQuery(cveId: string, tenantId: string | undefined) {
  return queryOptions({
    queryKey: ['cves', 'hosts', cveId, tenantId ?? 'all'],
    queryFn: async ({ signal }) =>
      (
        await ask(
          api.GET('/inventory/cves/{cve_id}/hosts', {
            params: { path: { cve_id: cveId }, query: { ...(tenantId && { tenant_id: tenantId }) } },
            signal,
          }),
        )
      ).items,
  });
}

/** Whether anybody has said how bad a CVE is. The kernel's own feed, which is all of most hubs, never does. */
export function isScored({ severity, cvss, epss }: Pick<Cve, 'severity' | 'cvss' | 'epss'>): boolean {
  return severity !== null || cvss !== null || epss !== null;
}

/** Whole days from detection to the patch, or to now. */
export function daysOpen(host: CveHost, nowMs: number): number {
  const end = host.patched_at === null ? nowMs : Date.parse(host.patched_at);
  return Math.max(0, Math.floor((end - Date.parse(host.detected_at)) / DAY_MS));
}
