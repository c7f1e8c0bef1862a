/** Billing: the source's statement, the JSON, the CSV and the frozen month agree to the cent. */

import { randomBytes } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBillingActivities } from '../../src/activities/billing.ts';
import { sql } from '../../src/db/pool.ts';
import { billingLine, euros, safeCell } from '../../src/domain/billing.ts';
import { lastDayOf } from '../../src/domain/invoice.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase, turnClock } from '../support/postgres.ts';

const db = await createTestDatabase({ turnsClock: true });
const api = await createTestApi(db);
const activities = createBillingActivities({ pool: db.core, operator: null });

const THIS_MONTH = new Date().toISOString().slice(0, 7);
const LAST_MONTH = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 1, 1))
  .toISOString()
  .slice(0, 7);

type Overview = {
  state: string;
  total_cents: number;
  total_eur: string;
  items: {
    tenant_id: string;
    name: string;
    active_agents: number;
    billable_agents: number;
    monthly_cents: number;
    monthly_eur: string;
  }[];
};

const overview = async (query = ''): Promise<Overview> =>
  (await (await api.as('admin')('GET', `/billing/overview${query}`)).json()) as Overview;
const csv = async (query = ''): Promise<Record<string, string>[]> =>
  parse<Record<string, string>>(await (await api.as('admin')('GET', `/billing/export.csv${query}`)).text(), {
    columns: true,
  });

const explain = async (month: string): Promise<unknown> =>
  (await api.as('admin')('GET', `/billing/tenants/${api.tenants.a}/explain?month=${month}`)).json();

