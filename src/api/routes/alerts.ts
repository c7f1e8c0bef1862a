/** Alerts, for the engineer on call: what is wrong, by when, and whose it is (docs/sla.md). */

import { z } from 'zod';
import {
  type AlertRow,
  acknowledgeAlert,
  acknowledgeAlerts,
  alertRow,
  assignAlert,
  findAlert,
  findAssignee,
  listAlerts,
  listOpenAmong,
  resolveAlert,
  snoozeAlert,
  wakeAlert,
} from '../../db/alerts.ts';
import type { AnyTx, TenantTx } from '../../db/scope.ts';
import { isOpenAt } from '../../domain/businessCalendar.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { PERMISSIONS } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { ACKNOWLEDGE_STATES, acknowledgeState, SLA_STATES, slaState } from '../../domain/sla.ts';
import { BUILT_IN_POLICY } from '../../domain/slaPolicy.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import { hearAlert, hearAlerts } from '../escalationStart.ts';
import { type OnCallDesk, onCallPerson, openOnCallDesk } from '../onCallDesk.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenant, inTenantOf, readScope } from '../reach.ts';
import { recordAct, recordActs } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { runbookUrl } from '../runbookUrl.ts';

const params = z.object({ id: z.uuid() });
const STATUSES = ['open', 'acknowledged', 'resolved'] as const;

const clock = { due_at: z.iso.datetime(), minutes_overdue: z.int() };
const alert = alertRow.omit({ promise: true, in_maintenance: true, on_call_group: true }).extend({
  sla: z
    .object({
      ...clock,
      state: z.enum(SLA_STATES),
      acknowledge: z
        .object({ ...clock, state: z.enum(ACKNOWLEDGE_STATES) })
        .nullable()
        .describe('the clock of acknowledging; null for alerts from before there was one'),
      policy: z.object({ id: z.uuid().nullable(), name: z.string() }).describe('as it was when the alert opened'),
      paused: z
        .enum(['maintenance', 'outside_hours'])
        .nullable()
        .describe('why the clocks stand still now; the due times count it already'),
    })
    .nullable()
    .describe('null once resolved'),
  effective_group: z
    .object({ id: z.uuid(), name: z.string(), runbook_url: z.string().nullable() })
    .nullable()
    .describe('the group whose runbook the host inherits; null in no group'),
  on_call: onCallPerson
    .extend({ group: z.object({ id: z.uuid(), name: z.string() }).nullable() })
    .nullable()
    .describe('who is on call for the host now, and the group that says so; null once resolved, or when nobody is'),
});

function presentSla(row: AlertRow, nowMs: number): z.input<typeof alert>['sla'] {
  if (row.status === 'resolved') return null;
  const sinceMs = Date.parse(row.severity_since ?? row.opened_at);
  const acknowledgedMs = row.acknowledged_at === null ? null : Date.parse(row.acknowledged_at);
  const { promise } = row;
  const isMaintained = row.in_maintenance && promise !== null && promise.pauses_in_maintenance;
  const isClosed = promise !== null && !isOpenAt(promise.calendar, nowMs);
  return {
    due_at: row.sla_due_at,
    ...slaState(sinceMs, Date.parse(row.sla_due_at), nowMs),
    acknowledge:
      row.ack_due_at === null
        ? null
        : {
            due_at: row.ack_due_at,
            ...acknowledgeState(sinceMs, Date.parse(row.ack_due_at), acknowledgedMs, nowMs),
          },
    policy: { id: promise?.policy_id ?? null, name: promise?.policy_name ?? BUILT_IN_POLICY.name },
    paused: isMaintained ? 'maintenance' : isClosed ? 'outside_hours' : null,
  };
}

type Ctx = Parameters<typeof readScope>[0] & { readonly deps: { readonly now: () => number } };

/** What presenting some alerts needs to know of who is on call. */
function deskOf(ctx: Ctx, tx: AnyTx, rows: readonly AlertRow[]): Promise<OnCallDesk> {
  return openOnCallDesk(
    tx,
    ctx.principal,
    rows.map((row) => row.on_call_group),
    ctx.deps.now(),
  );
}

function presentOnCall({ status, on_call_group: group }: AlertRow, desk: OnCallDesk): z.input<typeof alert>['on_call'] {
  const { now, from } = desk(group);
  if (now === null || status === 'resolved') return null;
  return { ...now, group: group === null || from === 'default' ? null : { id: group.id, name: group.name } };
}

