/**
 * Emergency Action Tokens (format: docs/formats/eat.md): short-lived, single-use, signed permission for one agent
 * to do named actions.
 *
 * The token is canonical JSON text. The signature covers `monsys-eat-v1\n` and exactly those bytes; whoever checks
 * verifies the bytes received and then parses those same bytes, never a re-rendering of them.
 */

import { z } from 'zod';
import { base64ToBytes, sha256Hex, utf8ToBytes } from './bytes.ts';
import { canonicalJson, type Json } from './canonicalJson.ts';
import { sha256Digest } from './digest.ts';
import { ACTION_KINDS, type ActionKind, type Level, PRE_ISSUED_MAX_WINDOW_SECONDS } from './eatLevels.ts';
import { acceptKey, signatureFault } from './ed25519.ts';
import {
  MAX_PLAYBOOK_TEXT,
  MAX_STEPS,
  type PlaybookContent,
  type PlaybookStep,
  parameterFaults,
  parameterValues,
  playbookContent,
  playbookStep,
  resolveSteps,
} from './playbook.ts';
import { type PreIssueFault, type PreIssueObservation, preIssueConditions, preIssueFault } from './preIssuedEat.ts';
import { quorumProofFault } from './quorum.ts';
import type { RefusalCode } from './refusal.ts';
import { parseStrictJson } from './strictJson.ts';

export const EAT_VERSION = 1;
/** How far `issued_at` may lie in the agent's future. */
const EAT_SKEW_SECONDS = 30;
/** Longest life of a token that is not pre-issued. */
const EAT_MAX_LIFETIME_SECONDS = 900;
/** Most actions of one token. */
const MAX_ACTIONS = 10;
/** Longest canonical text of one action, in UTF-16 units. */
export const MAX_ACTION_TEXT = 8192;
/** Longest text of a token: what {@link MAX_ACTIONS} of the longest, ten approvals and the longest reason come to, and some. */
export const MAX_TOKEN_TEXT = 128_000;

const instant = z.iso.datetime({ offset: false, precision: 3 });

/** A playbook run in a token: which content, by hash, with which values. */
const playbookAction = z.strictObject({
  kind: z.literal('run_playbook'),
  playbook_id: z.uuid(),
  slug: z.string().max(63),
  version: z.int().min(1),
  sha256: sha256Digest,
  irreversible: z.boolean(),
  parameters: parameterValues,
});
/** A single step as an action of its own. */
const stepAction = z.strictObject({
  kind: z.enum(
    Object.keys(ACTION_KINDS).filter((kind) => kind !== 'run_playbook') as [Exclude<ActionKind, 'run_playbook'>],
  ),
  step: playbookStep,
});
export const eatAction = z
  .union([playbookAction, stepAction])
  .refine((action) => action.kind === 'run_playbook' || action.step.kind === action.kind, 'kind and step differ')
  .refine((action) => JSON.stringify(action).length <= MAX_ACTION_TEXT, `longer than ${MAX_ACTION_TEXT} characters`);
export type EatAction = z.infer<typeof eatAction>;

/** A person in a proof. */
const person = z.strictObject({ user_id: z.uuid(), email: z.string().max(320) });

/** One approval as the token carries it. `totp_step_sha256` proves that a code was used without saying which. */
const approvalProof = z.strictObject({
  user_id: z.uuid(),
  email: z.string().max(320),
  approved_at: instant,
  totp_step_sha256: sha256Digest,
});

/** On whose word the hub signed. */
const authorisation = z.discriminatedUnion('kind', [
  /** One person with their TOTP. */
  z.strictObject({ kind: z.literal('single'), ...person.shape, totp_step_sha256: sha256Digest }),
  /** M of N people, none of them the requester. */
  z.strictObject({
    kind: z.literal('quorum'),
    request_id: z.uuid(),
    required_approvers: z.int().min(1).max(10),
    requested_by: person,
    requested_at: instant,
    approvals: z.array(approvalProof).min(1).max(10),
  }),
  /** A rule of the tenant answered an alert; levels 1 and 2 only. */
  z.strictObject({
    kind: z.literal('automatic'),
    alert_id: z.uuid(),
    confidence: z.number().min(0).max(1),
  }),
]);
export type Authorisation = z.infer<typeof authorisation>;

/** A token. `pre_issued` is null for one that is good at once. */
export const eatToken = z
  .strictObject({
    type: z.literal('monsys-eat'),
    version: z.literal(EAT_VERSION),
    nonce: z.uuid(),
    key_id: z.string().regex(/^[0-9a-f]{16}$/),
    msp_id: z.uuid(),
    tenant_id: z.uuid(),
    agent_id: z.uuid(),
    level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    actions: z.array(eatAction).min(1).max(MAX_ACTIONS),
    reason: z.string().min(1).max(1000),
    issued_at: instant,
    expires_at: instant,
    authorisation,
    pre_issued: z.strictObject({ id: z.uuid(), valid_from: instant, conditions: preIssueConditions }).nullable(),
  })
  // Who may order, and how long it lives, hangs on the level: a token must not understate its own.
  .refine((token) => token.level === levelOf(token.actions.map((action) => action.kind)), 'level and actions differ');
