/**
 * Attempts to prove who one is, counted before they are checked.
 *
 * An attempt is booked in a statement of its own, so that neither a rolled-back request nor a hundred parallel
 * ones get more tries than one after the other would (LESSONS: Vikunja, AuthQuake, idenplane). Five attempts are
 * free; from the fifth on each one locks the subject in advance, for 30 s doubling to 15 minutes, and only
 * success takes the lock away.
 */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { sql } from './pool.ts';

const FREE_ATTEMPTS = 5;
const FIRST_LOCK_SECONDS = 30;
const MAX_LOCK_SECONDS = 900;
/** After this long without an attempt the count starts anew. */
const FORGET_SECONDS = 3600;

/** Whether an attempt may be checked. `lockedNow` tells that this one is the one that locks. */
export type Attempt =
  | { readonly kind: 'allowed'; readonly locksNow: boolean }
  | { readonly kind: 'locked'; readonly retryAfterSeconds: number };

const bookedRow = z.object({ failures: z.number() });
const lockRow = z.object({ seconds: z.number() });

/** Books one attempt of `subject` (`login:<email>`, `totp:<user id>`). The row's lock puts parallel attempts in line. */
export async function bookAttempt(pool: DatabasePool, subject: string): Promise<Attempt> {
  const booked = await pool.maybeOne(sql.type(bookedRow)`
    insert into auth_failures as f (subject, failures, first_failure_at) values (${subject}, 1, now())
    on conflict (subject) do update set
      failures = case when greatest(f.first_failure_at, f.locked_until) < now() - make_interval(secs => ${FORGET_SECONDS}) then 1 else f.failures + 1 end,
      first_failure_at = case when greatest(f.first_failure_at, f.locked_until) < now() - make_interval(secs => ${FORGET_SECONDS}) then now() else f.first_failure_at end,
      locked_until = case
        when greatest(f.first_failure_at, f.locked_until) < now() - make_interval(secs => ${FORGET_SECONDS}) then null
        when f.failures + 1 >= ${FREE_ATTEMPTS}
        then now() + make_interval(secs => least(${MAX_LOCK_SECONDS}::float8, ${FIRST_LOCK_SECONDS} * power(2, least(f.failures + 1 - ${FREE_ATTEMPTS}, 10)))) end
    where f.locked_until is null or f.locked_until <= now()
    returning failures`);
  if (booked) return { kind: 'allowed', locksNow: booked.failures >= FREE_ATTEMPTS };
  const lock = await pool.maybeOne(sql.type(lockRow)`
    select greatest(1, ceil(extract(epoch from locked_until - now())))::int as seconds from auth_failures where subject = ${subject}`);
  return { kind: 'locked', retryAfterSeconds: lock?.seconds ?? 1 };
}

/** Forgets the attempts of a subject that has proved itself. */
export async function forgetAttempts(pool: DatabasePool, subject: string): Promise<void> {
  await pool.query(sql.unsafe`delete from auth_failures where subject = ${subject}`);
}
