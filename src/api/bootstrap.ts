/** At the start of a hub without any account, the set-up token is printed once, to whoever can read the terminal. */

import { openBootstrap } from '../db/invitations.ts';
import { withIdentity } from '../db/scope.ts';
import type { ApiDeps } from './deps.ts';
import { newToken } from './newToken.ts';

/** Makes and prints a new set-up token unless the hub is set up; a token printed by an earlier start is void then. */
export async function printSetupToken(deps: Pick<ApiDeps, 'pool'>, print: (line: string) => void): Promise<void> {
  const { token, hash } = newToken('setup');
  const isOpen = await withIdentity(deps.pool, (tx) => openBootstrap(tx, hash));
  if (isOpen) print(`set-up token: ${token}`);
}
