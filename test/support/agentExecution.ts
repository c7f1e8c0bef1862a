/** The agent's execution with all its real parts over a folder, without a hub: tokens go in, signed results come out. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClockSource, openClockFloor, SYSTEM_CLOCK } from '../../src/agent/clockFloor.ts';
import { createExecution, type ExecutionPoint } from '../../src/agent/execution.ts';
import { openIsolation } from '../../src/agent/executors/isolation.ts';
import type { StepContext } from '../../src/agent/executors/step.ts';
import { openHubContact } from '../../src/agent/hubContact.ts';
import { identityOf } from '../../src/agent/identity.ts';
import { createLog } from '../../src/agent/log.ts';
import { openNonceLedger } from '../../src/agent/nonceLedger.ts';
import { readPolicy } from '../../src/agent/policy.ts';
import { openPreIssued } from '../../src/agent/preIssued.ts';
import { openResultOutbox } from '../../src/agent/resultOutbox.ts';
import type { HubKey } from '../../src/domain/agentFrames.ts';
import { bytesToBase64 } from '../../src/domain/bytes.ts';
import { type EatResult, type EatToken, eatResult } from '../../src/domain/eat.ts';
import type { PlaybookStep } from '../../src/domain/playbook.ts';
import { AGENT_KEY, HUB_KEY, IDS, isoOf, quorumToken, runPlaybook } from './eat.ts';

/** The hub's key as the agent has pinned it. */
export const PINNED: HubKey = {
  key_id: HUB_KEY.keyId,
  public_key: bytesToBase64(HUB_KEY.publicKey),
  valid_from: '2020-01-01T00:00:00.000Z',
  valid_until: null,
  statement: '{}',
  signature: 'A'.repeat(86) + '==',
  signed_by: HUB_KEY.keyId,
};

/** Opens everything over `stateDir`. */
export async function openTestExecution(options: {
  readonly stateDir: string;
  readonly policyFile?: string;
  readonly isDryRun?: boolean;
  readonly clock?: ClockSource;
  readonly hub?: string;
  readonly signal?: AbortSignal;
  readonly hasLocalCritical?: () => boolean;
  readonly reached?: (point: ExecutionPoint) => void;
}) {
  const { stateDir, clock = SYSTEM_CLOCK } = options;
  const log = createLog('silent');
  const signal = options.signal ?? new AbortController().signal;
  const identity = identityOf(IDS.agent, AGENT_KEY.privateKey);
  const floor = await openClockFloor(stateDir, clock);
  const ledger = await openNonceLedger(stateDir, floor.now());
  const outbox = await openResultOutbox(stateDir, identity, log);
  const contact = await openHubContact(stateDir, floor, clock);
  const isolation = await openIsolation({
    stateDir,
    hub: options.hub ?? 'http://127.0.0.1:1',
    nowMs: floor.now,
    onChange: () => undefined,
    log,
    signal,
  });
  const stepContext: Omit<StepContext, 'policy'> = {
    stateDir,
    ownPaths: [stateDir],
    isolation,
    nowMs: floor.now,
    signal,
  };
  const policyFile = options.policyFile;
  const execution = createExecution({
    identity,
    tenantId: IDS.tenant,
    hubKeys: () => [PINNED],
    floor,
    ledger,
    outbox,
    readPolicy: () => readPolicy(policyFile ?? join(stateDir, 'no-policy.toml'), policyFile !== undefined),
    stepContext,
    isDryRun: options.isDryRun ?? false,
    onResult: () => undefined,
    log,
    ...(options.reached === undefined ? {} : { reached: options.reached }),
  });
  const preIssued = await openPreIssued({
    stateDir,
    identity,
    execution,
    ledger,
    floor,
    contact,
    hasLocalCritical: options.hasLocalCritical ?? (() => false),
    onChange: () => undefined,
    log,
  });
  return { execution, preIssued, ledger, outbox, floor, contact, isolation, stepContext, identity };
}

/** A token of one person for single steps, good now. */
export function stepToken(nonce: string, steps: readonly PlaybookStep[], nowMs = Date.now()): EatToken {
  const actions = steps.map((step) => ({ kind: step.kind, step }) as EatToken['actions'][number]);
  return {
    ...quorumToken(),
    nonce,
    level: 2,
    actions,
    issued_at: isoOf(nowMs),
    expires_at: isoOf(nowMs + 300_000),
  };
}

/** A token that runs a playbook of these steps, with the playbook's text. */
export function playbookToken(nonce: string, steps: readonly PlaybookStep[], nowMs = Date.now()) {
  const content = {
    slug: 'of-the-test',
    name: 'Of the test',
    description: '',
    irreversible: false,
    parameters: [],
    steps: [...steps],
  };
  const token: EatToken = {
    ...quorumToken(),
    nonce,
    actions: [runPlaybook('6d6f6e73-7973-4000-8000-0000000000ff', content)],
    issued_at: isoOf(nowMs),
    expires_at: isoOf(nowMs + 900_000),
  };
  return { token, content };
}

/** Results that wait in a state folder. */
export async function resultsIn(stateDir: string): Promise<readonly EatResult[]> {
  const folder = join(stateDir, 'results');
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => eatResult.parse(JSON.parse((JSON.parse(text) as { result: string }).result)));
}
