/**
 * Bearer tokens: `msys_<kind>_<random>_<checksum>` (DESIGN.md section 4).
 *
 * The prefix lets secret scanners find a leaked token, the checksum lets everyone refuse a mistyped one
 * without asking the database. Only SHA-256 of the token is stored: 256 random bits need no slow hash.
 */

import { bytesToHex, sha256, sha256Hex, utf8ToBytes } from './bytes.ts';

/** session: cookie; api: a user's API token; enrol: agents; ingest: integrations; invite, setup, step: one-time; imp: an impersonation; audit: a link for an auditor. */
export const TOKEN_KINDS = ['session', 'api', 'enrol', 'ingest', 'invite', 'setup', 'step', 'imp', 'audit'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

const PATTERN = /^msys_([a-z]+)_([0-9a-f]{64})_([0-9a-f]{8})$/;

/** Builds a token of `kind` from 32 random bytes. */
export function formatToken(kind: TokenKind, random: Uint8Array): string {
  if (random.length !== 32) throw new RangeError('a token is made of 32 random bytes');
  const body = `msys_${kind}_${bytesToHex(random)}`;
  return `${body}_${sha256Hex(body).slice(0, 8)}`;
}

/** The kind of a well-formed token, or null for anything else. */
export function tokenKind(token: string): TokenKind | null {
  const match = PATTERN.exec(token);
  if (!match) return null;
  const body = token.slice(0, token.lastIndexOf('_'));
  const kind = TOKEN_KINDS.find((known) => known === match[1]);
  return kind !== undefined && sha256Hex(body).slice(0, 8) === match[3] ? kind : null;
}

/** What is stored and looked up instead of the token. */
export function tokenHash(token: string): Uint8Array {
  return sha256(utf8ToBytes(token));
}
