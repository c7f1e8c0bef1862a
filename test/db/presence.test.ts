import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { beatPresence } from '../../src/db/presence.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const hearsAnew = async (gapSeconds: number): Promise<boolean> => {
  await beatPresence(db.app);
  await db.admin.query(sql.unsafe`
    update hub_presence set hearing_since = now() - interval '1 day', last_beat_at = now() - make_interval(secs => ${gapSeconds})`);
  await beatPresence(db.app);
  const row = await db.admin.one(sql.type(z.object({ anew: z.boolean() }))`
    select hearing_since > now() - interval '1 minute' as anew from hub_presence`);
  return row.anew;
};

describe('beatPresence', () => {
  it('counts silence anew after a gap of more than 30 s, and goes on after one late beat', async () => {
    expect(await hearsAnew(35)).toBe(true);
    expect(await hearsAnew(25)).toBe(false);
  });
});
