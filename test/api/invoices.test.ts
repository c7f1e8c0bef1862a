/** Parties, prices and invoices over the API: what is refused, what is frozen, and that every form says the same to the cent. */

import { randomBytes } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBillingActivities } from '../../src/activities/billing.ts';
import { sql } from '../../src/db/pool.ts';
import { withMsp, withSystem } from '../../src/db/scope.ts';
import { billingLine, euros } from '../../src/domain/billing.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { OperatorInvoicing } from '../../src/domain/invoicing.ts';
import type { Party } from '../../src/domain/party.ts';
import { draftRebill, priceList } from '../../src/domain/priceList.ts';
import { createTestApi } from '../support/api.ts';
import { CLIENT_PARTY, DUTCH_PARTY, GERMAN_PARTY, MSP_PARTY } from '../support/parties.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const operator: OperatorInvoicing = { party: MSP_PARTY, vat_rate: 2_100, number_prefix: 'HUB' };
const api = await createTestApi(db, { operator });
const { a, b, other } = api.tenants;
const activities = createBillingActivities({ pool: db.core, operator });
const closeBilling = () => activities.closeBilling();

const monthsAgo = (count: number): string => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
};
const [THIS_MONTH, LAST_MONTH, BEFORE_LAST] = [monthsAgo(0), monthsAgo(1), monthsAgo(2)];
const YEAR = new Date().getUTCFullYear();
const MSP: Party = { ...GERMAN_PARTY, legal_name: 'Test MSP GmbH' };
const LIST = {
  free_agents: 1,
  agent_cents: 1_250,
  tiers: [{ above: 4, agent_cents: 999 }],
  monthly_fee_cents: 5_000,
  vat: { category: 'S', rate: 1_900 },
  tenants: [{ tenant_id: b, discount: 1_234, vat: { category: 'AE' } }],
} as const;

type Preview = { state: string; missing: { party: string; field: string }[]; invoice: Invoice };
const admin = api.as('admin');
const json = async <T>(path: string): Promise<T> => (await (await admin('GET', path)).json()) as T;
const status = async (...call: Parameters<typeof admin>): Promise<[number, string]> => {
  const response = await admin(...call);
  const text = await response.text();
  const type = text.startsWith('{') ? (JSON.parse(text) as { type?: string }).type : undefined;
  return [response.status, type?.replace('urn:monsys:problem:', '') ?? ''];
};
const amounts = (xml: string, name: string): readonly string[] =>
  [...new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName(`cbc:${name}`)].map(
    (node) => node.textContent ?? '',
  );

