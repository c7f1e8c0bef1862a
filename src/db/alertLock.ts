/** The lock on a tenant's alerts, apart from them: groups take it too, and alerts ask groups. */

import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

/**
 * Waits for the tenant's alerts, to the end of the transaction, by the row that also hands out their numbers: for a
 * rule that reads the state of several hosts and must not judge beside another that changes it.
 */
export async function lockTenantAlerts(tx: AnyTx, tenantId: string): Promise<void> {
  await tx.query(sql.unsafe`
    insert into tenant_settings (tenant_id) values (${tenantId}::uuid) on conflict do nothing`);
  await tx.query(sql.unsafe`select from tenant_settings where tenant_id = ${tenantId}::uuid for update`);
}
