/** Escalation policies: who is told of an alert that nobody acknowledges, and in which order (docs/on-call.md). */

import { z } from 'zod';
import {
  deletePolicy,
  findPolicy,
  findTenantPolicyId,
  insertPolicy,
  isPolicyNameTaken,
  listPolicies,
  listPolicyUses,
  type PolicyDefinition,
  type PolicyRow,
  policyRow,
  setTenantPolicyId,
  updatePolicy,
} from '../../db/escalationPolicies.ts';
import { listSchedules, lockOnCall, mapOnCallPeople } from '../../db/onCall.ts';
import { type AnyTx, type MspTx, withMsp } from '../../db/scope.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { escalationLevel, MAX_LEVELS, MAX_REPEATS } from '../../domain/escalation.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { keyOfName, nameKey, page, pageQuery, readPage } from '../cursor.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenant } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const MAX_POLICIES = 100;
const params = z.object({ id: z.uuid() });

const body = z.strictObject({
  name: z.string().trim().min(1).max(200),
  minimum_severity: z.enum(SEVERITIES).default('high').describe('alerts of this severity and above are escalated'),
  levels: z.array(escalationLevel).min(1).max(MAX_LEVELS).describe('told one after the other'),
  repeats: z.int().min(0).max(MAX_REPEATS).default(0).describe('how often all levels are told again'),
  is_default: z.boolean().default(false).describe('holds where neither a group nor the tenant names one; one an MSP'),
});

async function existing(tx: AnyTx, id: string): Promise<PolicyRow> {
  const row = await findPolicy(tx, id);
  if (row === null) throw new RefusedError('not_found');
  return row;
}

/** Refuses targets that are not the MSP's. */
async function checkTargets(tx: MspTx, principal: UserPrincipal, wanted: PolicyDefinition): Promise<void> {
  const people = await mapOnCallPeople(tx, principal.mspId);
  const schedules = new Set(
    (await listSchedules(tx, { ids: null, tenantId: null, after: null, limit: 1000 })).map(({ id }) => id),
  );
  for (const target of wanted.levels.flatMap((level) => level.targets)) {
    if (target.kind === 'user' && !people.get(target.user_id)?.mayBeOnCall)
      throw new RefusedError('invalid_request', `${target.user_id} is no active operator, admin or owner of the MSP.`);
    if (target.kind === 'schedule' && !schedules.has(target.schedule_id))
      throw new RefusedError('invalid_request', `There is no on-call schedule ${target.schedule_id}.`);
  }
}

function nameTaken(name: string): RefusedError {
  return new RefusedError('conflict', `There is an escalation policy called "${name}" already.`);
}

const list = defineRoute({
  method: 'get',
  path: '/escalation-policies',
  tag: 'On call',
  summary: 'Escalation policies by name',
  auth: { kind: 'user', permission: 'on_call.read' },
  tenantScoped: false,
  query: pageQuery,
  output: page(policyRow),
  refusals: [],
  handle: ({ deps, principal, query }) =>
    withMsp(deps.pool, principal.mspId, (tx) =>
      readPage(query, nameKey, (slice) => listPolicies(tx, slice), keyOfName),
    ),
});

const create = defineRoute({
  method: 'post',
  path: '/escalation-policies',
  tag: 'On call',
  summary: 'Make an escalation policy; it holds for alerts that open from now on',
  auth: { kind: 'user', permission: 'on_call.write' },
  tenantScoped: false,
  body,
  output: policyRow,
  status: 201,
  refusals: ['conflict'],
  handle: ({ deps, principal, body: wanted }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      if ((await listPolicies(tx, { after: null, limit: MAX_POLICIES })).length >= MAX_POLICIES)
        throw new RefusedError('conflict', `An MSP has at most ${MAX_POLICIES} escalation policies.`);
      if (await isPolicyNameTaken(tx, principal.mspId, wanted.name, null)) throw nameTaken(wanted.name);
      await checkTargets(tx, principal, wanted);
      const id = await insertPolicy(tx, principal.mspId, wanted);
      await recordAct(tx, principal, null, 'escalation_policy_created', {
        policy_id: id,
        ...(wanted as unknown as { [key: string]: Json }),
      });
      return existing(tx, id);
    }),
});

