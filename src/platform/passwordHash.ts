/** Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane). */

import { hash, verify } from '@node-rs/argon2';

/** @node-rs/argon2's id of argon2id; its enum has no value under type stripping. */
const ARGON2ID = 2;
const OPTIONS = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashes a password to a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), OPTIONS);
}

/** A hash of nothing anybody knows: checking against it takes as long as against a real one. */
const DECOY = hashPassword(crypto.randomUUID());

/** Checks a password; with `null` (no such account) it takes the same time and is false. */
export async function isPassword(password: string, storedHash: string | null): Promise<boolean> {
  const matches = await verify(storedHash ?? (await DECOY), password.normalize('NFKC'));
  return storedHash !== null && matches;
}
