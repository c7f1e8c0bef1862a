/** Rows of the cockpit: read by pages, kept in the order in which they were read. */

import { type InfiniteData, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask, type Item, type paths } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';

/** One tenant of the cockpit. */
export type CockpitRow = Item<'/msp/cockpit'>;
type Query = NonNullable<paths['/msp/cockpit']['get']['parameters']['query']>;
type Page = Answered<'/msp/cockpit', 'get'>;
/** What is loaded of the rows. */
export type CockpitPages = InfiniteData<Page>;
type Sort = NonNullable<Query['sort']>;

/** Orders of the rows; the first is the one without a word in the address. */
export const COCKPIT_SORTS = [
  '-urgency',
  'urgency',
  'name',
  '-name',
  'trust_score',
  '-trust_score',
] as const satisfies readonly Sort[];
export type CockpitSort = (typeof COCKPIT_SORTS)[number];

/** What the rows are narrowed to, as the address holds it. */
export type CockpitFilter = {
  readonly urgency_gt?: number | undefined;
  readonly sort?: CockpitSort | undefined;
  readonly q?: string | undefined;
};

function defined({ urgency_gt, sort, q }: CockpitFilter): Query {
  return {
    ...(urgency_gt !== undefined && { urgency_gt }),
    ...(sort !== undefined && { sort }),
    ...(q !== undefined && { q }),
  };
}

/** The urgency above which a tenant is the morning's work (source, task 1). */
export const MORNING_URGENCY = 50;
const PAGE_ROWS = 100;
/** Old rows are not shown again when one comes back later. */
const KEEP_MS = 60_000;

/** Rows by pages. Nothing reads them again by itself: rows that change are replaced in place, so none jumps. */
export function cockpitQuery(filter: CockpitFilter) {
  return infiniteQueryOptions({
    queryKey: ['cockpit', 'rows', filter],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/msp/cockpit', {
          params: { query: { ...defined(filter), ...pageAfter(PAGE_ROWS, pageParam) } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEEP_MS,
  });
}

/** As many rows as the API gives at once. */
const PRINT_ROWS = 500;

/** Every row that the filter lets through, for paper. */
export async function everyRow(filter: CockpitFilter): Promise<readonly CockpitRow[]> {
  const rows: CockpitRow[] = [];
  let cursor: string | undefined;
  do {
    const page: Page = await ask(
      api.GET('/msp/cockpit', { params: { query: { ...defined(filter), ...pageAfter(PRINT_ROWS, cursor) } } }),
    );
    rows.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** All tenants in one line. */
export const cockpitSummaryQuery = queryOptions({
  queryKey: ['cockpit', 'summary'],
  queryFn: ({ signal }) =>
    ask(api.GET('/msp/cockpit/summary', { params: { query: { urgency_gt: MORNING_URGENCY } }, signal })),
  refetchInterval: 15_000,
});

/** Pages with the rows given in the place of their older selves; pages without a change stay the same object. */
export function replaceRows(pages: CockpitPages, rows: readonly CockpitRow[]): CockpitPages {
  const fresh = new Map(rows.map((row) => [row.tenant.id, row]));
  return {
    ...pages,
    pages: pages.pages.map((page) =>
      page.items.some(({ tenant }) => fresh.has(tenant.id))
        ? { ...page, items: page.items.map((row) => fresh.get(row.tenant.id) ?? row) }
        : page,
    ),
  };
}

function sortKey(row: CockpitRow, sort: CockpitSort): number {
  // As the hub sorts: a tenant without a score comes below every score. Names do not change under a reader.
  const key = sort.endsWith('urgency') ? row.urgency : sort.endsWith('score') ? (row.trust_score.current ?? -1) : 0;
  return sort.startsWith('-') ? -key : key;
}

/** Whether rows still are as the filter says: in its order, and none that it would leave out by now. */
export function isAsFiltered(rows: readonly CockpitRow[], { sort = '-urgency', urgency_gt }: CockpitFilter): boolean {
  let last = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const key = sortKey(row, sort);
    if (key < last || (urgency_gt !== undefined && row.urgency <= urgency_gt)) return false;
    last = key;
  }
  return true;
}

/** Whether a tenant that is not among the loaded rows belongs among them by now. */
export function belongsAmong(
  row: CockpitRow,
  loaded: readonly CockpitRow[],
  { sort = '-urgency', urgency_gt, q }: CockpitFilter,
): boolean {
  if (urgency_gt !== undefined && row.urgency <= urgency_gt) return false;
  if (q !== undefined && !`${row.tenant.name} ${row.tenant.slug}`.toLowerCase().includes(q.toLowerCase())) return false;
  const end = loaded.at(-1);
  return end === undefined || sortKey(row, sort) < sortKey(end, sort);
}
