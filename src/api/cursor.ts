/** Opaque cursors of paged lists: the sort key of the last row, so that a page never repeats or skips what did not move. */

import { z } from 'zod';
import { RefusedError } from '../domain/refusal.ts';

/** Encodes the sort key of the last row of a page. */
export function encodeCursor(key: Readonly<Record<string, string | number | boolean | null>>): string {
  return Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');
}

/** Decodes a cursor with the schema of its list; anything else is `invalid_request`. */
export function decodeCursor<S extends z.ZodType>(cursor: string | undefined, schema: S): z.output<S> | null {
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