function present(row: AlertRow, nowMs: number, desk: OnCallDesk): z.input<typeof alert> {
  const { promise: _, in_maintenance: __, on_call_group: ___, effective_group: from, ...rest } = row;
  return {
    ...rest,
    effective_group: from && { id: from.id, name: from.name, runbook_url: runbookUrl(from) },
    sla: presentSla(row, nowMs),
    on_call: presentOnCall(row, desk),
  };
}

const cursorKey = z.object({ rank: z.int(), opened: z.iso.datetime(), id: z.uuid() });

function assigneeOf(named: string | undefined, principal: UserPrincipal): { readonly userId: string | null } | null {
  if (named === undefined) return null;
  return { userId: named === 'me' ? principal.userId : named === 'nobody' ? null : named };
}

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
    assigned_to: z
      .union([z.enum(['me', 'nobody']), z.uuid()])
      .optional()
      .describe('whose it is: "me", "nobody" or the id of a person'),
    sla: z.enum(SLA_STATES).optional().describe('where the clock of resolving stands'),
    q: z.string().trim().min(1).max(100).optional().describe('part of the title, the host or "#number"'),
  }),
  output: page(alert),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const statuses =
      query.status === 'all' ? STATUSES : query.status === 'unresolved' ? STATUSES.slice(0, 2) : [query.status];
    const filter = {
      statuses,
      severity: query.severity ?? null,
      agentId: query.agent_id ?? null,
      source: query.source ?? null,
      assignedTo: assigneeOf(query.assigned_to, ctx.principal),
      sla: query.sla ?? null,
      search: query.q ?? null,
    };
    return readScope(
      ctx,
      async (tx, tenantId) => {
        const { items, next_cursor } = await readPage(
          query,
          cursorKey,
          (slice) => listAlerts(tx, { tenantId, ...filter, ...slice }),
          (row) => ({ rank: SEVERITIES.indexOf(row.severity) + 1, opened: row.opened_at, id: row.id }),
        );
        const desk = await deskOf(ctx, tx, items);
        return { items: items.map((row) => present(row, ctx.deps.now(), desk)), next_cursor };
      },
      query.tenant_id,
    );
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
    return readScope(ctx, async (tx) => {
      const row = await findAlert(tx, ctx.params.id);
      if (row === null) throw new RefusedError('not_found');
      return present(row, ctx.deps.now(), await deskOf(ctx, tx, [row]));
    });
  },
});

/** What the audit rows of every act on an alert have. */
function factsOf({ id, number, title, severity }: Pick<AlertRow, 'id' | 'number' | 'title' | 'severity'>) {
  return { alert_id: id, number, title, severity };
}

function record(
  tx: TenantTx,
  principal: UserPrincipal,
  row: AlertRow,
  event_type: string,
  facts: { readonly [key: string]: Json },
): Promise<void> {
  return recordAct(tx, principal, row.tenant_id, event_type, { ...factsOf(row), ...facts });
}

/** Changes one alert of the caller's reach with `act`, and records it; a change that came too late is a conflict. */
async function changeAlert(
  ctx: Ctx,
  id: string,
  eventType: string,
  act: (tx: TenantTx, tenantId: string) => Promise<boolean>,
  moreOf: (row: AlertRow) => { readonly [key: string]: Json } = () => ({}),
): Promise<z.input<typeof alert>> {
  const changed = await inTenantOf(
    ctx,
    async (tx) => (await findAlert(tx, id))?.tenant_id ?? null,
    async (tx, tenantId) => {
      const done = await act(tx, tenantId);
      const row = await findAlert(tx, id);
      if (row === null) throw new RefusedError('not_found');
      if (!done) throw new RefusedError('conflict', `Alert #${row.number} is ${row.status} already.`);
      await record(tx, ctx.principal, row, eventType, moreOf(row));
      return present(row, ctx.deps.now(), await deskOf(ctx, tx, [row]));
    },
  );
  if (changed.escalation !== null && changed.escalation.state !== 'exhausted') await hearAlert(ctx.deps, id);
  return changed;
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
      () => ({ resolution: ctx.body.resolution }),
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
    const ids = [...new Set(ctx.body.ids)];
    const open = await readScope(ctx, (tx) => listOpenAmong(tx, ids));
    const acknowledged = new Set<string>();
    for (const [tenantId, alerts] of Map.groupBy(open, (row) => row.tenant_id)) {
      const rows = await inTenant(ctx, tenantId, async (tx) => {
        const done = await acknowledgeAlerts(
          tx,
          tenantId,
          alerts.map(({ id }) => id),
          ctx.principal.userId,
        );
        await recordActs(
          tx,
          ctx.principal,
          tenantId,
          done.map((row) => ({ event_type: 'alert_acknowledged', event_data: factsOf(row) })),
        );
        return done;
      });
      for (const { id } of rows) acknowledged.add(id);
      // What is committed is told of, whatever becomes of the next tenant.
      await hearAlerts(
        ctx.deps,
        rows.filter((row) => row.is_escalating).map((row) => row.id),
      );
    }
    return {
      acknowledged: ids.filter((id) => acknowledged.has(id)),
      skipped: ids.filter((id) => !acknowledged.has(id)),
    };
  },
});

