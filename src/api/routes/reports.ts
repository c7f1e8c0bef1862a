/** Reports on demand: of a period, by a template, over all hosts or some; built beside the monthly packs. */

import { Readable } from 'node:stream';
import { z } from 'zod';
import { findGroup } from '../../db/groups.ts';
import { chooseHosts, failReport, findReport, insertReport, listReports, reportRow } from '../../db/reports.ts';
import type { TenantTx } from '../../db/scope.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { MAX_REPORT_DAYS, REPORT_TEMPLATES, reportFileStem, TEMPLATES } from '../../domain/report.ts';
import { type ReportInput, reportStart, WORKFLOW_IDS } from '../../workflows/messages.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import { inTenant, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { requireTemporal, startOnce } from '../temporal.ts';

const params = z.object({ id: z.uuid() });
const DAY_MS = 86_400_000;
/** Reports that one person may ask for. */
const REPORTS_PER_HOUR = 60;
/** Hosts or tags that one request may name. */
const MAX_NAMED = 1000;

const choice = z.union([
  z.strictObject({ group_id: z.uuid() }),
  z.strictObject({ tags: z.array(z.string().min(1).max(63)).min(1).max(50) }),
  z.strictObject({ agent_ids: z.array(z.uuid()).min(1).max(MAX_NAMED) }),
]);

const wanted = z
  .strictObject({
    tenant_id: z.uuid(),
    template: z.enum(REPORT_TEMPLATES),
    from: z.iso.datetime(),
    until: z.iso.datetime(),
    scope: choice
      .optional()
      .describe('one of group_id, tags (hosts that have all of them), agent_ids; absent: all hosts'),
    actor_suffix: z
      .string()
      .min(2)
      .max(254)
      .regex(/^[\x21-\x7e]+$/, 'the end of an email address')
      .toLowerCase()
      .optional()
      .describe('msp_handover alone: only what people did whose email ends so, literally'),
    title: z.string().trim().min(1).max(200).optional(),
  })
  .refine((body) => (body.template === 'msp_handover') === (body.actor_suffix !== undefined), {
    path: ['actor_suffix'],
    message: 'goes with the template msp_handover, which needs it',
  })
  .refine((body) => body.template !== 'per_group' || body.scope !== undefined, {
    path: ['scope'],
    message: 'is needed for the template per_group',
  });

const create = defineRoute({
  method: 'post',
  path: '/reports',
  tag: 'Reports',
  summary: 'Ask for a report',
  description:
    'The hosts are those that the scope means now. The answer comes at once; GET /reports/:id tells how the build is ' +
    'getting on. Its files have the format of an audit pack, and the same verifier checks them.',
  auth: { kind: 'user', permission: 'packs.build' },
  tenantScoped: true,
  body: wanted,
  output: z.object({ id: z.uuid(), workflow_id: z.string() }),
  status: 202,
  refusals: ['not_found', 'unavailable', 'report_period_invalid', 'report_scope_empty'],
  handle: async (ctx) => {
    const { deps, principal, body } = ctx;
    const temporal = requireTemporal(deps);
    await enforceLimit(deps, `report:${principal.userId}`, REPORTS_PER_HOUR, 3600);
    const from = new Date(body.from).toISOString();
    const until = new Date(body.until).toISOString();
    const actor_suffix = body.actor_suffix ?? null;
    const id = await inTenant(ctx, body.tenant_id, async (tx) => {
      const length = Date.parse(until) - Date.parse(from);
      if (length <= 0 || length > MAX_REPORT_DAYS * DAY_MS || Date.parse(until) > deps.now())
        throw new RefusedError('report_period_invalid');
      const agent_ids = body.scope === undefined ? null : await hostsOf(tx, body.tenant_id, body.scope);
      const made = await insertReport(tx, {
        tenant_id: body.tenant_id,
        template: body.template,
        title: body.title ?? TEMPLATES[body.template].name,
        from,
        until,
        agent_ids,
        actor_suffix,
        requested_by_email: principal.email,
      });
      await recordAct(tx, principal, body.tenant_id, 'report_requested', {
        report_id: made,
        template: body.template,
        from,
        until,
        hosts: agent_ids?.length ?? null,
        scope: body.scope ?? null,
        actor_suffix,
      });
      return made;
    });
    const input: ReportInput = {
      report_id: id,
      tenant_id: body.tenant_id,
      msp_id: principal.mspId,
      month: from.slice(0, 7),
      actor_suffix,
    };
    try {
      await startOnce(temporal, () => temporal.workflow.start('reportBuild', reportStart(input)));
    } catch (error) {
      // One that did start publishes its files over this.
      await inTenant(ctx, body.tenant_id, (tx) =>
        failReport(tx, id, 'Nobody confirmed the start of its build; ask again.'),
      );
      throw error;
    }
    return { id, workflow_id: WORKFLOW_IDS.report(id) };
  },
});

