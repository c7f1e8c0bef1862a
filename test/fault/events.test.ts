import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listenForEvents } from '../../src/api/events.ts';
import { sql } from '../../src/db/pool.ts';
import { createLogger } from '../../src/platform/log.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';

const db = await createTestDatabase();
const database = new URL(db.uri('postgres')).pathname.slice(1);
const listeners = async (): Promise<number> =>
  (
    await db.admin.one(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from pg_stat_activity where datname = ${database} and application_name = 'monsys-events'`)
  ).count;

describe('the connection that hears notifications', () => {
  it('comes back after an outage by one loop that waits longer each time, and hears each notice once', async () => {
    const failedAt: number[] = [];
    const log = createLogger('test', 'warn', {
      write: (line) => {
        if (line.includes('cannot hear notifications yet')) failedAt.push(performance.now());
      },
    });
    const events = await listenForEvents(db.uri('monsys_app'), log);
    let reconnected = 0;
    events.onReconnected(() => {
      reconnected += 1;
    });
    const heard: string[] = [];
    events.on('cockpit', (payload) => heard.push(payload));

    const allow = (yes: boolean) =>
      db.admin.query(sql.unsafe`update pg_database set datallowconn = ${yes} where datname = ${database}`);
    await allow(false);
    await db.admin.query(sql.unsafe`
      select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database} and application_name = 'monsys-events'`);
    await waitUntil('four tries fail', () => failedAt.length >= 4);
    await allow(true);
    // 0.4 + 0.8 + 1.6 s lie between the first failure and the fourth; two loops would be there sooner.
    expect((failedAt[3] as number) - (failedAt[0] as number)).toBeGreaterThan(2_500);
    await waitUntil('it hears again', () => reconnected > 0);
    expect(await listeners()).toBe(1);
    await db.admin.query(sql.unsafe`select pg_notify('cockpit', 'once')`);
    await waitUntil('the notice', () => heard.length > 0);
    expect(heard).toEqual(['once']);
    await events.close();
    await waitUntil('nothing is left', async () => (await listeners()) === 0);
  });
});
