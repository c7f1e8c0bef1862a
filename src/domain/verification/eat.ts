/** Checks one emergency token with its evidence: the hub's signature, who approved, and the agent's signed result. */

import { base64ToBytes, bytesToHex, sha256Hex, utf8ToBytes } from '../bytes.ts';
import { canonicalJson, type Json, NotCanonicalError } from '../canonicalJson.ts';
import {
  type AuthorityFault,
  authorityFault,
  type EatResult,
  type EatToken,
  eatResult,
  eatResultSigningBytes,
  eatResultText,
  eatSigningBytes,
  eatText,
  eatToken,
} from '../eat.ts';
import { quorumLabel } from '../quorum.ts';
import { parseStrictJson } from '../strictJson.ts';
import type { HubKey } from './keys.ts';
import type { PreparedKey, Primitives } from './primitives.ts';
import type { FailureClass } from './report.ts';

/** What is claimed: texts and signatures as stored, and the plain members beside them that must agree. */
export type EatClaim = {
  readonly token: string;
  readonly signature: string;
  readonly keyId: string;
  readonly result: string | null;
  readonly resultSignature: string | null;
  /** Base64; null where the claim has none. */
  readonly agentKey: string | null;
  /** Members shown beside the token (`nonce`, `level`, …); those that are there must say what the token says. */
  readonly facts: Readonly<Record<string, Json>>;
  readonly tenantId: string | null;
};

/** What checking found. */
export type EatFinding = {
  readonly faults: readonly { readonly class: FailureClass; readonly sentence: string }[];
  /** Set when the hub key is not among those given; its signature is then unchecked. */
  readonly otherKeyId: string | null;
  readonly token: EatToken | null;
  readonly result: EatResult | null;
  /** `2-of-2 quorum`; null for other kinds of proof. */
  readonly quorum: string | null;
  /** First digits of the agent's key. */
  readonly agentKeyHex: string | null;
};

/** Members that a line or answer shows of a token, besides the token's text. */
const SHOWN_FACTS = [
  'nonce',
  'agent_id',
  'tenant_id',
  'level',
  'reason',
  'actions',
  'issued_at',
  'expires_at',
] as const;
const AUTHORITY_SENTENCES: Readonly<Record<AuthorityFault, string>> = {
  irreversible_alone: 'an irreversible action was signed without a quorum',
  level_3_without_person: 'an action of level 3 was signed without a person',
  requester_approved: 'the quorum counts the person who asked',
  too_few_people: 'the quorum has too few different people',
};
/** Ways in which a token ends without a word of the host. */
const ENDS_WITHOUT_RESULT: ReadonlySet<Json | undefined> = new Set(['revoked', 'expired_unused', null]);

/** Makes the checker; it remembers agents' keys, because checking a key costs more than checking a signature. */
export function createEatChecker(
  keys: readonly HubKey[],
  prepareKey: Primitives['prepareKey'],
): (claim: EatClaim) => EatFinding {
  const agentKeys = new Map<string, PreparedKey | null>();

  function agentKey(text: string): PreparedKey | null {
    const known = agentKeys.get(text);
    if (known !== undefined) return known;
    const bytes = base64ToBytes(text);
    const prepared = bytes === null ? null : prepareKey(bytes);
    // A stranger's pack could name a new key in every line.
    if (agentKeys.size >= MAX_REMEMBERED_KEYS) agentKeys.clear();
    agentKeys.set(text, prepared);
    return prepared;
  }

  return (claim) => {
    const faults: { class: FailureClass; sentence: string }[] = [];
    const fault = (failure: FailureClass, sentence: string) => faults.push({ class: failure, sentence });
    const key = keys.find((each) => each.id === claim.keyId);
    const token = parseToken(claim.token);
    if (key !== undefined && !isSigned(claim.signature, eatSigningBytes(claim.token), key))
      fault('signature', `the token's signature is not by hub key ${claim.keyId}`);
    if (token === null) fault('content', 'the token is not the canonical text of a token');
    else {
      if (token.key_id !== claim.keyId)
        fault('signature', `the token names key ${token.key_id}, its signature key ${claim.keyId}`);
      for (const name of differingFacts(token, claim)) fault('content', `${name} is not what the signed token says`);
      const unproven = authorityFault(token);
      if (unproven !== null) fault('content', AUTHORITY_SENTENCES[unproven]);
    }
    const result = claim.result === null ? null : checkResult(claim, token, fault, agentKey);
    if (claim.result === null && 'outcome' in claim.facts && !ENDS_WITHOUT_RESULT.has(claim.facts.outcome))
      fault(
        'content',
        `the outcome is ${JSON.stringify(claim.facts.outcome)}, but the host's signed result is missing`,
      );
    return {
      faults,
      otherKeyId: key === undefined ? claim.keyId : null,
      token,
      result,
      quorum: token?.authorisation.kind === 'quorum' ? quorumLabel(token.authorisation) : null,
      agentKeyHex: claim.agentKey === null ? null : bytesToHex(base64ToBytes(claim.agentKey) ?? new Uint8Array()),
    };
  };
}

const MAX_REMEMBERED_KEYS = 10_000;

function isSigned(signature: string, message: Uint8Array, key: PreparedKey): boolean {
  const bytes = base64ToBytes(signature);
  return bytes !== null && key.signatureFault(bytes, message) === null;
}

/** The token of a text; null unless the text is the canonical one of a well-formed token. */
function parseToken(text: string): EatToken | null {
  const json = parseStrictJson(utf8ToBytes(text));
  const token = json.kind === 'ok' ? eatToken.safeParse(json.value) : null;
  return token?.success && eatText(token.data) === text ? token.data : null;
}

function differingFacts(token: EatToken, { facts, tenantId }: EatClaim): string[] {
  const differing: string[] = SHOWN_FACTS.filter(
    (name) => name in facts && !isSameJson(facts[name] as Json, token[name] as unknown as Json),
  );
  if (tenantId !== null && token.tenant_id !== tenantId) differing.push('the tenant');
  return differing;
}

function isSameJson(a: Json, b: Json): boolean {
  try {
    return canonicalJson(a) === canonicalJson(b);
  } catch (error) {
    if (error instanceof NotCanonicalError) return false;
    throw error;
  }
}

function checkResult(
  claim: EatClaim,
  token: EatToken | null,
  fault: (failure: FailureClass, sentence: string) => void,
  agentKey: (text: string) => PreparedKey | null,
): EatResult | null {
  const text = claim.result as string;
  const json = parseStrictJson(utf8ToBytes(text));
  const parsed = json.kind === 'ok' ? eatResult.safeParse(json.value) : null;
  const key = claim.agentKey === null ? null : agentKey(claim.agentKey);
  if (key === null) fault('signature', "the agent's public key is missing or not acceptable");
  else if (claim.resultSignature === null || !isSigned(claim.resultSignature, eatResultSigningBytes(text), key))
    fault('signature', "the result's signature is not by the agent's key");
  if (!parsed?.success || eatResultText(parsed.data) !== text) {
    fault('content', 'the result is not the canonical text of a result');
    return null;
  }
  const result = parsed.data;
  if (result.eat_sha256 !== sha256Hex(claim.token)) fault('content', 'the result is of another token (eat_sha256)');
  for (const name of ['nonce', 'agent_id', 'tenant_id'] as const)
    if (token !== null && result[name] !== token[name]) fault('content', `the result names another ${name}`);
  for (const name of ['outcome', 'refusal_code'] as const)
    if (name in claim.facts && claim.facts[name] !== result[name])
      fault('content', `${name} is not what the signed result says`);
  return result;
}
