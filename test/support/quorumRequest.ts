/** A quorum request on one host, as the API would have stored it. */

import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from '../../src/db/pool.ts';
import type { QuorumRequestRef } from '../../src/db/quorumNotices.ts';
import type { TestApi, TestUser } from './api.ts';
import type { TestDatabase } from './postgres.ts';

/** Reason of every request made here. */
export const REQUEST_REASON = 'Restore from 2026-04-15 snapshot per ticket TKT-9001';

/** Stores a request of `requester` made at 14:23 UTC for db-prod-01 of tenant a. */
export async function insertTestQuorumRequest(
  db: TestDatabase,
  api: TestApi,
  requester: TestUser,
  change: { readonly state?: 'open' | 'rejected'; readonly tenantName?: string } = {},
): Promise<QuorumRequestRef> {
  const ref = { request_id: randomUUID(), msp_id: api.msp.id, tenant_id: api.tenants.a };
  const agentId = randomUUID();
  const state = change.state ?? 'open';
  const actions = [
    {
      kind: 'run_playbook',
      playbook_id: randomUUID(),
      slug: 'db-restore',
      version: 1,
      sha256: 'a'.repeat(64),
      irreversible: true,
      parameters: {},
    },
  ];
  await db.admin.query(
    sql.unsafe`update tenants set name = ${change.tenantName ?? 'ACME'} where id = ${ref.tenant_id}::uuid`,
  );
  await db.admin.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version) values (${agentId}::uuid, ${ref.tenant_id}::uuid, 'db-prod-01', ${sql.binary(randomBytes(32))}, '0.1.0')`);
  await db.admin.query(sql.unsafe`
    insert into quorum_requests (id, tenant_id, msp_id, state, requested_by, requested_by_email, actions, level, reason, required_approvers, created_at, expires_at, decided_at)
    values (${ref.request_id}::uuid, ${ref.tenant_id}::uuid, ${ref.msp_id}::uuid, ${state}, ${requester.id}::uuid, ${requester.email},
      ${JSON.stringify(actions)}::jsonb, 3, ${REQUEST_REASON}, 2, date_trunc('day', now(), 'UTC') + interval '14 hours 23 minutes', now() + interval '1 hour', ${state === 'open' ? null : new Date().toISOString()}::timestamptz)`);
  await db.admin.query(sql.unsafe`
    insert into quorum_targets (tenant_id, request_id, agent_id, stage) values (${ref.tenant_id}::uuid, ${ref.request_id}::uuid, ${agentId}::uuid, 0)`);
  return ref;
}
