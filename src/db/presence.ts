/** Since when the hub has heard agents without a break; silence before that proves nothing about a host. */

import type { DatabasePool } from 'slonik';
import { sql } from './pool.ts';

/** How often an API instance beats. */
export const PRESENCE_BEAT_SECONDS = 10;
/** A gap longer than this, two beats missed, means that no API was there to hear. Well below the 90 s of silence that make a host offline. */
export const PRESENCE_GAP_SECONDS = 30;

/** Notes that an API is up; after a gap the hearing starts anew. */
export async function beatPresence(pool: DatabasePool): Promise<void> {
  await pool.query(sql.unsafe`
    insert into hub_presence (only_row, hearing_since, last_beat_at) values (true, now(), now())
    on conflict (only_row) do update set last_beat_at = now(),
      hearing_since = case when hub_presence.last_beat_at < now() - make_interval(secs => ${PRESENCE_GAP_SECONDS}) then now()
        else hub_presence.hearing_since end`);
}
