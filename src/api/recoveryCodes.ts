/** Recovery codes: one sign-in each for who has lost the authenticator. Shown once, stored hashed. */

import { createHash, randomBytes } from 'node:crypto';

const RECOVERY_CODES = 10;

/** Codes have 80 random bits, so a fast hash is enough; the user's id keeps equal codes of two people apart. */
export function recoveryCodeHash(userId: string, code: string): Buffer {
  return createHash('sha256')
    .update(`${userId}:${code.toUpperCase().replaceAll('-', '')}`)
    .digest();
}

/** Ten codes of the form ABCD-EFGH-IJKL-MNOP in an alphabet without look-alikes. */
export function newRecoveryCodes(): string[] {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return Array.from({ length: RECOVERY_CODES }, () => {
    const symbols = [...randomBytes(16)].map((byte) => alphabet[byte & 31]).join('');
    return symbols.match(/.{4}/g)?.join('-') ?? symbols;
  });
}
