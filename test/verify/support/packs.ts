/** Small real packs: lines by the hub's own writer, tokens and results by keys of the test, signed as the hub signs. */

import { createHash, randomUUID } from 'node:crypto';
import type { Signer } from '../../../src/activities/hubKeys.ts';
import { createLineWriter } from '../../../src/activities/packLines.ts';
import { CHAIN_START, chainHash } from '../../../src/domain/auditChain.ts';
import { sha256Hex } from '../../../src/domain/bytes.ts';
import {
  type EatToken,
  eatResultSigningBytes,
  eatResultText,
  eatSigningBytes,
  eatText,
} from '../../../src/domain/eat.ts';
import { hubKeyId } from '../../../src/domain/ed25519.ts';
import {
  PACK_SCHEMA_VERSION,
  type PackEntry,
  type PackManifest,
  packManifestText,
  packSigningBytes,
  packSigText,
} from '../../../src/domain/pack.ts';
import { createTestSigner } from '../../support/transparency.ts';

export const TENANT_ID = '22222222-2222-4222-8222-222222222222';
export const MSP_ID = '11111111-1111-4111-8111-111111111111';
export const AGENT_ID = '33333333-3333-4333-8333-333333333333';
const PERSON = (digit: string) => `${digit.repeat(8)}-aaaa-4aaa-8aaa-${digit.repeat(12)}`;

const TENANT = { id: TENANT_ID, slug: 'acme', name: 'ACME Ω' };
const MSP = { id: MSP_ID, name: 'Your MSP' };
const PERIOD = { month: '2026-04', from: '2026-04-01T00:00:00.000Z', until: '2026-05-01T00:00:00.000Z' };

/** The key of one host. */
export type Host = Signer;

/** A token with its result, as the line of a pack tells of it. `change` alters the line after everything is signed. */
export function eatLine(
  hub: Signer,
  host: Host,
  options: {
    readonly token?: Partial<EatToken>;
    readonly change?: Record<string, unknown>;
  } = {},
): PackEntry {
  const token: EatToken = {
    type: 'monsys-eat',
    version: 1,
    nonce: randomUUID(),
    key_id: hubKeyId(hub.publicKey),
    msp_id: MSP_ID,
    tenant_id: TENANT_ID,
    agent_id: AGENT_ID,
    level: 3,
    actions: [
      {
        kind: 'run_playbook',
        playbook_id: PERSON('7'),
        slug: 'db-restore',
        version: 1,
        sha256: sha256Hex('a playbook'),
        irreversible: true,
        parameters: {},
      },
    ],
    reason: 'Restore from 2026-04-15 snapshot per ticket TKT-9001',
    issued_at: '2026-04-16T14:23:00.000Z',
    expires_at: '2026-04-16T14:38:00.000Z',
    authorisation: {
      kind: 'quorum',
      request_id: PERSON('8'),
      required_approvers: 2,
      requested_by: { user_id: PERSON('a'), email: 'alice@yourMSP.com' },
      requested_at: '2026-04-16T14:20:00.000Z',
      approvals: ['b', 'c'].map((name) => ({
        user_id: PERSON(name),
        email: `${name}@yourMSP.com`,
        approved_at: '2026-04-16T14:22:00.000Z',
        totp_step_sha256: sha256Hex(name),
      })),
    },
    pre_issued: null,
    ...options.token,
  };
  const text = eatText(token);
  const result = eatResultText({
    type: 'monsys-eat-result',
    version: 1,
    nonce: token.nonce,
    agent_id: token.agent_id,
    tenant_id: token.tenant_id,
    eat_sha256: sha256Hex(text),
    outcome: 'succeeded',
    refusal_code: null,
    dry_run: false,
    started_at: '2026-04-16T14:23:01.000Z',
    finished_at: '2026-04-16T14:23:09.000Z',
    activation: null,
    steps: [],
  });
  return {
    kind: 'eat',
    nonce: token.nonce,
    agent_id: token.agent_id,
    hostname: 'db-prod-01',
    eat_kind: 'immediate',
    level: token.level,
    actions: token.actions,
    reason: token.reason,
    issued_at: token.issued_at,
    expires_at: token.expires_at,
    outcome: 'succeeded',
    refusal_code: null,
    token: text,
    signature: hub.sign(eatSigningBytes(text)).toString('base64'),
    key_id: token.key_id,
    result,
    result_signature: host.sign(eatResultSigningBytes(result)).toString('base64'),
    agent_public_key: Buffer.from(host.publicKey).toString('base64'),
    is_demo: false,
    is_late: false,
    ...options.change,
  } as unknown as PackEntry;
}

