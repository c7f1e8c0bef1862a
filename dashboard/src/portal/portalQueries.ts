/** What the portal asks the hub: always of the one client who is signed in. */

import { queryOptions } from '@tanstack/react-query';
import { api, ask, type Item } from '../api/client.ts';
import { pageAfter } from '../api/paging.ts';
import { endOf } from './workWords.ts';

/** Pages of a list that are read at most, at 200 rows each. */
const MAX_PAGES = 25;
const PAGE = 200;

type Page<T> = { readonly items: readonly T[]; readonly next_cursor: string | null };

/** Reads a paged list to its end, or until `enough` says so. */
async function readAll<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  enough: (items: readonly T[]) => boolean = () => false,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const next = await read(cursor);
    items.push(...next.items);
    if (next.next_cursor === null || enough(next.items)) break;
    cursor = next.next_cursor;
  }
  return items;
}

/** An alert, a host, a token, a CVE and a session, as lists show them. */
export type Alert = Item<'/alerts'>;
export type Host = Item<'/agents'>;
export type Eat = Item<'/emergency'>;
export type Cve = Item<'/inventory/cves'>;
export type Session = Item<'/auth/impersonations'>;

/** The Trust Score over 30 days. */
export const scoreQuery = queryOptions({
  queryKey: ['portal', 'score'],
  queryFn: ({ signal }) => ask(api.GET('/trust-score/v12/tenant', { params: { query: { range: '30d' } }, signal })),
});

/** Alerts that nobody has resolved yet. */
export const openAlertsQuery = queryOptions({
  queryKey: ['portal', 'alerts', 'open'],
  refetchInterval: 15_000,
  queryFn: ({ signal }) =>
    readAll<Alert>((cursor) =>
      ask(api.GET('/alerts', { params: { query: { status: 'unresolved', ...pageAfter(PAGE, cursor) } }, signal })),
    ),
});

/** Every host. */
export const hostsQuery = queryOptions({
  queryKey: ['portal', 'hosts'],
  refetchInterval: 15_000,
  queryFn: ({ signal }) =>
    readAll<Host>((cursor) =>
      ask(api.GET('/agents', { params: { query: { sort: 'offline_first', ...pageAfter(PAGE, cursor) } }, signal })),
    ),
});

/** ISO 8601 moments as text: the newest first. */
const newestFirst = (a: string | null, b: string | null): number => (b ?? '').localeCompare(a ?? '');

/** What was done in a month, newest first: tokens that are over, alerts resolved, CVEs fixed. */
export function workQuery(month: string) {
  const isIn = (at: string | null) => at?.startsWith(month) ?? false;
  return queryOptions({
    queryKey: ['portal', 'work', month],
    queryFn: async ({ signal }) => {
      const [eats, alerts, cves] = await Promise.all([
        readAll<Eat>(
          (cursor) => ask(api.GET('/emergency', { params: { query: pageAfter(PAGE, cursor) }, signal })),
          // Newest first: once a page reaches the month before, the rest is older still.
          (items) => items.some(({ issued_at }) => issued_at < month),
        ),
        readAll<Alert>((cursor) =>
          ask(api.GET('/alerts', { params: { query: { status: 'resolved', ...pageAfter(PAGE, cursor) } }, signal })),
        ),
        readAll<Cve>((cursor) =>
          ask(api.GET('/inventory/cves', { params: { query: { state: 'all', ...pageAfter(PAGE, cursor) } }, signal })),
        ),
      ]);
      return {
        eats: eats.filter((eat) => isIn(eat.issued_at) && endOf(eat) !== null),
        alerts: alerts
          .filter(({ resolved_at }) => isIn(resolved_at))
          .toSorted((a, b) => newestFirst(a.resolved_at, b.resolved_at)),
        cves: cves
          .filter(({ last_patched_at }) => isIn(last_patched_at))
          .toSorted((a, b) => newestFirst(a.last_patched_at, b.last_patched_at)),
      };
    },
  });
}

/** Sessions of the provider's people, newest first. */
export const sessionsQuery = queryOptions({
  queryKey: ['portal', 'sessions'],
  refetchInterval: 5_000,
  queryFn: async ({ signal }) =>
    (await ask(api.GET('/auth/impersonations', { params: { query: { limit: 100 } }, signal }))).items,
});
