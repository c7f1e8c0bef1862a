/** TOTP of a signed-in person: checked, burnt, counted. */

import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';

/** Accepts one unused step of `principal`'s TOTP or throws a refusal; the step is burnt in a transaction of its own. */
export async function requireTotp(
  _deps: ApiDeps,
  _principal: UserPrincipal,
  _code: string | undefined,
): Promise<{ step: number }> {
  throw new Error('identity helper: implement');
}
