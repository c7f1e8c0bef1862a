/** Credit notes over the API: what is refused, what is asked for and made once, and that they take back what was billed. */

import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { DOMParser } from '@xmldom/xmldom';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBillingActivities } from '../../src/activities/billing.ts';
import { sql } from '../../src/db/pool.ts';
import { withMsp, withSystem, withTenant } from '../../src/db/scope.ts';
import type { CreditNote } from '../../src/domain/creditNote.ts';
import type { Invoice } from '../../src/domain/invoice.ts';
import type { OperatorInvoicing } from '../../src/domain/invoicing.ts';
import { createTestApi, json } from '../support/api.ts';
import { GERMAN_PARTY, MSP_PARTY } from '../support/parties.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const operator: OperatorInvoicing = { party: MSP_PARTY, vat_rate: 2_100, number_prefix: 'HUB' };
const started: unknown[] = [];
/** Notes what was started; the activities are called by the tests, as the workflow does (test/workflows/schedules.test.ts). */
const temporal = {
  withDeadline: (_: number, start: () => Promise<unknown>) => start(),
  workflow: { start: (...call: unknown[]) => Promise.resolve(started.push(call)) },
} as unknown as Client;
const api = await createTestApi(db, { operator, temporal });
const { a, b, other } = api.tenants;
const activities = createBillingActivities({ pool: db.core, operator });
const admin = api.as('admin');

const now = new Date();
const LAST_MONTH = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
const YEAR = now.getUTCFullYear();
const REASON = 'Billed for hosts that had left us already';

type View = { state: string; invoice: Invoice; credit: { number: string | null; reason: string } | null };
const view = async (tenantId = a): Promise<View> =>
  json<View>(await admin('GET', `/billing/tenants/${tenantId}/invoice?month=${LAST_MONTH}`), 200);
const credit = (number: string, reason: unknown = REASON, headers: Record<string, string> = {}) =>
  admin('POST', `/billing/invoices/${number}/credit`, { reason }, headers);
const refusal = async (response: Response): Promise<[number, string]> => {
  const { type } = (await response.json()) as { type: string };
  return [response.status, type.replace('urn:monsys:problem:', '')];
};
const numberRow = z.object({ number: z.string() });
const numbers = async (): Promise<readonly string[]> =>
  (
    await db.admin.any(sql.type(numberRow)`
    select number from (select number, created_at from tenant_invoices union all select number, created_at from credit_notes) n
    order by right(number, 5)`)
  ).map((row) => row.number);

