/**
 * Executes tokens: judged by the domain's one judge with the pinned hub keys, then by this host's policy; kept
 * durably and acknowledged; the nonce marked as started, fsynced; then the steps in order until one fails; then the
 * signed result. Each token runs by itself, so that a short one does not wait behind a long one.
 *
 * A refusal of a token that is truly for this host uses its nonce up: the hub has then a result that says that the
 * token did nothing, and it must stay true. A forgery (a signature that does not fit) uses nothing up.
 */

import { z } from 'zod';
import type { HubKey } from '../domain/agentFrames.ts';
import { base64ToBytes, sha256Hex } from '../domain/bytes.ts';
import {
  type EatEnvelope,
  type EatJudge,
  type EatRefusalCode,
  type EatResult,
  type EatToken,
  type EatVerdict,
  type ExecutionOutcome,
  eatEnvelope,
  eatResult,
  eatResultText,
  judgeEat,
  type StepResult,
} from '../domain/eat.ts';
import type { PlaybookStep } from '../domain/playbook.ts';
import type { PreIssueObservation } from '../domain/preIssuedEat.ts';
import { parseStrictJson } from '../domain/strictJson.ts';
import type { ClockFloor } from './clockFloor.ts';
import type { CommandResult } from './commandLedger.ts';
import { runStep } from './executors/runStep.ts';
import type { StepContext } from './executors/step.ts';
import type { Identity } from './identity.ts';
import type { Logger } from './log.ts';
import type { NonceLedger } from './nonceLedger.ts';
import { type PolicyReading, policyFault } from './policy.ts';
import type { ResultOutbox } from './resultOutbox.ts';

/** Outputs of one result together, in UTF-16 units; escaped and with the rest they stay below the 700,000 of a result. */
const RESULT_OUTPUT_BUDGET = 256 * 1024;
const MAX_RESULT_TEXT = 690_000;

/** Moments at which a test lets the process die. */
export type ExecutionPoint = 'accepted' | 'started' | 'step_done' | 'result_kept' | 'finished';

/** What execution works with. */
export type ExecutionDeps = {
  readonly identity: Identity;
  readonly tenantId: string;
  readonly hubKeys: () => readonly HubKey[];
  readonly floor: ClockFloor;
  readonly ledger: NonceLedger;
  readonly outbox: ResultOutbox;
  readonly readPolicy: () => PolicyReading;
  readonly stepContext: Omit<StepContext, 'policy'>;
  /** From the command line; the policy may ask for it too. */
  readonly isDryRun: boolean;
  /** A result waits: wake whoever delivers. */
  readonly onResult: () => void;
  readonly log: Logger;
  readonly reached?: (point: ExecutionPoint) => void;
};

/** What a pre-issued token's activation saw; goes into the result. */
export type Activation = NonNullable<EatResult['activation']>;

/** Executes tokens of this host. */
export type Execution = {
  /** Judges a token as it comes; `observation` null while one is only stored. */
  readonly judge: (envelope: EatEnvelope, observation: PreIssueObservation | null) => EatVerdict;
  /** Keeps an accepted token and starts it; the acknowledgement. Returns before it has run. */
  readonly accept: (
    envelope: EatEnvelope,
    verdict: Extract<EatVerdict, { kind: 'accepted' }>,
  ) => Promise<CommandResult>;
  /** Reports a refusal. */
  readonly refuse: (
    about: { readonly nonce: string; readonly text: string; readonly token: EatToken | null },
    code: EatRefusalCode,
    activation?: Activation,
  ) => Promise<CommandResult>;
  /** Starts an activated pre-issued token; resolves when its nonce is used up and `onStarted` is done, not when it has run. */
  readonly startActivated: (
    verdict: Extract<EatVerdict, { kind: 'accepted' }>,
    activation: Activation,
    onStarted: () => Promise<void>,
  ) => Promise<void>;
  /** After a start: results for what a crash interrupted, and another look at what had not begun. */
  readonly recover: () => Promise<void>;
  /** Resolves when nothing runs. */
  readonly idle: () => Promise<void>;
};