/** Audit events that follow one another, as lines; `note` makes them long. */
export function auditLines(count: number, firstSeq = 1, note = ''): PackEntry[] {
  const lines: PackEntry[] = [];
  let previous = firstSeq === 1 ? CHAIN_START : sha256Hex('the month before');
  for (let seq = firstSeq; seq < firstSeq + count; seq++) {
    const facts = {
      chain_id: TENANT_ID,
      msp_id: MSP_ID,
      tenant_id: TENANT_ID,
      event_type: 'alert_resolved',
      actor_kind: 'user',
      actor_user_id: PERSON('a'),
      actor_email: 'alice@yourMSP.com',
      impersonation_id: null,
      event_data: { number: seq, note },
      occurred_at: '2026-04-17T08:00:00.000Z',
    };
    const hash = chainHash({ ...facts, seq }, previous);
    lines.push({ ...facts, kind: 'audit', chain_seq: seq, prev_hash: previous, hash });
    previous = hash;
  }
  return lines;
}

/** The files of a pack. */
export type TestPack = {
  readonly jsonl: Buffer;
  readonly pdf: Buffer;
  readonly manifest: PackManifest;
  readonly sig: Buffer;
};

/** Writes and signs a pack of these lines. `alter` changes the manifest before it is signed. */
export async function makePack(
  hub: Signer,
  lines: readonly PackEntry[],
  options: {
    readonly filter?: PackManifest['filter'];
    readonly previous?: PackManifest['previous'];
    readonly alter?: (manifest: PackManifest) => PackManifest;
    readonly pdf?: Buffer;
  } = {},
): Promise<TestPack> {
  const chunks: Uint8Array[] = [];
  const writer = createLineWriter({
    write: (chunk) => {
      chunks.push(chunk);
      return Promise.resolve();
    },
  });
  const filter = options.filter ?? null;
  const previous = options.previous ?? null;
  const pack_id = PERSON('5');
  await writer.write({
    kind: 'pack',
    schema_version: PACK_SCHEMA_VERSION,
    pack_id,
    tenant: TENANT,
    msp: MSP,
    period: PERIOD,
    actor_suffix: filter?.actor_suffix ?? null,
    previous,
  });
  for (const line of lines) await writer.write(line);
  const written = await writer.finish();
  const jsonl = Buffer.concat(chunks);
  const pdf = options.pdf ?? Buffer.from('%PDF-1.7\nnot much of a report\n%%EOF\n', 'latin1');
  const manifest: PackManifest = {
    type: 'monsys-audit-pack',
    schema_version: PACK_SCHEMA_VERSION,
    pack_id,
    tenant: TENANT,
    msp: MSP,
    period: PERIOD,
    filter,
    counts: written.counts,
    entries: written.entries,
    files: {
      jsonl: {
        name: '2026-04.jsonl.gz',
        sha256: sha256(jsonl),
        bytes: jsonl.length,
        uncompressed_sha256: written.uncompressed_sha256,
        uncompressed_bytes: written.uncompressed_bytes,
      },
      pdf: { name: '2026-04.pdf', sha256: sha256(pdf), bytes: pdf.length },
    },
    hash_chain_root: written.hash_chain_root,
    previous,
  };
  const final = options.alter?.(manifest) ?? manifest;
  return { jsonl, pdf, manifest: final, sig: signManifest(hub, final) };
}

/** The `.sig` of a manifest by a key. */
export function signManifest(hub: Signer, manifest: PackManifest): Buffer {
  const text = packManifestText(manifest);
  const keyId = hubKeyId(hub.publicKey);
  return Buffer.from(packSigText(text, keyId, hub.sign(packSigningBytes(text, keyId))), 'utf8');
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A hub, a host and a small pack of theirs. */
export async function smallPack() {
  const hub = createTestSigner();
  const host = createTestSigner();
  const pack = await makePack(hub, [eatLine(hub, host), eatLine(hub, host), ...auditLines(4)]);
  return { hub, host, pack };
}
