/** Alerts: opened by facts, folded by fingerprint, closed by people or by the condition clearing. */

import { z } from 'zod';
import type { Json } from '../domain/canonicalJson.ts';
import { SEVERITIES, type Severity } from '../domain/ingest.ts';
import { slaMinutes } from '../domain/sla.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

/** What raises an alert. Times are ISO 8601 UTC. */
export type AlertToRaise = {
  readonly tenant_id: string;
  readonly agent_id: string | null;
  readonly source: 'rule' | 'liveness' | 'cve' | 'alertmanager' | 'ingest' | 'security';
  /** Same fingerprint, same alert while it is not resolved. */
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: { readonly [key: string]: Json };
  readonly at: string;
};

const raisedRow = z.object({ id: z.uuid(), number: z.number(), folded: z.boolean() });
const settingsRow = z.object({ sla_resolve_minutes: z.partialRecord(z.enum(SEVERITIES), z.number()) });
const numberRow = z.object({ number: z.number() });

/**
 * Opens an alert, or folds into the unresolved one of the same fingerprint (its severity may rise, its SLA
 * clock keeps running). The partial unique index decides, whatever races.
 */
export async function raiseAlert(tx: AnyTx, alert: AlertToRaise): Promise<z.infer<typeof raisedRow>> {
  const folded = await foldAlert(tx, alert);
  if (folded) return folded;
  // The row lock on the tenant's settings hands out numbers without gaps or doubles, and orders the openings of one tenant.
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id) values (${alert.tenant_id}::uuid) on conflict do nothing`);
  const { number } = await tx.one(sql.type(numberRow)`
    update tenant_settings set next_alert_number = next_alert_number + 1 where tenant_id = ${alert.tenant_id}::uuid
    returning next_alert_number - 1 as number`);
  const settings = await tx.one(sql.type(settingsRow)`
    select sla_resolve_minutes from tenant_settings where tenant_id = ${alert.tenant_id}::uuid`);
  const dueMinutes = slaMinutes(settings.sla_resolve_minutes)[alert.severity];
  const opened = await tx.maybeOne(sql.type(raisedRow)`
    insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, detail, opened_at, last_occurred_at, sla_due_at)
    values (${alert.tenant_id}::uuid, ${number}, ${alert.agent_id}::uuid, ${alert.source}, ${alert.fingerprint}, ${alert.severity},
      ${alert.title}, ${sql.jsonb(alert.detail as never)}, ${alert.at}::timestamptz, ${alert.at}::timestamptz,
      ${alert.at}::timestamptz + make_interval(mins => ${dueMinutes}))
    on conflict (tenant_id, fingerprint) where status <> 'resolved' do nothing
    returning id, number, false as folded`);
  // Another transaction opened it while this one waited for the lock: fold into that one.
  return opened ?? ((await foldAlert(tx, alert)) as z.infer<typeof raisedRow>);
}

async function foldAlert(tx: AnyTx, alert: AlertToRaise): Promise<z.infer<typeof raisedRow> | null> {
  return tx.maybeOne(sql.type(raisedRow)`
    update alerts set occurrences = occurrences + 1, last_occurred_at = greatest(last_occurred_at, ${alert.at}::timestamptz),
      severity = case when array_position(${sql.array([...SEVERITIES], 'text')}, ${alert.severity})
        < array_position(${sql.array([...SEVERITIES], 'text')}, severity) then ${alert.severity} else severity end
    where tenant_id = ${alert.tenant_id}::uuid and fingerprint = ${alert.fingerprint} and status <> 'resolved'
    returning id, number, true as folded`);
}

/** Resolves the unresolved alert of a fingerprint because its condition cleared; false when there is none. */
export async function clearAlert(
  tx: AnyTx,
  tenantId: string,
  fingerprint: string,
  at: string,
  resolution: string,
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update alerts set status = 'resolved', resolved_at = ${at}::timestamptz, resolution = ${resolution}
    where tenant_id = ${tenantId}::uuid and fingerprint = ${fingerprint} and status <> 'resolved'`);
  return result.rowCount > 0;
}
