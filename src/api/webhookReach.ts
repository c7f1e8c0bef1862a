/** The scope in which a webhook is read and changed: a tenant's own in that tenant, those of all tenants in the MSP. */

import type { AnyTx } from '../db/scope.ts';
import { withMsp } from '../db/scope.ts';
import { findWebhook, lockWebhook, type WebhookRow, type WebhookTx } from '../db/webhooks.ts';
import { RefusedError } from '../domain/refusal.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';
import { inTenant, readScope } from './reach.ts';

type Caller = { readonly deps: ApiDeps; readonly principal: UserPrincipal };

/** Runs `work` where rows of this tenant, or of the MSP as a whole, may be written. */
export function inWebhookScope<T>(
  caller: Caller,
  tenantId: string | null,
  work: (tx: WebhookTx) => Promise<T>,
): Promise<T> {
  if (tenantId !== null) return inTenant(caller, tenantId, work);
  // From inside a client's context there is no MSP to speak for.
  if (caller.principal.tenantId !== null) throw new RefusedError('not_found');
  return withMsp(caller.deps.pool, caller.principal.mspId, work);
}

/** Reads within the caller's reach; a webhook, or what hangs on it, that is not there is `not_found`. */
export async function readOr404<T>(caller: Caller, read: (tx: AnyTx) => Promise<T | null>): Promise<T> {
  const found = await readScope(caller, read);
  if (found === null) throw new RefusedError('not_found');
  return found;
}

/** Runs `work` on a webhook with its row locked. */
export async function onWebhook<T>(
  caller: Caller,
  id: string,
  work: (tx: WebhookTx, webhook: WebhookRow) => Promise<T>,
): Promise<T> {
  const { tenant_id } = await readOr404(caller, (tx) => findWebhook(tx, id));
  return inWebhookScope(caller, tenant_id, async (tx) => {
    const webhook = await lockWebhook(tx, id);
    if (webhook === null) throw new RefusedError('not_found');
    return work(tx, webhook);
  });
}
