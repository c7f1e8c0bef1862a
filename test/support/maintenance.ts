/** Maintenance windows as they would stand in the database, for tests about what they do. */

import { randomUUID } from 'node:crypto';
import { sql } from '../../src/db/pool.ts';
import type { TestDatabase } from './postgres.ts';

/** Opens a window of one host that began a minute ago and lasts for `minutes`; gives its id. */
export async function plantMaintenance(
  db: TestDatabase,
  host: { readonly tenantId: string; readonly agentId: string },
  minutes: number,
): Promise<string> {
  const id = randomUUID();
  await db.admin.query(sql.unsafe`
    insert into maintenance_windows (id, tenant_id, title, reason, scope, agent_ids, schedule)
    values (${id}::uuid, ${host.tenantId}::uuid, 'Planned work', 'A test.', 'agents', array[${host.agentId}::uuid],
      jsonb_build_object('kind', 'once', 'from', now() - interval '1 minute', 'until', now() + make_interval(mins => ${minutes})))`);
  await db.admin.query(sql.unsafe`
    insert into maintenance_periods (tenant_id, window_id, starts_at, ends_at)
    values (${host.tenantId}::uuid, ${id}::uuid, now() - interval '1 minute', now() + make_interval(mins => ${minutes}))`);
  return id;
}