/** Resolves a choice; a group or a named host that is not the tenant's is not found. */
async function hostsOf(tx: TenantTx, tenantId: string, scope: z.infer<typeof choice>): Promise<readonly string[]> {
  if ('group_id' in scope && (await findGroup(tx, scope.group_id))?.tenant_id !== tenantId)
    throw new RefusedError('not_found', 'There is no such group.');
  const ids = await chooseHosts(tx, tenantId, scope);
  if ('agent_ids' in scope && ids.length !== new Set(scope.agent_ids).size)
    throw new RefusedError('not_found', 'Not all of these hosts are there.');
  if (ids.length === 0) throw new RefusedError('report_scope_empty');
  return ids;
}

const list = defineRoute({
  method: 'get',
  path: '/reports',
  tag: 'Reports',
  summary: 'Reports, newest first',
  auth: { kind: 'user', permission: 'packs.read' },
  tenantScoped: true,
  query: z.object({
    tenant_id: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  output: z.object({ items: z.array(reportRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { tenant_id, limit } = ctx.query;
    const items = await readScope(ctx, (tx, tenantId) => listReports(tx, { tenantId, limit }), tenant_id);
    return { items: [...items] };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/reports/:id',
  tag: 'Reports',
  summary: 'One report, and how its build is getting on',
  auth: { kind: 'user', permission: 'packs.read' },
  tenantScoped: true,
  params,
  output: reportRow,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const report = await readScope(ctx, (tx) => findReport(tx, ctx.params.id));
    if (report === null) throw new RefusedError('not_found');
    return reportRow.parse(report);
  },
});

const FORMATS = {
  pdf: { type: 'application/pdf', ending: '.pdf' },
  jsonl: { type: 'application/gzip', ending: '.jsonl.gz' },
  sig: { type: 'text/plain; charset=utf-8', ending: '.sig' },
  manifest: { type: 'application/json', ending: '.manifest.json' },
} as const;

const download = defineRoute({
  method: 'get',
  path: '/reports/:id/download',
  tag: 'Reports',
  summary: 'Download a file of a report',
  auth: { kind: 'user', permission: 'packs.read' },
  tenantScoped: true,
  params,
  query: z.object({ format: z.enum(['pdf', 'jsonl', 'sig', 'manifest']) }),
  produces: 'application/octet-stream',
  refusals: ['not_found', 'report_not_built'],
  handle: async (ctx) => {
    const { deps, principal, query } = ctx;
    const report = await readScope(ctx, (tx) => findReport(tx, ctx.params.id));
    if (report === null) throw new RefusedError('not_found');
    if (report.state !== 'done') throw new RefusedError('report_not_built');
    // What leaves through an auditor's link is written down, with the link.
    if (principal.auditorLinkId !== null)
      await inTenant(ctx, report.tenant_id, (tx) =>
        recordAct(tx, principal, report.tenant_id, 'report_downloaded', {
          report_id: report.id,
          auditor_link_id: principal.auditorLinkId,
          format: query.format,
        }),
      );
    const { type, ending } = FORMATS[query.format];
    const headers = {
      'Content-Type': type,
      'Content-Disposition': `attachment; filename="${reportFileStem(report.tenant_slug, report.template, report.id)}${ending}"`,
      'Cache-Control': 'private, no-store',
    };
    if (query.format === 'sig') return new Response(report.sig, { headers });
    if (query.format === 'manifest') return new Response(report.manifest, { headers });
    const stream = await deps.packs.read((query.format === 'pdf' ? report.pdf_sha256 : report.jsonl_sha256) as string);
    return new Response(Readable.toWeb(stream) as ReadableStream, { headers });
  },
});

/** Routes of reports. */
export const reportRoutes = [list, create, get, download];