async function addAgents(tenantId: string, active: number, inactive: number): Promise<void> {
  await db.admin.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version, is_active, registered_at)
    select gen_random_uuid(), ${tenantId}::uuid, 'host-' || n, ${sql.binary(randomBytes(32))}, '1', n <= ${active}, now() - interval '100 days'
    from generate_series(1, ${active + inactive}) n`);
}

/** SOURCE.md task 7, as it stands. */
async function sourceStatement(): Promise<
  readonly { name: string; active_agents: number; billable_agents: number; monthly_eur: number }[]
> {
  return db.admin.any(sql.type(
    z.object({ name: z.string(), active_agents: z.number(), billable_agents: z.number(), monthly_eur: z.number() }),
  )`
    WITH per_tenant AS (
      SELECT t.id, t.name, COUNT(*) FILTER (WHERE a.is_active=true) AS active_agents,
             COUNT(*) FILTER (WHERE a.is_active=true) - 5 AS billable
      FROM tenants t JOIN agents a ON a.tenant_id = t.id
      WHERE t.msp_owner = ${api.msp.id}::UUID AND t.created_at < date_trunc('month',NOW()) GROUP BY t.id)
    SELECT name, active_agents, GREATEST(billable,0) AS billable_agents, GREATEST(billable,0)*3.0 AS monthly_eur
    FROM per_tenant ORDER BY monthly_eur DESC`);
}

describe('the running month', () => {
  it('agrees with the source’s statement, with the CSV, and with itself, over random fleets', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.nat(40), fc.nat(6), async (first, second, inactive) => {
        await db.admin.query(sql.unsafe`delete from agents`);
        await addAgents(api.tenants.a, first, inactive);
        await addAgents(api.tenants.b, second, 0);
        const [json, rows, source] = [await overview(), await csv(), await sourceStatement()];
        expect(json.state).toBe('running');
        expect(json.total_cents).toBe(billingLine(first).monthly_cents + billingLine(second).monthly_cents);
        expect(rows.map((row) => [row['tenant'], row['monthly_eur']])).toEqual(
          json.items.map((row) => [row.name, row.monthly_eur]),
        );
        for (const line of source) {
          const ours = json.items.find((row) => row.name === line.name);
          expect(ours).toMatchObject({ active_agents: line.active_agents, billable_agents: line.billable_agents });
          expect(ours?.monthly_cents).toBe(Math.round(line.monthly_eur * 100));
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('lists tenants without agents with 0, and not those that came this month, nor another MSP’s', async () => {
    await db.admin.query(sql.unsafe`delete from agents`);
    await db.admin.query(
      sql.unsafe`insert into tenants (msp_owner, slug, name) values (${api.msp.id}::uuid, 'new-one', 'New One')`,
    );
    const { items } = await overview();
    expect(items.map((row) => row.name).toSorted()).toEqual(['ACME', 'Globex']);
    expect(items.every((row) => row.monthly_cents === 0)).toBe(true);
  });
});

/** A moment of this month, at which last month has been over for more than a day. */
const LATER = `${THIS_MONTH}-09T00:05:00Z`;

describe('a month that is closed late, as the hub was away', () => {
  beforeAll(() => turnClock(db, LATER));
  afterAll(() => turnClock(db, null));

  it('409 until it is closed; then frozen, whatever happens to the hosts', async () => {
    expect((await api.as('admin')('GET', `/billing/overview?month=${LAST_MONTH}`)).status).toBe(409);
    await addAgents(api.tenants.a, 12, 0);
    await db.admin.query(sql.unsafe`
      insert into agent_daily_counts (tenant_id, day, active_agents) values (${api.tenants.a}::uuid, ${`${LAST_MONTH}-26`}::date, 9), (${api.tenants.a}::uuid, ${`${LAST_MONTH}-27`}::date, 8)`);
    await activities.closeBilling();
    const before = await csv(`?month=${LAST_MONTH}`);
    const acme = (await overview(`?month=${LAST_MONTH}`)).items.find((row) => row.name === 'ACME');
    expect(acme).toMatchObject({ active_agents: 8, billable_agents: 3, monthly_cents: 900, monthly_eur: '9.00' });
    await db.admin.query(sql.unsafe`delete from agents`);
    await db.admin.query(sql.unsafe`update tenants set name = 'Renamed' where id = ${api.tenants.a}::uuid`);
    await activities.closeBilling();
    expect(await csv(`?month=${LAST_MONTH}`)).toEqual(before);
    await db.admin.query(sql.unsafe`update tenants set name = 'ACME' where id = ${api.tenants.a}::uuid`);
  });

  it('no runtime role can change it', async () => {
    for (const pool of [db.app, db.core, db.signing]) {
      await expect(pool.query(sql.unsafe`update billing_months set monthly_cents = 0`)).rejects.toThrow();
      await expect(pool.query(sql.unsafe`delete from billing_months`)).rejects.toThrow();
    }
  });

  it('is explained by the counts of its days, and says that they end before it does', async () => {
    expect(await explain(LAST_MONTH)).toMatchObject({
      basis: 'daily_count',
      counted_on: `${LAST_MONTH}-27`,
      sentence: `8 active hosts, 5 of them free, 3 at EUR 3.00: EUR 9.00. Counted on ${LAST_MONTH}-27, the last day of the month on which the hub counted.`,
      days: [{ active_agents: 9 }, { active_agents: 8 }],
    });
  });
});

describe('a month that is closed in the night after it', () => {
  const LAST_DAY = lastDayOf(LAST_MONTH);
  const until = (time: string): string => `${THIS_MONTH}-01T${time}Z`;
  beforeAll(async () => {
    for (const table of ['agents', 'agent_daily_counts', 'billing_months'])
      await db.admin.query(sql.unsafe`delete from ${sql.identifier([table])}`);
  });
  afterAll(() => turnClock(db, null));

  /** Hosts that register at the moment to which the clock is turned. */
  const register = (count: number) =>
    db.admin.query(sql.unsafe`
      insert into agents (id, tenant_id, hostname, public_key, agent_version, registered_at)
      select gen_random_uuid(), ${api.tenants.a}::uuid, 'host-' || n, ${sql.binary(randomBytes(32))}, '1', now() from generate_series(1, ${count}) n`);
  const switchOff = (count: number) =>
    db.admin.query(sql.unsafe`
      update agents set is_active = false where id in (select id from agents where is_active order by registered_at, id limit ${count})`);

  it('says what the source’s statement and the overview said in the last minute of its last day', async () => {
    await turnClock(db, `${LAST_DAY}T00:01:00Z`);
    await register(8);
    await turnClock(db, `${LAST_DAY}T00:05:00Z`);
    await activities.closeBilling();
    await turnClock(db, `${LAST_DAY}T10:00:00Z`);
    await register(20);
    // Off before the month ends: the source's statement does not count it, whatever it did earlier.
    await switchOff(1);
    await turnClock(db, `${LAST_DAY}T23:59:00Z`);
    const [source] = await sourceStatement();
    const { items, total_cents, state } = await overview();
    const [line] = items;
    expect(state).toBe('running');
    expect(line).toMatchObject({ name: source?.name, active_agents: source?.active_agents, monthly_cents: 6_600 });
    expect(source).toMatchObject({ active_agents: 27, billable_agents: 22, monthly_eur: 66 });

    await turnClock(db, until('00:03:00'));
    await register(3);
    // Off for the count of 00:05, and on again after it.
    await switchOff(10);
    await turnClock(db, until('00:05:00'));
    await activities.closeBilling();
    expect(await overview(`?month=${LAST_MONTH}`)).toMatchObject({ state: 'closed', total_cents, items: [line, {}] });
  });

  it('is explained by a last day that says the same as the line', async () => {
    expect(await explain(LAST_MONTH)).toMatchObject({
      basis: 'closing_count',
      counted_on: LAST_DAY,
      sentence: '27 active hosts, 5 of them free, 22 at EUR 3.00: EUR 66.00.',
      days: [{ day: LAST_DAY, active_agents: 27 }],
    });
    expect(await explain(THIS_MONTH)).toMatchObject({ basis: 'now', counted_on: null, active_agents: 20 });
  });
});

describe('the CSV', () => {
  it('is RFC 4180 with stable columns, and gives a spreadsheet nothing to run', async () => {
    await db.admin.query(
      sql.unsafe`update tenants set name = ${'=HYPERLINK("http://x","a,b")'} where id = ${api.tenants.b}::uuid`,
    );
    const response = await api.as('admin')('GET', '/billing/export.csv');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="billing-${THIS_MONTH}.csv"`);
    const text = await response.text();
    expect(text.split('\r\n')[0]).toBe(
      'month,tenant_id,tenant,active_agents,free_agents,billable_agents,unit_eur,monthly_eur,currency',
    );
    expect(text).toContain(`"'=HYPERLINK(""http://x"",""a,b"")"`);
    await db.admin.query(sql.unsafe`update tenants set name = 'Globex' where id = ${api.tenants.b}::uuid`);
  });

  it.each(['=1', '+1', '-1', '@x', '\tx', '\rx'])('%j is made a text', (cell) => {
    expect(safeCell(cell)).toBe(`'${cell}`);
  });

  it.each([
    ['Foo;=HYPERLINK("http://x")', `Foo;'=HYPERLINK("http://x")`],
    ['Foo; +1;@x', "Foo; '+1;'@x"],
    ['＝1', "'＝1"],
    ['Foo; Bar - a+b=c @home', 'Foo; Bar - a+b=c @home'],
    ['', ''],
  ])('%j becomes %j, wherever a spreadsheet begins another cell', (cell, safe) => {
    expect(safeCell(cell)).toBe(safe);
  });
});

describe('refusals', () => {
  it('403 for an operator and for the client; 422 for a month to come', async () => {
    for (const role of ['operator', 'client_viewer'] as const) {
      expect((await api.as(role)('GET', '/billing/overview')).status).toBe(403);
    }
    expect((await api.as('admin')('GET', '/billing/overview?month=2999-01')).status).toBe(422);
  });
});

describe('money', () => {
  it('is exact in text', () => {
    expect([0, 5, 300, 123_456_789].map(euros)).toEqual(['0.00', '0.05', '3.00', '1234567.89']);
  });
});
