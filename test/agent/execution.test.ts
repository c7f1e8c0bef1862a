/** Tokens through the agent's own execution: what is refused, what runs, and what a crash leaves. */

import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTokenCommand } from '../../src/agent/execution.ts';
import { decideResult } from '../../src/agent/resultOutbox.ts';
import { sha256Hex } from '../../src/domain/bytes.ts';
import type { EatEnvelope, EatToken } from '../../src/domain/eat.ts';
import { type PlaybookStep, playbookText } from '../../src/domain/playbook.ts';
import { openTestExecution, playbookToken, resultsIn } from '../support/agentExecution.ts';
import { isoOf, signToken } from '../support/eat.ts';
import { spawnNode } from '../support/processes.ts';

const root = await mkdtemp(join(tmpdir(), 'monsys-execution-'));
afterAll(() => rm(root, { recursive: true, force: true }));

async function folder(): Promise<string> {
  const path = join(root, randomUUID());
  await mkdir(path, { mode: 0o700 });
  await writeFile(join(path, 'line'), 'ran\n');
  return path;
}
/** Appends one line to `trace`: how often it ran can be counted. */
const append = (state: string): PlaybookStep => ({
  kind: 'run_command',
  argv: ['/usr/bin/dd', `if=${state}/line`, `of=${state}/trace`, 'oflag=append', 'conv=notrunc', 'status=none'],
});
const runs = async (state: string): Promise<number> =>
  (await readFile(join(state, 'trace'), 'utf8').catch(() => '')).split('\n').length - 1;

function envelopeOf(
  steps: readonly PlaybookStep[],
  change: (token: EatToken) => object = (token) => token,
): EatEnvelope {
  const { token, content } = playbookToken(randomUUID(), steps);
  return signToken(change(token), [playbookText(content)]);
}
const nonceOf = (envelope: EatEnvelope): string => (JSON.parse(envelope.token) as { nonce: string }).nonce;

/** As the agent's handler does, to the end. */
async function send(state: string, envelope: EatEnvelope, options: { isDryRun?: boolean; policyFile?: string } = {}) {
  const parts = await openTestExecution({ stateDir: state, ...options });
  const { execution } = parts;
  const verdict = execution.judge(envelope, null);
  const answer =
    verdict.kind === 'accepted'
      ? await execution.accept(envelope, verdict)
      : await execution.refuse({ nonce: nonceOf(envelope), text: envelope.token, token: verdict.token }, verdict.code);
  await execution.idle();
  return { answer, ...parts };
}