/** Makes the execution of one agent. */
export function createExecution(deps: ExecutionDeps): Execution {
  const { identity, tenantId, floor, ledger, outbox, log } = deps;
  const reached = deps.reached ?? (() => undefined);
  const running = new Set<Promise<void>>();

  const judge: Execution['judge'] = (envelope, observation) =>
    judgeEat(envelope, {
      agentId: identity.agentId,
      tenantId,
      nowMs: floor.now(),
      hubKeys: judgingKeys(deps.hubKeys()),
      isNonceUsed: (nonce) => ledger.find(nonce) !== null,
      observation,
    });

  const report = async (
    about: { readonly nonce: string; readonly eat_sha256: string },
    outcome: ExecutionOutcome,
    rest: Partial<EatResult>,
  ): Promise<void> => {
    const at = floor.iso();
    await outbox.add(
      fitting({
        type: 'monsys-eat-result',
        version: 1,
        ...about,
        agent_id: identity.agentId,
        tenant_id: tenantId,
        outcome,
        refusal_code: null,
        dry_run: false,
        started_at: at,
        finished_at: at,
        activation: null,
        steps: [],
        ...rest,
      }),
    );
    reached('result_kept');
    deps.onResult();
  };

  const refuse: Execution['refuse'] = async ({ nonce, text, token }, code, activation) => {
    log.warn({ nonce, code }, 'a token is refused');
    const eat_sha256 = sha256Hex(text);
    const known = ledger.find(nonce);
    // The hub repeats a command until it hears of it, and a token has one result.
    if (code === 'eat_nonce_used' && known?.eat_sha256 === eat_sha256)
      return { status: 'duplicate', refusal_code: code };
    await report({ nonce, eat_sha256 }, 'refused', { refusal_code: code, activation: activation ?? null });
    if (token !== null) await ledger.advance(entryOf(token, eat_sha256, 'finished'));
    return { status: 'refused', refusal_code: code };
  };

  /** Runs what the ledger holds as accepted, or an activated token. */
  const run = async (
    verdict: Extract<EatVerdict, { kind: 'accepted' }>,
    activation: Activation | null,
    onStarted: () => Promise<void>,
  ): Promise<void> => {
    const { token, tokenSha256, steps } = verdict;
    const about = { nonce: token.nonce, eat_sha256: tokenSha256 };
    const reading = deps.readPolicy();
    const forbidden = reading.kind === 'ok' ? policyFault(reading.policy, steps) : `no policy: ${reading.why}`;
    if (reading.kind !== 'ok' || forbidden !== null) {
      log.error({ nonce: token.nonce, why: forbidden }, 'this host does not allow a token');
      await report(about, 'refused', { refusal_code: 'eat_forbidden_by_policy', activation });
      await ledger.advance(entryOf(token, tokenSha256, 'finished'));
      await onStarted();
      return;
    }
    const startedAt = floor.iso();
    await floor.persist();
    // From here on it has run, whatever the disk, the power or a signal does next.
    if (!(await ledger.advance({ ...entryOf(token, tokenSha256, 'started'), started_at: startedAt, activation })))
      return;
    reached('started');
    await onStarted();
    const isDryRun = deps.isDryRun || reading.policy.policy.dry_run;
    const results = await runSteps(steps, isDryRun, { ...deps.stepContext, policy: reading.policy });
    const isOk = isDryRun || results.every((step) => step.outcome === 'succeeded');
    await report(about, isOk ? 'succeeded' : 'failed', {
      dry_run: isDryRun,
      started_at: startedAt,
      finished_at: floor.iso(),
      activation,
      steps: results,
    });
    await ledger.advance({ ...entryOf(token, tokenSha256, 'finished'), started_at: startedAt });
    reached('finished');
    log.info({ nonce: token.nonce, outcome: isOk ? 'succeeded' : 'failed', dry_run: isDryRun }, 'a token has run');
  };

  const runSteps = async (
    steps: readonly PlaybookStep[],
    isDryRun: boolean,
    context: StepContext,
  ): Promise<StepResult[]> => {
    const results: StepResult[] = [];
    let budget = RESULT_OUTPUT_BUDGET;
    let goesOn = !isDryRun;
    for (const [index, step] of steps.entries()) {
      const started_at = floor.iso();
      if (!goesOn) {
        const detail = isDryRun ? { dry_run: true } : {};
        results.push({ ...skipped(index, step), detail, started_at, finished_at: started_at });
        continue;
      }
      log.info({ index, kind: step.kind }, 'step');
      const done = await runStep(step, context);
      const output = done.output.slice(0, budget);
      budget -= output.length;
      results.push({
        index,
        kind: step.kind,
        outcome: done.isOk ? 'succeeded' : 'failed',
        started_at,
        finished_at: floor.iso(),
        exit_code: done.exitCode,
        output: output.isWellFormed() ? output : output.toWellFormed(),
        output_truncated: done.isTruncated || output.length < done.output.length,
        detail: done.detail,
      });
      reached('step_done');
      goesOn = done.isOk;
    }
    return results;
  };

  /** Lets it run beside the rest. What fails here is the disk: the nonce is used, the next start reports. */
  const start = (work: Promise<void>): void => {
    const guarded = work
      .catch((error: unknown) => log.error({ err: error }, 'a token could not be brought to its result'))
      .finally(() => running.delete(guarded));
    running.add(guarded);
  };

  return {
    judge,
    refuse,
    accept: async (envelope, verdict) => {
      const { token, tokenSha256 } = verdict;
      if (!(await ledger.advance({ ...entryOf(token, tokenSha256, 'accepted'), envelope })))
        return { status: 'duplicate', refusal_code: 'eat_nonce_used' };
      reached('accepted');
      start(run(verdict, null, async () => undefined));
      return { status: 'accepted' };
    },
    startActivated: (verdict, activation, onStarted) =>
      new Promise((resolve) => {
        const work = run(verdict, activation, async () => {
          await onStarted();
          resolve();
        });
        // Ends it too when the disk refused, or the nonce was used already.
        start(work.finally(resolve));
      }),
    recover: async () => {
      for (const entry of ledger.inState('started')) {
        const { nonce, eat_sha256, started_at } = entry;
        // Kept before the crash: then only the last mark is missing.
        if (!outbox.has(nonce)) {
          log.error({ nonce }, 'the agent ended while a token ran: its result is indeterminate');
          const activation = eatResult.shape.activation.safeParse(entry.activation);
          await report({ nonce, eat_sha256 }, 'indeterminate', {
            ...(started_at === null ? {} : { started_at }),
            activation: activation.success ? activation.data : null,
          });
        }
        await ledger.advance({ ...entry, state: 'finished' });
      }
      for (const { nonce, eat_sha256, envelope } of ledger.inState('accepted')) {
        if (envelope === null) continue;
        // Its own entry is the only use of its nonce: it had not begun.
        const verdict = judgeEat(envelope, { ...judgeOfNow(deps), isNonceUsed: () => false });
        if (verdict.kind === 'accepted') start(run(verdict, null, async () => undefined));
        else {
          await report({ nonce, eat_sha256 }, 'refused', { refusal_code: verdict.code });
          await ledger.advance({ ...requireEntry(ledger, nonce), state: 'finished', envelope: null });
        }
      }
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

function judgeOfNow(deps: ExecutionDeps): Omit<EatJudge, 'isNonceUsed'> {
  return {
    agentId: deps.identity.agentId,
    tenantId: deps.tenantId,
    nowMs: deps.floor.now(),
    hubKeys: judgingKeys(deps.hubKeys()),
    observation: null,
  };
}

function requireEntry(ledger: NonceLedger, nonce: string) {
  const entry = ledger.find(nonce);
  if (entry === null) throw new Error(`the ledger forgot ${nonce}`);
  return entry;
}

function entryOf(token: EatToken, eat_sha256: string, state: 'accepted' | 'started' | 'finished' | 'void') {
  const { nonce, expires_at } = token;
  return { nonce, state, eat_sha256, expires_at, started_at: null, envelope: null, activation: null };
}

function skipped(index: number, step: PlaybookStep) {
  return { index, kind: step.kind, outcome: 'skipped' as const, exit_code: null, output: '', output_truncated: false };
}

/** Pinned keys as the judge wants them. */
function judgingKeys(keys: readonly HubKey[]): EatJudge['hubKeys'] {
  return keys.flatMap((key) => {
    const public_key = base64ToBytes(key.public_key);
    if (public_key === null) return [];
    const validUntilMs = key.valid_until === null ? null : Date.parse(key.valid_until);
    return [{ key_id: key.key_id, public_key, validFromMs: Date.parse(key.valid_from), validUntilMs }];
  });
}

/** Fifty steps of ten actions with their details may be more than a result holds: outputs go first, then details. */
function fitting(result: EatResult): EatResult {
  const isFitting = (candidate: EatResult): boolean => eatResultText(candidate).length <= MAX_RESULT_TEXT;
  if (isFitting(result)) return result;
  const bare = { ...result, steps: result.steps.map((step) => ({ ...step, output: '', output_truncated: true })) };
  return isFitting(bare) ? bare : { ...bare, steps: bare.steps.map((step) => ({ ...step, detail: {} })) };
}

const payloadShape = z.object({ nonce: z.uuid(), envelope: eatEnvelope });
const namedNonce = z.object({ nonce: z.uuid() });

/** A command's token, or what can still be said about one that is not of the format. */
export type ReceivedToken =
  | { readonly kind: 'token'; readonly nonce: string; readonly envelope: EatEnvelope }
  | { readonly kind: 'malformed'; readonly nonce: string | null; readonly text: string };

/** Reads the payload of `eat` and `pre_issued_eat`. */
export function readTokenCommand(payload: Readonly<Record<string, unknown>>): ReceivedToken {
  const parsed = payloadShape.safeParse(payload);
  if (parsed.success && nonceIn(parsed.data.envelope.token) === parsed.data.nonce)
    return { kind: 'token', ...parsed.data };
  const named = namedNonce.safeParse(payload);
  const text = z.object({ envelope: z.object({ token: z.string() }) }).safeParse(payload);
  return {
    kind: 'malformed',
    nonce: named.success ? named.data.nonce : null,
    text: text.success ? text.data.envelope.token : '',
  };
}

/** The nonce that a text claims; null when it cannot be read. */
function nonceIn(text: string): string | null {
  const json = text.isWellFormed() ? parseStrictJson(Buffer.from(text)) : null;
  const named = json?.kind === 'ok' ? namedNonce.safeParse(json.value) : null;
  return named?.success ? named.data.nonce : null;
}
