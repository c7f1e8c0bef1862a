/** What invoices are made of: the parties, and the MSP's own prices for its clients. */

import { z } from 'zod';
import { getRunningMonth } from '../../db/billing.ts';
import {
  findMspInvoicing,
  findPriceList,
  findTenantInvoicing,
  listPriceLists,
  saveMspInvoicing,
  savePriceList,
  saveTenantInvoicing,
} from '../../db/invoicing.ts';
import { withMsp } from '../../db/scope.ts';
import { listTenantIds } from '../../db/tenants.ts';
import { numberPrefix } from '../../domain/invoicing.ts';
import { createPartySchema, party } from '../../domain/party.ts';
import { priceList } from '../../domain/priceList.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { businessIds } from '../../platform/businessIds.ts';
import { month } from '../billingMonth.ts';
import { inTenant } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const DEFAULT_PREFIX = 'INV';
/** Room for a price list that names every tenant. */
const PRICE_LIST_LIMIT_BYTES = 4 * 1024 * 1024;

const checkedParty = createPartySchema(businessIds);
const read = { kind: 'user', permission: 'billing.read' } as const;
const write = { kind: 'user', permission: 'billing.write' } as const;

const mspSettings = z.object({
  party: party.nullable(),
  number_prefix: z.string(),
  operator: party.nullable().describe('who bills the MSP; null: nobody does through this hub'),
  updated_at: z.string().nullable(),
});

const getSettings = defineRoute({
  method: 'get',
  path: '/billing/settings',
  tag: 'Billing',
  summary: 'The MSP as a party on invoices',
  auth: read,
  tenantScoped: false,
  output: mspSettings,
  refusals: [],
  handle: async ({ deps, principal }) => {
    const found = await withMsp(deps.pool, principal.mspId, (tx) => findMspInvoicing(tx, principal.mspId));
    return {
      ...(found ?? { party: null, number_prefix: DEFAULT_PREFIX, updated_at: null }),
      operator: deps.operator?.party ?? null,
    };
  },
});

const putSettings = defineRoute({
  method: 'put',
  path: '/billing/settings',
  tag: 'Billing',
  summary: 'Set the MSP as a party on invoices',
  description:
    'Whole: what is left out is taken away. Invoices that are out keep the party that they were made with; numbers go on ' +
    'with another prefix.',
  auth: write,
  tenantScoped: false,
  body: z.strictObject({ party: checkedParty, number_prefix: numberPrefix.default(DEFAULT_PREFIX) }),
  output: mspSettings,
  refusals: [],
  handle: async ({ deps, principal, body }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      const saved = await saveMspInvoicing(tx, principal.mspId, body);
      await recordAct(tx, principal, null, 'billing_settings_changed', body);
      return { ...saved, operator: deps.operator?.party ?? null };
    }),
});

const tenantSettings = z.object({ tenant_id: z.uuid(), party: party.nullable(), updated_at: z.string().nullable() });
const params = z.object({ id: z.uuid() });

const getTenantSettings = defineRoute({
  method: 'get',
  path: '/tenants/:id/billing-settings',
  tag: 'Billing',
  summary: 'A client as a party on invoices',
  auth: read,
  tenantScoped: true,
  params,
  output: tenantSettings,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const found = await inTenant(ctx, ctx.params.id, (tx) => findTenantInvoicing(tx, ctx.params.id));
    return { tenant_id: ctx.params.id, ...(found ?? { party: null, updated_at: null }) };
  },
});

const putTenantSettings = defineRoute({
  method: 'put',
  path: '/tenants/:id/billing-settings',
  tag: 'Billing',
  summary: 'Set a client as a party on invoices',
  description: 'Whole: what is left out is taken away. Invoices that are out keep the party that they were made with.',
  auth: write,
  tenantScoped: true,
  params,
  body: z.strictObject({ party: checkedParty }),
  output: tenantSettings,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenant(ctx, ctx.params.id, async (tx) => {
      const saved = await saveTenantInvoicing(tx, ctx.params.id, ctx.body.party);
      await recordAct(tx, ctx.principal, ctx.params.id, 'billing_settings_changed', ctx.body);
      return { tenant_id: ctx.params.id, ...saved };
    }),
});

const version = z.object({ effective_from: month, list: priceList, updated_at: z.string() });
const priceLists = z.object({
  in_force: version.nullable().describe('of the running month'),
  items: z.array(version).describe('all of them, the latest first'),
});

const getPriceList = defineRoute({
  method: 'get',
  path: '/billing/price-list',
  tag: 'Billing',
  summary: 'The MSP’s prices for its clients',
  auth: read,
  tenantScoped: false,
  output: priceLists,
  refusals: [],
  handle: async ({ deps, principal }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => ({
      in_force: await findPriceList(tx, principal.mspId, await getRunningMonth(tx)),
      items: [...(await listPriceLists(tx, principal.mspId))],
    })),
});

const putPriceList = defineRoute({
  method: 'put',
  path: '/billing/price-list',
  tag: 'Billing',
  summary: 'Set the prices from a month on',
  description:
    'In force from `effective_from` until a later list is. A list for the same month takes its place. Months that are over ' +
    'keep their prices.',
  auth: write,
  tenantScoped: false,
  body: z.strictObject({ effective_from: month, list: priceList }),
  bodyLimitBytes: PRICE_LIST_LIMIT_BYTES,
  output: version,
  refusals: ['price_list_month_over', 'not_found'],
  handle: async ({ deps, principal, body }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      if (body.effective_from < (await getRunningMonth(tx))) throw new RefusedError('price_list_month_over');
      const known = await listTenantIds(tx);
      if (!body.list.tenants.every(({ tenant_id }) => known.has(tenant_id)))
        throw new RefusedError('not_found', 'The list names a tenant that there is not.');
      const saved = await savePriceList(tx, principal.mspId, body.effective_from, body.list);
      await recordAct(tx, principal, null, 'price_list_changed', body);
      return saved;
    }),
});

/** Routes of parties and prices. */
export const invoicingRoutes = [
  getSettings,
  putSettings,
  getTenantSettings,
  putTenantSettings,
  getPriceList,
  putPriceList,
];
