/** Alerts, for the engineer on call. */

import { z } from 'zod';
import { type AlertRow, acknowledgeAlert, alertRow, findAlert, listAlerts, resolveAlert } from '../../db/alerts.ts';
import { appendAudit } from '../../db/audit.ts';
import type { TenantTx } from '../../db/scope.ts';
import { SEVERITIES } from '../../domain/ingest.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { SLA_STATES, slaState } from '../../domain/sla.ts';
import { decodeCursor, encodeCursor, page, pageQuery } from '../cursor.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenantOf, readScope } from '../reach.ts';
import { auditActor, defineRoute } from '../route.ts';
import { runbookUrl } from '../runbookUrl.ts';

const params = z.object({ id: z.uuid() });
const STATUSES = ['open', 'acknowledged', 'resolved'] as const;

const alert = alertRow.extend({
  sla: z
    .object({ due_at: z.iso.datetime(), state: z.enum(SLA_STATES), minutes_overdue: z.int() })
    .nullable()
    .describe('null once resolved'),
  effective_group: z
    .object({ id: z.uuid(), name: z.string(), runbook_url: z.string().nullable() })
    .nullable()
    .describe('the group whose runbook the host inherits; null in no group'),
});

function present(row: AlertRow, nowMs: number): z.input<typeof alert> {
  const sla = row.status === 'resolved' ? null : slaState(Date.parse(row.opened_at), Date.parse(row.sla_due_at), nowMs);
  const { effective_group: from } = row;
  return {
    ...row,
    effective_group: from && { id: from.id, name: from.name, runbook_url: runbookUrl(from) },
    sla: sla && { due_at: row.sla_due_at, ...sla },
  };
}

const cursorKey = z.object({ rank: z.int(), opened: z.iso.datetime(), id: z.uuid() });

const list = defineRoute({
  method: 'get',
  path: '/alerts',
  tag: 'Alerts',
  summary: 'Alerts, worst and oldest first',
  auth: { kind: 'user', permission: 'alerts.read' },
  tenantScoped: true,
  query: pageQuery.extend({
    tenant_id: z.uuid().optional(),
    status: z.enum([...STATUSES, 'unresolved', 'all']).default('unresolved'),
    severity: z.enum(SEVERITIES).optional(),
    agent_id: z.uuid().optional(),
    source: z.enum(['rule', 'liveness', 'cve', 'alertmanager', 'ingest', 'security']).optional(),
    q: z.string().trim().min(1).max(100).optional().describe('part of the title, the host or "#number"'),
  }),
  output: page(alert),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const statuses =
      query.status === 'all' ? STATUSES : query.status === 'unresolved' ? STATUSES.slice(0, 2) : [query.status];
    const rows = await readScope(
      ctx,
      (tx) =>
        listAlerts(tx, {
          tenantId: query.tenant_id ?? ctx.principal.tenantId,
          statuses,
          severity: query.severity ?? null,
          agentId: query.agent_id ?? null,
          source: query.source ?? null,
          search: query.q ?? null,
          after: decodeCursor(query.cursor, cursorKey),
          limit: query.limit + 1,
        }),
      query.tenant_id,
    );
    const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
    return {
      items: rows.slice(0, query.limit).map((row) => present(row, ctx.deps.now())),
      next_cursor: last
        ? encodeCursor({ rank: SEVERITIES.indexOf(last.severity) + 1, opened: last.opened_at, id: last.id })
        : null,
    };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/alerts/:id',
  tag: 'Alerts',
  summary: 'One alert',
  auth: { kind: 'user', permission: 'alerts.read' },
  tenantScoped: true,
  params,
  output: alert,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const row = await readScope(ctx, (tx) => findAlert(tx, ctx.params.id));
    if (row === null) throw new RefusedError('not_found');
    return present(row, ctx.deps.now());
  },
});

function record(
  tx: TenantTx,
  principal: UserPrincipal,
  row: AlertRow,
  event_type: string,
  resolution?: string,
): Promise<void> {
  return appendAudit(tx, {
    msp_id: principal.mspId,
    tenant_id: row.tenant_id,
    event_type,
    actor: auditActor(principal),
    event_data: {
      alert_id: row.id,
      number: row.number,
      title: row.title,
      severity: row.severity,
      ...(resolution === undefined ? {} : { resolution }),
    },
  });
}

type Ctx = Parameters<typeof readScope>[0] & { readonly deps: { readonly now: () => number } };

/** Changes one alert of the caller's reach with `act`, and records it; a change that came too late is a conflict. */
async function changeAlert(
  ctx: Ctx,
  id: string,
  eventType: string,
  act: (tx: TenantTx, tenantId: string) => Promise<boolean>,
  resolution?: string,
): Promise<z.input<typeof alert>> {
  return inTenantOf(
    ctx,
    async (tx) => (await findAlert(tx, id))?.tenant_id ?? null,
    async (tx, tenantId) => {
      const done = await act(tx, tenantId);
      const row = await findAlert(tx, id);
      if (row === null) throw new RefusedError('not_found');
      if (!done) throw new RefusedError('conflict', `Alert #${row.number} is ${row.status} already.`);
      await record(tx, ctx.principal, row, eventType, resolution);
      return present(row, ctx.deps.now());
    },
  );
}

const acknowledge = defineRoute({
  method: 'patch',
  path: '/alerts/:id/acknowledge',
  tag: 'Alerts',
  summary: 'Say that somebody works on it',
  auth: { kind: 'user', permission: 'alerts.write' },
  tenantScoped: true,
  params,
  output: alert,
  refusals: ['not_found', 'conflict'],
  handle: (ctx) =>
    changeAlert(ctx, ctx.params.id, 'alert_acknowledged', (tx, tenantId) =>
      acknowledgeAlert(tx, tenantId, ctx.params.id, ctx.principal.userId),
    ),
});

const resolve = defineRoute({
  method: 'patch',
  path: '/alerts/:id/resolve',
  tag: 'Alerts',
  summary: 'Close an alert with what was done',
  description: 'A condition that still holds opens a new alert at its next evaluation.',
  auth: { kind: 'user', permission: 'alerts.write' },
  tenantScoped: true,
  params,
  body: z.strictObject({ resolution: z.string().trim().min(1).max(2000) }),
  output: alert,
  refusals: ['not_found', 'conflict'],
  handle: (ctx) =>
    changeAlert(
      ctx,
      ctx.params.id,
      'alert_resolved',
      (tx, tenantId) => resolveAlert(tx, tenantId, ctx.params.id, ctx.principal.userId, ctx.body.resolution),
      ctx.body.resolution,
    ),
});

const acknowledgeMany = defineRoute({
  method: 'post',
  path: '/alerts/acknowledge',
  tag: 'Alerts',
  summary: 'Acknowledge several alerts; those not open are left as they are',
  auth: { kind: 'user', permission: 'alerts.write' },
  tenantScoped: true,
  body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(200) }),
  output: z.object({ acknowledged: z.array(z.uuid()), skipped: z.array(z.uuid()) }),
  refusals: [],
  handle: async (ctx) => {
    const acknowledged: string[] = [];
    const skipped: string[] = [];
    for (const id of new Set(ctx.body.ids)) {
      try {
        await changeAlert(ctx, id, 'alert_acknowledged', (tx, tenantId) =>
          acknowledgeAlert(tx, tenantId, id, ctx.principal.userId),
        );
        acknowledged.push(id);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        skipped.push(id);
      }
    }
    return { acknowledged, skipped };
  },
});

/** Routes of alerts. */
export const alertRoutes = [list, get, acknowledge, resolve, acknowledgeMany];
