/** The MSP's Monday morning: every tenant by urgency (source, task 1), and the stream of what changed. */

import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { COCKPIT_SORTS, type CockpitRow, listCockpit, summarizeCockpit } from '../../db/cockpit.ts';
import { withMsp } from '../../db/scope.ts';
import { listTenantIds } from '../../db/tenants.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { SLA_STATES, slaState } from '../../domain/sla.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import type { UserPrincipal } from '../principal.ts';
import { defineRoute } from '../route.ts';
import { isStillSignedIn } from '../signedIn.ts';

const cockpitTenant = z.object({
  tenant: z.object({ id: z.uuid(), slug: z.string(), name: z.string() }),
  urgency: z.number().describe('sum of the six terms by the published formula; not clamped'),
  urgency_terms: z.object({
    open_critical: z.number(),
    open_high: z.number(),
    sla_breach_minutes: z.number(),
    kev_open_cves: z.number(),
    trust_score_delta_24h: z.number(),
    overdue_eats: z.number(),
  }),
  trust_score: z.object({
    current: z.number().nullable(),
    delta_24h: z.number(),
    computed_at: z.iso.datetime().nullable(),
    sparkline: z
      .array(z.number().nullable())
      .length(14)
      .describe('one point a day, oldest first; null before the first score'),
  }),
  top_alert: z
    .object({
      id: z.uuid(),
      number: z.int(),
      severity: z.enum(SEVERITIES),
      title: z.string(),
      agent_id: z.uuid().nullable(),
      host: z.string().nullable(),
      opened_at: z.iso.datetime(),
      age_minutes: z.int(),
      sla_due_at: z.iso.datetime(),
      sla_state: z.enum(SLA_STATES),
    })
    .nullable(),
  top_kernel_cve: z
    .object({
      id: z.string(),
      kev: z.boolean(),
      hosts: z.int(),
      fixed_version: z.string().nullable().describe('first of fixed_versions'),
      fixed_versions: z.array(z.string()).describe('one per kernel stream in use, oldest stream first'),
    })
    .nullable(),
  agents: z.object({ active: z.int(), offline: z.int() }),
  overdue_eats: z.int(),
});

/** Enough for the rows of a tall screen, and an address that every proxy takes. */
const MAX_TENANT_IDS = 100;

const cursorKey = z.object({ key: z.union([z.number(), z.string()]), id: z.uuid() });

function present(row: CockpitRow, nowMs: number): z.input<typeof cockpitTenant> {
  const { open_critical, open_high, sla_breach_minutes, kev_open_cves, trust_score_delta_24h, overdue_eats } = row;
  const fixed = (row.top_kernel_cve?.fixed_versions ?? []).toSorted((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  return {
    tenant: { id: row.tenant_id, slug: row.slug, name: row.name },
    urgency: row.urgency,
    urgency_terms: { open_critical, open_high, sla_breach_minutes, kev_open_cves, trust_score_delta_24h, overdue_eats },
    trust_score: {
      current: row.trust_score,
      delta_24h: trust_score_delta_24h,
      computed_at: row.trust_score_at,
      sparkline: row.sparkline,
    },
    top_alert: row.top_alert && {
      id: row.top_alert.id,
      number: row.top_alert.number,
      severity: row.top_alert.severity,
      title: row.top_alert.title,
      agent_id: row.top_alert.agent_id,
      host: row.top_alert.hostname,
      opened_at: row.top_alert.opened_at,
      age_minutes: Math.max(0, Math.floor((nowMs - Date.parse(row.top_alert.opened_at)) / 60_000)),
      sla_due_at: row.top_alert.sla_due_at,
      sla_state: slaState(Date.parse(row.top_alert.clocks_since), Date.parse(row.top_alert.sla_due_at), nowMs).state,
    },
    top_kernel_cve: row.top_kernel_cve && {
      id: row.top_kernel_cve.cve_id,
      kev: row.top_kernel_cve.kev,
      hosts: row.top_kernel_cve.hosts,
      fixed_version: fixed[0] ?? null,
      fixed_versions: fixed,
    },
    agents: { active: row.agents_active, offline: row.agents_offline },
    overdue_eats,
  };
}

/** People of a client have no cockpit, whatever their permissions say. */
function requireMspPerson(principal: UserPrincipal): void {
  if (principal.tenantId !== null)
    throw new RefusedError('forbidden', 'The cockpit is for the people of the MSP.', { permission: 'cockpit.read' });
}

const getCockpit = defineRoute({
  method: 'get',
  path: '/msp/cockpit',
  tag: 'Cockpit',
  summary: 'Every tenant by composite urgency',
  description: 'Filter `urgency_gt=50` isolates the morning’s work.',
  auth: { kind: 'user', permission: 'cockpit.read' },
  tenantScoped: false,
  query: pageQuery.extend({
    urgency_gt: z.coerce.number().optional(),
    sort: z.enum(COCKPIT_SORTS).default('-urgency'),
    q: z.string().trim().min(1).max(100).optional().describe('part of the tenant’s name or slug'),
    tenant_ids: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.uuid()).min(1).max(MAX_TENANT_IDS))
      .optional()
      .describe(`these alone, separated by commas, at most ${MAX_TENANT_IDS}: rows that a screen refreshes in place`),
  }),
  output: page(cockpitTenant).extend({ generated_at: z.iso.datetime() }),
  refusals: [],
  handle: async ({ deps, principal, query }) => {
    requireMspPerson(principal);
    const filter = {
      mspId: principal.mspId,
      urgencyGreaterThan: query.urgency_gt ?? null,
      search: query.q ?? null,
      tenantIds: query.tenant_ids,
      sort: query.sort,
    };
    const { items, next_cursor } = await readPage(
      query,
      cursorKey,
      (slice) => withMsp(deps.pool, principal.mspId, (tx) => listCockpit(tx, { ...filter, ...slice })),
      (row) => ({ key: row.sort_key, id: row.tenant_id }),
    );
    const now = deps.now();
    return {
      items: items.map((row) => present(row, now)),
      next_cursor,
      generated_at: new Date(now).toISOString(),
    };
  },
});

