/**
 * The monthly audit pack of one tenant (format: docs/formats/audit-pack.md): `<month>.jsonl.gz`, `<month>.pdf`, a
 * manifest that says what they are, and a `.sig` of a few lines that anyone can check.
 *
 * Lines: each is canonical JSON with `prev`, the SHA-256 of the line before it (of nothing: 64 zeros). The chain
 * root is the SHA-256 of the last line. So an altered, removed, added or re-ordered line shows, with its number.
 *
 * Signature: the `.sig` carries the manifest itself, so a PDF and its `.sig` are enough. What is signed is the first
 * four lines of the file, exactly, each with its newline.
 */

import { z } from 'zod';
import { base64ToBytes, bytesToBase64, sha256Hex, utf8ToBytes } from './bytes.ts';
import { canonicalJson, type Json, NotCanonicalError } from './canonicalJson.ts';
import { sha256Digest } from './digest.ts';
import { acceptKey, signatureFault } from './ed25519.ts';
import { REPORT_TEMPLATES } from './report.ts';
import { parseStrictJson } from './strictJson.ts';

export const PACK_SCHEMA_VERSION = 1;
/** `prev` of the first line. */
export const PACK_CHAIN_START = '0'.repeat(64);
/**
 * Longest line that a verifier reads. A result may be 700,000 characters of 3 bytes each, a token 128,000; within
 * the line their quotes are escaped.
 */
export const MAX_PACK_LINE_BYTES = 4 * 1024 * 1024;
/** First line of a `.sig`; no other signature of the hub's key begins so. */
export const PACK_SIG_CONTEXT = 'monsys-pack-sig-v1';

/** What lines are about, in the order in which they come. */
export const PACK_LINE_KINDS = [
  'pack',
  'eat',
  'audit',
  'alert',
  'kernel_update',
  'cve_fixed',
  'session',
  'trust_score',
] as const;
export type PackLineKind = (typeof PACK_LINE_KINDS)[number];

/** One line before it is chained: `kind` and the facts. */
export type PackEntry = { readonly kind: PackLineKind } & { readonly [key: string]: Json };

/** Renders the next line of a chain (without its newline) and gives its hash. */
export function packLine(
  entry: PackEntry,
  seq: number,
  previousHash: string,
): { readonly text: string; readonly hash: string } {
  const text = canonicalJson({ ...entry, seq, prev: previousHash });
  return { text, hash: sha256Hex(text) };
}

/** Why a line does not fit its place. */
export type PackLineFault = 'not_json' | 'not_canonical' | 'wrong_seq' | 'wrong_prev' | 'unknown_kind' | 'wrong_order';

const chained = z.looseObject({
  kind: z.enum(PACK_LINE_KINDS),
  seq: z.int().min(0),
  prev: sha256Digest,
});

/** Where a reader of lines has got to. */
export type PackCursor = { readonly seq: number; readonly previousHash: string; readonly kind: PackLineKind };

/** Before the first line. */
export const PACK_START: PackCursor = { seq: 0, previousHash: PACK_CHAIN_START, kind: 'pack' };

/** Checks one line (bytes without the newline) against the chain so far. */
export function readPackLine(
  bytes: Uint8Array,
  cursor: PackCursor,
):
  | { readonly kind: 'ok'; readonly next: PackCursor; readonly entry: Readonly<Record<string, Json>> }
  | { readonly kind: 'refused'; readonly fault: PackLineFault } {
  const json = parseStrictJson(bytes);
  if (json.kind === 'refused') return { kind: 'refused', fault: 'not_json' };
  const line = chained.safeParse(json.value);
  if (!line.success) return { kind: 'refused', fault: 'unknown_kind' };
  const canonical = canonicalBytes(json.value);
  if (canonical?.length !== bytes.length || !canonical.every((byte, place) => byte === bytes[place]))
    return { kind: 'refused', fault: 'not_canonical' };
  if (line.data.seq !== cursor.seq) return { kind: 'refused', fault: 'wrong_seq' };
  if (line.data.prev !== cursor.previousHash) return { kind: 'refused', fault: 'wrong_prev' };
  if (
    PACK_LINE_KINDS.indexOf(line.data.kind) < PACK_LINE_KINDS.indexOf(cursor.kind) ||
    (line.data.kind === 'pack') !== (cursor.seq === 0)
  )
    return { kind: 'refused', fault: 'wrong_order' };
  return {
    kind: 'ok',
    next: { seq: cursor.seq + 1, previousHash: sha256Hex(bytes), kind: line.data.kind },
    entry: json.value as Readonly<Record<string, Json>>,
  };
}

/** Null for what has no canonical text: JSON may spell numbers that no number is (1e999). */
function canonicalBytes(value: Json): Uint8Array | null {
  try {
    return utf8ToBytes(canonicalJson(value));
  } catch (error) {
    if (error instanceof NotCanonicalError) return null;
    throw error;
  }
}

const instant = z.iso.datetime({ offset: false, precision: 3 });
const count = z.int().min(0);

