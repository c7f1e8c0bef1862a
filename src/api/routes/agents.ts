/** Hosts, for people: what they are and what an admin decides about them. */

import { z } from 'zod';
import { agentRow, findAgent, findAgentTenant, listAgents, openKeyReset, updateAgent } from '../../db/agents.ts';
import { clearAgentAlerts } from '../../db/alerts.ts';
import { syncHostGroups } from '../../db/groupMembership.ts';
import { acceptBaseline, agentDetailRow, getAgentDetail, listMetricSamples, sampleRow } from '../../db/inventories.ts';
import { enqueueCommand } from '../../db/outbox.ts';
import { countLivePreIssued } from '../../db/preIssued.ts';
import type { TenantTx } from '../../db/scope.ts';
import { syncKevAlerts } from '../../db/vulnerabilities.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import { setHostMaintenance } from '../maintenance.ts';
import { inTenantOf, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });
const cursorKey = z.object({ offline: z.boolean().optional(), hostname: z.string(), id: z.uuid() });

const list = defineRoute({
  method: 'get',
  path: '/agents',
  tag: 'Agents',
  summary: 'Hosts by name, or offline ones first',
  auth: { kind: 'user', permission: 'agents.read' },
  tenantScoped: true,
  query: pageQuery.extend({
    tenant_id: z.uuid().optional(),
    tag: z.string().max(63).optional(),
    link_state: z.enum(['online', 'offline']).optional(),
    is_active: z.stringbool().optional(),
    q: z.string().trim().min(1).max(100).optional().describe('part of the host’s name'),
    sort: z.enum(['hostname', 'offline_first']).default('hostname'),
  }),
  output: page(agentRow),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const filter = {
      tag: query.tag ?? null,
      linkState: query.link_state ?? null,
      isActive: query.is_active ?? null,
      search: query.q ?? null,
      offlineFirst: query.sort === 'offline_first',
    };
    return readPage(
      query,
      cursorKey,
      (slice) => readScope(ctx, (tx, tenantId) => listAgents(tx, { tenantId, ...filter, ...slice }), query.tenant_id),
      (row) => ({ offline: row.link_state === 'offline', hostname: row.hostname, id: row.id }),
    );
  },
});

const agentDetail = agentRow.extend(agentDetailRow.shape);

const get = defineRoute({
  method: 'get',
  path: '/agents/:id',
  tag: 'Agents',
  summary: 'One host with its facts, open findings and drift',
  auth: { kind: 'user', permission: 'agents.read' },
  tenantScoped: true,
  params,
  output: agentDetail,
  refusals: ['not_found'],
  handle: async (ctx) =>
    readScope(ctx, async (tx) => {
      const agent = await findAgent(tx, ctx.params.id);
      if (agent === null) throw new RefusedError('not_found');
      return { ...agent, ...(await getAgentDetail(tx, { tenantId: agent.tenant_id, agentId: agent.id })) };
    }),
});

const DAY_MS = 86_400_000;

const metrics = defineRoute({
  method: 'get',
  path: '/agents/:id/metrics',
  tag: 'Agents',
  summary: 'Metrics of a host over time, averaged into points',
  auth: { kind: 'user', permission: 'agents.read' },
  tenantScoped: true,
  params,
  query: z.object({
    from: z.iso.datetime({ offset: true }).optional().describe('default: 24 hours ago'),
    to: z.iso.datetime({ offset: true }).optional().describe('default: now'),
    points: z.coerce.number().int().min(1).max(2000).default(300),
  }),
  output: z.object({ items: z.array(sampleRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const now = ctx.deps.now();
    const to = ctx.query.to ?? new Date(now).toISOString();
    const from = ctx.query.from ?? new Date(Date.parse(to) - DAY_MS).toISOString();
    if (Date.parse(from) >= Date.parse(to)) throw new RefusedError('invalid_request', '"from" must lie before "to".');
    return readScope(ctx, async (tx) => {
      const agent = await findAgent(tx, ctx.params.id);
      if (agent === null) throw new RefusedError('not_found');
      const items = await listMetricSamples(
        tx,
        { tenantId: agent.tenant_id, agentId: agent.id },
        { from, to, points: ctx.query.points },
      );
      return { items: [...items] };
    });
  },
});

const tag = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:=/-]{0,62}$/, 'letters, digits and . _ : = / - only');