/** The invoices of the last three months for both clients. */
beforeEach(async () => {
  started.length = 0;
  await db.admin.query(sql.unsafe`
    truncate agents, agent_daily_counts, billing_months, msp_invoicing, tenant_invoicing, price_lists, invoice_counters, msp_invoices, tenant_invoices cascade`);
  await db.admin.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version, registered_at)
    select gen_random_uuid(), ${a}::uuid, 'host-' || n, ${sql.binary(randomBytes(32))}, '1', now() - interval '200 days' from generate_series(1, 8) n`);
  const list = {
    free_agents: 1,
    agent_cents: 1_250,
    vat: { category: 'S', rate: 1_900 },
    tenants: [{ tenant_id: a, discount: 333 }],
  };
  await db.admin.query(sql.unsafe`
    insert into price_lists (msp_id, effective_from, list) values (${api.msp.id}::uuid, '2020-01', ${JSON.stringify(list)}::jsonb)`);
  await json(await admin('PUT', '/billing/settings', { party: GERMAN_PARTY }), 200);
  for (const tenantId of [a, b])
    await json(await admin('PUT', `/tenants/${tenantId}/billing-settings`, { party: GERMAN_PARTY }), 200);
  await activities.closeBilling();
});

describe('202', () => {
  it('is asked for once, made once, in the series of the invoices, with a row in the audit log for each', async () => {
    const { invoice } = await view();
    const answer = await json(await credit(invoice.number as string), 202);
    const workflow_id = `credit-note:${a}:${LAST_MONTH}`;
    expect(answer).toEqual({ invoice_number: invoice.number, tenant_id: a, month: LAST_MONTH, workflow_id });
    expect(started).toMatchObject([
      ['creditNote', { workflowId: workflow_id, args: [{ tenant_id: a, msp_id: api.msp.id, month: LAST_MONTH }] }],
    ]);
    expect((await view()).credit).toMatchObject({ number: null, reason: REASON });
    expect(await refusal(await admin('GET', `/billing/tenants/${a}/credit-note?month=${LAST_MONTH}`))).toEqual([
      409,
      'credit_note_not_issued',
    ]);

    const passes = await Promise.all([
      ...Array.from({ length: 3 }, () => activities.issueCreditNote({ tenant_id: a, month: LAST_MONTH })),
      activities.closeBilling(),
    ]);
    const number = `CN-INV-${YEAR}-00007`;
    expect(passes.filter((pass) => ('number' in pass ? pass.number === number : pass.credit_notes === 1))).toHaveLength(
      1,
    );
    expect((await view()).credit).toMatchObject({
      number,
      reason: REASON,
      requested_by_email: api.user('admin').email,
    });
    expect((await view(b)).credit).toBeNull();
    expect(await numbers()).toEqual([...Array.from({ length: 6 }, (_, at) => `INV-${YEAR}-0000${at + 1}`), number]);
    const events = await db.admin.any(sql.type(
      z.object({ event_type: z.string(), actor_email: z.string().nullable(), event_data: z.unknown() }),
    )`
      select event_type, actor_email, event_data from audit_log where event_type like 'invoice_credit%' and tenant_id = ${a}::uuid order by seq desc limit 2`);
    expect(events).toEqual([
      {
        event_type: 'invoice_credited',
        actor_email: null,
        event_data: {
          number,
          invoice_number: invoice.number,
          month: LAST_MONTH,
          payable_cents: invoice.totals.payable_cents,
        },
      },
      {
        event_type: 'invoice_credit_requested',
        actor_email: api.user('admin').email,
        event_data: { invoice_number: invoice.number, month: LAST_MONTH, reason: REASON },
      },
    ]);
  });

  it('takes back what was billed, to the cent, whatever became of parties and prices', async () => {
    const { invoice } = await view();
    await json(await credit(invoice.number as string), 202);
    await json(await admin('PUT', `/tenants/${a}/billing-settings`, { party: MSP_PARTY }), 200);
    await db.admin.query(sql.unsafe`update price_lists set list = jsonb_set(list, '{agent_cents}', '1')`);
    await activities.issueCreditNote({ tenant_id: a, month: LAST_MONTH });
    const { number: _, issued_on: __, due_on: ___, ...same } = invoice;
    const note = await json<CreditNote>(
      await admin('GET', `/billing/tenants/${a}/credit-note?month=${LAST_MONTH}`),
      200,
    );
    expect(note).toMatchObject({
      ...same,
      reason: REASON,
      credits: { number: invoice.number, issued_on: invoice.issued_on },
    });
    const response = await admin('GET', `/billing/tenants/${a}/credit-note.xml?month=${LAST_MONTH}`);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${note.number}.xml"`);
    const credited = new DOMParser().parseFromString(await response.text(), 'text/xml');
    const billed = new DOMParser().parseFromString(
      await (await admin('GET', `/billing/tenants/${a}/invoice.xml?month=${LAST_MONTH}`)).text(),
      'text/xml',
    );
    for (const name of ['PayableAmount', 'TaxAmount', 'LineExtensionAmount', 'RegistrationName']) {
      const texts = (of: typeof billed) => [...of.getElementsByTagName(`cbc:${name}`)].map((node) => node.textContent);
      expect(texts(credited)).toEqual(texts(billed));
    }
    const { items } = await json<{ items: unknown[] }>(await admin('GET', `/billing/credit-notes?tenant_id=${a}`), 200);
    expect(items).toEqual([
      {
        number: note.number,
        issued_on: note.issued_on,
        tenant_id: a,
        month: LAST_MONTH,
        invoice_number: invoice.number,
        payable_cents: invoice.totals.payable_cents,
      },
    ]);
  });

  it('is answered the same under the same Idempotency-Key, and made in the night when no workflow was there', async () => {
    const { invoice } = await view(b);
    const headers = { 'idempotency-key': 'credit-1' };
    const [first, second] = [
      await credit(invoice.number as string, REASON, headers),
      await credit(invoice.number as string, REASON, headers),
    ];
    expect([first.status, await first.json()]).toEqual([second.status, await second.json()]);
    expect(await activities.closeBilling()).toMatchObject({ credit_notes: 1, invoices: 0 });
    // The month is not invoiced again.
    expect(await activities.closeBilling()).toMatchObject({ credit_notes: 0, invoices: 0 });
    expect((await view(b)).state).toBe('issued');
  });

  it('has its number, note and audit row in one transaction: a failing row takes all with it', async () => {
    const { invoice } = await view();
    await json(await credit(invoice.number as string), 202);
    await db.admin.query(sql.unsafe`
      create function fail_credit() returns trigger language plpgsql as $$ begin
        if new.event_type = 'invoice_credited' then raise exception 'no row'; end if; return new; end $$`);
    await db.admin.query(
      sql.unsafe`create trigger fail_credit before insert on audit_log for each row execute function fail_credit()`,
    );
    await expect(activities.closeBilling()).rejects.toThrow('1 invoices or credit notes could not be made');
    await db.admin.query(sql.unsafe`drop trigger fail_credit on audit_log`);
    await activities.closeBilling();
    expect((await view()).credit).toMatchObject({ number: `CN-INV-${YEAR}-00007` });
  });
});

