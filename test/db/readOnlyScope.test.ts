/**
 * The scope of a client's people, against every table of the catalogue: what a tenant's scope could change, the
 * database refuses them. The statements are plain SQL, as a mistake in the API, or an injection, would send them.
 */

import { expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { withTenant, withTenantReadOnly } from '../../src/db/scope.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const A = '00000000-0000-4000-8000-00000000000a';

const tables = await db.admin.any(sql.type(
  z.object({ name: z.string(), has_tenant: z.boolean(), column: z.string().nullable(), may_delete: z.boolean() }),
)`
  select c.relname as name, has_table_privilege('monsys_app', c.oid, 'delete') as may_delete,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as has_tenant,
    (select min(a.attname::text) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and has_column_privilege('monsys_app', c.oid, a.attnum, 'update')) as "column"
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity order by 1`);
const id = (name: string) => sql.identifier([name]);

// Policies alone are on trial: without keys, checks and triggers, a row of nothing but its tenant fits every table.
await db.admin.query(sql.unsafe`
  do $$
  declare bar record;
  begin
    for bar in select conrelid::regclass as tbl, conname from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c') and conparentid = 0 order by contype in ('p', 'u')
    loop
      execute format('alter table %s drop constraint if exists %I cascade', bar.tbl, bar.conname);
    end loop;
    for bar in select attrelid::regclass as tbl, attname from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attnotnull and a.attidentity = ''
        and a.attnum > 0 and not a.attisdropped
    loop
      execute format('alter table %s alter column %I drop not null', bar.tbl, bar.attname);
    end loop;
    for bar in select oid::regclass as tbl from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') loop
      execute format('alter table %s disable trigger user', bar.tbl);
    end loop;
  end $$`);
for (const { name, has_tenant } of tables)
  if (has_tenant) await db.admin.query(sql.unsafe`insert into ${id(name)} (tenant_id) values (${A}::uuid)`);

const writes = tables.flatMap(({ name, has_tenant, column, may_delete }) => [
  {
    what: `insert ${name}`,
    statement: has_tenant
      ? sql.unsafe`insert into ${id(name)} (tenant_id) values (${A}::uuid)`
      : sql.unsafe`insert into ${id(name)} default values`,
  },
  ...(column === null
    ? []
    : [{ what: `update ${name}`, statement: sql.unsafe`update ${id(name)} set ${id(column)} = ${id(column)}` }]),
  ...(may_delete ? [{ what: `delete ${name}`, statement: sql.unsafe`delete from ${id(name)}` }] : []),
]);

/** What app.writable() of migrations/0134_readonly_scope.sql says. */
const REFUSED = 'error: this scope is read-only';

/** Carries out of its transaction how many rows were changed, so that nothing is. */
class Undone extends Error {
  readonly rows: number;
  constructor(rows: number) {
    super('undone');
    this.rows = rows;
  }
}

/** How many rows each write changes in a scope, or what the database says where it refuses. Nothing stays changed. */
async function attemptAll(scope: typeof withTenant): Promise<ReadonlyMap<string, number | string>> {
  const answers = new Map<string, number | string>();
  await scope(db.app, A, async (tx) => {
    for (const { what, statement } of writes) {
      // A savepoint each, so that the scope goes on.
      const undone = tx.transaction(async (inner) => {
        throw new Undone((await inner.query(statement)).rowCount);
      });
      answers.set(what, await undone.catch((error: unknown) => (error instanceof Undone ? error.rows : String(error))));
    }
  });
  return answers;
}

it('refuses a client’s people every write that a tenant’s scope could do, table by table, but the audit of their own acts', async () => {
  const inTenant = await attemptAll(withTenant);
  const readOnly = await attemptAll(withTenantReadOnly);
  const possible = writes.map(({ what }) => what).filter((what) => inTenant.get(what) === 1);
  // A control: the tenant's own scope may do these.
  expect(possible.length).toBeGreaterThan(70);
  const unlike = possible.filter((what) => readOnly.get(what) !== REFUSED);
  expect(Object.fromEntries(unlike.map((what) => [what, readOnly.get(what)]))).toMatchInlineSnapshot(`
    {
      "insert audit_chain_heads": 1,
      "insert audit_log": "error: new row violates row-level security policy "readonly_inserts" for table "audit_log"",
      "update audit_chain_heads": 1,
      "update impersonations": 0,
    }
  `);
  const changing = [...readOnly].filter(([, rows]) => typeof rows === 'number' && rows > 0);
  expect(changing.map(([what]) => what)).toEqual(['insert audit_chain_heads', 'update audit_chain_heads']);
});

it('lets them answer an engineer who waits, and be written down, and nothing near it', async () => {
  const answers = async (statement: (typeof writes)[number]['statement']): Promise<string> => {
    try {
      return `${(await withTenantReadOnly(db.app, A, (tx) => tx.query(statement))).rowCount}`;
    } catch (error) {
      return String(error);
    }
  };
  const requestIs = (state: string) => db.admin.query(sql.unsafe`update impersonations set state = ${state}`);
  await requestIs('awaiting_consent');
  expect(await answers(sql.unsafe`update impersonations set state = 'active'`)).toContain('row-level security');
  expect(await answers(sql.unsafe`update impersonations set state = 'granted'`)).toBe('1');
  await requestIs('active');
  expect(await answers(sql.unsafe`update impersonations set state = 'ended'`)).toBe('0');
  const audit = (kind: string) =>
    sql.unsafe`insert into audit_log (tenant_id, actor_kind) values (${A}::uuid, ${kind})`;
  expect(await answers(audit('system'))).toContain('row-level security');
  expect(await answers(audit('user'))).toBe('1');
});