export type EatToken = z.infer<typeof eatToken>;

/** A token on its way: the signed text, the signature, and the contents of the playbooks that it pins. */
export const eatEnvelope = z.strictObject({
  token: z.string().max(MAX_TOKEN_TEXT),
  signature: z.base64().length(88),
  key_id: z.string().regex(/^[0-9a-f]{16}$/),
  playbooks: z.array(z.string().max(MAX_PLAYBOOK_TEXT)).max(MAX_ACTIONS).default([]),
});
export type EatEnvelope = z.infer<typeof eatEnvelope>;

/** Context line of a token's signature: no other signature of the key can stand in for it. */
const EAT_CONTEXT = 'monsys-eat-v1\n';
/** Context line of an agent's signed result. */
const EAT_RESULT_CONTEXT = 'monsys-eat-result-v1\n';

/** The text that is stored, sent and signed. */
export function eatText(token: EatToken): string {
  return canonicalJson(token as unknown as Json);
}

/** The bytes that the hub signs. */
export function eatSigningBytes(text: string): Uint8Array {
  return utf8ToBytes(EAT_CONTEXT + text);
}

/** Level of a set of actions: the highest of them. */
export function levelOf(kinds: readonly ActionKind[]): Level {
  return Math.max(...kinds.map((kind) => ACTION_KINDS[kind].level)) as Level;
}

/** `RunPlaybook: db-restore`, `StopService: nginx`. */
export function actionLabel(action: EatAction): string {
  if (action.kind === 'run_playbook') return `${ACTION_KINDS.run_playbook.label}: ${action.slug}`;
  const { step } = action;
  const subject =
    'service' in step
      ? step.service
      : 'path' in step
        ? step.path
        : 'pid' in step
          ? `pid ${step.pid}`
          : 'package' in step
            ? step.package
            : '';
  return subject === '' ? ACTION_KINDS[action.kind].label : `${ACTION_KINDS[action.kind].label}: ${subject}`;
}

/** The label of what is perhaps no action: imported history names its actions in other shapes, and a label must not fail. */
export function labelOfAny(action: unknown): string {
  const kind = (action as { readonly kind?: unknown } | null)?.kind;
  try {
    return actionLabel(action as EatAction);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return typeof kind === 'string' ? kind : 'unknown action';
  }
}

/** What an agent knows when it judges a token. Times in milliseconds since the epoch. */
export type EatJudge = {
  readonly agentId: string;
  readonly tenantId: string;
  readonly nowMs: number;
  /** Hub keys that the agent has pinned, with their validity. */
  readonly hubKeys: readonly {
    readonly key_id: string;
    readonly public_key: Uint8Array;
    readonly validFromMs: number;
    readonly validUntilMs: number | null;
  }[];
  readonly isNonceUsed: (nonce: string) => boolean;
  /**
   * For pre-issued tokens; null while the agent only stores one. Window and condition are not judged then: whoever
   * executes a token with `pre_issued` must give what it has seen.
   */
  readonly observation: PreIssueObservation | null;
};

/** Whether a token may be executed, with what; or which check refused it. */
export type EatVerdict =
  | {
      readonly kind: 'accepted';
      readonly token: EatToken;
      readonly tokenSha256: string;
      readonly steps: readonly PlaybookStep[];
    }
  | { readonly kind: 'refused'; readonly code: EatRefusalCode; readonly token: EatToken | null };

/** Refusals of a token, in the order of the checks. */
export const EAT_REFUSAL_CODES = [
  'eat_malformed',
  'eat_key_unknown',
  'eat_key_expired',
  'eat_signature_invalid',
  'eat_wrong_agent',
  'eat_wrong_tenant',
  'eat_type_unknown',
  'eat_not_yet_valid',
  'eat_expired',
  'eat_lifetime_too_long',
  'eat_window_too_long',
  'eat_outside_window',
  'eat_condition_not_met',
  'eat_playbook_mismatch',
  'eat_quorum_insufficient',
  'eat_nonce_used',
  'eat_forbidden_by_policy',
] as const satisfies readonly RefusalCode[];
export type EatRefusalCode = (typeof EAT_REFUSAL_CODES)[number];

/** Only these members are looked at before type and version are known. */
const tokenHeader = z.looseObject({ agent_id: z.string(), tenant_id: z.string(), key_id: z.string() });
const tokenKind = z.looseObject({ type: eatToken.shape.type, version: eatToken.shape.version });

