/** The client companies of the MSP. */

import { z } from 'zod';
import { createDefaultRules } from '../../db/alertRules.ts';
import { withinTenant, withMsp } from '../../db/scope.ts';
import { findTenant, insertTenant, listTenants, tenantRow } from '../../db/tenants.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { keyOfName, nameKey, page, pageQuery, readPage } from '../cursor.ts';
import { inTenant, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const list = defineRoute({
  method: 'get',
  path: '/tenants',
  tag: 'Tenants',
  summary: 'Tenants within reach: all of the MSP’s, or the client’s own',
  auth: { kind: 'user', permission: 'tenants.read' },
  tenantScoped: true,
  query: pageQuery,
  output: page(tenantRow),
  refusals: [],
  handle: (ctx) =>
    readPage(
      ctx.query,
      nameKey,
      ({ after, limit }) => readScope(ctx, (tx) => listTenants(tx, after, limit)),
      keyOfName,
    ),
});

const get = defineRoute({
  method: 'get',
  path: '/tenants/:id',
  tag: 'Tenants',
  summary: 'One tenant',
  auth: { kind: 'user', permission: 'tenants.read' },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  output: tenantRow,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const tenant = await inTenant(ctx, ctx.params.id, (tx) => findTenant(tx, ctx.params.id));
    if (tenant === null) throw new RefusedError('not_found');
    return tenant;
  },
});

const create = defineRoute({
  method: 'post',
  path: '/tenants',
  tag: 'Tenants',
  summary: 'Take a new client on',
  description: 'The tenant starts with the default alert rules.',
  auth: { kind: 'user', permission: 'tenants.write' },
  tenantScoped: false,
  body: z.strictObject({
    name: z.string().trim().min(1).max(200),
    slug: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
      .describe('short name for file names and addresses; unique within the MSP'),
  }),
  output: tenantRow,
  status: 201,
  refusals: ['conflict'],
  handle: async ({ deps, principal, body }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      const created = await insertTenant(tx, { msp_id: principal.mspId, ...body });
      if (created === null)
        throw new RefusedError('conflict', `You have a tenant with the slug "${body.slug}" already.`);
      await recordAct(tx, principal, null, 'tenant_created', {
        tenant_id: created.id,
        slug: created.slug,
        name: created.name,
      });
      await withinTenant(tx, created.id, (own) => createDefaultRules(own, created.id));
      return created;
    }),
});

/** Routes of tenants. */
export const tenantRoutes = [list, get, create];
