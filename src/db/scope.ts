/**
 * The only makers of a transaction: every statement runs in a scope, and the scope decides which rows
 * exist (migrations/0001). A `Tx` cannot be had otherwise.
 */

import type { DatabasePool, DatabaseTransactionConnection } from 'slonik';
import { sql } from './pool.ts';

declare const scopeBrand: unique symbol;

/** A transaction of any scope; what read functions take. */
export type AnyTx = DatabaseTransactionConnection & { readonly [scopeBrand]: Scope };
/** Transaction in the context of one tenant; the only one that may write customer rows from the API. */
export type TenantTx = DatabaseTransactionConnection & { readonly [scopeBrand]: 'tenant' };
/** Transaction that sees all tenants of one MSP; customer rows are read-only. */
export type MspTx = DatabaseTransactionConnection & { readonly [scopeBrand]: 'msp' };
/** Transaction for look-ups before the caller is known (sign-in, token hashes, agent keys). */
export type IdentityTx = DatabaseTransactionConnection & { readonly [scopeBrand]: 'identity' };
/** Transaction over all tenants; honoured for worker roles alone. */
export type SystemTx = DatabaseTransactionConnection & { readonly [scopeBrand]: 'system' };

type Scope = 'tenant' | 'msp' | 'identity' | 'system';

/** Runs `work` in the context of one tenant. */
export function withTenant<T>(pool: DatabasePool, tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  return scoped(pool, 'app.tenant', tenantId, (tx) => work(tx as TenantTx));
}

/**
 * Runs `work` in the context of one tenant for whoever may only look: the client's people, and engineers who came to
 * look. The database refuses every change but the few that migrations/0134_readonly_scope.sql lists.
 */
export function withTenantReadOnly<T>(
  pool: DatabasePool,
  tenantId: string,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  return pool.transaction(async (tx) => {
    await tx.query(
      sql.unsafe`select set_config('app.tenant', ${tenantId}, true), set_config('app.readonly', 'on', true)`,
    );
    return work(tx as unknown as TenantTx);
  });
}

/**
 * Runs `work` in the context of one tenant, with the people of its MSP visible beside it: for approvals, where a
 * person's role and state must hold in the very transaction that counts them.
 */
export function withTenantAndPeople<T>(
  pool: DatabasePool,
  tenantId: string,
  mspId: string,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  return withTenant(pool, tenantId, async (tx) => {
    await seePeople(tx, mspId);
    return work(tx);
  });
}

/** From here to its end, a transaction sees the MSP's own people: for a look at who may do what, whoever asks. */
export async function seePeople(tx: AnyTx, mspId: string): Promise<void> {
  await tx.query(sql.unsafe`select set_config('app.people', ${mspId}, true)`);
}

/** Runs a read over one tenant in one snapshot: whatever is committed meanwhile is not seen. For long reads. */
export function withTenantSnapshot<T>(
  pool: DatabasePool,
  tenantId: string,
  mspId: string,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  return pool.transaction(async (tx) => {
    await tx.query(sql.unsafe`set transaction isolation level repeatable read, read only`);
    await tx.query(
      sql.unsafe`select set_config('app.tenant', ${tenantId}, true), set_config('app.people', ${mspId}, true)`,
    );
    return work(tx as unknown as TenantTx);
  });
}

/** Runs `work` over all tenants of one MSP. */
export function withMsp<T>(pool: DatabasePool, mspId: string, work: (tx: MspTx) => Promise<T>): Promise<T> {
  return scoped(pool, 'app.msp', mspId, (tx) => work(tx as MspTx));
}

/**
 * Runs `work` in the context of one tenant of the MSP, inside the MSP's own transaction: for the first rows of a
 * tenant, which must be there with it or not at all. Afterwards the transaction is the MSP's alone again.
 */
export async function withinTenant<T>(tx: MspTx, tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T> {
  if (!(await tx.exists(sql.unsafe`select from tenants where id = ${tenantId}::uuid`)))
    throw new RangeError(`no tenant ${tenantId} in the scope of this MSP`);
  await tx.query(sql.unsafe`select set_config('app.tenant', ${tenantId}, true)`);
  const result = await work(tx as DatabaseTransactionConnection as TenantTx);
  await tx.query(sql.unsafe`select set_config('app.tenant', '', true)`);
  return result;
}

/** Runs `work` with the few rights needed to find out who is calling. */
export function withIdentity<T>(pool: DatabasePool, work: (tx: IdentityTx) => Promise<T>): Promise<T> {
  return scoped(pool, 'app.scope', 'identity', (tx) => work(tx as IdentityTx));
}

/**
 * Runs `work` with the rights of the identity scope beside those of the tenant, inside the tenant's own transaction:
 * for what must happen to another tenant's row together with the tenant's, or not at all. Afterwards the transaction is
 * the tenant's alone again.
 */
export async function alsoAsIdentity<T>(tx: TenantTx, work: (tx: IdentityTx) => Promise<T>): Promise<T> {
  await tx.query(sql.unsafe`select set_config('app.scope', 'identity', true)`);
  const result = await work(tx as DatabaseTransactionConnection as IdentityTx);
  await tx.query(sql.unsafe`select set_config('app.scope', '', true)`);
  return result;
}

/** Runs `work` over every tenant of every MSP. For scheduled passes in workers; an API role sees nothing with it. */
export function withSystem<T>(pool: DatabasePool, work: (tx: SystemTx) => Promise<T>): Promise<T> {
  return scoped(pool, 'app.scope', 'system', (tx) => work(tx as SystemTx));
}

function scoped<T>(
  pool: DatabasePool,
  setting: 'app.tenant' | 'app.msp' | 'app.scope',
  value: string,
  work: (tx: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> {
  return pool.transaction(async (tx) => {
    // Third argument true: gone at the end of this transaction, whatever happens to the connection.
    await tx.query(sql.unsafe`select set_config(${setting}, ${value}, true)`);
    return work(tx);
  });
}
