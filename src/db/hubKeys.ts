/** Public halves of the hub's signing keys. Public data: read without a scope. */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx } from './scope.ts';

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

const COLUMNS = sql.fragment`key_id, public_key, valid_from, valid_until, statement, signature, signed_by`;
const IN_FORCE = sql.fragment`valid_from <= clock_timestamp() and (valid_until is null or valid_until > clock_timestamp())`;

/** A pool or a transaction. */
type Reader = Pick<DatabasePool | AnyTx, 'any' | 'maybeOne'>;

/** The newest key in force; null while the signing worker has never run. */
export async function findCurrentHubKey(reader: Reader): Promise<HubKeyRow | null> {
  return reader.maybeOne(sql.type(hubKeyRow)`
    select ${COLUMNS} from hub_keys where ${IN_FORCE} order by valid_from desc, created_at desc limit 1`);
}

/** A key that may sign now: the current one, or its predecessor during the overlap after a rotation. */
export async function findHubKeyInForce(reader: Reader, keyId: string): Promise<HubKeyRow | null> {
  return reader.maybeOne(sql.type(hubKeyRow)`select ${COLUMNS} from hub_keys where key_id = ${keyId} and ${IN_FORCE}`);
}

/** A published key, in force or not. */
export async function findHubKey(reader: Reader, keyId: string): Promise<HubKeyRow | null> {
  return reader.maybeOne(sql.type(hubKeyRow)`select ${COLUMNS} from hub_keys where key_id = ${keyId}`);
}

/** The newest key whether in force or not: what a further key must be announced by. */
export async function findNewestHubKey(reader: Reader): Promise<HubKeyRow | null> {
  return reader.maybeOne(sql.type(hubKeyRow)`
    select ${COLUMNS} from hub_keys order by valid_from desc, created_at desc limit 1`);
}

/** As many keys as a frame to an agent may hold. */
const AGENT_KEYS = 10;

/**
 * The last keys, oldest first, ended ones with them: a host that was away needs every statement between the key it
 * pinned and the current one, and the end of those that it still trusts.
 */
export async function listHubKeysForAgents(reader: Reader): Promise<readonly HubKeyRow[]> {
  const keys = await reader.any(sql.type(hubKeyRow)`
    select ${COLUMNS} from hub_keys order by valid_from desc, created_at desc limit ${AGENT_KEYS}`);
  return keys.toReversed();
}

const nowRow = z.object({ now: z.string() });

/** Waits for the right to announce a key, held to the end of the transaction; gives the database's time, by which keys begin and end. */
export async function lockHubKeys(tx: SystemTx): Promise<string> {
  await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtext('monsys:hub_keys'))`);
  return (await tx.one(sql.type(nowRow)`select date_trunc('milliseconds', clock_timestamp()) as now`)).now;
}

/** Ends a key at `until`, unless it ends earlier already. */
export async function endHubKey(tx: SystemTx, keyId: string, until: string): Promise<void> {
  await tx.query(sql.unsafe`
    update hub_keys set valid_until = least(valid_until, ${until}::timestamptz) where key_id = ${keyId}`);
  await notifyHubKeys(tx, keyId);
}

/** Tells every API that connected agents must hear of the keys again. */
async function notifyHubKeys(tx: SystemTx, keyId: string): Promise<void> {
  await tx.query(sql.unsafe`select pg_notify('hub_keys', ${keyId})`);
}

/** Publishes a key once; a second publication of the same key changes nothing. */
export async function publishHubKey(tx: SystemTx, key: HubKeyRow): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into hub_keys (key_id, public_key, valid_from, valid_until, statement, signature, signed_by)
    values (${key.key_id}, ${sql.binary(key.public_key)}, ${key.valid_from}::timestamptz, ${key.valid_until}::timestamptz,
      ${key.statement}, ${sql.binary(key.signature)}, ${key.signed_by})
    on conflict do nothing`);
  if (result.rowCount === 1) await notifyHubKeys(tx, key.key_id);
  return result.rowCount === 1;
}
