/** Reading the audit log; appending is db/audit.ts. */

import { z } from 'zod';
import type { Json } from '../domain/canonicalJson.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

/** An entry as the API shows it: enough to recompute its hash (docs/formats/audit-chain.md). */
export const auditEntryRow = z.object({
  chain_id: z.uuid(),
  seq: z.number(),
  msp_id: z.uuid(),
  tenant_id: z.uuid().nullable(),
  event_type: z.string(),
  actor_kind: z.enum(['user', 'agent', 'integration', 'system']),
  actor_user_id: z.uuid().nullable(),
  actor_email: z.string().nullable(),
  impersonation_id: z.uuid().nullable(),
  event_data: z.json(),
  occurred_at: z.iso.datetime(),
  prev_hash: z.string(),
  hash: z.string(),
});
export type AuditEntryRow = z.infer<typeof auditEntryRow> & { readonly event_data: Json };

/** What to read, newest first. `actorSuffix` is the end of an email, literally; `ownOnly`: what concerns no tenant. `before` is the last entry of the page before. */
export type AuditFilter = {
  readonly eventType: string | null;
  readonly actorSuffix: string | null;
  readonly impersonationId: string | null;
  readonly ownOnly: boolean;
  readonly since: string | null;
  readonly until: string | null;
  readonly before: { readonly occurred_at: string; readonly chain_id: string; readonly seq: number } | null;
  readonly limit: number;
};

/** Entries in scope. */
export async function listAuditEntries(tx: AnyTx, filter: AuditFilter): Promise<readonly AuditEntryRow[]> {
  const { before } = filter;
  return tx.any(sql.type(auditEntryRow)`
    select chain_id, seq, msp_id, tenant_id, event_type, actor_kind, actor_user_id, actor_email, impersonation_id, event_data,
      occurred_at, encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash
    from audit_log
    where (${filter.eventType}::text is null or event_type = ${filter.eventType})
      and (${filter.actorSuffix}::text is null or right(actor_email, length(${filter.actorSuffix})) = ${filter.actorSuffix})
      and (${filter.impersonationId}::uuid is null or impersonation_id = ${filter.impersonationId}::uuid)
      and (not ${filter.ownOnly} or tenant_id is null)
      and (${filter.since}::timestamptz is null or occurred_at >= ${filter.since}::timestamptz)
      and (${filter.until}::timestamptz is null or occurred_at < ${filter.until}::timestamptz)
      and (${before === null} or (occurred_at, chain_id, seq) <
        (${before?.occurred_at ?? null}::timestamptz, ${before?.chain_id ?? null}::uuid, ${before?.seq ?? null}::bigint))
    order by occurred_at desc, chain_id desc, seq desc limit ${filter.limit}`);
}
