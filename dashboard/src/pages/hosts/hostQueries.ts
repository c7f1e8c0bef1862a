/** What the pages of hosts ask the hub. */

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask, type Item } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';

/** A host as the list shows it. */
export type HostRow = Item<'/agents'>;
/** A host with its facts, findings and drift. */
export type HostDetail = Answered<'/agents/{id}', 'get'>;

/** Ranges of the Trust Score that the hub draws; the first is the one without a word in the address. */
export const SCORE_RANGES = ['30d', '90d', '365d'] as const;
/** Ranges of the metrics. */
export const METRIC_RANGES = ['1h', '24h', '7d', '30d'] as const;
export type MetricRange = (typeof METRIC_RANGES)[number];
const METRIC_HOURS: Readonly<Record<MetricRange, number>> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 };
/** What the list may be narrowed to. */
export const HOST_STATES = ['online', 'offline', 'inactive'] as const;
/** Tabs of a host; the first is the one without a word in the address. */
export const HOST_TABS = ['facts', 'metrics', 'cves', 'alerts', 'inherited', 'findings', 'eats'] as const;

/** What the list of hosts is narrowed to, as the address holds it. */
export type HostFilter = {
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  readonly state?: (typeof HOST_STATES)[number] | undefined;
  readonly offline_first?: true | undefined;
};

/** A silent host is seen within a minute and a half by the hub, and soon after here. */
const LIVE_MS = 10_000;
const PAGE_ROWS = 100;
/** Points of a chart: about one for every other pixel of a wide screen. */
const CHART_POINTS = 400;

/** Hosts of a client, or of all in reach. */
export function hostsQuery(tenantId: string | undefined, { q, tag, state, offline_first }: HostFilter) {
  return infiniteQueryOptions({
    queryKey: ['agents', 'list', tenantId, q, tag, state, offline_first],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/agents', {
          params: {
            query: {
              ...pageAfter(PAGE_ROWS, pageParam),
              is_active: state === 'inactive' ? 'false' : 'true',
              ...(tenantId !== undefined && { tenant_id: tenantId }),
              ...(q !== undefined && { q }),
              ...(tag !== undefined && { tag }),
              ...((state === 'online' || state === 'offline') && { link_state: state }),
              ...(offline_first && { sort: 'offline_first' as const }),
            },
          },
          signal,
        }),
      ),
    refetchInterval: LIVE_MS,
  });
}

/** One host. */
export function hostQuery(agentId: string) {
  return queryOptions({
    queryKey: ['agents', 'one', agentId],
    queryFn: ({ signal }) => ask(api.GET('/agents/{id}', { params: { path: { id: agentId } }, signal })),
    refetchInterval: LIVE_MS,
  });
}

/** Metrics of a host over a range that ends now, with its two ends in milliseconds since the epoch. */
export function metricsQuery(agentId: string, range: MetricRange) {
  return queryOptions({
    queryKey: ['agents', 'metrics', agentId, range],
    queryFn: async ({ signal }) => {
      const toMs = Date.now();
      const fromMs = toMs - METRIC_HOURS[range] * 3_600_000;
      const { items } = await ask(
        api.GET('/agents/{id}/metrics', {
          params: {
            path: { id: agentId },
            query: {
              from: new Date(fromMs).toISOString(),
              to: new Date(toMs).toISOString(),
              points: CHART_POINTS,
            },
          },
          signal,
        }),
      );
      return { fromMs, toMs, items };
    },
    refetchInterval: 60_000,
  });
}

/** What a host inherits from its groups, and why. */
export function effectiveQuery(agentId: string) {
  return queryOptions({
    queryKey: ['agents', 'effective', agentId],
    queryFn: ({ signal }) => ask(api.GET('/agents/{id}/effective', { params: { path: { id: agentId } }, signal })),
  });
}
