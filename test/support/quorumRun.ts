/** A real agent process on a real hub, and quorum requests that it executes: for the end-to-end test and its bench. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createEnrolmentToken } from './agent.ts';
import type { Person, TestHub } from './hub.ts';
import { spawnNode, type TestProcess, waitUntil } from './processes.ts';
import { createServedHub, type ServedHub } from './servedHub.ts';

const POLL_MS = 200;

/** An agent process with its folder. */
export type LiveAgent = {
  readonly id: string;
  readonly folder: string;
  readonly stateDir: string;
  /** Starts it again and waits for its socket. */
  readonly start: (...args: string[]) => Promise<TestProcess>;
  /** Starts it again with the hub away. */
  readonly startOffline: () => TestProcess;
  readonly process: () => TestProcess;
  readonly stop: () => Promise<void>;
};

/** Registers and starts an agent whose policy file is `policy` (TOML). */
export async function startLiveAgent(
  hub: TestHub,
  served: ServedHub,
  policy: (folder: string) => string,
): Promise<LiveAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'monsys-live-'));
  const stateDir = join(folder, 'state');
  const config = join(folder, 'agent.toml');
  const { token } = await createEnrolmentToken(hub.api, hub.api.tenants.a);
  await writeFile(
    config,
    [
      `hub = "${served.url}"`,
      `enrolment_token = "${token}"`,
      `state_dir = "${stateDir}"`,
      'hostname = "db-prod-01"',
      'heartbeat_seconds = 1',
      'scan_roots = ["/etc/ssh"]',
      policy(folder),
    ].join('\n'),
    { mode: 0o600 },
  );
  let current: TestProcess | null = null;
  const launch = (...args: string[]): TestProcess => {
    current = spawnNode('src/agent/main.ts', ['--config', config, ...args]);
    return current;
  };
  const start = async (...args: string[]): Promise<TestProcess> => {
    const agent = launch(...args);
    await agent.waitFor(/the socket to the hub is open/);
    return agent;
  };
  await start();
  return {
    id: (await readFile(join(stateDir, 'agent-id'), 'utf8')).trim(),
    folder,
    stateDir,
    start,
    startOffline: launch,
    process: () => current as TestProcess,
    stop: async () => {
      await current?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A token as `GET /emergency/:nonce` shows it. */
export type Evidence = {
  readonly nonce: string;
  readonly outcome: string | null;
  readonly refusal_code: string | null;
  readonly started_at: string | null;
  readonly token: string;
  readonly signature: string;
  readonly result: string | null;
  readonly result_signature: string | null;
  readonly agent_public_key?: string;
};

/** Reads a token once it has an outcome. */
export async function evidenceOf(person: Person, nonce: string, timeoutMs = 30_000): Promise<Evidence> {
  return waitUntil(
    'the token has its result',
    async () => {
      // Slower than the hub's limit of 1,000 requests a minute, which fifty runs in a row would reach.
      await delay(POLL_MS);
      const response = await person.call('GET', `/emergency/${nonce}`);
      if (response.status === 429) throw new Error('the hub limits how often a token is asked for');
      if (response.status !== 200) return false;
      const evidence = (await response.json()) as Evidence;
      return evidence.outcome !== null && evidence;
    },
    timeoutMs,
  );
}

/** Writes a playbook as one person, approved by another; its slug. */
export async function makePlaybook(writer: Person, approver: Person, content: object): Promise<string> {
  const made = await writer.call('POST', '/playbooks', content);
  if (made.status !== 201) throw new Error(await made.text());
  const { id, slug } = (await made.json()) as { id: string; slug: string };
  const approved = await approver.call('POST', `/playbooks/${id}/approve`);
  if (approved.status >= 300) throw new Error(await approved.text());
  return slug;
}

/** One quorum of two from request to result; the time from the last approval's answer being asked to the start. */
export async function runQuorum(
  people: { readonly requester: Person; readonly approvers: readonly [Person, Person] },
  agentId: string,
  slug: string,
): Promise<{ readonly evidence: Evidence; readonly latencyMs: number; readonly approvedAt: string }> {
  const opened = await people.requester.call('POST', '/emergency/quorum', {
    agent_id: agentId,
    actions: [{ kind: 'run_playbook', id: slug }],
    reason: 'Restore from 2026-04-15 snapshot per ticket TKT-9001',
    required_approvers: 2,
  });
  if (opened.status !== 201) throw new Error(await opened.text());
  const { id, targets } = (await opened.json()) as { id: string; targets: { nonce: string }[] };
  for (const approver of people.approvers) {
    const answer = await approver.call('POST', `/emergency/quorum/${id}/approve`);
    if (answer.status !== 200) throw new Error(await answer.text());
  }
  const nonce = targets[0]?.nonce as string;
  const evidence = await evidenceOf(people.requester, nonce);
  const token = JSON.parse(evidence.token) as { authorisation: { approvals: { approved_at: string }[] } };
  const approvedAt = token.authorisation.approvals
    .map((approval) => approval.approved_at)
    .toSorted()
    .at(-1) as string;
  return { evidence, approvedAt, latencyMs: Date.parse(evidence.started_at as string) - Date.parse(approvedAt) };
}

/** Serves a hub on a real port, sockets included. */
export async function serveHub(hub: TestHub): Promise<ServedHub> {
  const served = await createServedHub(hub.api);
  await served.start();
  return served;
}