describe('what is refused', () => {
  it('400: a reason that is too short, or that XML cannot carry', async () => {
    const { invoice } = await view();
    for (const reason of ['too short', 'control \u0001 character', 'x'.repeat(501)])
      expect(await refusal(await credit(invoice.number as string, reason))).toEqual([400, 'invalid_request']);
    expect((await view()).credit).toBeNull();
  });

  it('403: everybody but owners and admins', async () => {
    const { invoice } = await view();
    for (const role of ['operator', 'analyst', 'viewer', 'client_viewer', 'auditor'] as const) {
      const answer = await api.as(role)('POST', `/billing/invoices/${invoice.number ?? ''}/credit`, { reason: REASON });
      expect(answer.status, role).toBe(403);
    }
  });

  it('404: a number of another MSP’s, of nobody’s, and the MSP’s own bill from the operator', async () => {
    await db.admin.query(sql.unsafe`
      insert into tenant_invoices (tenant_id, month, msp_id, number, issued_on, payable_cents, document, xml)
      select id, '2020-01', msp_owner, 'OTHER-2020-00001', '2020-02-01', 1, '{}', '<x/>' from tenants where id = ${other}::uuid`);
    for (const number of ['OTHER-2020-00001', `INV-${YEAR}-09999`, `HUB-${YEAR}-00001`])
      expect(await refusal(await credit(number)), number).toEqual([404, 'not_found']);
  });

  it('409: a second time, before the note is out and after it', async () => {
    const { invoice } = await view();
    await json(await credit(invoice.number as string), 202);
    expect(await refusal(await credit(invoice.number as string))).toEqual([409, 'invoice_credited']);
    await activities.closeBilling();
    expect(await refusal(await credit(invoice.number as string))).toEqual([409, 'invoice_credited']);
    expect((await numbers()).filter((number) => number.startsWith('CN-'))).toHaveLength(1);
  });
});

describe('the database', () => {
  it('lets no runtime role change or remove what was asked for or issued, nor the API issue', async () => {
    for (const table of ['credit_requests', 'credit_notes'] as const) {
      const name = sql.identifier([table]);
      for (const pool of [db.app, db.core, db.signing]) {
        await expect(pool.query(sql.unsafe`update ${name} set month = '2020-01'`)).rejects.toThrow('permission denied');
        await expect(pool.query(sql.unsafe`delete from ${name}`)).rejects.toThrow('permission denied');
      }
    }
    await expect(db.app.query(sql.unsafe`insert into credit_notes default values`)).rejects.toThrow(
      'permission denied',
    );
  });

  it('shows and takes nothing across MSPs or tenants', async () => {
    const { invoice } = await view();
    await json(await credit(invoice.number as string), 202);
    await activities.closeBilling();
    const { msp_owner } = await db.admin.one(
      sql.type(z.object({ msp_owner: z.string() }))`select msp_owner from tenants where id = ${other}::uuid`,
    );
    for (const table of ['credit_requests', 'credit_notes']) {
      const select = sql.unsafe`select from ${sql.identifier([table])}`;
      expect((await withMsp(db.app, api.msp.id, (tx) => tx.query(select))).rowCount, table).toBe(1);
      expect((await withMsp(db.app, msp_owner, (tx) => tx.query(select))).rowCount, table).toBe(0);
      expect((await withTenant(db.app, b, (tx) => tx.query(select))).rowCount, table).toBe(0);
      expect((await withSystem(db.app, (tx) => tx.query(select))).rowCount, table).toBe(0);
    }
    const forged = withTenant(db.app, b, (tx) =>
      tx.query(sql.unsafe`
        insert into credit_requests (tenant_id, month, reason, requested_by_email) select tenant_id, month, ${REASON}, 'x' from (values (${a}::uuid, '2020-01')) v (tenant_id, month)`),
    );
    await expect(forged).rejects.toThrow('row-level security');
  });
});