/**
 * Judges an envelope in the design's order: signature by a pinned key in force; agent; tenant; type and version;
 * time; lifetime (pre-issued: window and condition); playbook hashes; quorum proof; nonce. The local policy comes
 * after, at the agent.
 */
export function judgeEat(envelope: EatEnvelope, judge: EatJudge): EatVerdict {
  const signed = checkSignature(envelope, judge);
  if (signed.kind === 'refused') return signed;
  const header = tokenHeader.safeParse(signed.json);
  if (!header.success || header.data.key_id !== envelope.key_id) return refused('eat_malformed');
  if (header.data.agent_id !== judge.agentId) return refused('eat_wrong_agent');
  if (header.data.tenant_id !== judge.tenantId) return refused('eat_wrong_tenant');
  if (!tokenKind.safeParse(signed.json).success) return refused('eat_type_unknown');
  const parsed = eatToken.safeParse(signed.json);
  // The text is the canonical one, so that a token has one SHA-256 whoever writes it down.
  if (!parsed.success || eatText(parsed.data) !== envelope.token) return refused('eat_malformed');
  const token = parsed.data;
  const late = timeFault(token, judge);
  if (late !== null) return { kind: 'refused', code: late, token };
  const steps = stepsOf(token, envelope.playbooks);
  if (steps === null) return { kind: 'refused', code: 'eat_playbook_mismatch', token };
  if (authorityFault(token) !== null) return { kind: 'refused', code: 'eat_quorum_insufficient', token };
  if (judge.isNonceUsed(token.nonce)) return { kind: 'refused', code: 'eat_nonce_used', token };
  return { kind: 'accepted', token, tokenSha256: sha256Hex(envelope.token), steps };
}

function refused(code: EatRefusalCode): {
  readonly kind: 'refused';
  readonly code: EatRefusalCode;
  readonly token: null;
} {
  return { kind: 'refused', code, token: null };
}

function checkSignature(
  envelope: EatEnvelope,
  judge: EatJudge,
):
  | { readonly kind: 'ok'; readonly json: Json }
  | { readonly kind: 'refused'; readonly code: EatRefusalCode; readonly token: null } {
  const pinned = judge.hubKeys.find((key) => key.key_id === envelope.key_id);
  if (pinned === undefined) return refused('eat_key_unknown');
  if (
    judge.nowMs < pinned.validFromMs - EAT_SKEW_SECONDS * 1000 ||
    (pinned.validUntilMs !== null && judge.nowMs >= pinned.validUntilMs)
  ) {
    return refused('eat_key_expired');
  }
  if (eatSignatureFault(envelope, pinned.public_key) !== null) return refused('eat_signature_invalid');
  const json = parseStrictJson(utf8ToBytes(envelope.token));
  return json.kind === 'ok' ? { kind: 'ok', json: json.value } : refused('eat_malformed');
}

/** Checks an envelope's signature with a raw 32-byte key; null means valid. */
export function eatSignatureFault(
  envelope: Pick<EatEnvelope, 'token' | 'signature'>,
  publicKey: Uint8Array,
): string | null {
  const key = acceptKey(publicKey);
  const signature = base64ToBytes(envelope.signature);
  if (key === null) return 'key_malformed';
  if (signature === null) return 'signature_malformed';
  return signatureFault(signature, eatSigningBytes(envelope.token), key);
}

function timeFault(token: EatToken, judge: EatJudge): EatRefusalCode | null {
  const issued = parseInstant(token.issued_at);
  const expires = parseInstant(token.expires_at);
  if (issued > judge.nowMs + EAT_SKEW_SECONDS * 1000) return 'eat_not_yet_valid';
  if (judge.nowMs > expires) return 'eat_expired';
  if (token.pre_issued === null) {
    return expires - issued > EAT_MAX_LIFETIME_SECONDS * 1000 ? 'eat_lifetime_too_long' : null;
  }
  const from = parseInstant(token.pre_issued.valid_from);
  if (expires - from > PRE_ISSUED_MAX_WINDOW_SECONDS * 1000) return 'eat_window_too_long';
  if (judge.observation === null) return null;
  if (judge.nowMs < from) return 'eat_outside_window';
  const fault: PreIssueFault | null = preIssueFault(token.pre_issued.conditions, judge.observation);
  return fault === null ? null : 'eat_condition_not_met';
}

/** Why the people named in a token could not order it. */
export type AuthorityFault = 'irreversible_alone' | 'level_3_without_person' | 'requester_approved' | 'too_few_people';

/**
 * Judges by whose authority a token was signed, whatever the hub says; null when it was theirs to order. An
 * irreversible action needs a quorum, and a quorum counts people. Agent, verifier and browser judge by this alone.
 */