async function addAgents(tenantId: string, count: number): Promise<void> {
  await db.admin.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version, registered_at)
    select gen_random_uuid(), ${tenantId}::uuid, 'host-' || n, ${sql.binary(randomBytes(32))}, '1', now() - interval '200 days'
    from generate_series(1, ${count}) n`);
}

/** Prices of months that are over come from before they were; the API would refuse to write them now. */
async function setPastPrices(list: unknown, from = monthsAgo(6)): Promise<void> {
  await db.admin.query(sql.unsafe`
    insert into price_lists (msp_id, effective_from, list) values (${api.msp.id}::uuid, ${from}, ${JSON.stringify(list)}::jsonb)
    on conflict (msp_id, effective_from) do update set list = excluded.list`);
}

async function setParties(): Promise<void> {
  expect((await admin('PUT', '/billing/settings', { party: MSP })).status).toBe(200);
  expect((await admin('PUT', `/tenants/${a}/billing-settings`, { party: GERMAN_PARTY })).status).toBe(200);
  expect((await admin('PUT', `/tenants/${b}/billing-settings`, { party: DUTCH_PARTY })).status).toBe(200);
}

beforeEach(async () => {
  await db.admin.query(sql.unsafe`
    truncate agents, agent_daily_counts, billing_months, msp_invoicing, tenant_invoicing, price_lists, invoice_counters, msp_invoices, tenant_invoices cascade`);
});

describe('200', () => {
  it('parties and prices are there as they were set, each with an audit row', async () => {
    await setParties();
    expect(await json('/billing/settings')).toMatchObject({ party: MSP, number_prefix: 'INV', operator: MSP_PARTY });
    expect(await json(`/tenants/${b}/billing-settings`)).toMatchObject({ tenant_id: b, party: DUTCH_PARTY });
    const next = monthsAgo(-1);
    for (const effective_from of [THIS_MONTH, next])
      expect((await admin('PUT', '/billing/price-list', { effective_from, list: LIST })).status).toBe(200);
    expect(await json('/billing/price-list')).toMatchObject({
      in_force: { effective_from: THIS_MONTH, list: { agent_cents: 1_250 } },
      items: [{ effective_from: next }, { effective_from: THIS_MONTH }],
    });
    const events = await db.admin.any(sql.type(z.object({ event_type: z.string(), tenant_id: z.string().nullable() }))`
      select event_type, tenant_id from audit_log where event_type ~ 'billing|price' order by occurred_at`);
    expect(events.slice(-5)).toEqual([
      { event_type: 'billing_settings_changed', tenant_id: null },
      { event_type: 'billing_settings_changed', tenant_id: a },
      { event_type: 'billing_settings_changed', tenant_id: b },
      { event_type: 'price_list_changed', tenant_id: null },
      { event_type: 'price_list_changed', tenant_id: null },
    ]);
  });

  it('a running month is a draft that says what it lacks, and that nothing is lacking when nothing is', async () => {
    await addAgents(a, 8);
    await admin('PUT', '/billing/price-list', { effective_from: THIS_MONTH, list: LIST });
    const bare = await json<Preview>(`/billing/tenants/${a}/invoice`);
    expect(bare).toMatchObject({ state: 'draft', invoice: { number: null, totals: { payable_cents: 15_466 } } });
    expect(bare.missing.map(({ party, field }) => `${party}.${field}`)).toEqual(['seller.party', 'buyer.party']);
    await setParties();
    expect(await json<Preview>(`/billing/tenants/${a}/invoice`)).toMatchObject({ state: 'draft', missing: [] });
    expect(await json<Preview>('/billing/invoice')).toMatchObject({
      missing: [],
      invoice: { vat: { category: 'AE' }, totals: { payable_cents: 900 } },
    });
  });

  it('a closed month’s invoices have numbers without gaps for each issuer, dates, parties and XML', async () => {
    await addAgents(a, 8);
    await addAgents(b, 3);
    await setPastPrices(LIST);
    await setParties();
    expect(await closeBilling()).toMatchObject({ invoices: 9 });
    const number = async (path: string) => (await json<Preview>(path)).invoice.number;
    expect([
      await number(`/billing/invoice?month=${BEFORE_LAST}`),
      await number(`/billing/invoice?month=${LAST_MONTH}`),
      await number(`/billing/tenants/${a}/invoice?month=${LAST_MONTH}`),
      await number(`/billing/tenants/${b}/invoice?month=${LAST_MONTH}`),
    ]).toEqual([`HUB-${YEAR}-00002`, `HUB-${YEAR}-00003`, `INV-${YEAR}-00005`, `INV-${YEAR}-00006`]);
    const response = await admin('GET', `/billing/tenants/${a}/invoice.xml?month=${LAST_MONTH}`);
    expect(response.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="INV-${YEAR}-00005.xml"`);
    const xml = await response.text();
    expect(amounts(xml, 'RegistrationName')).toEqual(['Test MSP GmbH', 'Beispiel GmbH']);
    expect(amounts(xml, 'PayableAmount')).toEqual(['154.66']);
  });
});

