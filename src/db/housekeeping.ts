/** What may be forgotten, and when. */

import { AGENT_CLOCK_SKEW_SECONDS } from '../domain/agentRequest.ts';
import { DELIVERY_LOG_DAYS } from '../domain/webhook.ts';
import { sql } from './pool.ts';
import { deleteOldRequestNonces } from './requestNonces.ts';
import type { SystemTx } from './scope.ts';

/** Rows deleted by table. */
export type HousekeepingReport = Readonly<
  Record<
    | 'agent_request_nonces'
    | 'rate_limits'
    | 'idempotency_keys'
    | 'totp_used_steps'
    | 'auth_failures'
    | 'sessions'
    | 'ingest_batches'
    | 'metric_samples'
    | 'maintenance_spent'
    | 'webhook_deliveries'
    | 'webhook_secrets',
    number
  >
>;

/** Deletes what nothing can ask for any more. Metric samples older than two weeks are thinned to one an hour, gone after 90 days. */
export async function deleteForgettable(tx: SystemTx): Promise<HousekeepingReport> {
  const run = async (statement: ReturnType<typeof sql.unsafe>): Promise<number> => (await tx.query(statement)).rowCount;
  return {
    // Twice the window that the clock check allows, on both sides.
    agent_request_nonces: await deleteOldRequestNonces(tx, AGENT_CLOCK_SKEW_SECONDS * 4),
    rate_limits: await run(sql.unsafe`delete from rate_limits where window_start < now() - interval '2 hours'`),
    idempotency_keys: await run(
      sql.unsafe`delete from idempotency_keys where created_at < now() - interval '24 hours'`,
    ),
    totp_used_steps: await run(sql.unsafe`delete from totp_used_steps where used_at < now() - interval '1 hour'`),
    // The count of a subject starts anew after an hour (src/db/authFailures.ts): a day later the row says nothing.
    auth_failures: await run(
      sql.unsafe`delete from auth_failures where greatest(first_failure_at, locked_until) < now() - interval '1 day'`,
    ),
    // Impersonations keep the session that they were started with.
    sessions: await run(sql.unsafe`
      delete from sessions s where expires_at < now() - interval '30 days'
        and not exists (select from impersonations i where i.session_id = s.id)`),
    ingest_batches: await run(sql.unsafe`delete from ingest_batches where received_at < now() - interval '30 days'`),
    metric_samples: await run(sql.unsafe`
      delete from metric_samples m where sampled_at < now() - interval '90 days' or (
        sampled_at < now() - interval '14 days' and exists (
          select from metric_samples o where (o.tenant_id, o.agent_id) = (m.tenant_id, m.agent_id)
            and o.sampled_at < m.sampled_at and o.sampled_at >= date_trunc('hour', m.sampled_at)))`),
    // Clocks are counted anew from when their alert opened; the 30 days are for a report that comes late.
    maintenance_spent: await run(sql.unsafe`
      delete from maintenance_spent s where ends_at < now() - interval '30 days' and not exists (
        select from alerts al where (al.tenant_id, al.agent_id) = (s.tenant_id, s.agent_id) and al.status <> 'resolved' and al.opened_at < s.ends_at)`),
    webhook_deliveries: await run(sql.unsafe`
      delete from webhook_deliveries where status <> 'pending' and created_at < now() - make_interval(days => ${DELIVERY_LOG_DAYS})`),
    webhook_secrets: await run(sql.unsafe`delete from webhook_secrets where expires_at < now()`),
  };
}
