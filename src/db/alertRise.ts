/**
 * An alert that is reported again, and worse: what was promised and who was told rested on the lower severity. Its clocks
 * count from the rise, its escalation begins anew, and what a person had set aside at the lower severity is open again
 * when it becomes critical.
 */

import { z } from 'zod';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { appendAudit } from './audit.ts';
import { openEscalations } from './escalations.ts';
import { severityRank } from './fragments.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';
import { type Clocks, startClocks } from './slaClocks.ts';

const risenRow = z.object({
  id: z.uuid(),
  number: z.number(),
  title: z.string(),
  agent_id: z.uuid().nullable(),
  msp_id: z.uuid(),
  was: z.enum(SEVERITIES),
  since: z.string(),
  reopened: z.boolean(),
  woken: z.boolean(),
});

/**
 * Folds an occurrence into the unresolved alert of its fingerprint, whose severity is lower; null when there is none such.
 * The caller holds the tenant's alerts.
 */
export async function raiseSeverity(
  tx: AnyTx,
  to: { readonly tenantId: string; readonly fingerprint: string; readonly severity: Severity; readonly at: string },
): Promise<{ readonly id: string; readonly number: number } | null> {
  const isCritical = to.severity === 'critical';
  const risen = await tx.maybeOne(sql.type(risenRow)`
    update alerts al set occurrences = occurrences + 1, last_occurred_at = greatest(last_occurred_at, ${to.at}::timestamptz),
      severity = ${to.severity}, severity_since = greatest(opened_at, ${to.at}::timestamptz),
      status = case when ${isCritical} then 'open' else status end,
      acknowledged_at = case when ${isCritical} then null else acknowledged_at end,
      acknowledged_by = case when ${isCritical} then null else acknowledged_by end,
      snoozed_until = case when ${isCritical} then null else snoozed_until end
    from tenants t
    where t.id = al.tenant_id and al.tenant_id = ${to.tenantId}::uuid and fingerprint = ${to.fingerprint} and al.status <> 'resolved'
      and ${severityRank(sql.fragment`${to.severity}`)} < ${severityRank(sql.fragment`severity`)}
    returning al.id, number, title, agent_id, t.msp_owner as msp_id, old.severity as was, new.severity_since as since,
      old.status <> new.status as reopened, coalesce(old.snoozed_until > now(), false) and new.snoozed_until is null as woken`);
  if (risen === null) return null;
  await restartFrom(tx, to.tenantId, { ...risen, severity: to.severity });
  await openEscalations(tx, to.tenantId, [risen.id]);
  await appendAudit(tx, {
    msp_id: risen.msp_id,
    tenant_id: to.tenantId,
    event_type: 'alert_severity_raised',
    actor: { kind: 'system' },
    event_data: {
      alert_id: risen.id,
      number: risen.number,
      title: risen.title,
      from: risen.was,
      to: to.severity,
      reopened: risen.reopened,
      snooze_ended: risen.woken,
    },
  });
  return { id: risen.id, number: risen.number };
}

/**
 * Gives an alert the promise of its new severity, counted from the rise; but what was due earlier stays due then: getting
 * worse makes nothing less late. The clock of acknowledging has stopped once somebody has acknowledged.
 */
async function restartFrom(
  tx: AnyTx,
  tenantId: string,
  alert: Pick<z.infer<typeof risenRow>, 'id' | 'agent_id' | 'since' | 'reopened'> & { readonly severity: Severity },
): Promise<void> {
  const start = { agentId: alert.agent_id, severity: alert.severity, at: alert.since };
  const [clocks] = (await startClocks(tx, tenantId, [start])) as readonly [Clocks];
  await tx.query(sql.unsafe`
    update alerts set sla = ${JSON.stringify(clocks.sla)}::jsonb, sla_due_at = least(sla_due_at, ${clocks.sla_due_at}::timestamptz),
      ack_due_at = case when ${alert.reopened} then ${clocks.ack_due_at}::timestamptz
        when acknowledged_at is null then least(ack_due_at, ${clocks.ack_due_at}::timestamptz) else ack_due_at end
    where tenant_id = ${tenantId}::uuid and id = ${alert.id}::uuid`);
}