const get = defineRoute({
  method: 'get',
  path: '/escalation-policies/:id',
  tag: 'On call',
  summary: 'One escalation policy',
  auth: { kind: 'user', permission: 'on_call.read' },
  tenantScoped: false,
  params,
  output: policyRow,
  refusals: ['not_found'],
  handle: ({ deps, principal, params: { id } }) => withMsp(deps.pool, principal.mspId, (tx) => existing(tx, id)),
});

const replace = defineRoute({
  method: 'put',
  path: '/escalation-policies/:id',
  tag: 'On call',
  summary: 'Replace an escalation policy; open alerts keep the one of their opening',
  auth: { kind: 'user', permission: 'on_call.write' },
  tenantScoped: false,
  params,
  body,
  output: policyRow,
  refusals: ['not_found', 'conflict'],
  handle: ({ deps, principal, params: { id }, body: wanted }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      await existing(tx, id);
      if (await isPolicyNameTaken(tx, principal.mspId, wanted.name, id)) throw nameTaken(wanted.name);
      await checkTargets(tx, principal, wanted);
      await updatePolicy(tx, principal.mspId, id, wanted);
      await recordAct(tx, principal, null, 'escalation_policy_changed', {
        policy_id: id,
        ...(wanted as unknown as { [key: string]: Json }),
      });
      return existing(tx, id);
    }),
});

const remove = defineRoute({
  method: 'delete',
  path: '/escalation-policies/:id',
  tag: 'On call',
  summary: 'Delete an escalation policy that no group or tenant names',
  auth: { kind: 'user', permission: 'on_call.write' },
  tenantScoped: false,
  params,
  status: 204,
  refusals: ['not_found', 'conflict'],
  handle: async ({ deps, principal, params: { id } }) => {
    await withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      const before = await existing(tx, id);
      const { groups, tenants } = await listPolicyUses(tx, id);
      if (groups.length + tenants.length > 0)
        throw new RefusedError('conflict', `It is used by ${[...groups, ...tenants].join(', ')}.`, { groups, tenants });
      if (!(await deletePolicy(tx, principal.mspId, id)))
        throw new RefusedError('conflict', 'A group or tenant has begun to use it.');
      await recordAct(tx, principal, null, 'escalation_policy_deleted', { policy_id: id, name: before.name });
    });
    return undefined;
  },
});

const choice = z.object({
  escalation_policy_id: z.uuid().nullable().describe('null: the default of the MSP'),
});

const getChoice = defineRoute({
  method: 'get',
  path: '/tenants/:id/escalation-policy',
  tag: 'On call',
  summary: 'The escalation policy that a tenant has chosen',
  auth: { kind: 'user', permission: 'on_call.read' },
  tenantScoped: true,
  params,
  output: choice,
  refusals: ['not_found'],
  handle: async (ctx) => ({
    escalation_policy_id: await inTenant(ctx, ctx.params.id, (tx) => findTenantPolicyId(tx, ctx.params.id)),
  }),
});

const putChoice = defineRoute({
  method: 'put',
  path: '/tenants/:id/escalation-policy',
  tag: 'On call',
  summary: 'Choose the escalation policy of a tenant, for alerts that open from now on',
  description: 'A group of the host that names one comes first.',
  auth: { kind: 'user', permission: 'on_call.write' },
  tenantScoped: true,
  params,
  body: z.strictObject(choice.shape),
  output: choice,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { escalation_policy_id } = ctx.body;
    await inTenant(ctx, ctx.params.id, async (tx) => {
      const policy = escalation_policy_id === null ? null : await findPolicy(tx, escalation_policy_id);
      if (escalation_policy_id !== null && policy === null)
        throw new RefusedError('not_found', 'There is no such escalation policy.');
      await setTenantPolicyId(tx, ctx.params.id, escalation_policy_id);
      await recordAct(tx, ctx.principal, ctx.params.id, 'escalation_policy_chosen', {
        policy_id: escalation_policy_id,
        name: policy?.name ?? null,
      });
    });
    return { escalation_policy_id };
  },
});

/** Routes of escalation policies. */
export const escalationPolicyRoutes = [list, create, get, replace, remove, getChoice, putChoice];
