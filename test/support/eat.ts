/** Tokens to alter: a hub key from a published seed, a valid token, and the judge that accepts it. */

import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { BUILT_IN_PLAYBOOKS } from '../../src/domain/builtInPlaybooks.ts';
import { canonicalJson, type Json } from '../../src/domain/canonicalJson.ts';
import {
  type EatAction,
  type EatEnvelope,
  type EatJudge,
  type EatToken,
  eatSigningBytes,
} from '../../src/domain/eat.ts';
import { hubKeyId } from '../../src/domain/ed25519.ts';
import { type PlaybookContent, playbookSha256, playbookText } from '../../src/domain/playbook.ts';

/** PKCS #8 header of an Ed25519 seed (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key pair from a seed of 32 bytes in hex. */
export function keyOf(seed: string) {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, Buffer.from(seed, 'hex')]),
    format: 'der',
    type: 'pkcs8',
  });
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = new Uint8Array(Buffer.from(jwk.x as string, 'base64url'));
  return {
    privateKey,
    publicKey,
    keyId: hubKeyId(publicKey),
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey),
  };
}

/** The hub's key in examples: the seed of RFC 8032, section 7.1, test 1. */
export const HUB_KEY = keyOf('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
/** A host's key in examples: the seed of test 2. */
export const AGENT_KEY = keyOf('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');

/** Ids of the examples. */
export const IDS = {
  nonce: '4b1c9c2e-58f7-4c55-9d0e-6f1f0c1f7a01',
  msp: '11111111-1111-4111-8111-111111111111',
  tenant: '22222222-2222-4222-8222-222222222222',
  agent: '33333333-3333-4333-8333-333333333333',
  request: '44444444-4444-4444-8444-444444444444',
  alice: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
  bob: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb',
  carol: 'cccccccc-cccc-4ccc-8ccc-cccccccccccc',
  dave: 'dddddddd-dddd-4ddd-8ddd-dddddddddddd',
} as const;
/** When the examples are issued. */
export const ISSUED_MS = Date.parse('2026-05-19T14:23:30.000Z');

/** A built-in by slug. */
export function builtIn(slug: string): {
  readonly id: string;
  readonly content: PlaybookContent;
  readonly text: string;
} {
  const found = BUILT_IN_PLAYBOOKS.find(({ content }) => content.slug === slug);
  if (found === undefined) throw new Error(`there is no built-in ${slug}`);
  return { id: found.id, content: found.content, text: playbookText(found.content) };
}

/** The action that runs a playbook's content. */
export function runPlaybook(
  id: string,
  content: PlaybookContent,
  parameters: Record<string, string | number | boolean> = {},
): EatAction {
  return {
    kind: 'run_playbook',
    playbook_id: id,
    slug: content.slug,
    version: 1,
    sha256: playbookSha256(content),
    irreversible: content.irreversible,
    parameters,
  };
}

/** `2026-05-19T14:23:30.000Z` of milliseconds. */
export const isoOf = (ms: number): string => new Date(ms).toISOString();

/** A valid token: db-restore, two of two. */
export function quorumToken(): EatToken {
  const { id, content } = builtIn('db-restore');
  return {
    type: 'monsys-eat',
    version: 1,
    nonce: IDS.nonce,
    key_id: HUB_KEY.keyId,
    msp_id: IDS.msp,
    tenant_id: IDS.tenant,
    agent_id: IDS.agent,
    level: 3,
    actions: [runPlaybook(id, content, { snapshot: '2026-04-15' })],
    reason: 'Restore from 2026-04-15 snapshot per ticket TKT-9001',
    issued_at: isoOf(ISSUED_MS),
    expires_at: isoOf(ISSUED_MS + 900_000),
    authorisation: {
      kind: 'quorum',
      request_id: IDS.request,
      required_approvers: 2,
      requested_by: { user_id: IDS.alice, email: 'alice@msp.example' },
      requested_at: isoOf(ISSUED_MS - 90_000),
      approvals: [
        {
          user_id: IDS.bob,
          email: 'bob@msp.example',
          approved_at: isoOf(ISSUED_MS - 40_000),
          totp_step_sha256: 'b'.repeat(64),
        },
        {
          user_id: IDS.carol,
          email: 'carol@msp.example',
          approved_at: isoOf(ISSUED_MS - 1000),
          totp_step_sha256: 'c'.repeat(64),
        },
      ],
    },
    pre_issued: null,
  };
}

/** A valid pre-issued token: isolate-network from an hour after it is issued, for `windowMs`. */
export function preIssuedToken(windowMs = 14 * 3_600_000): EatToken {
  const { id, content } = builtIn('isolate-network');
  return {
    ...quorumToken(),
    actions: [runPlaybook(id, content)],
    reason: 'After-hours coverage for ACME — Saturday night',
    expires_at: isoOf(ISSUED_MS + 3_600_000 + windowMs),
    authorisation: { kind: 'single', user_id: IDS.alice, email: 'alice@msp.example', totp_step_sha256: 'a'.repeat(64) },
    pre_issued: {
      id: IDS.nonce,
      valid_from: isoOf(ISSUED_MS + 3_600_000),
      conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true },
    },
  };
}

/** Signs any text as the hub would. */
export function signText(text: string, playbooks: readonly string[], key = HUB_KEY): EatEnvelope {
  return {
    token: text,
    signature: key.sign(eatSigningBytes(text)).toString('base64'),
    key_id: key.keyId,
    playbooks: [...playbooks],
  };
}

/** Signs a token, valid or not, with the built-ins' texts beside it. */
export function signToken(
  token: object,
  playbooks: readonly string[] = [builtIn('db-restore').text, builtIn('isolate-network').text],
): EatEnvelope {
  return signText(canonicalJson(token as Json), playbooks);
}

/** The judge that accepts {@link quorumToken} ten seconds after it was issued. */
export function judgeOf(change: Partial<EatJudge> = {}): EatJudge {
  return {
    agentId: IDS.agent,
    tenantId: IDS.tenant,
    nowMs: ISSUED_MS + 10_000,
    hubKeys: [
      { key_id: HUB_KEY.keyId, public_key: HUB_KEY.publicKey, validFromMs: ISSUED_MS - 86_400_000, validUntilMs: null },
    ],
    isNonceUsed: () => false,
    observation: null,
    ...change,
  };
}