const change = defineRoute({
  method: 'patch',
  path: '/agents/:id',
  tag: 'Agents',
  summary: 'Tag a host, put it into maintenance, or deactivate it',
  description:
    'A deactivated host is not heard, counted or billed; its history stays. `maintenance_until` makes, moves or cancels a window of this host alone (docs/sla.md).',
  auth: { kind: 'user', permission: 'agents.write' },
  tenantScoped: true,
  params,
  body: z
    .strictObject({
      tags: z.array(tag).max(50).optional(),
      is_active: z.boolean().optional(),
      maintenance_until: z.iso.datetime({ offset: true }).nullable().optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'name at least one change'),
  output: agentRow,
  refusals: ['not_found', 'agent_holds_tokens', 'maintenance_schedule_invalid'],
  handle: async (ctx) => {
    const { principal, params: path, body } = ctx;
    return inTenantOf(
      ctx,
      (tx) => findAgentTenant(tx, path.id),
      async (tx, tenantId) => {
        // A host that is not heard any more would take its own silence for the condition of what it holds.
        if (body.is_active === false && (await countLivePreIssued(tx, { tenantId, agentId: path.id })) > 0)
          throw new RefusedError('agent_holds_tokens');
        const changed = await updateAgent(tx, tenantId, path.id, {
          is_active: body.is_active,
          ...(body.tags ? { tags: [...new Set(body.tags)] } : {}),
        });
        if (changed === null) throw new RefusedError('not_found');
        if (body.maintenance_until !== undefined) await setHostMaintenance(tx, ctx, changed, body.maintenance_until);
        if (body.is_active !== undefined) {
          const at = new Date(ctx.deps.now()).toISOString();
          if (!body.is_active) await clearAgentAlerts(tx, tenantId, path.id, at, 'The host was deactivated.');
          await syncKevAlerts(tx, tenantId, at);
        }
        if (body.tags !== undefined || body.is_active !== undefined)
          await syncHostGroups(tx, { tenantId, mspId: principal.mspId, agentIds: [path.id] });
        await recordAct(tx, principal, tenantId, 'agent_changed', {
          agent_id: path.id,
          hostname: changed.hostname,
          ...(body as { [key: string]: Json }),
        });
        return (await findAgent(tx, path.id)) ?? changed;
      },
    );
  },
});

/** A host as the audit log names it: its name is told as it is now, whatever it is called later. */
async function named(tx: TenantTx, agentId: string): Promise<{ readonly [key: string]: Json }> {
  return { agent_id: agentId, hostname: (await findAgent(tx, agentId))?.hostname ?? null };
}

const resetKey = defineRoute({
  method: 'post',
  path: '/agents/:id/reset-key',
  tag: 'Agents',
  summary: 'Let a host that lost its key register another one',
  description: 'For one hour the next registration with a live enrolment token of the same tenant may pin a new key.',
  auth: { kind: 'user', permission: 'agents.write', totp: true },
  tenantScoped: true,
  params,
  status: 204,
  refusals: ['not_found'],
  handle: async (ctx) => {
    await inTenantOf(
      ctx,
      (tx) => findAgentTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        await openKeyReset(tx, tenantId, ctx.params.id);
        await recordAct(tx, ctx.principal, tenantId, 'agent_signing_key_cleared', await named(tx, ctx.params.id));
      },
    );
    return undefined;
  },
});

const acceptBaselines = defineRoute({
  method: 'post',
  path: '/agents/:id/accept-baseline',
  tag: 'Agents',
  summary: 'Take the present binaries and configuration files of a host as its baseline',
  auth: { kind: 'user', permission: 'agents.write' },
  tenantScoped: true,
  params,
  output: z.object({ accepted: z.int() }),
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenantOf(
      ctx,
      (tx) => findAgentTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        const accepted = await acceptBaseline(tx, { tenantId, agentId: ctx.params.id });
        await recordAct(tx, ctx.principal, tenantId, 'agent_baseline_accepted', {
          ...(await named(tx, ctx.params.id)),
          files: accepted,
        });
        return { accepted };
      },
    ),
});

const refresh = defineRoute({
  method: 'post',
  path: '/agents/:id/refresh',
  tag: 'Agents',
  summary: 'Ask a host for its inventory now',
  description: 'The command waits in the outbox until the host is there, for an hour at most.',
  auth: { kind: 'user', permission: 'agents.write' },
  tenantScoped: true,
  params,
  output: z.object({ command_id: z.int() }),
  status: 202,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenantOf(
      ctx,
      (tx) => findAgentTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        const command_id = await enqueueCommand(
          tx,
          { tenantId, agentId: ctx.params.id },
          {
            kind: 'collect_inventory',
            payload: {},
            dedupeKey: `refresh:${ctx.requestId}`,
            expiresAt: new Date(ctx.deps.now() + 3_600_000).toISOString(),
          },
        );
        await recordAct(tx, ctx.principal, tenantId, 'agent_refresh_requested', {
          ...(await named(tx, ctx.params.id)),
          command_id,
        });
        return { command_id };
      },
    ),
});

/** Routes of hosts. */
export const agentRoutes = [list, get, metrics, change, resetKey, acceptBaselines, refresh];