describe('a token', () => {
  it('runs its steps in order, once, and its result names the token by its hash', async () => {
    const state = await folder();
    const envelope = envelopeOf([append(state), append(state)]);
    expect((await send(state, envelope)).answer).toEqual({ status: 'accepted' });
    expect(await runs(state)).toBe(2);
    expect(await resultsIn(state)).toMatchObject([
      { nonce: nonceOf(envelope), eat_sha256: sha256Hex(envelope.token), outcome: 'succeeded', dry_run: false },
    ]);
    // Once more, over a fresh start of the agent: nothing runs, and there is no second result.
    expect((await send(state, envelope)).answer).toEqual({ status: 'duplicate', refusal_code: 'eat_nonce_used' });
    expect(await runs(state)).toBe(2);
    expect(await resultsIn(state)).toHaveLength(1);
  });

  it('twice at the same moment runs once', async () => {
    const state = await folder();
    const { execution } = await openTestExecution({ stateDir: state });
    const envelope = envelopeOf([append(state)]);
    const verdicts = [execution.judge(envelope, null), execution.judge(envelope, null)];
    const answers = await Promise.all(
      verdicts.map((verdict) =>
        verdict.kind === 'accepted' ? execution.accept(envelope, verdict) : Promise.reject(new Error(verdict.code)),
      ),
    );
    await execution.idle();
    expect(answers.map((answer) => answer['status'])).toEqual(['accepted', 'duplicate']);
    expect(await runs(state)).toBe(1);
  });

  it('stops at the first failure and calls the rest skipped', async () => {
    const state = await folder();
    const envelope = envelopeOf([append(state), { kind: 'run_command', argv: ['/usr/bin/false'] }, append(state)]);
    await send(state, envelope);
    expect(await runs(state)).toBe(1);
    const [result] = await resultsIn(state);
    expect(result?.outcome).toBe('failed');
    expect(result?.steps.map((step) => step.outcome)).toEqual(['succeeded', 'failed', 'skipped']);
  });

  it('in a dry run uses its nonce up and does nothing', async () => {
    const state = await folder();
    const envelope = envelopeOf([append(state)]);
    await send(state, envelope, { isDryRun: true });
    expect(await runs(state)).toBe(0);
    expect(await resultsIn(state)).toMatchObject([
      { dry_run: true, steps: [{ outcome: 'skipped', detail: { dry_run: true } }] },
    ]);
    expect((await send(state, envelope)).answer).toMatchObject({ status: 'duplicate' });
    expect(await runs(state)).toBe(0);
  });

  it('of which the steps write a lot still has a result that the hub takes', async () => {
    const state = await folder();
    const noisy: PlaybookStep = { kind: 'run_command', argv: ['/usr/bin/seq', '1', '9000'] };
    await send(state, envelopeOf(Array.from({ length: 40 }, () => noisy)));
    const [result] = await resultsIn(state);
    expect(result?.outcome).toBe('succeeded');
    expect(JSON.stringify(result).length).toBeLessThan(700_000);
    expect(result?.steps.every((step) => step.output_truncated)).toBe(true);
  });
});

describe('a token altered in one field is refused with the code of that field, and nothing runs', () => {
  const past = isoOf(Date.now() - 3_600_000);
  const cases: readonly (readonly [string, (token: EatToken) => object])[] = [
    ['eat_wrong_agent', (token) => ({ ...token, agent_id: randomUUID() })],
    ['eat_wrong_tenant', (token) => ({ ...token, tenant_id: randomUUID() })],
    ['eat_type_unknown', (token) => ({ ...token, version: 2 })],
    ['eat_not_yet_valid', (token) => ({ ...token, issued_at: isoOf(Date.now() + 120_000) })],
    ['eat_expired', (token) => ({ ...token, issued_at: past, expires_at: past })],
    ['eat_lifetime_too_long', (token) => ({ ...token, expires_at: isoOf(Date.parse(token.issued_at) + 901_000) })],
    ['eat_malformed', (token) => ({ ...token, surprise: true })],
  ];
  it.each(cases)('%s', async (code, change) => {
    const state = await folder();
    expect((await send(state, envelopeOf([append(state)], change))).answer).toEqual({
      status: 'refused',
      refusal_code: code,
    });
    expect(await runs(state)).toBe(0);
    const [result] = await resultsIn(state);
    expect(result).toMatchObject({ outcome: 'refused', refusal_code: code, steps: [] });
    expect(result?.started_at).toBe(result?.finished_at);
  });

  it('eat_signature_invalid, and the nonce of the true token stays good', async () => {
    const state = await folder();
    const envelope = envelopeOf([append(state)]);
    const forged = { ...envelope, signature: signToken({ other: true }).signature };
    expect((await send(state, forged)).answer).toMatchObject({ refusal_code: 'eat_signature_invalid' });
    expect((await send(state, envelope)).answer).toEqual({ status: 'accepted' });
    expect(await runs(state)).toBe(1);
  });

  it('eat_playbook_mismatch', async () => {
    const state = await folder();
    const envelope = { ...envelopeOf([append(state)]), playbooks: [] };
    expect((await send(state, envelope)).answer).toMatchObject({ refusal_code: 'eat_playbook_mismatch' });
    expect(await runs(state)).toBe(0);
  });

  it('eat_malformed when the command names another nonce than the token', () => {
    const envelope = envelopeOf([{ kind: 'wait', seconds: 1 }]);
    expect(readTokenCommand({ nonce: randomUUID(), envelope })).toMatchObject({ kind: 'malformed' });
    expect(readTokenCommand({ nonce: nonceOf(envelope), envelope })).toMatchObject({ kind: 'token' });
  });

  it('a clock that is set back does not revive an expired token', async () => {
    const state = await folder();
    const envelope = envelopeOf([append(state)]);
    const expiry = Date.parse((JSON.parse(envelope.token) as EatToken).expires_at);
    const at = (ms: number) => ({ wall: () => ms, monotonic: () => 0 });
    const later = await openTestExecution({ stateDir: state, clock: at(expiry + 1) });
    await later.floor.persist();
    const back = await openTestExecution({ stateDir: state, clock: at(expiry - 60_000) });
    expect(back.execution.judge(envelope, null)).toMatchObject({ kind: 'refused', code: 'eat_expired' });
    // The control: without the floor the same clock accepts it.
    const fresh = await openTestExecution({ stateDir: await folder(), clock: at(expiry - 60_000) });
    expect(fresh.execution.judge(envelope, null)).toMatchObject({ kind: 'accepted' });
  });
});

