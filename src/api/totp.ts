/** TOTP of a person: checked, burnt, counted. A code proves presence once and never again. */

import { bookAttempt, forgetAttempts } from '../db/authFailures.ts';
import { withIdentity } from '../db/scope.ts';
import { burnTotpStep, getCredentials } from '../db/users.ts';
import { RefusedError } from '../domain/refusal.ts';
import { matchTotpStep, totpSealContext } from '../platform/totpCode.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';
import { recordAct } from './recordAct.ts';

/** Refuses a locked subject; every attempt is booked before it is checked. */
export async function allowAttempt(deps: ApiDeps, subject: string): Promise<{ readonly locksNow: boolean }> {
  const attempt = await bookAttempt(deps.pool, subject);
  if (attempt.kind === 'locked') {
    throw new RefusedError(
      'locked_out',
      `Wait ${attempt.retryAfterSeconds} seconds; every try before only makes it longer.`,
      {
        retry_after_seconds: attempt.retryAfterSeconds,
      },
    );
  }
  return attempt;
}

/** How a code stands against a sealed secret; a right one is burnt in the same step. */
export type CodeVerdict =
  | { readonly kind: 'accepted'; readonly step: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'reused'; readonly step: number };

/** Checks `code` and burns its step, in a transaction of its own: a later failure must not make it good again. */
export async function spendTotpCode(deps: ApiDeps, userId: string, sealed: Buffer, code: string): Promise<CodeVerdict> {
  const secret = deps.seal.open(sealed, totpSealContext(userId)).toString('utf8');
  const step = matchTotpStep(secret, code, deps.now());
  if (step === null) return { kind: 'wrong' };
  const fresh = await withIdentity(deps.pool, (tx) => burnTotpStep(tx, userId, step));
  return fresh ? { kind: 'accepted', step } : { kind: 'reused', step };
}

/** Accepts one unused step of `principal`'s TOTP or throws a refusal. */
export async function requireTotp(
  deps: ApiDeps,
  principal: UserPrincipal,
  code: string | undefined,
): Promise<{ readonly step: number }> {
  const { kind, step } = await requireRightTotp(deps, principal, code);
  if (kind === 'reused') throw new RefusedError('totp_reused');
  return { step };
}

/**
 * As {@link requireTotp}, but tells of a right code that was used before: such a code proves nothing new, and the
 * attempt stays booked, or whoever has seen one code could have the count of wrong ones forgotten.
 */
export async function requireRightTotp(
  deps: ApiDeps,
  principal: UserPrincipal,
  code: string | undefined,
): Promise<Exclude<CodeVerdict, { kind: 'wrong' }>> {
  if (code === undefined || code === '') throw new RefusedError('totp_required');
  const subject = `totp:${principal.userId}`;
  const { locksNow } = await allowAttempt(deps, subject);
  const credentials = await withIdentity(deps.pool, (tx) => getCredentials(tx, principal.userId));
  if (credentials.totp_secret_sealed === null) throw new RefusedError('totp_enrolment_required');
  const verdict = await spendTotpCode(deps, principal.userId, credentials.totp_secret_sealed, code);
  if (verdict.kind === 'wrong') {
    if (locksNow) await recordGuessing(deps, principal);
    throw new RefusedError('totp_invalid');
  }
  if (verdict.kind === 'accepted') await forgetAttempts(deps.pool, subject);
  return verdict;
}

/** Somebody who is signed in as this person guesses codes: that is evidence, whatever becomes of the request. */
function recordGuessing(deps: ApiDeps, principal: UserPrincipal): Promise<void> {
  const { kind: via, id: credential_id } = principal.via;
  return withIdentity(deps.pool, (tx) =>
    recordAct(tx, principal, principal.tenantId, 'totp_locked', { via, credential_id }),
  );
}
