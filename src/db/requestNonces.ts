/** Nonces of signed agent requests: each is good once inside the accepted clock window. */

import { sql } from './pool.ts';
import type { SystemTx, TenantTx } from './scope.ts';

/** Records a nonce; false when it was seen before. The primary key decides, whatever races. */
export async function useRequestNonce(
  tx: TenantTx,
  tenantId: string,
  agentId: string,
  nonce: string,
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into agent_request_nonces (tenant_id, agent_id, nonce)
    values (${tenantId}::uuid, ${agentId}::uuid, ${nonce}) on conflict do nothing`);
  return result.rowCount === 1;
}

/** Forgets nonces so old that the clock check alone refuses their requests. */
export async function deleteOldRequestNonces(tx: SystemTx, olderThanSeconds: number): Promise<number> {
  const result = await tx.query(sql.unsafe`
    delete from agent_request_nonces where seen_at < now() - make_interval(secs => ${olderThanSeconds})`);
  return result.rowCount;
}