describe('kill -9', () => {
  async function die(point: string) {
    const state = await folder();
    const file = join(state, 'envelope.json');
    const envelope = envelopeOf([append(state), append(state)]);
    await writeFile(file, JSON.stringify(envelope));
    const first = spawnNode('test/support/executionProcess.ts', [state, file, point]);
    await first.exited;
    const before = await runs(state);
    // The hub sends it again, as it was not acknowledged.
    const second = spawnNode('test/support/executionProcess.ts', [state, file, 'none']);
    expect(await second.exited, second.output()).toBe(0);
    return { before, after: await runs(state), results: await resultsIn(state) };
  }

  it('after it is kept, before its nonce is used: it runs at the next start, once', async () => {
    const { before, after, results } = await die('accepted');
    expect([before, after]).toEqual([0, 2]);
    expect(results).toMatchObject([{ outcome: 'succeeded' }]);
  });

  it('between nonce and execution: indeterminate, and it never runs', async () => {
    const { after, results } = await die('started');
    expect(after).toBe(0);
    expect(results).toMatchObject([{ outcome: 'indeterminate', steps: [] }]);
  });

  it('in the middle: indeterminate, and no step runs a second time', async () => {
    const { before, after, results } = await die('step_done');
    expect([before, after]).toEqual([1, 1]);
    expect(results).toMatchObject([{ outcome: 'indeterminate' }]);
  });

  it('after the result was kept: that result stands', async () => {
    const { after, results } = await die('result_kept');
    expect(after).toBe(2);
    expect(results).toMatchObject([{ outcome: 'succeeded' }]);
  });

  it('nowhere (a control): one run, one result', async () => {
    const { after, results } = await die('none');
    expect(after).toBe(2);
    expect(results).toMatchObject([{ outcome: 'succeeded' }]);
  });
});

describe('a result', () => {
  it('is kept until the hub takes it or refuses it for good', () => {
    const refused = (status: number, code: string) =>
      ({ kind: 'refused', status, code, detail: '', retryAfterMs: null }) as const;
    expect(decideResult({ kind: 'ok', body: null })).toBe('taken');
    expect(decideResult(refused(409, 'conflict'))).toBe('set_aside');
    expect(decideResult(refused(422, 'eat_result_invalid'))).toBe('set_aside');
    expect(decideResult(refused(422, 'http_422'))).toBe('later');
    expect(decideResult(refused(404, 'not_found'))).toBe('later');
    expect(decideResult(refused(500, 'internal'))).toBe('later');
    expect(decideResult({ kind: 'away', why: 'x' })).toBe('later');
  });
});