describe('what is issued', () => {
  it('stays byte for byte, whatever becomes of hosts, parties, prices and names', async () => {
    await addAgents(a, 8);
    await setPastPrices(LIST);
    await setParties();
    await closeBilling();
    const read = async () => [
      await (await admin('GET', `/billing/invoice.xml?month=${LAST_MONTH}`)).text(),
      await (await admin('GET', `/billing/tenants/${a}/invoice.xml?month=${LAST_MONTH}`)).text(),
      await (await admin('GET', `/billing/tenants/${a}/invoice?month=${LAST_MONTH}`)).text(),
    ];
    const before = await read();
    await db.admin.query(sql.unsafe`delete from agents`);
    await db.admin.query(sql.unsafe`update tenants set name = 'Renamed' where id = ${a}::uuid`);
    await setPastPrices({ ...LIST, agent_cents: 1 }, LAST_MONTH);
    await admin('PUT', '/billing/settings', { party: MSP_PARTY, number_prefix: 'NEW' });
    await admin('PUT', `/tenants/${a}/billing-settings`, { party: CLIENT_PARTY });
    expect(await closeBilling()).toMatchObject({ invoices: 0 });
    expect(await read()).toEqual(before);
    await db.admin.query(sql.unsafe`update tenants set name = 'ACME' where id = ${a}::uuid`);
  });

  it('cannot be changed, removed or made by the API’s role, nor changed by any worker', async () => {
    await setPastPrices(LIST);
    await setParties();
    await closeBilling();
    for (const table of ['msp_invoices', 'tenant_invoices'] as const) {
      const name = sql.identifier([table]);
      for (const pool of [db.app, db.core, db.signing]) {
        await expect(pool.query(sql.unsafe`update ${name} set xml = ''`)).rejects.toThrow('permission denied');
        await expect(pool.query(sql.unsafe`delete from ${name}`)).rejects.toThrow('permission denied');
      }
      await expect(db.app.query(sql.unsafe`insert into ${name} default values`)).rejects.toThrow('permission denied');
    }
    await expect(db.app.query(sql.unsafe`select from invoice_counters`)).rejects.toThrow('permission denied');
  });

  it('is made once by passes that run together, and no number is lost', async () => {
    await addAgents(a, 8);
    await setPastPrices(LIST);
    await setParties();
    const passes = await Promise.all(Array.from({ length: 4 }, () => closeBilling()));
    expect(passes.reduce((sum, pass) => sum + pass.invoices, 0)).toBe(9);
    const rows = await db.admin.any(
      sql.type(z.object({ number: z.string() }))`select number from tenant_invoices order by number`,
    );
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 6 }, (_, at) => `INV-${YEAR}-0000${at + 1}`));
  });

  it('waits for a party and is made in a later night; the others do not wait', async () => {
    await addAgents(a, 8);
    await setPastPrices(LIST);
    await setParties();
    await db.admin.query(sql.unsafe`delete from tenant_invoicing where tenant_id = ${a}::uuid`);
    await closeBilling();
    const path = `/billing/tenants/${a}/invoice`;
    expect(await json(`${path}?month=${LAST_MONTH}`)).toMatchObject({ state: 'draft', missing: [{ field: 'party' }] });
    expect(await status('GET', `${path}.xml?month=${LAST_MONTH}`)).toEqual([409, 'invoice_not_issued']);
    await admin('PUT', `/tenants/${a}/billing-settings`, { party: GERMAN_PARTY });
    expect(await closeBilling()).toMatchObject({ invoices: 3 });
    const { invoice } = await json<Preview>(`${path}?month=${LAST_MONTH}`);
    expect(invoice.number).toBe(`INV-${YEAR}-00006`);
  });

  it('is made of a month of any age since invoicing was set up, and says of an older one that it never is', async () => {
    const [first, before] = [monthsAgo(5), monthsAgo(6)];
    await setPastPrices(LIST, monthsAgo(8));
    await setParties();
    await db.admin.query(sql.unsafe`delete from tenant_invoicing`);
    await db.admin.query(sql.unsafe`update msp_invoicing set invoiced_from = ${first}, operator_from = ${first}`);
    await db.admin.query(sql.unsafe`
      insert into billing_months (tenant_id, month, msp_id, tenant_name, active_agents, billable_agents, monthly_cents, basis)
      select ${a}::uuid, m, ${api.msp.id}::uuid, 'ACME', 8, 3, 900, 'daily_count' from unnest(${sql.array([first, before], 'text')}) m`);
    // Of the operator: three months just closed, and the one of five months ago.
    expect(await closeBilling()).toMatchObject({ invoices: 4 });
    const path = `/billing/tenants/${a}/invoice`;
    const detail = async (month: string) => (await json<{ detail: string }>(`${path}.xml?month=${month}`)).detail;
    expect(await detail(first)).toBe('Missing: buyer.party.');
    await admin('PUT', `/tenants/${a}/billing-settings`, { party: GERMAN_PARTY });
    expect(await detail(first)).toBe('Nothing is missing any more; it is made in the coming night.');
    const never = `Invoices are made for months from ${first} on; of this one there will be none.`;
    expect(await detail(before)).toBe(never);
    expect(await closeBilling()).toMatchObject({ invoices: 4 });
    expect(await json(`${path}?month=${first}`)).toMatchObject({ state: 'issued', first_month: first });
    expect(await json(`${path}?month=${before}`)).toMatchObject({ state: 'draft', first_month: first });
    expect(await json(`/billing/invoice?month=${before}`)).toMatchObject({ state: 'draft', first_month: first });
    expect(await detail(before)).toBe(never);
  });

  it('begins three months before invoicing is set up, for clients and for the operator alike', async () => {
    await setPastPrices(LIST, monthsAgo(8));
    await db.admin.query(sql.unsafe`
      insert into billing_months (tenant_id, month, msp_id, tenant_name, active_agents, billable_agents, monthly_cents, basis)
      values (${a}::uuid, ${monthsAgo(4)}, ${api.msp.id}::uuid, 'ACME', 8, 3, 900, 'daily_count')`);
    await setParties();
    const late = createBillingActivities({ pool: db.core, operator: null });
    expect(await late.closeBilling()).toMatchObject({ invoices: 6 });
    expect(await closeBilling()).toMatchObject({ invoices: 3 });
    for (const path of ['/billing/invoice', `/billing/tenants/${a}/invoice`])
      expect(await json(path)).toMatchObject({ first_month: monthsAgo(3) });
    const move = withMsp(db.app, api.msp.id, (tx) =>
      tx.query(sql.unsafe`update msp_invoicing set invoiced_from = '2020-01'`),
    );
    await expect(move).rejects.toThrow('permission denied');
  });

  it('has an audit row in the same transaction: a failing one takes number and invoice with it', async () => {
    await setPastPrices(LIST);
    await setParties();
    await db.admin.query(sql.unsafe`
      create function fail_issue() returns trigger language plpgsql as $$ begin
        if new.event_type = 'invoice_issued' and new.tenant_id is not null then raise exception 'no row'; end if; return new; end $$`);
    await db.admin.query(
      sql.unsafe`create trigger fail_issue before insert on audit_log for each row execute function fail_issue()`,
    );
    await expect(closeBilling()).rejects.toThrow('6 invoices or credit notes could not be made');
    const counts = sql.type(z.object({ invoices: z.number(), last: z.number() }))`
      select (select count(*) from tenant_invoices)::int as invoices, (select coalesce(sum(last), 0) from invoice_counters)::int as last`;
    expect(await db.admin.one(counts)).toEqual({ invoices: 0, last: 3 });
    await db.admin.query(sql.unsafe`drop trigger fail_issue on audit_log`);
    await closeBilling();
    expect(await db.admin.one(counts)).toEqual({ invoices: 6, last: 9 });
  });
});

