/** Answers kept for `Idempotency-Key`: the first request of a key claims the row, later ones get its answer. */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

const keptRow = z.object({
  same_request: z.boolean(),
  status: z.number().nullable(),
  response_sealed: z.instanceof(Buffer).nullable(),
  /** The TOTP step that the first request burnt; null when its route asked for none. */
  totp_step: z.number().nullable(),
  /** The first request failed on the way, or its process died: nobody knows whether its work was done. */
  is_in_doubt: z.boolean(),
});

/** State of a key: claimed by this call, or as the earlier call left it. */
export type KeyState = { readonly kind: 'claimed' } | ({ readonly kind: 'kept' } & KeptAnswer);
/** What the first request of a key left; `status` null while it still runs. */
export type KeptAnswer = z.infer<typeof keptRow>;

/** A claim without an answer after this long is of a process that died; no request runs that long. */
const CLAIM_LAPSES_SECONDS = 300;

/** Claims `key` for `principal`, or reads what the earlier request with it answered. A key in doubt is nobody's again. */
export async function claimKey(
  pool: DatabasePool,
  principal: string,
  key: string,
  requestHash: Buffer,
  totpStep: number | null,
): Promise<KeyState> {
  const inserted = await pool.query(sql.unsafe`
    insert into idempotency_keys (principal, key, request_hash, totp_step)
    values (${principal}, ${key}, ${sql.binary(requestHash)}, ${totpStep}::bigint)
    on conflict (principal, key) do nothing`);
  if (inserted.rowCount === 1) return { kind: 'claimed' };
  const kept = await findKeptAnswer(pool, principal, key, requestHash);
  // Released between the two statements: the earlier request failed, so this one may try.
  return kept === null ? claimKey(pool, principal, key, requestHash, totpStep) : { kind: 'kept', ...kept };
}

/** What the first request of a key left, without claiming it; null when nobody has claimed it. */
export async function findKeptAnswer(
  pool: DatabasePool,
  principal: string,
  key: string,
  requestHash: Buffer,
): Promise<KeptAnswer | null> {
  return pool.maybeOne(sql.type(keptRow)`
    select request_hash = ${sql.binary(requestHash)} as same_request, status, response_sealed, totp_step,
      response_sealed is null and (status is not null or created_at < now() - make_interval(secs => ${CLAIM_LAPSES_SECONDS})) as is_in_doubt
    from idempotency_keys where principal = ${principal} and key = ${key}`);
}

/**
 * Claims `key` within a transaction: false when it was claimed before. A rolled-back transaction gives it back, and
 * a second one that races waits here for the first.
 */
export async function claimKeyInTransaction(tx: AnyTx, principal: string, key: string): Promise<boolean> {
  const inserted = await tx.query(sql.unsafe`
    insert into idempotency_keys (principal, key, request_hash) values (${principal}, ${key}, ''::bytea) on conflict do nothing`);
  return inserted.rowCount === 1;
}

/** Keeps the answer under a claimed key. */
export async function keepAnswer(
  pool: DatabasePool,
  principal: string,
  key: string,
  status: number,
  responseSealed: Buffer,
): Promise<void> {
  await pool.query(sql.unsafe`
    update idempotency_keys set status = ${status}, response_sealed = ${sql.binary(responseSealed)}
    where principal = ${principal} and key = ${key}`);
}

/**
 * Marks a claimed key as in doubt: a status without an answer. That stays until the key is forgotten after a day, since
 * whoever looked and saw nothing repeats with a new key.
 */
export async function leaveInDoubt(pool: DatabasePool, principal: string, key: string, status: number): Promise<void> {
  await pool.query(sql.unsafe`
    update idempotency_keys set status = ${status} where principal = ${principal} and key = ${key}`);
}

/** Gives a claimed key back after a refusal, which changed nothing. */
export async function releaseKey(pool: DatabasePool, principal: string, key: string): Promise<void> {
  await pool.query(sql.unsafe`delete from idempotency_keys where principal = ${principal} and key = ${key}`);
}
