/** The audit log, for whoever must answer "who did what, in whose context". */

import { z } from 'zod';
import { auditEntryRow, listAuditEntries } from '../../db/auditLog.ts';
import { decodeCursor, encodeCursor, page, pageQuery } from '../cursor.ts';
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
      before: decodeCursor(query.cursor, cursorKey),
      limit: query.limit + 1,
    };
    const rows = await readScope(ctx, (tx) => listAuditEntries(tx, filter), query.tenant_id);
    const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
    return {
      items: rows.slice(0, query.limit),
      next_cursor: last
        ? encodeCursor({ occurred_at: last.occurred_at, chain_id: last.chain_id, seq: last.seq })
        : null,
    };
  },
});

/** Routes of the audit log. */
export const auditLogRoutes = [list];
