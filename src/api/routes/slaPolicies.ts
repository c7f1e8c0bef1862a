/** SLA policies of the MSP, and which of them a tenant follows (docs/sla.md). */

import { z } from 'zod';
import { type AnyTx, type MspTx, withMsp } from '../../db/scope.ts';
import { restartClocks } from '../../db/slaClocks.ts';
import {
  countPolicyUse,
  deleteSlaPolicy,
  findSlaPolicy,
  getTenantSla,
  insertSlaPolicy,
  isPolicyNameTaken,
  listSlaPolicies,
  lockSlaPolicies,
  type SlaPolicyRow,
  setTenantSlaPolicy,
  slaPolicyRow,
  updateSlaPolicy,
} from '../../db/slaPolicies.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { slaPolicyDefinition } from '../../domain/slaPolicy.ts';
import { keyOfName, nameKey, page, pageQuery, readPage } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenant, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });

async function existing(tx: AnyTx, id: string): Promise<SlaPolicyRow> {
  const row = await findSlaPolicy(tx, id);
  if (row === null) throw new RefusedError('not_found', 'There is no such SLA policy.');
  return row;
}

function nameTaken(name: string): RefusedError {
  return new RefusedError('conflict', `There is an SLA policy called "${name}" already.`);
}

/** Runs a change of policies, one at a time. They belong to the whole MSP: inside a client's context they are read only. */
async function inMsp<T>(
  { deps, principal }: { readonly deps: ApiDeps; readonly principal: UserPrincipal },
  work: (tx: MspTx) => Promise<T>,
): Promise<T> {
  if (principal.tenantId !== null) {
    throw new RefusedError('forbidden', 'SLA policies are the whole MSP’s; leave the client’s context first.', {
      permission: 'sla.write',
    });
  }
  return withMsp(deps.pool, principal.mspId, async (tx) => {
    await lockSlaPolicies(tx, principal.mspId);
    return work(tx);
  });
}

const list = defineRoute({
  method: 'get',
  path: '/sla-policies',
  tag: 'SLA policies',
  summary: 'SLA policies by name (the client: those that hold for its hosts)',
  auth: { kind: 'user', permission: 'sla.read' },
  tenantScoped: true,
  query: pageQuery,
  output: page(slaPolicyRow),
  refusals: [],
  handle: (ctx) =>
    readPage(ctx.query, nameKey, (slice) => readScope(ctx, (tx) => listSlaPolicies(tx, slice)), keyOfName),
});

const create = defineRoute({
  method: 'post',
  path: '/sla-policies',
  tag: 'SLA policies',
  summary: 'Make an SLA policy',
  auth: { kind: 'user', permission: 'sla.write' },
  tenantScoped: false,
  body: slaPolicyDefinition,
  output: slaPolicyRow,
  status: 201,
  refusals: ['conflict'],
  handle: async (ctx) =>
    inMsp(ctx, async (tx) => {
      const made = await insertSlaPolicy(tx, ctx.principal.mspId, ctx.body);
      if (made === null) throw nameTaken(ctx.body.name);
      await recordAct(tx, ctx.principal, null, 'sla_policy_created', { sla_policy_id: made.id, ...ctx.body });
      return made;
    }),
});

const get = defineRoute({
  method: 'get',
  path: '/sla-policies/:id',
  tag: 'SLA policies',
  summary: 'One SLA policy',
  auth: { kind: 'user', permission: 'sla.read' },
  tenantScoped: true,
  params,
  output: slaPolicyRow,
  refusals: ['not_found'],
  handle: (ctx) => readScope(ctx, (tx) => existing(tx, ctx.params.id)),
});

const replace = defineRoute({
  method: 'put',
  path: '/sla-policies/:id',
  tag: 'SLA policies',
  summary: 'Replace an SLA policy; it holds for alerts that open from now on',
  description: 'Alerts that are open keep what was promised when they opened.',
  auth: { kind: 'user', permission: 'sla.write' },
  tenantScoped: true,
  params,
  body: slaPolicyDefinition,
  output: slaPolicyRow,
  refusals: ['not_found', 'conflict'],
  handle: async (ctx) =>
    inMsp(ctx, async (tx) => {
      const before = await existing(tx, ctx.params.id);
      if (await isPolicyNameTaken(tx, ctx.body.name, before.id)) throw nameTaken(ctx.body.name);
      const after = await updateSlaPolicy(tx, ctx.principal.mspId, before.id, ctx.body);
      if (after === null) throw new RefusedError('not_found');
      await recordAct(tx, ctx.principal, null, 'sla_policy_changed', { sla_policy_id: before.id, ...ctx.body });
      return after;
    }),
});

const remove = defineRoute({
  method: 'delete',
  path: '/sla-policies/:id',
  tag: 'SLA policies',
  summary: 'Delete an SLA policy that nobody follows',
  auth: { kind: 'user', permission: 'sla.write' },
  tenantScoped: true,
  params,
  status: 204,
  refusals: ['not_found', 'conflict'],
  handle: async (ctx) => {
    await inMsp(ctx, async (tx) => {
      const before = await existing(tx, ctx.params.id);
      const { groups, tenants } = await countPolicyUse(tx, before.id);
      if (before.is_default || groups + tenants > 0) {
        throw new RefusedError(
          'conflict',
          `In use: ${before.is_default ? 'it is the default, and ' : ''}${tenants} tenants and ${groups} groups follow it.`,
        );
      }
      await deleteSlaPolicy(tx, before.id);
      await recordAct(tx, ctx.principal, null, 'sla_policy_deleted', { sla_policy_id: before.id, name: before.name });
    });
    return undefined;
  },
});

const followed = z.object({
  sla_policy_id: z.uuid().nullable().describe('the tenant’s own; null: it follows the default'),
  in_force: z.object({ id: z.uuid().nullable(), name: z.string() }).nullable().describe('null: the one built in'),
});

const follow = defineRoute({
  method: 'put',
  path: '/tenants/:id/sla-policy',
  tag: 'SLA policies',
  summary: 'Say which policy a tenant follows',
  description: 'Alerts that are not resolved get their due times anew from when they opened.',
  auth: { kind: 'user', permission: 'sla.write' },
  tenantScoped: true,
  params,
  body: z.strictObject({ sla_policy_id: z.uuid().nullable() }),
  output: followed,
  refusals: ['not_found', 'sla_policy_unknown'],
  handle: async (ctx) => {
    const { sla_policy_id } = ctx.body;
    return inTenant(ctx, ctx.params.id, async (tx) => {
      if (sla_policy_id !== null && (await findSlaPolicy(tx, sla_policy_id)) === null)
        throw new RefusedError('sla_policy_unknown');
      await setTenantSlaPolicy(tx, ctx.params.id, sla_policy_id);
      await restartClocks(tx, ctx.params.id);
      await recordAct(tx, ctx.principal, ctx.params.id, 'sla_policy_followed', { sla_policy_id });
      const { sla_policy, default_policy } = await getTenantSla(tx, ctx.params.id);
      const inForce = sla_policy ?? default_policy;
      return { sla_policy_id, in_force: inForce && { id: inForce.id, name: inForce.name } };
    });
  },
});

/** Routes of SLA policies; what ends one comes last. */
export const slaPolicyRoutes = [list, create, get, replace, follow, remove];