const getSummary = defineRoute({
  method: 'get',
  path: '/msp/cockpit/summary',
  tag: 'Cockpit',
  summary: 'All tenants in one line',
  auth: { kind: 'user', permission: 'cockpit.read' },
  tenantScoped: false,
  query: z.object({ urgency_gt: z.coerce.number().default(50).describe('counted by `tenants_above`') }),
  output: z.object({
    tenants: z.int(),
    tenants_above: z.int(),
    open_critical: z.int(),
    open_high: z.int(),
    tenants_with_kev: z.int().describe('tenants with a known-exploited CVE open on an active host'),
    kev_open_cves: z.int().describe('summed over tenants; a CVE that two tenants have counts twice'),
    overdue_eats: z.int(),
    agents_offline: z.int(),
  }),
  refusals: [],
  handle: async ({ deps, principal, query }) => {
    requireMspPerson(principal);
    return withMsp(deps.pool, principal.mspId, (tx) =>
      summarizeCockpit(tx, { mspId: principal.mspId, urgencyAbove: query.urgency_gt }),
    );
  },
});

/** A comment line this often keeps proxies from closing a quiet stream, and finds dead clients. */
const KEEP_ALIVE_MS = 15_000;
/** Changes of one tenant within this time are one event: an ingest of a hundred facts is not a hundred redraws. */
const GATHER_MS = 250;
/** A stream re-checks that its caller may still listen. */
const RECHECK_MS = 30_000;

const streamCockpit = defineRoute({
  method: 'get',
  path: '/msp/cockpit/events',
  tag: 'Cockpit',
  summary: 'Server-sent events: which tenants changed',
  description:
    'Event `tenants_changed` with `{"tenant_ids": [...]}`; read the cockpit again to see how. ' +
    'Event `resync` means that some may have been missed. The stream carries no customer data.',
  auth: { kind: 'user', permission: 'cockpit.read' },
  tenantScoped: false,
  produces: 'text/event-stream',
  refusals: [],
  handle: async ({ deps, principal, http }) => {
    requireMspPerson(principal);
    const listOwn = (): Promise<ReadonlySet<string>> => withMsp(deps.pool, principal.mspId, listTenantIds);
    let own = await listOwn();
    http.header('X-Accel-Buffering', 'no');
    return streamSSE(http, async (stream) => {
      const changed = new Set<string>();
      let wake = (): void => undefined;
      const stopListening = deps.events.on('cockpit', (tenantId) => {
        if (!own.has(tenantId)) return;
        changed.add(tenantId);
        wake();
      });
      let resync = true;
      const stopReconnected = deps.events.onReconnected(() => {
        resync = true;
        wake();
      });
      // Whatever ends the caller's credentials is heard on every instance, and ends the stream at once.
      let recheck = false;
      const stopCredentials = deps.events.on('credentials', (userId) => {
        if (userId !== principal.userId) return;
        recheck = true;
        wake();
      });
      stream.onAbort(() => wake());
      try {
        let checkedAt = deps.now();
        while (!stream.aborted) {
          if (resync) {
            resync = false;
            await stream.writeSSE({ event: 'resync', data: '{}' });
          }
          if (changed.size > 0) {
            const tenant_ids = [...changed];
            changed.clear();
            await stream.writeSSE({ event: 'tenants_changed', data: JSON.stringify({ tenant_ids }) });
          }
          // What came during a write woke nobody.
          const woken =
            resync ||
            recheck ||
            changed.size > 0 ||
            (await Promise.race([
              new Promise<true>((resolve) => {
                wake = () => resolve(true);
              }),
              stream.sleep(KEEP_ALIVE_MS).then(() => false),
            ]));
          if (woken && !recheck) await stream.sleep(GATHER_MS);
          else if (!woken) await stream.write(': keep-alive\n\n');
          if (recheck || deps.now() - checkedAt > RECHECK_MS) {
            recheck = false;
            checkedAt = deps.now();
            // A revoked session or token ends its streams too; a new tenant joins them.
            if (!(await isStillSignedIn(deps, principal))) return;
            own = await listOwn();
          }
        }
      } finally {
        stopListening();
        stopCredentials();
        stopReconnected();
      }
    });
  },
});

/** Routes of the cockpit. */
export const cockpitRoutes = [getCockpit, getSummary, streamCockpit];
