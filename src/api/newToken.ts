/** Makes bearer tokens: shown once, stored as a hash. */

import { randomBytes } from 'node:crypto';
import { formatToken, type TokenKind, tokenHash } from '../domain/token.ts';

/** A new token with the hash to store. */
export function newToken(kind: TokenKind): { readonly token: string; readonly hash: Buffer } {
  const token = formatToken(kind, randomBytes(32));
  return { token, hash: Buffer.from(tokenHash(token)) };
}
