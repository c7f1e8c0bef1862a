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
