/** Lists that the hub tells page by page. */

/** How an infinite query walks the pages; spread into it. */
export const PAGED = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: { readonly next_cursor: string | null }): string | undefined =>
    last.next_cursor ?? undefined,
};

/** The page after `cursor`, or the first, as a part of a request's query. */
export function pageAfter(
  limit: number,
  cursor: string | undefined,
): { readonly limit: number; readonly cursor?: string } {
  return { limit, ...(cursor !== undefined && { cursor }) };
}

/** Rows a page of what is read whole: as many as the hub gives. */
const LARGEST_PAGE = 500;
/** Where reading whole ends; what has more wants a search. */
const MOST_ITEMS = 10_000;

/** All items of a list, page after page: a choice must not leave out what stands on the second. At most 10,000. */
export async function everyItem<T>(
  read: (
    page: ReturnType<typeof pageAfter>,
  ) => Promise<{ readonly items: readonly T[]; readonly next_cursor: string | null }>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await read(pageAfter(LARGEST_PAGE, cursor));
    items.push(...answer.items);
    cursor = answer.next_cursor ?? undefined;
  } while (cursor !== undefined && items.length < MOST_ITEMS);
  return items;
}
