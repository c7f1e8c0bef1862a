import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deleteForgettable } from '../../src/db/housekeeping.ts';
import { sql } from '../../src/db/pool.ts';
import { withSystem } from '../../src/db/scope.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);

describe('deleteForgettable', () => {
  it('forgets counts of wrong attempts that say nothing any more, and keeps a lock and a running count', async () => {
    await db.admin.query(sql.unsafe`
      insert into auth_failures (subject, failures, first_failure_at, locked_until) values
        ('login:old', 3, now() - interval '2 days', null),
        ('login:long-locked', 9, now() - interval '2 days', now() - interval '1 hour'),
        ('login:fresh', 3, now(), null)`);
    expect(await withSystem(db.core, deleteForgettable)).toMatchObject({ auth_failures: 1 });
    const left = await db.admin.any(
      sql.type(z.object({ subject: z.string() }))`select subject from auth_failures order by subject`,
    );
    expect(left.map(({ subject }) => subject)).toEqual(['login:fresh', 'login:long-locked']);
  });

  it('forgets deliveries of webhooks after 30 days unless they are under way, and secrets at their end', async () => {
    const { id } = await db.admin.one(sql.type(z.object({ id: z.uuid() }))`
      insert into webhooks (msp_id, name, url, created_by_email) values (${api.msp.id}::uuid, 'w', 'https://w.example/', 'admin@msp.example') returning id`);
    await db.admin.query(sql.unsafe`
      insert into webhook_deliveries (webhook_id, msp_id, event, body, status, created_at, finished_at) values
        (${id}::uuid, ${api.msp.id}::uuid, 'ping', 'old', 'failed', now() - interval '31 days', now() - interval '31 days'),
        (${id}::uuid, ${api.msp.id}::uuid, 'ping', 'pending', 'pending', now() - interval '31 days', null),
        (${id}::uuid, ${api.msp.id}::uuid, 'ping', 'recent', 'delivered', now() - interval '29 days', now())`);
    await db.admin.query(sql.unsafe`
      insert into webhook_secrets (webhook_id, sealed, expires_at) values
        (${id}::uuid, '', null), (${id}::uuid, '', now() - interval '1 second'), (${id}::uuid, '', now() + interval '1 hour')`);
    expect(await withSystem(db.core, deleteForgettable)).toMatchObject({ webhook_deliveries: 1, webhook_secrets: 1 });
    const left = await db.admin.any(
      sql.type(z.object({ body: z.string() }))`select body from webhook_deliveries order by body`,
    );
    expect(left.map(({ body }) => body)).toEqual(['pending', 'recent']);
  });

  it('forgets what a host spent in maintenance 30 days ago, but not while an alert of that time is open', async () => {
    const { a: tenantId } = api.tenants;
    const agents = await db.admin.any(sql.type(z.object({ id: z.uuid() }))`
      insert into agents (id, tenant_id, hostname, public_key, agent_version)
      select gen_random_uuid(), ${tenantId}::uuid, 'spent-' || n, decode(repeat('00', 32), 'hex'), '1' from generate_series(1, 2) n returning id`);
    const [idle, busy] = agents.map(({ id }) => id) as [string, string];
    const window = await db.admin.one(sql.type(z.object({ id: z.uuid() }))`
      insert into maintenance_windows (tenant_id, title, reason, scope, schedule) values (${tenantId}::uuid, 'w', 'r', 'tenant', '{}') returning id`);
    await db.admin.query(sql.unsafe`
      insert into maintenance_spent (tenant_id, agent_id, window_id, starts_at, ends_at)
      select ${tenantId}::uuid, a.id, ${window.id}::uuid, now() - make_interval(days => d + 1), now() - make_interval(days => d)
      from unnest(${sql.array([idle, busy], 'uuid')}) a (id) cross join unnest(array[29, 32]) d`);
    await db.admin.query(sql.unsafe`
      insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
      values (${tenantId}::uuid, 1, ${busy}::uuid, 'rule', 'f', 'high', 't', now() - interval '33 days', now(), now())`);
    expect(await withSystem(db.core, deleteForgettable)).toMatchObject({ maintenance_spent: 1 });
    const left = await db.admin.any(sql.type(z.object({ agent_id: z.uuid() }))`select agent_id from maintenance_spent`);
    expect(left.map(({ agent_id }) => agent_id).toSorted()).toEqual([idle, busy, busy].toSorted());
  });

  it('forgets sessions that ended more than 30 days ago, but not one that an impersonation names', async () => {
    const { id: userId } = api.user('admin');
    const open = (endedDaysAgo: number) =>
      db.admin.one(sql.type(z.object({ id: z.uuid() }))`
        insert into sessions (token_hash, user_id, msp_id, purpose, created_at, expires_at)
        values (${sql.binary(randomBytes(32))}, ${userId}::uuid, ${api.msp.id}::uuid, 'session', now() - interval '99 days', now() - make_interval(days => ${endedDaysAgo}))
        returning id`);
    await open(31);
    const recent = await open(29);
    const named = await open(90);
    await db.admin.query(sql.unsafe`
      insert into impersonations (tenant_id, msp_id, user_id, user_email, reason, mode, duration_minutes, state, session_id, ended_at, end_reason)
      values (${api.tenants.a}::uuid, ${api.msp.id}::uuid, ${userId}::uuid, 'admin@msp.example', 'to see what they see', 'read_only', 10, 'ended', ${named.id}::uuid, now(), 'ended')`);
    expect(await withSystem(db.core, deleteForgettable)).toMatchObject({ sessions: 1 });
    const left = await db.admin.any(sql.type(z.object({ id: z.uuid() }))`select id from sessions`);
    expect(left.map(({ id }) => id).toSorted()).toEqual([recent.id, named.id].toSorted());
  });
});
