/** The weekly look at proven domains: what is gone is said once, and a silent DNS says nothing. */

import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createDomainRecordActivities } from '../../src/activities/domainRecords.ts';
import { sql } from '../../src/db/pool.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const { as, tenants } = await createTestApi(db);
const dns = new Map<string, readonly string[] | null>();
const activities = createDomainRecordActivities({
  pool: db.core,
  lookUpTxt: async (name) => dns.get(name.replace('_monsys-challenge.', '')) ?? null,
});
const pass = () => new MockActivityEnvironment().run(() => activities.checkDomainRecords());
const missing = async () =>
  db.admin.any(sql.type(z.object({ domain: z.string() }))`
    select domain from custom_domains where record_missing_since is not null order by 1`);
const told = async () =>
  db.admin.any(sql.type(z.object({ domain: z.string() }))`
    select event_data ->> 'custom_domain' as domain from audit_log where event_type = 'custom_domain_record_missing'`);

it('says since when a record is missing, once, takes it back when it returns, and believes no silence', async () => {
  await db.admin.query(sql.unsafe`
    insert into custom_domains (domain, tenant_id, challenge) values
      ('one.acme.com', ${tenants.a}::uuid, ${'a'.repeat(40)}), ('two.acme.com', ${tenants.b}::uuid, ${'b'.repeat(40)}),
      ('three.other.com', ${tenants.other}::uuid, ${'c'.repeat(40)})`);
  dns.set('one.acme.com', ['v=other', 'a'.repeat(40)]);
  dns.set('two.acme.com', ['something else']);
  dns.set('three.other.com', null);
  expect(await pass()).toEqual({ domains: 3, missing: 1, unanswered: 1 });
  expect(await missing()).toEqual([{ domain: 'two.acme.com' }]);
  expect(await told()).toEqual([{ domain: 'two.acme.com' }]);
  const brand = await (await as('admin')('GET', `/tenants/${tenants.b}/branding`)).json();
  expect(brand).toMatchObject({ served_domain: 'two.acme.com', served_record_missing_since: expect.any(String) });

  // Neither another pass nor a silent DNS is news; and nothing was taken from anybody.
  dns.set('two.acme.com', []);
  await pass();
  dns.set('two.acme.com', null);
  expect(await pass()).toEqual({ domains: 3, missing: 0, unanswered: 2 });
  expect([await missing(), await told()]).toEqual([[{ domain: 'two.acme.com' }], [{ domain: 'two.acme.com' }]]);
  dns.set('two.acme.com', ['b'.repeat(40)]);
  expect(await pass()).toEqual({ domains: 3, missing: 0, unanswered: 1 });
  expect(await missing()).toEqual([]);
});
