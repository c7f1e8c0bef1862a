/** Billing over all tenants of the MSP: the month as JSON and CSV, and the counts behind a line. */

import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import {
  billingRow,
  findClosedLine,
  getRunningMonth,
  listCountedHosts,
  listDailyCounts,
  listRunningMonth,
} from '../../db/billing.ts';
import { type AnyTx, withMsp } from '../../db/scope.ts';
import { AGENT_CENTS, type BillingLine, euros, FREE_AGENTS, safeCell } from '../../domain/billing.ts';
import { lastDayOf } from '../../domain/invoice.ts';
import { monthBounds } from '../../domain/pack.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { month, monthQuery, readMonth } from '../billingMonth.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenant } from '../reach.ts';
import { defineRoute } from '../route.ts';

const line = billingRow.extend({ monthly_eur: z.string() });

const overview = defineRoute({
  method: 'get',
  path: '/billing/overview',
  tag: 'Billing',
  summary: 'The invoice of a month, a line for each tenant',
  description:
    'Active agents of every tenant that was there before the month began; five are free for each tenant, EUR 3.00 for each ' +
    'after. A month that is over is frozen.',
  auth: { kind: 'user', permission: 'billing.read' },
  tenantScoped: false,
  query: monthQuery,
  output: z.object({
    month,
    state: z.enum(['running', 'closed']),
    currency: z.literal('EUR'),
    items: z.array(line),
    total_cents: z.int(),
    total_eur: z.string(),
  }),
  refusals: ['billing_month_invalid', 'billing_month_not_closed'],
  handle: async ({ deps, principal, query }) => {
    const { lines, ...rest } = await withMsp(deps.pool, principal.mspId, (tx) =>
      readMonth(tx, principal.mspId, query.month),
    );
    const total_cents = lines.reduce((sum, row) => sum + row.monthly_cents, 0);
    return {
      ...rest,
      currency: 'EUR' as const,
      items: lines.map((row) => ({ ...row, monthly_eur: euros(row.monthly_cents) })),
      total_cents,
      total_eur: euros(total_cents),
    };
  },
});

const exportCsv = defineRoute({
  method: 'get',
  path: '/billing/export.csv',
  tag: 'Billing',
  summary: 'The same as CSV for the invoice',
  description: 'RFC 4180, UTF-8, stable columns; texts that a spreadsheet would run are made texts.',
  auth: { kind: 'user', permission: 'billing.read' },
  tenantScoped: false,
  query: monthQuery,
  produces: 'text/csv',
  refusals: ['billing_month_invalid', 'billing_month_not_closed'],
  handle: async ({ deps, principal, query }) => {
    const { lines, month: of } = await withMsp(deps.pool, principal.mspId, (tx) =>
      readMonth(tx, principal.mspId, query.month),
    );
    const rows = lines.map((row) => [
      of,
      row.tenant_id,
      safeCell(row.name),
      row.active_agents,
      FREE_AGENTS,
      row.billable_agents,
      euros(AGENT_CENTS),
      euros(row.monthly_cents),
      'EUR',
    ]);
    const columns = [
      'month',
      'tenant_id',
      'tenant',
      'active_agents',
      'free_agents',
      'billable_agents',
      'unit_eur',
      'monthly_eur',
      'currency',
    ];
    return new Response(stringify([columns, ...rows], { record_delimiter: 'windows' }), {
      headers: {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="billing-${of}.csv"`,
        'Cache-Control': 'private, no-store',
      },
    });
  },
});

const explanation = z.object({
  tenant_id: z.uuid(),
  month,
  state: z.enum(['running', 'closed']),
  basis: z.enum(['closing_count', 'daily_count', 'reconstructed', 'now']),
  counted_on: z
    .string()
    .nullable()
    .describe('the day of the count, where the basis is one; null: of this moment, or none'),
  sentence: z.string(),
  active_agents: z.int(),
  billable_agents: z.int(),
  monthly_cents: z.int(),
  days: z.array(z.object({ day: z.string(), active_agents: z.int() })),
  hosts: z.array(z.object({ hostname: z.string(), registered_at: z.string() })).describe('of the running month'),
});

/** The line of one tenant, whether it is running or closed. */
async function findLine(tx: AnyTx, principal: UserPrincipal, tenantId: string, of: string, isRunning: boolean) {
  if (!isRunning) return findClosedLine(tx, tenantId, of);
  const lines = await listRunningMonth(tx, principal.mspId, monthBounds(of).from);
  const found = lines.find((row) => row.tenant_id === tenantId);
  return found === undefined ? null : { ...found, basis: 'now' as const };
}

function lineSentence({ active_agents, billable_agents, monthly_cents }: BillingLine): string {
  const free = Math.min(active_agents, FREE_AGENTS);
  return `${active_agents} active hosts, ${free} of them free, ${billable_agents} at EUR ${euros(AGENT_CENTS)}: EUR ${euros(monthly_cents)}.`;
}

/** What a count says that is not of the month's last day, as the hub was away when it ended. */
function lateSentence(of: string, countedOn: string | null): string {
  return countedOn === null || countedOn === lastDayOf(of)
    ? ''
    : ` Counted on ${countedOn}, the last day of the month on which the hub counted.`;
}

const explain = defineRoute({
  method: 'get',
  path: '/billing/tenants/:id/explain',
  tag: 'Billing',
  summary: 'Why a tenant’s line is what it is',
  auth: { kind: 'user', permission: 'billing.read' },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  query: monthQuery,
  output: explanation,
  refusals: ['not_found', 'billing_month_invalid', 'billing_month_not_closed'],
  handle: async (ctx) =>
    inTenant(ctx, ctx.params.id, async (tx) => {
      const running = await getRunningMonth(tx);
      const of = ctx.query.month ?? running;
      if (of > running) throw new RefusedError('billing_month_invalid');
      const isRunning = of === running;
      const found = await findLine(tx, ctx.principal, ctx.params.id, of, isRunning);
      if (found === null) {
        throw new RefusedError(
          'billing_month_not_closed',
          'This tenant has no line in that month: it came later, or the month is not closed.',
        );
      }
      const days = [...(await listDailyCounts(tx, ctx.params.id, monthBounds(of)))];
      const isCount = found.basis === 'closing_count' || found.basis === 'daily_count';
      const counted_on = isCount ? (days.at(-1)?.day ?? null) : null;
      return {
        tenant_id: ctx.params.id,
        month: of,
        state: isRunning ? ('running' as const) : ('closed' as const),
        basis: found.basis,
        counted_on,
        sentence: `${lineSentence(found)}${lateSentence(of, counted_on)}`,
        active_agents: found.active_agents,
        billable_agents: found.billable_agents,
        monthly_cents: found.monthly_cents,
        days,
        hosts: isRunning ? [...(await listCountedHosts(tx, ctx.params.id))] : [],
      };
    }),
});

/** Routes of billing. */
export const billingRoutes = [overview, exportCsv, explain];
