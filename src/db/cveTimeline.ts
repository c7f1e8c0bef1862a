/** The life of each CVE on one host: when it was seen, when it was patched, and by whom. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

const timelineRow = z.object({
  hostname: z.string(),
  cve_id: z.string(),
  source: z.string(),
  package: z.string(),
  severity: z.string().nullable(),
  is_kev: z.boolean(),
  installed_version: z.string(),
  fixed_version: z.string().nullable(),
  detected_at: z.string(),
  patched_at: z.string().nullable(),
  patched_version: z.string().nullable(),
  operator_email: z.string().nullable(),
  days_open: z.number(),
});
export type CveTimelineRow = z.infer<typeof timelineRow>;

/** A host has some thousands at most; a list that is longer is cut here rather than held in memory. */
const MAX_TIMELINE_ROWS = 100_000;

/** Whoever asked for the last token that really ran there within the day before the patch was seen, as in packs; of `agent_cves c`. */
export const PATCHED_BY = sql.fragment`
  case when c.patched_at is not null then (
    select coalesce(e.requested_by_email, (select u.email from users u where u.id = e.requested_by)) from eats e
    where e.tenant_id = c.tenant_id and e.agent_id = c.agent_id and e.outcome = 'succeeded' and not e.is_dry_run
      and e.result_at <= c.patched_at + interval '1 hour' and e.result_at > c.patched_at - interval '1 day'
    order by e.result_at desc limit 1) end`;

/**
 * CVEs of a host, oldest first, with who patched them ({@link PATCHED_BY}); days are whole ones, up to the patch or to now.
 */
export async function listCveTimeline(
  tx: AnyTx,
  host: { readonly tenantId: string; readonly agentId: string },
): Promise<readonly CveTimelineRow[]> {
  return tx.any(sql.type(timelineRow)`
    select a.hostname, c.cve_id, c.source, c.package, c.severity, exists (select from kev_entries k where k.cve_id = c.cve_id) as is_kev,
      c.installed_version, c.fixed_version, c.detected_at, c.patched_at, c.patched_version,
      ${PATCHED_BY} as operator_email,
      floor(extract(epoch from coalesce(c.patched_at, now()) - c.detected_at) / 86400)::int as days_open
    from agent_cves c join agents a on a.tenant_id = c.tenant_id and a.id = c.agent_id
    where c.tenant_id = ${host.tenantId}::uuid and c.agent_id = ${host.agentId}::uuid
    order by c.detected_at, c.cve_id, c.source, c.package limit ${MAX_TIMELINE_ROWS}`);
}
