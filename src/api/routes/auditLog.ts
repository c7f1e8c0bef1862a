/** The audit log, for whoever must answer "who did what, in whose context". */

import { z } from 'zod';
import { auditEntryRow, listAuditEntries } from '../../db/auditLog.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import { readScope } from '../reach.ts';
import { defineRoute } from '../route.ts';

const cursorKey = z.object({ occurred_at: z.iso.datetime(), chain_id: z.uuid(), seq: z.int() });

const list = defineRoute({
  method: 'get',
  path: '/audit-log',
  tag: 'Audit',
  summary: 'Audit events, newest first',
  description: 'Each entry carries its place in the hash chain; docs/formats/audit-chain.md says how to recompute it.',
  auth: { kind: 'user', permission: 'audit_log.read' },
  tenantScoped: true,
  query: pageQuery.extend({
    tenant_id: z.uuid().optional(),
    event_type: z.string().max(100).optional(),
    actor_filter: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('end of the actor’s email, taken literally: @yourMSP.com'),
    impersonation_id: z.uuid().optional().describe('only what was done in this session in a client’s context'),
    of: z.enum(['all', 'msp']).default('all').describe('msp: only what concerns no tenant'),
    since: z.iso.datetime({ offset: true }).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
  }),
  output: page(auditEntryRow),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const filter = {
      eventType: query.event_type ?? null,
      actorSuffix: query.actor_filter?.toLowerCase() ?? null,
      impersonationId: query.impersonation_id ?? null,
      ownOnly: query.of === 'msp',
      since: query.since ?? null,
      until: query.until ?? null,
    };
    return readPage(
      query,
      cursorKey,
      ({ after, limit }) =>
        readScope(ctx, (tx) => listAuditEntries(tx, { ...filter, before: after, limit }), query.tenant_id),
      ({ occurred_at, chain_id, seq }) => ({ occurred_at, chain_id, seq }),
    );
  },
});

/** Routes of the audit log. */
export const auditLogRoutes = [list];
