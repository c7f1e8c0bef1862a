/** Maintenance windows: planned work during which nobody is woken and clocks may stand still (docs/sla.md). */

import { z } from 'zod';
import { findGroup } from '../../db/groups.ts';
import {
  findWindow,
  listKnownAgents,
  listWindows,
  type WindowRow,
  type WindowScope,
  windowRow,
} from '../../db/maintenance.ts';
import type { TenantTx } from '../../db/scope.ts';
import { maintenanceSchedule } from '../../domain/maintenanceSchedule.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import { cancelMaintenance, changeMaintenance, createMaintenance } from '../maintenance.ts';
import { inTenant, inTenantOf, readScope, requireTenantId } from '../reach.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });
const STATES = ['planned', 'open', 'ended', 'cancelled'] as const;
type WindowState = (typeof STATES)[number];
const MAX_HOSTS = 1000;

const title = z.string().trim().min(1).max(200);
const reason = z.string().trim().min(1).max(2000);
const scope = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('tenant') }),
    z.strictObject({ kind: z.literal('group'), group_id: z.uuid() }),
    z.strictObject({ kind: z.literal('agents'), agent_ids: z.array(z.uuid()).min(1).max(MAX_HOSTS) }),
  ])
  .describe('the hosts: all of the tenant, those in a group at each moment, or some');

const window = windowRow.omit({ scope: true, group_id: true, agent_ids: true }).extend({
  scope,
  next_from: windowRow.shape.next_from.describe('of the period that is open or comes next; null when none does'),
});

function present(row: WindowRow): z.input<typeof window> {
  const { scope: kind, group_id, agent_ids, ...rest } = row;
  if (kind === 'group' && group_id !== null) return { ...rest, scope: { kind, group_id } };
  if (kind === 'agents' && agent_ids !== null) return { ...rest, scope: { kind, agent_ids } };
  return { ...rest, scope: { kind: 'tenant' } };
}

/** Hosts and groups of a scope must be the tenant's; those of others are not found. */
async function requireKnown(tx: TenantTx, tenantId: string, named: WindowScope): Promise<void> {
  if (named.kind === 'group' && (await findGroup(tx, named.group_id)) === null)
    throw new RefusedError('not_found', 'The tenant has no such group.');
  if (named.kind === 'agents') {
    const known = await listKnownAgents(tx, tenantId, named.agent_ids);
    const unknown = named.agent_ids.filter((id) => !known.has(id));
    if (unknown.length > 0) throw new RefusedError('not_found', `The tenant has no host ${unknown.join(', ')}.`);
  }
}

const cursorKey = z.object({ created: z.iso.datetime(), id: z.uuid() });

function statesOf(asked: WindowState | 'current' | 'all'): readonly WindowState[] {
  if (asked === 'all') return STATES;
  return asked === 'current' ? ['planned', 'open'] : [asked];
}

const list = defineRoute({
  method: 'get',
  path: '/maintenance-windows',
  tag: 'Maintenance',
  summary: 'Maintenance windows, the newest first',
  auth: { kind: 'user', permission: 'maintenance.read' },
  tenantScoped: true,
  query: pageQuery.extend({
    tenant_id: z.uuid().optional(),
    agent_id: z.uuid().optional().describe('windows that cover this host'),
    state: z
      .enum([...STATES, 'current', 'all'])
      .default('current')
      .describe('current: open or planned'),
  }),
  output: page(window),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const filter = { agentId: query.agent_id ?? null, states: statesOf(query.state) };
    const { items, next_cursor } = await readPage(
      query,
      cursorKey,
      (slice) => readScope(ctx, (tx, tenantId) => listWindows(tx, { tenantId, ...filter, ...slice }), query.tenant_id),
      (row) => ({ created: row.created_at, id: row.id }),
    );
    return { items: items.map(present), next_cursor };
  },
});

const create = defineRoute({
  method: 'post',
  path: '/maintenance-windows',
  tag: 'Maintenance',
  summary: 'Plan a maintenance window',
  description:
    'It counts from now on at the earliest: what was is not made maintenance afterwards. Due times of open alerts whose policy pauses follow at once.',
  auth: { kind: 'user', permission: 'maintenance.write' },
  tenantScoped: true,
  body: z.strictObject({ tenant_id: z.uuid().optional(), title, reason, scope, schedule: maintenanceSchedule }),
  output: window,
  status: 201,
  refusals: ['not_found', 'maintenance_schedule_invalid'],
  handle: async (ctx) => {
    const { tenant_id, ...definition } = ctx.body;
    const tenantId = requireTenantId(ctx.principal, tenant_id);
    return inTenant(ctx, tenantId, async (tx) => {
      await requireKnown(tx, tenantId, definition.scope);
      return present(await createMaintenance(tx, ctx, tenantId, definition));
    });
  },
});

const get = defineRoute({
  method: 'get',
  path: '/maintenance-windows/:id',
  tag: 'Maintenance',
  summary: 'One maintenance window',
  auth: { kind: 'user', permission: 'maintenance.read' },
  tenantScoped: true,
  params,
  output: window,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const row = await readScope(ctx, (tx) => findWindow(tx, ctx.params.id));
    if (row === null) throw new RefusedError('not_found');
    return present(row);
  },
});

const change = defineRoute({
  method: 'patch',
  path: '/maintenance-windows/:id',
  tag: 'Maintenance',
  summary: 'Change the words or the times of a window that is not over',
  description: 'Its hosts stay as they are: for others, cancel it and plan another one. What has passed stays.',
  auth: { kind: 'user', permission: 'maintenance.write' },
  tenantScoped: true,
  params,
  body: z
    .strictObject({ title: title.optional(), reason: reason.optional(), schedule: maintenanceSchedule.optional() })
    .refine((body) => Object.keys(body).length > 0, 'name at least one change'),
  output: window,
  refusals: ['not_found', 'maintenance_over', 'maintenance_schedule_invalid'],
  handle: (ctx) =>
    inTenantOf(
      ctx,
      async (tx) => (await findWindow(tx, ctx.params.id))?.tenant_id ?? null,
      async (tx, tenantId) => present(await changeMaintenance(tx, ctx, { tenantId, id: ctx.params.id }, ctx.body)),
    ),
});

const cancel = defineRoute({
  method: 'post',
  path: '/maintenance-windows/:id/cancel',
  tag: 'Maintenance',
  summary: 'Cancel a window; one that is open ends now',
  auth: { kind: 'user', permission: 'maintenance.write' },
  tenantScoped: true,
  params,
  output: window,
  status: 200,
  refusals: ['not_found', 'maintenance_over'],
  handle: (ctx) =>
    inTenantOf(
      ctx,
      async (tx) => (await findWindow(tx, ctx.params.id))?.tenant_id ?? null,
      async (tx, tenantId) => present(await cancelMaintenance(tx, ctx, { tenantId, id: ctx.params.id })),
    ),
});

/** Routes of maintenance windows; what ends one comes last. */
export const maintenanceRoutes = [list, create, get, change, cancel];
