/** Is the database there? */

import type { DatabasePool } from 'slonik';
import { sql } from './pool.ts';

/** Throws when the database does not answer. */
export async function pingDatabase(pool: DatabasePool): Promise<void> {
  await pool.query(sql.unsafe`select 1`);
}
