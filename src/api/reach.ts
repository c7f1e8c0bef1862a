/**
 * How far a signed-in person reaches: the client's people to their own tenant, the MSP's to all tenants of
 * theirs. Routes open their transactions here, so that no handler chooses a scope by itself.
 */

import {
  type AnyTx,
  type TenantTx,
  withMsp,
  withTenant,
  withTenantAndPeople,
  withTenantReadOnly,
} from '../db/scope.ts';
import { findTenant } from '../db/tenants.ts';
import { CLIENT_ROLES } from '../domain/permissions.ts';
import { RefusedError } from '../domain/refusal.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';

type Caller = { readonly deps: ApiDeps; readonly principal: UserPrincipal };

/**
 * Runs a read over everything the caller may see, narrowed to the tenant `named` when given. `work` is told which
 * tenant it reads, null for all. A tenant the caller does not reach is `not_found`, the same answer as for one that
 * does not exist.
 */
export async function readScope<T>(
  caller: Caller,
  work: (tx: AnyTx, tenantId: string | null) => Promise<T>,
  named?: string,
): Promise<T> {
  const { deps, principal } = caller;
  const tenantId = named ?? principal.tenantId;
  return tenantId === null
    ? withMsp(deps.pool, principal.mspId, (tx) => work(tx, null))
    : inTenant(caller, tenantId, (tx) => work(tx, tenantId));
}

/** Runs `work` in the context of one tenant of the caller's; every write to customer rows goes through here. */
export async function inTenant<T>(caller: Caller, tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  const { deps, principal } = caller;
  if (principal.tenantId === null) {
    const tenant = await withMsp(deps.pool, principal.mspId, (tx) => findTenant(tx, tenantId));
    if (tenant === null) throw new RefusedError('not_found', 'There is no such tenant.');
  } else if (principal.tenantId !== tenantId) {
    throw new RefusedError('not_found', 'There is no such tenant.');
  }
  return asCaller(caller, tenantId, work);
}

/**
 * Runs `work` in the tenant that owns a thing. `find` looks the thing up in the caller's reach and gives its
 * tenant, or null when it is not there.
 */
export async function inTenantOf<T>(
  caller: Caller,
  find: (tx: AnyTx) => Promise<string | null>,
  work: (tx: TenantTx, tenantId: string) => Promise<T>,
): Promise<T> {
  const tenantId = await readScope(caller, find);
  if (tenantId === null) throw new RefusedError('not_found');
  return asCaller(caller, tenantId, (tx) => work(tx, tenantId));
}

/**
 * People of the MSP see their colleagues' names beside a tenant's rows ("resolved by"); a client's people do not. To
 * the client's people, and to engineers who came to look, the database refuses changes.
 */
function asCaller<T>({ deps, principal }: Caller, tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  if (CLIENT_ROLES.includes(principal.role) || principal.impersonation?.mode === 'read_only')
    return withTenantReadOnly(deps.pool, tenantId, work);
  return principal.tenantId === null
    ? withTenantAndPeople(deps.pool, tenantId, principal.mspId, work)
    : withTenant(deps.pool, tenantId, work);
}

/** The tenant a request is about: the caller's own, or the one named; MSP people must name one. */
export function requireTenantId(principal: UserPrincipal, named: string | undefined): string {
  const tenantId = named ?? principal.tenantId;
  if (tenantId === null)
    throw new RefusedError('invalid_request', 'Name the tenant: tenant_id is required for people of the MSP.');
  return tenantId;
}
