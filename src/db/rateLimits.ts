/** Fixed-window counters that hold across API instances. Kept in Postgres, so there is no other store to run. */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { sql } from './pool.ts';

const hitRow = z.object({ hits: z.number(), resets_in_seconds: z.number() });

/**
 * Counts one hit on `key` and tells how many there are in the present window.
 * A statement of its own, outside the request's transaction: a refused request must still count.
 */
export async function countHit(
  pool: DatabasePool,
  key: string,
  windowSeconds: number,
): Promise<z.infer<typeof hitRow>> {
  return pool.one(sql.type(hitRow)`
    with w as (select to_timestamp(floor(extract(epoch from now()) / ${windowSeconds}) * ${windowSeconds}) as start)
    insert into rate_limits (key, window_start, hits) select ${key}, w.start, 1 from w
    on conflict (key, window_start) do update set hits = rate_limits.hits + 1
    returning hits, ceil(extract(epoch from window_start - now()) + ${windowSeconds})::int as resets_in_seconds`);
}
