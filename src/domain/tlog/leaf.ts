/**
 * What the transparency log records (format: docs/formats/transparency-log.md). The log is public, so a leaf
 * carries digests and never a client's name, host or data; each digest covers something unguessable.
 */

import { z } from 'zod';
import { utf8ToBytes } from '../bytes.ts';
import { canonicalJson } from '../canonicalJson.ts';
import { sha256Digest } from '../digest.ts';
import { parseStrictJson } from '../strictJson.ts';

const keyId = z.string().regex(/^[0-9a-f]{16}$/, 'a hub key id');
const at = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/, 'UTC with milliseconds');

/** A leaf of the log; its bytes are the canonical JSON of exactly these members. */
export const logLeaf = z.discriminatedUnion('type', [
  /** A hub key was announced: SHA-256 of the statement's text as `GET /transparency/keys` shows it. */
  z.strictObject({ type: z.literal('key_rotation'), at, key_id: keyId, statement_sha256: sha256Digest }),
  /** An emergency token was signed: SHA-256 of its text and, where it is shown alone, of its nonce. */
  z.strictObject({
    type: z.literal('eat_issued'),
    at,
    key_id: keyId,
    eat_sha256: sha256Digest,
    nonce_sha256: sha256Digest.exactOptional(),
  }),
  /** A monthly pack was signed: SHA-256 of its manifest and of its `.sig`. */
  z.strictObject({
    type: z.literal('pack_signed'),
    at,
    key_id: keyId,
    manifest_sha256: sha256Digest,
    signature_sha256: sha256Digest,
  }),
]);

/** A leaf of the log. */
export type LogLeaf = z.infer<typeof logLeaf>;

/** The bytes that the leaf's hash covers. */
export function leafBytes(leaf: LogLeaf): Uint8Array {
  return utf8ToBytes(canonicalJson(leaf));
}

/** Reads a leaf; null unless the bytes are exactly those that {@link leafBytes} would write for it. */
export function parseLeaf(bytes: Uint8Array): LogLeaf | null {
  const json = parseStrictJson(bytes);
  if (json.kind === 'refused') return null;
  const leaf = logLeaf.safeParse(json.value);
  if (!leaf.success) return null;
  const canonical = leafBytes(leaf.data);
  return canonical.length === bytes.length && canonical.every((byte, place) => byte === bytes[place])
    ? leaf.data
    : null;
}

/** Name of the thing recorded: it is in the log once, however often it is queued. */
export function leafKey(leaf: LogLeaf): string {
  if (leaf.type === 'key_rotation') return `key_rotation:${leaf.statement_sha256}`;
  if (leaf.type === 'eat_issued') return eatLeafKey(leaf.eat_sha256);
  return `pack_signed:${leaf.manifest_sha256}:${leaf.signature_sha256}`;
}

/** The name under which a signed token is in the log, by the SHA-256 of its text. */
export function eatLeafKey(eatSha256: string): string {
  return `eat_issued:${eatSha256}`;
}
