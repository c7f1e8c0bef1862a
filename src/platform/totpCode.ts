/** Time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 s), by otplib. */

import { generateSecret, generateSync, generateURI, verifySync } from 'otplib';

/** Length of a step in seconds. */
export const TOTP_STEP_SECONDS = 30;
/** 160 bits, as RFC 4226 section 4 recommends. */
const SECRET_BYTES = 20;

/** A new secret in base32. */
export function newTotpSecret(): string {
  return generateSecret({ length: SECRET_BYTES });
}

/** The code of a moment; for tests, the demo and the start-up screen. */
export function totpCodeAt(secret: string, nowMs: number): string {
  return generateSync({ secret, epoch: Math.floor(nowMs / 1000) });
}

/**
 * The step whose code this is: now, the one before or the one after. Null for a wrong code. Exactly six ASCII
 * digits: nothing is trimmed, or one step would have several spellings (LESSONS: Vault CVE-2025-6015).
 */
export function matchTotpStep(secret: string, code: string, nowMs: number): number | null {
  if (!/^[0-9]{6}$/.test(code)) return null;
  const result = verifySync({
    secret,
    token: code,
    epoch: Math.floor(nowMs / 1000),
    epochTolerance: TOTP_STEP_SECONDS,
  });
  return result.valid ? (result as { readonly timeStep: number }).timeStep : null;
}

/** `otpauth://` address for authenticator apps. */
export function totpUri(secret: string, email: string, issuer: string): string {
  return generateURI({ secret, label: email, issuer });
}

/** Context under which a user's secret is sealed, so that it opens in no other row. */
export function totpSealContext(userId: string): string {
  return `totp:${userId}`;
}