describe('the same to the cent', () => {
  it('in CSV, JSON and UBL, for random fleets and prices', async () => {
    const list = fc.record({
      free_agents: fc.nat(6),
      agent_cents: fc.nat(20_000),
      tiers: fc.constantFrom(
        [],
        [{ above: 3, agent_cents: 777 }],
        [
          { above: 2, agent_cents: 901 },
          { above: 9, agent_cents: 333 },
        ],
      ),
      monthly_fee_cents: fc.option(fc.nat(50_000)),
      vat: fc.constantFrom({ category: 'S', rate: 2_100 }, { category: 'S', rate: 550 }, { category: 'Z' }),
      tenants: fc.nat(10_000).map((discount) => [{ tenant_id: a, discount }]),
    });
    await setParties();
    await fc.assert(
      fc.asyncProperty(list, fc.nat(30), fc.nat(30), async (prices, ofA, ofB) => {
        await db.admin.query(sql.unsafe`
          truncate agents, agent_daily_counts, billing_months, price_lists, msp_invoices, tenant_invoices cascade`);
        await addAgents(a, ofA);
        await addAgents(b, ofB);
        await setPastPrices(prices);
        await closeBilling();
        const month = `month=${LAST_MONTH}`;
        const csv = parse<Record<string, string>>(await (await admin('GET', `/billing/export.csv?${month}`)).text(), {
          columns: true,
        });
        const overview = await json<{ total_eur: string; total_cents: number }>(`/billing/overview?${month}`);
        const { invoice } = await json<Preview>(`/billing/invoice?${month}`);
        const xml = await (await admin('GET', `/billing/invoice.xml?${month}`)).text();
        const total = billingLine(ofA).monthly_cents + billingLine(ofB).monthly_cents;
        const [net, ...lines] = amounts(xml, 'LineExtensionAmount');
        expect(lines).toEqual(csv.map((row) => row['monthly_eur']));
        expect([overview.total_cents, invoice.totals.line_net_cents]).toEqual([total, total]);
        expect([overview.total_eur, net]).toEqual([euros(total), euros(total)]);
        // The operator sits in another country: reverse charge.
        expect(amounts(xml, 'PayableAmount')).toEqual([euros(total)]);
        for (const [tenantId, agents] of [
          [a, ofA],
          [b, ofB],
        ] as const) {
          const rebill = await json<Preview>(`/billing/tenants/${tenantId}/invoice?${month}`);
          const rebillXml = await (await admin('GET', `/billing/tenants/${tenantId}/invoice.xml?${month}`)).text();
          const { totals } = draftRebill({
            month: LAST_MONTH,
            list: priceList.parse(prices),
            seller: MSP,
            tenant: { id: tenantId, active_agents: agents, party: GERMAN_PARTY },
          });
          expect(rebill.invoice.totals).toEqual(totals);
          expect(amounts(rebillXml, 'PayableAmount')).toEqual([euros(totals.payable_cents)]);
          expect(amounts(rebillXml, 'TaxAmount')).toEqual([euros(totals.vat_cents), euros(totals.vat_cents)]);
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe('400', () => {
  it('a party whose numbers do not check out, or that has unknown fields', async () => {
    for (const party of [
      { ...MSP, iban: 'DE00' },
      { ...MSP, vat_id: 'DE123' },
      { ...MSP, country: 'XX' },
      { ...MSP, note: 'x' },
    ])
      expect(await status('PUT', '/billing/settings', { party })).toEqual([400, 'invalid_request']);
    expect(await status('PUT', '/billing/settings', { party: MSP, number_prefix: 'a-b' })).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await json('/billing/settings')).toMatchObject({ party: null });
  });
});

describe('403', () => {
  it('for everybody but owners and admins, on every route', async () => {
    const calls = [
      ['GET', '/billing/settings'],
      ['PUT', '/billing/settings'],
      ['GET', '/billing/price-list'],
      ['PUT', '/billing/price-list'],
      ['GET', '/billing/invoice'],
      ['GET', '/billing/invoice.xml'],
      ['GET', `/billing/tenants/${a}/invoice`],
      ['GET', `/billing/tenants/${a}/invoice.xml`],
      ['GET', `/tenants/${a}/billing-settings`],
      ['PUT', `/tenants/${a}/billing-settings`],
    ] as const;
    for (const role of ['operator', 'analyst', 'viewer', 'client_viewer', 'auditor'] as const)
      for (const [method, path] of calls)
        expect((await api.as(role)(method, path)).status, `${role} ${method} ${path}`).toBe(403);
  });
});

describe('404', () => {
  it('a tenant of another MSP, in a path or in a price list', async () => {
    expect(await status('GET', `/billing/tenants/${other}/invoice`)).toEqual([404, 'not_found']);
    expect(await status('PUT', `/tenants/${other}/billing-settings`, { party: MSP })).toEqual([404, 'not_found']);
    const list = { ...LIST, tenants: [{ tenant_id: other }] };
    expect(await status('PUT', '/billing/price-list', { effective_from: THIS_MONTH, list })).toEqual([
      404,
      'not_found',
    ]);
  });
});

describe('409', () => {
  it('no XML of a running month, none without prices, and no month that was never closed', async () => {
    await setParties();
    expect(await status('GET', `/billing/tenants/${a}/invoice`)).toEqual([409, 'price_list_missing']);
    await admin('PUT', '/billing/price-list', { effective_from: THIS_MONTH, list: LIST });
    for (const path of ['/billing/invoice.xml', `/billing/tenants/${a}/invoice.xml`])
      expect(await status('GET', path)).toEqual([409, 'invoice_not_issued']);
    expect(await status('GET', '/billing/invoice?month=2020-01')).toEqual([409, 'billing_month_not_closed']);
  });

  it('no draft of what the MSP is billed where nobody bills it', async () => {
    const alone = await createTestApi(await createTestDatabase());
    const response = await alone.as('admin')('GET', '/billing/invoice');
    expect([response.status, ((await response.json()) as { type: string }).type]).toEqual([
      409,
      'urn:monsys:problem:invoice_operator_missing',
    ]);
  });
});

describe('422', () => {
  it('prices of a month that is over: refused by the API, and by the database to its role', async () => {
    expect(await status('PUT', '/billing/price-list', { effective_from: LAST_MONTH, list: LIST })).toEqual([
      422,
      'price_list_month_over',
    ]);
    const insert = withMsp(db.app, api.msp.id, (tx) =>
      tx.query(
        sql.unsafe`insert into price_lists (msp_id, effective_from, list) values (${api.msp.id}::uuid, ${LAST_MONTH}, '{}')`,
      ),
    );
    await expect(insert).rejects.toThrow('row-level security');
    await setPastPrices(LIST);
    const changed = await withMsp(db.app, api.msp.id, (tx) => tx.query(sql.unsafe`update price_lists set list = '{}'`));
    expect(changed.rowCount).toBe(0);
    expect(await status('GET', '/billing/invoice?month=2999-01')).toEqual([422, 'billing_month_invalid']);
  });
});

describe('isolation', () => {
  it('an MSP sees and changes no other’s parties, prices and invoices', async () => {
    await addAgents(a, 8);
    await setPastPrices(LIST);
    await setParties();
    await closeBilling();
    const otherMsp = (
      await db.admin.one(
        sql.type(z.object({ id: z.string() }))`select msp_owner as id from tenants where id = ${other}::uuid`,
      )
    ).id;
    for (const table of ['msp_invoicing', 'tenant_invoicing', 'price_lists', 'msp_invoices', 'tenant_invoices']) {
      const select = sql.unsafe`select from ${sql.identifier([table])}`;
      expect((await withMsp(db.app, api.msp.id, (tx) => tx.query(select))).rowCount, table).toBeGreaterThan(0);
      expect((await withMsp(db.app, otherMsp, (tx) => tx.query(select))).rowCount, table).toBe(0);
      expect((await withSystem(db.app, (tx) => tx.query(select))).rowCount, `${table}, system`).toBe(0);
    }
    const write = withMsp(db.app, otherMsp, (tx) =>
      tx.query(
        sql.unsafe`insert into msp_invoicing (msp_id, party) values (${api.msp.id}::uuid, '{}') on conflict (msp_id) do update set party = '{}'`,
      ),
    );
    await expect(write).rejects.toThrow('row-level security');
  });
});
