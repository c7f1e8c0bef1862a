/** Public halves of the hub's signing keys. Public data: read without a scope. */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { sql } from './pool.ts';
import type { SystemTx } from './scope.ts';

/** Row of a hub key. */
export const hubKeyRow = z.object({
  key_id: z.string(),
  public_key: z.instanceof(Buffer),
  valid_from: z.string(),
  valid_until: z.string().nullable(),
  statement: z.string(),
  signature: z.instanceof(Buffer),
  signed_by: z.string(),
});

/** A published key with the signed statement that announced it. */
export type HubKeyRow = z.infer<typeof hubKeyRow>;

/** The newest key in force; null while the signing worker has never run. */
export async function findCurrentHubKey(pool: DatabasePool): Promise<HubKeyRow | null> {
  return pool.maybeOne(sql.type(hubKeyRow)`
    select key_id, public_key, valid_from, valid_until, statement, signature, signed_by from hub_keys
    where valid_from <= now() and (valid_until is null or valid_until > now()) order by valid_from desc limit 1`);
}

/** Every key that agents should trust now: in force, or in the overlap after a rotation. */
export async function listTrustedHubKeys(pool: DatabasePool): Promise<readonly HubKeyRow[]> {
  return pool.any(sql.type(hubKeyRow)`
    select key_id, public_key, valid_from, valid_until, statement, signature, signed_by from hub_keys
    where valid_until is null or valid_until > now() order by valid_from`);
}

/** Publishes a key once; a second publication of the same key changes nothing. */
export async function publishHubKey(tx: SystemTx, key: HubKeyRow): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into hub_keys (key_id, public_key, valid_from, valid_until, statement, signature, signed_by)
    values (${key.key_id}, ${sql.binary(key.public_key)}, ${key.valid_from}::timestamptz, ${key.valid_until}::timestamptz,
      ${key.statement}, ${sql.binary(key.signature)}, ${key.signed_by})
    on conflict do nothing`);
  return result.rowCount === 1;
}
