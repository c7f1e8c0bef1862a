import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const create = (slug: string): Promise<Response> => api.as('admin')('POST', '/tenants', { name: 'Initech', slug });
const count = async (slug: string): Promise<{ tenants: number; rules: number }> =>
  db.admin.one(sql.type(z.object({ tenants: z.number(), rules: z.number() }))`
    select count(distinct t.id) as tenants, count(r.id) as rules
    from tenants t left join alert_rules r on r.tenant_id = t.id where t.slug = ${slug}`);

describe('POST /tenants', () => {
  afterEach(() => db.admin.query(sql.unsafe`drop trigger if exists fail on alert_rules`));

  it('makes the tenant with its default rules', async () => {
    expect((await create('initech')).status).toBe(201);
    const made = await count('initech');
    expect(made.tenants).toBe(1);
    expect(made.rules).toBeGreaterThan(0);
  });

  it('makes no tenant when its rules cannot be made (a tenant nobody watches)', async () => {
    await db.admin.query(sql.unsafe`
      create function fail() returns trigger language plpgsql as $$ begin raise exception 'as if the process had died'; end $$`);
    await db.admin.query(sql.unsafe`create trigger fail before insert on alert_rules execute function fail()`);
    expect((await create('unlucky')).status).toBe(500);
    expect(await count('unlucky')).toEqual({ tenants: 0, rules: 0 });
  });
});
