/** CVEs over the hosts within reach. */

import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { findAgent } from '../../db/agents.ts';
import { listCveTimeline } from '../../db/cveTimeline.ts';
import { cveHostRow, cveRow, listCveHosts, listCves } from '../../db/vulnerabilities.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import { readScope } from '../reach.ts';
import { defineRoute } from '../route.ts';

const cursorKey = z.object({ kev: z.int(), hosts: z.int(), id: z.string() });
const cveId = z.string().regex(/^CVE-\d{4}-\d{4,}$/, 'like CVE-2022-0847');

const list = defineRoute({
  method: 'get',
  path: '/inventory/cves',
  tag: 'Vulnerabilities',
  summary: 'CVEs, known-exploited first, then by hosts open',
  auth: { kind: 'user', permission: 'vulnerabilities.read' },
  tenantScoped: true,
  query: pageQuery.extend({
    tenant_id: z.uuid().optional(),
    agent_id: z.uuid().optional().describe('of one host'),
    state: z.enum(['open', 'patched', 'all']).default('open'),
    kev: z.stringbool().default(false).describe('only those in the CISA KEV catalogue'),
    severity: z.enum(SEVERITIES).optional().describe('as scanners of packages say it; kernel CVEs have none'),
    min_cvss: z.coerce.number().min(0).max(10).optional().describe('those without a score are left out'),
    source: z.enum(['kernel', 'trivy']).optional(),
    q: z.string().trim().min(1).max(100).optional(),
  }),
  output: page(cveRow),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const filter = {
      agentId: query.agent_id,
      state: query.state,
      kevOnly: query.kev,
      severity: query.severity ?? null,
      minCvss: query.min_cvss ?? null,
      source: query.source ?? null,
      search: query.q ?? null,
    };
    return readPage(
      query,
      cursorKey,
      (slice) => readScope(ctx, (tx, tenantId) => listCves(tx, { tenantId, ...filter, ...slice }), query.tenant_id),
      (row) => ({ kev: row.kev ? 1 : 0, hosts: row.hosts_open, id: row.cve_id }),
    );
  },
});

const hosts = defineRoute({
  method: 'get',
  path: '/inventory/cves/:cve_id/hosts',
  tag: 'Vulnerabilities',
  summary: 'Hosts that have or had a CVE, with when it was seen and patched',
  auth: { kind: 'user', permission: 'vulnerabilities.read' },
  tenantScoped: true,
  params: z.object({ cve_id: cveId }),
  query: z.object({ tenant_id: z.uuid().optional() }),
  output: z.object({ items: z.array(cveHostRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const items = await readScope(
      ctx,
      (tx, tenantId) => listCveHosts(tx, ctx.params.cve_id, tenantId),
      ctx.query.tenant_id,
    );
    return { items: [...items] };
  },
});

const TIMELINE_COLUMNS = [
  'hostname',
  'cve_id',
  'source',
  'package',
  'severity',
  'is_kev',
  'installed_version',
  'fixed_version',
  'detected_at',
  'patched_at',
  'patched_version',
  'operator_email',
  'days_open',
] as const;

const timeline = defineRoute({
  method: 'get',
  path: '/agents/:id/cves.csv',
  tag: 'Vulnerabilities',
  summary: 'CVEs of one host as a timeline: detected, patched, by whom, days open (CSV)',
  description:
    'RFC 4180 in UTF-8. A cell that a spreadsheet would take for a formula begins with an apostrophe; versions and names come from hosts.',
  auth: { kind: 'user', permission: 'vulnerabilities.read' },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  produces: 'text/csv; charset=utf-8; header=present',
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { hostname, rows } = await readScope(ctx, async (tx) => {
      const agent = await findAgent(tx, ctx.params.id);
      if (agent === null) throw new RefusedError('not_found');
      const host = { tenantId: agent.tenant_id, agentId: agent.id };
      return { hostname: agent.hostname, rows: await listCveTimeline(tx, host) };
    });
    const csv = stringify([...rows], {
      header: true,
      columns: [...TIMELINE_COLUMNS],
      record_delimiter: '\r\n',
      escape_formulas: true,
      cast: { boolean: (value) => (value ? 'yes' : 'no') },
    });
    return new Response(csv, {
      headers: {
        'Content-Type': 'text/csv; charset=utf-8; header=present',
        // A host chooses its name; a file's name keeps what is safe of it.
        'Content-Disposition': `attachment; filename="cves-${hostname.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.csv"`,
        'Cache-Control': 'private, no-store',
      },
    });
  },
});

/** Routes of vulnerabilities. */
export const vulnerabilityRoutes = [list, hosts, timeline];
