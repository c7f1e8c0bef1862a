/** Opaque cursors of paged lists: the sort key of the last row, so that a page never repeats or skips what did not move. */

import { z } from 'zod';
import { RefusedError } from '../domain/refusal.ts';

type Key = Readonly<Record<string, string | number | boolean | null | undefined>>;

function encodeCursor(key: Key): string {
  return Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');
}

/** Decodes a cursor with the schema of its list; anything else is `invalid_request`. */
function decodeCursor<S extends z.ZodType>(cursor: string | undefined, schema: S): z.output<S> | null {
  if (cursor === undefined) return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new RefusedError('invalid_request', 'The cursor is not one of this list; start without it.');
  return parsed.data;
}

/** `cursor` and `limit` of a list's query. */
export const pageQuery = z.object({
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('rows per page'),
});

/** Answer of a paged list. */
export function page<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** Sort key of what is listed by name; the id tells namesakes apart. */
export const nameKey = z.object({ name: z.string(), id: z.uuid() });

/** The key of such a row. */
export function keyOfName({ name, id }: z.output<typeof nameKey>): z.output<typeof nameKey> {
  return { name, id };
}

/** What a page asks of its query: the rows behind `after`, at most `limit` of them. */
export type Slice<K> = { readonly after: K | null; readonly limit: number };

/**
 * Reads one page. `read` is asked for one row more than the page holds: by it we see whether another page follows.
 * `keyOf` gives the sort key of a row, by which `read` goes on.
 */
export async function readPage<S extends z.ZodType<Key>, R>(
  query: z.output<typeof pageQuery>,
  keySchema: S,
  read: (slice: Slice<z.output<S>>) => Promise<readonly R[]>,
  keyOf: (row: R) => z.output<S>,
): Promise<{ readonly items: R[]; readonly next_cursor: string | null }> {
  const { cursor, limit } = query;
  const rows = await read({ after: decodeCursor(cursor, keySchema), limit: limit + 1 });
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit), next_cursor: last === undefined ? null : encodeCursor(keyOf(last)) };
}