/** What the pack is, and what its files must be. Numbers of lines by kind, the `pack` line not among them. */
export const packManifest = z.strictObject({
  type: z.literal('monsys-audit-pack'),
  schema_version: z.literal(PACK_SCHEMA_VERSION),
  pack_id: z.uuid(),
  tenant: z.strictObject({ id: z.uuid(), slug: z.string(), name: z.string() }),
  msp: z.strictObject({ id: z.uuid(), name: z.string() }),
  period: z.strictObject({ month: z.string().regex(/^\d{4}-\d{2}$/), from: instant, until: instant }),
  /** Null: everything. Else only what actors did whose email ends so, and how much that leaves out. */
  filter: z.strictObject({ actor_suffix: z.string().min(1).max(254), kept: count, left_out: count }).nullable(),
  counts: z.strictObject({
    eat: count,
    audit: count,
    alert: count,
    kernel_update: count,
    cve_fixed: count,
    session: count,
    trust_score: count,
  }),
  entries: count.describe('lines of the JSONL file, the first one included'),
  files: z.strictObject({
    jsonl: z.strictObject({
      name: z.string(),
      sha256: sha256Digest,
      bytes: count,
      uncompressed_sha256: sha256Digest,
      uncompressed_bytes: count,
    }),
    pdf: z.strictObject({ name: z.string(), sha256: sha256Digest, bytes: count }),
  }),
  hash_chain_root: sha256Digest,
  /** The month before: a chain of months. Null for the first pack. */
  previous: z
    .strictObject({ month: z.string(), manifest_sha256: sha256Digest, hash_chain_root: sha256Digest })
    .nullable(),
  /**
   * Only in a report on demand: of any period, `month` being that of its first moment. `scope` null: every host. Else
   * only what is about the chosen ones, whose ids the first line holds.
   */
  report: z
    .strictObject({
      template: z.enum(REPORT_TEMPLATES),
      title: z.string().min(1).max(200),
      scope: z.strictObject({ hosts: count.min(1), agent_ids_sha256: sha256Digest }).nullable(),
    })
    .exactOptional(),
});
export type PackManifest = z.infer<typeof packManifest>;

/** The manifest's canonical text. */
export function packManifestText(manifest: PackManifest): string {
  return canonicalJson(manifest);
}

function signedText(manifestText: string, keyId: string): string {
  return `${PACK_SIG_CONTEXT}\nkey-id: ${keyId}\nmanifest-sha256: ${sha256Hex(manifestText)}\nmanifest: ${manifestText}\n`;
}

/** The four lines that are signed. */
export function packSigningBytes(manifestText: string, keyId: string): Uint8Array {
  return utf8ToBytes(signedText(manifestText, keyId));
}

/** The whole `.sig`: what is signed, an empty line, the signature. */
export function packSigText(manifestText: string, keyId: string, signature: Uint8Array): string {
  return `${signedText(manifestText, keyId)}\nsignature: ${bytesToBase64(signature)}\n`;
}

/** A `.sig`, taken apart; `signedBytes` are the bytes under the signature. */
export type PackSig = {
  readonly keyId: string;
  readonly manifestText: string;
  readonly manifest: PackManifest;
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
};

/** Why a `.sig` cannot be read. */
export type PackSigFault = 'not_a_pack_sig' | 'manifest_hash_differs' | 'manifest_malformed';

const SIG_PATTERN =
  /^(monsys-pack-sig-v1\nkey-id: ([0-9a-f]{16})\nmanifest-sha256: ([0-9a-f]{64})\nmanifest: (\{[^\n]*\})\n)\nsignature: ([A-Za-z0-9+/=]{88})\n$/;

/** Reads a `.sig`: exactly this spelling, nothing before or after. */
export function parsePackSig(
  text: string,
): { readonly kind: 'ok'; readonly sig: PackSig } | { readonly kind: 'refused'; readonly fault: PackSigFault } {
  const match = SIG_PATTERN.exec(text);
  const signature = base64ToBytes(match?.[5] ?? '!');
  if (match === null || signature?.length !== 64) return { kind: 'refused', fault: 'not_a_pack_sig' };
  const [, signed, keyId, hash, manifestText] = match as unknown as [string, string, string, string, string];
  if (sha256Hex(manifestText) !== hash) return { kind: 'refused', fault: 'manifest_hash_differs' };
  const json = parseStrictJson(utf8ToBytes(manifestText));
  const manifest = json.kind === 'ok' ? packManifest.safeParse(json.value) : null;
  if (!manifest?.success || packManifestText(manifest.data) !== manifestText)
    return { kind: 'refused', fault: 'manifest_malformed' };
  return {
    kind: 'ok',
    sig: { keyId, manifestText, manifest: manifest.data, signedBytes: utf8ToBytes(signed), signature },
  };
}

/** Whether a `.sig` is signed by this raw public key. */
export function isPackSigValid(sig: PackSig, publicKey: Uint8Array): boolean {
  const key = acceptKey(publicKey);
  return key !== null && signatureFault(sig.signature, sig.signedBytes, key) === null;
}

/** First millisecond of a month and of the next one, in UTC. */
export function monthBounds(month: string): { readonly from: string; readonly until: string } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const next = number === 12 ? `${year + 1}-01` : `${String(year)}-${String(number + 1).padStart(2, '0')}`;
  return { from: `${month}-01T00:00:00.000Z`, until: `${next}-01T00:00:00.000Z` };
}

/** Whether an actor's email ends as the filter says: literally, without regard to case; nothing is a wildcard. */
export function matchesActorSuffix(email: string | null, suffix: string): boolean {
  return email?.toLowerCase().endsWith(suffix.toLowerCase()) ?? false;
}

/** `handover-acme-2026-04`: the name of a download, without its ending. */
export function packFileStem(slug: string, month: string, isFiltered: boolean): string {
  return isFiltered ? `handover-${slug}-${month}` : month;
}
