import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openPool, sql } from '../../src/db/pool.ts';
import { withMsp, withSystem, withTenant } from '../../src/db/scope.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const count = z.object({ count: z.number() });
const MSP = '00000000-0000-4000-8000-000000000001';
const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';
await db.admin.query(sql.unsafe`insert into msps (id, name, email_domain) values (${MSP}::uuid, 'M', 'm.example')`);
for (const [id, slug] of [
  [A, 'a'],
  [B, 'b'],
] as const) {
  await db.admin.query(
    sql.unsafe`insert into tenants (id, msp_owner, slug, name) values (${id}::uuid, ${MSP}::uuid, ${slug}, ${slug})`,
  );
}
const tenants = sql.type(count)`select count(*) as count from tenants`;

describe('scopes', () => {
  it('shows nothing without a scope', async () => {
    expect(await db.app.one(tenants)).toEqual({ count: 0 });
  });
  it('shows one tenant, all of an MSP, or everything to a worker', async () => {
    expect(await withTenant(db.app, A, (tx) => tx.one(tenants))).toEqual({ count: 1 });
    expect(await withMsp(db.app, MSP, (tx) => tx.one(tenants))).toEqual({ count: 2 });
    expect(await withSystem(db.core, (tx) => tx.one(tenants))).toEqual({ count: 2 });
  });
  it('does not honour the system scope for the API (a bug there must not open every tenant)', async () => {
    expect(await withSystem(db.app, (tx) => tx.one(tenants))).toEqual({ count: 0 });
  });

  it('leaves nothing on a pooled connection, whether the transaction ended, failed or was cut off', async () => {
    const single = await openPool(db.uri('monsys_app'), { maxPoolSize: 1, applicationName: 'one' });
    try {
      await withTenant(single, A, (tx) => tx.one(tenants));
      expect(await single.one(tenants)).toEqual({ count: 0 });
      await expect(
        withMsp(single, MSP, async (tx) => {
          expect(await tx.one(tenants)).toEqual({ count: 2 });
          return tx.query(sql.unsafe`select 1 / 0`);
        }),
      ).rejects.toThrow();
      expect(await single.one(tenants)).toEqual({ count: 0 });
      await expect(
        withTenant(single, A, async (tx) => {
          const { pid } = await tx.one(sql.type(z.object({ pid: z.number() }))`select pg_backend_pid() as pid`);
          await db.admin.query(sql.unsafe`select pg_terminate_backend(${pid})`);
          return tx.one(tenants);
        }),
      ).rejects.toThrow();
      expect(await single.one(tenants)).toEqual({ count: 0 });
      // Even a setting made for the whole session, as a bug might, is gone for the next user of the connection.
      await single.connect((connection) => connection.query(sql.unsafe`select set_config('app.msp', ${MSP}, false)`));
      expect(await single.one(tenants)).toEqual({ count: 0 });
    } finally {
      await single.end();
    }
  });

  it('writes customer rows in their own tenant alone', async () => {
    const rule = (tenantId: string) => sql.unsafe`
      insert into alert_rules (tenant_id, name, metric, operator, threshold, duration_secs, severity, target)
      values (${tenantId}::uuid, 'r', 'cpu_pct', '>', 1, 0, 'info', '{"kind":"all"}')`;
    await expect(withTenant(db.app, A, (tx) => tx.query(rule(B)))).rejects.toThrow();
    await expect(withMsp(db.app, MSP, (tx) => tx.query(rule(A)))).rejects.toThrow();
    await withTenant(db.app, A, (tx) => tx.query(rule(A)));
    const moved = sql.unsafe`update alert_rules set tenant_id = ${B}::uuid where tenant_id = ${A}::uuid`;
    await expect(withTenant(db.app, A, (tx) => tx.query(moved))).rejects.toThrow();
  });
});
