/** What a client's overview asks the hub. */

import { queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask } from '../../api/client.ts';
import type { SCORE_RANGES } from './hostQueries.ts';

/** Score, components and history. */
export type Score = Answered<'/trust-score/v12/tenant', 'get'>;
const LIVE_MS = 15_000;
/** As many as the hub gives at once: more are shown as "500+". */
const COUNTED = 500;

/** The Trust Score of a client. */
export function scoreQuery(tenantId: string, range: (typeof SCORE_RANGES)[number]) {
  return queryOptions({
    queryKey: ['trust-score', tenantId, range],
    queryFn: ({ signal }) =>
      ask(api.GET('/trust-score/v12/tenant', { params: { query: { tenant_id: tenantId, range } }, signal })),
    refetchInterval: 60_000,
  });
}

/** The stored inputs of the score of a moment. */
export function scoreInputsQuery(tenantId: string, at: string | null) {
  return queryOptions({
    queryKey: ['trust-score', 'inputs', tenantId, at],
    enabled: at !== null,
    queryFn: ({ signal }) =>
      ask(
        api.GET('/trust-score/v12/tenant/inputs', {
          params: { query: { tenant_id: tenantId, ...(at !== null && { at }) } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Those that nobody has acknowledged, which is what the cockpit counts. */
export function isOpen<T extends { readonly status: string }>(alerts: readonly T[] | undefined): readonly T[] {
  return alerts?.filter(({ status }) => status === 'open') ?? [];
}

/** Alerts that are not resolved, worst first; {@link isOpen} tells those that wait for somebody. */
export function openAlertsQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['alerts', 'overview', tenantId],
    queryFn: ({ signal }) =>
      ask(api.GET('/alerts', { params: { query: { tenant_id: tenantId, limit: COUNTED } }, signal })),
    refetchInterval: LIVE_MS,
  });
}

/** Active hosts, silent ones first. */
export function hostCountQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['agents', 'overview', tenantId],
    queryFn: ({ signal }) =>
      ask(
        api.GET('/agents', {
          params: { query: { tenant_id: tenantId, is_active: 'true', sort: 'offline_first', limit: COUNTED } },
          signal,
        }),
      ),
    refetchInterval: LIVE_MS,
  });
}

/** CVEs to patch first. */
export function topCvesQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['cves', 'overview', tenantId],
    queryFn: ({ signal }) =>
      ask(api.GET('/inventory/cves', { params: { query: { tenant_id: tenantId, limit: 6 } }, signal })),
  });
}

/** Emergency tokens in a state. */
export function eatsQuery(tenantId: string, state: 'live' | 'overdue') {
  return queryOptions({
    queryKey: ['eats', 'overview', tenantId, state],
    queryFn: ({ signal }) =>
      ask(api.GET('/emergency', { params: { query: { tenant_id: tenantId, state, limit: 20 } }, signal })),
    refetchInterval: LIVE_MS,
  });
}

/** Requests that wait for approvals. */
export function openQuorumsQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['quorum', 'overview', tenantId],
    queryFn: ({ signal }) =>
      ask(
        api.GET('/emergency/quorum', { params: { query: { tenant_id: tenantId, state: 'open', limit: 20 } }, signal }),
      ),
    refetchInterval: LIVE_MS,
  });
}

/** Who is on call now for the client. */
export function onCallQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['on-call', 'now', tenantId],
    queryFn: ({ signal }) => ask(api.GET('/on-call/now', { params: { query: { tenant_id: tenantId } }, signal })),
    refetchInterval: 60_000,
  });
}