export function authorityFault({ authorisation: proof, actions, level }: EatToken): AuthorityFault | null {
  const isIrreversible = actions.some((action) => action.kind === 'run_playbook' && action.irreversible);
  if (isIrreversible && proof.kind !== 'quorum') return 'irreversible_alone';
  if (proof.kind === 'automatic' && level === 3) return 'level_3_without_person';
  return proof.kind === 'quorum' ? quorumProofFault(proof) : null;
}

/** The steps of a token in order, once every pinned playbook is there with its hash; null when one is not. */
function stepsOf(token: EatToken, texts: readonly string[]): readonly PlaybookStep[] | null {
  const byHash = new Map(texts.map((text) => [sha256Hex(text), text]));
  const steps: PlaybookStep[] = [];
  for (const action of token.actions) {
    const content = action.kind === 'run_playbook' ? parsePlaybook(byHash.get(action.sha256)) : null;
    if (action.kind === 'run_playbook') {
      // The token's own copy of name and flag is what people approved; a content that says otherwise is not that one.
      if (content === null || content.irreversible !== action.irreversible || content.slug !== action.slug) return null;
      // The hub has checked the values; the agent does not rely on it.
      if (parameterFaults(content, action.parameters).length > 0) return null;
    }
    const resolved =
      action.kind === 'run_playbook'
        ? content && resolveSteps(content, action.parameters)
        : resolveSteps({ parameters: [], steps: [action.step] }, {});
    if (resolved === null) return null;
    steps.push(...resolved);
  }
  return steps;
}

function parsePlaybook(text: string | undefined): PlaybookContent | null {
  if (text === undefined) return null;
  const json = parseStrictJson(utf8ToBytes(text));
  const content = json.kind === 'ok' ? playbookContent.safeParse(json.value) : null;
  return content?.success ? content.data : null;
}

/** Milliseconds of `2026-05-19T18:00:00.000Z`. The schema has checked the shape; domain has no `Date`. */
export function parseInstant(text: string): number {
  const [year, month, day, hour, minute, second, ms] = text.split(/[^0-9]/).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return daysFromCivil(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
}

/** Days since 1970-01-01 of a Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** How an execution ended. `indeterminate`: the agent crashed in between and will never run it again. */
const EXECUTION_OUTCOMES = ['succeeded', 'failed', 'refused', 'indeterminate'] as const;
export type ExecutionOutcome = (typeof EXECUTION_OUTCOMES)[number];

/** What one step did. The agent caps the output and says so; `detail` holds the facts of the kind, e.g. where a file went. */
const stepResult = z.strictObject({
  index: z.int().min(0),
  kind: z.string().max(40),
  outcome: z.enum(['succeeded', 'failed', 'skipped']),
  started_at: instant,
  finished_at: instant,
  exit_code: z.int().nullable(),
  output: z.string().max(16_384),
  output_truncated: z.boolean(),
  detail: z.record(z.string().max(64), z.json()).default({}),
});
export type StepResult = z.infer<typeof stepResult>;

/** An agent's result, signed with its key over {@link EAT_RESULT_CONTEXT} and the canonical text. */
export const eatResult = z.strictObject({
  type: z.literal('monsys-eat-result'),
  version: z.literal(1),
  nonce: z.uuid(),
  agent_id: z.uuid(),
  tenant_id: z.uuid(),
  eat_sha256: sha256Digest,
  outcome: z.enum(EXECUTION_OUTCOMES),
  refusal_code: z.string().max(64).nullable(),
  dry_run: z.boolean(),
  started_at: instant,
  finished_at: instant,
  /** For pre-issued tokens: what the host saw when it activated itself. */
  activation: z
    .strictObject({
      condition: z.enum(['heartbeat_lost', 'severity_critical']),
      last_delivered_heartbeat_at: instant.nullable(),
      critical_source: z.enum(['hub', 'local']).nullable(),
    })
    .nullable(),
  steps: z.array(stepResult).max(MAX_ACTIONS * MAX_STEPS),
});
export type EatResult = z.infer<typeof eatResult>;

/** Whether some step was only pretended, by the host's own policy (docs/agent-policy.md). */
export function hasSimulatedStep({ steps }: Pick<EatResult, 'steps'>): boolean {
  return steps.some(({ detail }) => detail['simulated'] === true);
}

/** The text that is sent and signed. */
export function eatResultText(result: EatResult): string {
  return canonicalJson(result);
}

/** The bytes that the agent signs. */
export function eatResultSigningBytes(text: string): Uint8Array {
  return utf8ToBytes(EAT_RESULT_CONTEXT + text);
}

/** Body of `POST /agents/:id/eat-results`. */
export const signedEatResult = z.strictObject({
  result: z.string().max(700_000),
  signature: z.base64().length(88),
});