const assign = defineRoute({
  method: 'patch',
  path: '/alerts/:id/assign',
  tag: 'Alerts',
  summary: 'Say who works on it, or that nobody does',
  description: 'Assigning acknowledges nothing: the clock of acknowledging runs until somebody does.',
  auth: { kind: 'user', permission: 'alerts.write' },
  tenantScoped: true,
  params,
  body: z.strictObject({ user_id: z.uuid().nullable(), note: z.string().trim().min(1).max(2000).optional() }),
  output: alert,
  refusals: ['not_found', 'conflict', 'assignee_unknown'],
  handle: (ctx) => {
    const { user_id: userId, note } = ctx.body;
    return changeAlert(
      ctx,
      ctx.params.id,
      'alert_assigned',
      async (tx, tenantId) => {
        const isKnown =
          userId === null ||
          userId === ctx.principal.userId ||
          (await findAssignee(tx, userId, PERMISSIONS['alerts.write'].roles)) !== null;
        if (!isKnown) throw new RefusedError('assignee_unknown');
        return assignAlert(tx, tenantId, ctx.params.id, userId);
      },
      (row) => ({
        assigned_to: row.assigned_to,
        assigned_to_email: row.assigned_to_email,
        ...(note === undefined ? {} : { note }),
      }),
    );
  },
});

const SNOOZE_MINUTES = [60, 240, 1440] as const;

const snooze = defineRoute({
  method: 'post',
  path: '/alerts/:id/snooze',
  tag: 'Alerts',
  summary: 'Tell nobody of it for a while; its clocks run on',
  auth: { kind: 'user', permission: 'alerts.write' },
  tenantScoped: true,
  params,
  body: z.union([
    z.strictObject({ minutes: z.literal(SNOOZE_MINUTES) }),
    z.strictObject({ until_resolved: z.literal(true) }),
  ]),
  output: alert,
  status: 200,
  refusals: ['not_found', 'conflict'],
  handle: (ctx) => {
    const { body } = ctx;
    const until = 'minutes' in body ? new Date(ctx.deps.now() + body.minutes * 60_000).toISOString() : null;
    return changeAlert(
      ctx,
      ctx.params.id,
      'alert_snoozed',
      (tx, tenantId) => snoozeAlert(tx, tenantId, ctx.params.id, until),
      () => ({ until }),
    );
  },
});

const wake = defineRoute({
  method: 'delete',
  path: '/alerts/:id/snooze',
  tag: 'Alerts',
  summary: 'End a snooze: people are told again',
  auth: { kind: 'user', permission: 'alerts.write' },
  tenantScoped: true,
  params,
  output: alert,
  refusals: ['not_found', 'conflict'],
  handle: (ctx) =>
    inTenantOf(
      ctx,
      async (tx) => (await findAlert(tx, ctx.params.id))?.tenant_id ?? null,
      async (tx, tenantId) => {
        const isEnded = await wakeAlert(tx, tenantId, ctx.params.id);
        const row = await findAlert(tx, ctx.params.id);
        if (row === null) throw new RefusedError('not_found');
        if (!isEnded) throw new RefusedError('conflict', `Alert #${row.number} is not snoozed.`);
        await record(tx, ctx.principal, row, 'alert_snooze_ended', {});
        return present(row, ctx.deps.now(), await deskOf(ctx, tx, [row]));
      },
    ),
});

/** Routes of alerts. */
export const alertRoutes = [list, get, acknowledge, assign, snooze, wake, resolve, acknowledgeMany];
