/** Alert rules and the SLA of a tenant. */

import { z } from 'zod';
import {
  clearRuleAlerts,
  deleteRule,
  findRuleTenant,
  insertRule,
  listRules,
  ruleRow,
  updateRule,
} from '../../db/alertRules.ts';
import type { AnyTx } from '../../db/scope.ts';
import { restartClocks } from '../../db/slaClocks.ts';
import { getTenantSla, setTenantSlaMinutes } from '../../db/slaPolicies.ts';
import { RULE_TEMPLATES, ruleDefinition } from '../../domain/alertRule.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { inherit } from '../../domain/groupInheritance.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { inTenant, inTenantOf, readScope, requireTenantId } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });

const templates = defineRoute({
  method: 'get',
  path: '/alert-rules/templates',
  tag: 'Alert rules',
  summary: 'Ready-made rules to start from',
  auth: { kind: 'user', permission: 'rules.read' },
  tenantScoped: false,
  output: z.object({ items: z.array(ruleDefinition) }),
  refusals: [],
  handle: async () => ({ items: [...RULE_TEMPLATES] }),
});

const list = defineRoute({
  method: 'get',
  path: '/alert-rules',
  tag: 'Alert rules',
  summary: 'Rules by name',
  auth: { kind: 'user', permission: 'rules.read' },
  tenantScoped: true,
  query: z.object({ tenant_id: z.uuid().optional() }),
  output: z.object({ items: z.array(ruleRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const items = await readScope(ctx, (tx, tenantId) => listRules(tx, tenantId), ctx.query.tenant_id);
    return { items: [...items] };
  },
});

const create = defineRoute({
  method: 'post',
  path: '/alert-rules',
  tag: 'Alert rules',
  summary: 'Make a rule; it is evaluated within a minute',
  auth: { kind: 'user', permission: 'rules.write' },
  tenantScoped: true,
  query: z.object({ tenant_id: z.uuid().optional() }),
  body: ruleDefinition,
  output: ruleRow,
  status: 201,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const tenantId = requireTenantId(ctx.principal, ctx.query.tenant_id);
    return inTenant(ctx, tenantId, async (tx) => {
      const rule = await insertRule(tx, tenantId, ctx.body);
      await recordAct(tx, ctx.principal, tenantId, 'alert_rule_created', {
        rule_id: rule.id,
        ...(ctx.body as { [key: string]: Json }),
      });
      return rule;
    });
  },
});

const replace = defineRoute({
  method: 'put',
  path: '/alert-rules/:id',
  tag: 'Alert rules',
  summary: 'Replace a rule',
  description: 'Its open alerts are resolved and its waits start anew: they were about the old rule.',
  auth: { kind: 'user', permission: 'rules.write' },
  tenantScoped: true,
  params,
  body: ruleDefinition,
  output: ruleRow,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenantOf(
      ctx,
      (tx) => findRuleTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        const at = new Date(ctx.deps.now()).toISOString();
        const rule = await updateRule(tx, tenantId, ctx.params.id, ctx.body);
        await clearRuleAlerts(
          tx,
          tenantId,
          rule.id,
          at,
          rule.enabled ? 'The rule was changed.' : 'The rule was switched off.',
        );
        await recordAct(tx, ctx.principal, tenantId, 'alert_rule_changed', {
          rule_id: rule.id,
          ...(ctx.body as { [key: string]: Json }),
        });
        return rule;
      },
    ),
});

const remove = defineRoute({
  method: 'delete',
  path: '/alert-rules/:id',
  tag: 'Alert rules',
  summary: 'Delete a rule and resolve its alerts',
  auth: { kind: 'user', permission: 'rules.write' },
  tenantScoped: true,
  params,
  status: 204,
  refusals: ['not_found'],
  handle: async (ctx) => {
    await inTenantOf(
      ctx,
      (tx) => findRuleTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        await clearRuleAlerts(
          tx,
          tenantId,
          ctx.params.id,
          new Date(ctx.deps.now()).toISOString(),
          'The rule was deleted.',
        );
        const name = await deleteRule(tx, tenantId, ctx.params.id);
        await recordAct(tx, ctx.principal, tenantId, 'alert_rule_deleted', { rule_id: ctx.params.id, name });
      },
    );
    return undefined;
  },
});

const minutes = z.partialRecord(z.enum(SEVERITIES), z.int().min(1).max(525_600));
const settings = z.object({
  sla_policy: z
    .object({ id: z.uuid().nullable(), name: z.string() })
    .describe('in force where no group says otherwise'),
  sla_resolve_minutes: minutes.describe('the tenant’s own; severities left out follow the policy'),
  sla_resolve_minutes_in_force: z.record(z.enum(SEVERITIES), z.int()),
});

async function slaSettings(tx: AnyTx, tenantId: string): Promise<z.input<typeof settings>> {
  const tenant = await getTenantSla(tx, tenantId);
  const { sla_policy, sla } = inherit([], tenant);
  return {
    sla_policy: { id: sla_policy.policy.id, name: sla_policy.policy.name },
    sla_resolve_minutes: tenant.sla_resolve_minutes,
    sla_resolve_minutes_in_force: {
      critical: sla.critical.resolve_minutes,
      high: sla.high.resolve_minutes,
      medium: sla.medium.resolve_minutes,
      low: sla.low.resolve_minutes,
      info: sla.info.resolve_minutes,
    },
  };
}

const getSettings = defineRoute({
  method: 'get',
  path: '/tenants/:id/settings',
  tag: 'Tenants',
  summary: 'SLA of a tenant',
  auth: { kind: 'user', permission: 'rules.read' },
  tenantScoped: true,
  params,
  output: settings,
  refusals: ['not_found'],
  handle: (ctx) => inTenant(ctx, ctx.params.id, (tx) => slaSettings(tx, ctx.params.id)),
});

const putSettings = defineRoute({
  method: 'put',
  path: '/tenants/:id/settings',
  tag: 'Tenants',
  summary: 'Set the SLA of a tenant',
  description:
    'Minutes from opening to due, by severity. Alerts that are not resolved get their due time anew from when they opened.',
  auth: { kind: 'user', permission: 'rules.write' },
  tenantScoped: true,
  params,
  body: z.strictObject({ sla_resolve_minutes: minutes }),
  output: settings,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const own = ctx.body.sla_resolve_minutes;
    return inTenant(ctx, ctx.params.id, async (tx) => {
      await setTenantSlaMinutes(tx, ctx.params.id, own);
      await restartClocks(tx, ctx.params.id);
      await recordAct(tx, ctx.principal, ctx.params.id, 'sla_changed', { sla_resolve_minutes: own });
      return slaSettings(tx, ctx.params.id);
    });
  },
});

/** Routes of alert rules and tenant settings. */
export const alertRuleRoutes = [templates, list, create, replace, remove, getSettings, putSettings];
