/** What hosts report of their tokens: the first result counts, everything else is refused or written down. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import type { EatResult } from '../../src/domain/eat.ts';
import { registerTestAgent, type TestAgent } from '../support/agent.ts';
import { auditOfNonce, readEvidence, resultOf, type ShownEat, signResult } from '../support/emergency.ts';
import { createTestHub } from '../support/hub.ts';
import { problemOf } from '../support/people.ts';
import { waitUntil } from '../support/processes.ts';

const hub = await createTestHub();
const agent = await registerTestAgent(hub.api, hub.api.tenants.a, 'web-03');
const other = await registerTestAgent(hub.api, hub.api.tenants.a, 'web-04');
const reader = await hub.person('admin');

async function issue(): Promise<ShownEat> {
  const by = await hub.person('admin');
  const response = await by.call('POST', `/agents/${agent.id}/emergency`, {
    reason: 'Runaway process, ticket TKT-9003',
    actions: [{ kind: 'kill_process', pid: 4711, start_time: 1 }],
  });
  expect(response.status, await response.clone().text()).toBe(202);
  const { nonce } = (await response.json()) as { nonce: string };
  return readEvidence(reader, nonce);
}

const report = (body: unknown, by: TestAgent = agent): Promise<Response> =>
  by.send(hub.api, 'POST', `/agents/${by.id}/eat-results`, body);
const resultsOf = async (nonce: string) =>
  (await auditOfNonce(hub, nonce)).filter((row) => row.type.includes('result'));

describe('200: the first result', () => {
  it('is stored as it was signed, audited, and ends the workflow with its outcome', async () => {
    const eat = await issue();
    const body = signResult(resultOf(eat), agent);
    const response = await report(body);
    expect([response.status, await response.json()]).toEqual([200, { outcome: 'succeeded' }]);
    expect(await readEvidence(reader, eat.nonce)).toMatchObject({
      outcome: 'succeeded',
      result: body.result,
      result_signature: body.signature,
      agent_public_key: agent.publicKey.toString('base64'),
    });
    expect(await resultsOf(eat.nonce)).toMatchObject([
      { type: 'emergency_token_result', data: { outcome: 'succeeded', is_late: false, dry_run: false } },
    ]);
    const handle = hub.client.workflow.getHandle(`eat:${eat.nonce}`);
    expect(await handle.result()).toEqual({ outcome: 'succeeded' });
    const described = await handle.describe();
    expect(described.searchAttributes['Outcome']).toEqual(['succeeded']);
  });

  it('may be a refusal, with the code of the check', async () => {
    const eat = await issue();
    const refused = resultOf(eat, { outcome: 'refused', refusal_code: 'eat_forbidden_by_policy' });
    expect((await report(signResult(refused, agent))).status).toBe(200);
    expect(await readEvidence(reader, eat.nonce)).toMatchObject({
      outcome: 'refused',
      refusal_code: 'eat_forbidden_by_policy',
    });
  });

  it('is taken after the expiry too, as late, and the token is overdue no more', async () => {
    const eat = await issue();
    await hub.db.admin.query(sql.unsafe`
      update eats set issued_at = now() - interval '1 hour', expires_at = now() - interval '58 minutes' where nonce = ${eat.nonce}::uuid`);
    const overdue = async (): Promise<string[]> => {
      const list = (await (await reader.call('GET', '/emergency?state=overdue')).json()) as {
        items: { nonce: string }[];
      };
      return list.items.map((item) => item.nonce);
    };
    expect(await overdue()).toEqual([eat.nonce]);
    expect((await report(signResult(resultOf(eat), agent))).status).toBe(200);
    expect(await resultsOf(eat.nonce)).toMatchObject([{ type: 'emergency_token_result', data: { is_late: true } }]);
    expect(await overdue()).toEqual([]);
  });
});

describe('again', () => {
  it('200 for the same result, which changes nothing', async () => {
    const eat = await issue();
    const body = signResult(resultOf(eat), agent);
    expect((await report(body)).status).toBe(200);
    const before = await readEvidence(reader, eat.nonce);
    expect((await report(body)).status).toBe(200);
    // Its place in the transparency log may come in between.
    expect({ ...(await readEvidence(reader, eat.nonce)), log_index: null }).toEqual({ ...before, log_index: null });
    expect(await resultsOf(eat.nonce)).toHaveLength(1);
  });

  it('200 once for the same result five times at once', async () => {
    const eat = await issue();
    const body = signResult(resultOf(eat), agent);
    const answers = await Promise.all(Array.from({ length: 5 }, () => report(body)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(await resultsOf(eat.nonce)).toHaveLength(1);
  });

  it('409 conflict for another result, which is written down and replaces nothing', async () => {
    const eat = await issue();
    const first = signResult(resultOf(eat), agent);
    await report(first);
    const second = await report(signResult(resultOf(eat, { outcome: 'failed' }), agent));
    expect([second.status, await problemOf(second)]).toEqual([409, 'conflict']);
    expect(await readEvidence(reader, eat.nonce)).toMatchObject({ outcome: 'succeeded', result: first.result });
    expect((await resultsOf(eat.nonce)).map((row) => [row.type, row.data['outcome']])).toEqual([
      ['emergency_token_result', 'succeeded'],
      ['emergency_token_second_result', 'failed'],
    ]);
  });
});

describe('refused, and nothing is stored', () => {
  const altered: readonly (readonly [string, Partial<EatResult>, number, string])[] = [
    ['another token of the same nonce', { eat_sha256: 'a'.repeat(64) }, 422, 'eat_result_invalid'],
    ['a nonce that nobody issued', { nonce: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' }, 404, 'not_found'],
    ['another host', { agent_id: other.id }, 422, 'eat_result_invalid'],
    ['another tenant', { tenant_id: hub.api.tenants.b }, 422, 'eat_result_invalid'],
  ];
  it.each(altered)('%s', async (_name, change, status, code) => {
    const eat = await issue();
    const response = await report(signResult(resultOf(eat, change), agent));
    expect([response.status, await problemOf(response)]).toEqual([status, code]);
    expect((await readEvidence(reader, eat.nonce)).outcome).toBeNull();
    expect(await resultsOf(eat.nonce)).toEqual([]);
    // The control: unaltered it is taken.
    expect((await report(signResult(resultOf(eat), agent))).status).toBe(200);
  });

  it('422: signed with another key', async () => {
    const eat = await issue();
    const response = await report(signResult(resultOf(eat), other));
    expect([response.status, await problemOf(response)]).toEqual([422, 'eat_result_invalid']);
    expect((await readEvidence(reader, eat.nonce)).outcome).toBeNull();
  });

  it('422: one character of the signed text changed', async () => {
    const eat = await issue();
    const body = signResult(resultOf(eat, { outcome: 'failed' }), agent);
    const response = await report({ ...body, result: body.result.replace('"failed"', '"succeeded"') });
    expect([response.status, await problemOf(response)]).toEqual([422, 'eat_result_invalid']);
  });

  it('404: a token of a host reported by its neighbour in the same tenant', async () => {
    const eat = await issue();
    const response = await report(signResult(resultOf(eat, { agent_id: other.id }), other), other);
    expect([response.status, await problemOf(response)]).toEqual([404, 'not_found']);
  });

  it('422: not of the format', async () => {
    const eat = await issue();
    const { refusal_code: _code, ...rest } = resultOf(eat);
    const response = await report(signResult(rest as EatResult, agent));
    expect([response.status, await problemOf(response)]).toEqual([422, 'eat_result_invalid']);
  });
});

describe('while Temporal does not answer', () => {
  it('the result is stored within seconds, and the workflow ends with it when the host repeats it', async () => {
    const eat = await issue();
    const body = signResult(resultOf(eat), agent);
    const { pid } = hub.temporal.process;
    process.kill(pid, 'SIGSTOP');
    try {
      expect((await report(body)).status).toBe(200);
      expect((await readEvidence(reader, eat.nonce)).outcome).toBe('succeeded');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect((await report(body)).status).toBe(200);
    expect(await hub.client.workflow.getHandle(`eat:${eat.nonce}`).result()).toEqual({ outcome: 'succeeded' });
  });
});

describe('the canary of a fleet', () => {
  /** One request for both hosts, approved; the canary answers. Gives what became of each. */
  async function run(change: Partial<EatResult>) {
    const [alice, bob] = [await hub.person('admin'), await hub.person('admin')];
    const opened = await alice.call('POST', '/emergency/quorum', {
      agent_ids: [agent.id, other.id],
      actions: [{ kind: 'run_playbook', id: 'isolate-network' }],
      reason: 'Ransomware pattern, ticket TKT-9004',
      required_approvers: 1,
    });
    expect(opened.status, await opened.clone().text()).toBe(201);
    const { id, targets } = (await opened.json()) as { id: string; targets: { nonce: string }[] };
    expect((await bob.call('POST', `/emergency/quorum/${id}/approve`)).status).toBe(200);
    const [canary, second] = targets.map((target) => target.nonce) as [string, string];
    const tokenOf = (nonce: string) =>
      waitUntil('the token is signed', async () => (await reader.call('GET', `/emergency/${nonce}`)).status === 200);
    await tokenOf(canary);
    expect((await report(signResult(resultOf(await readEvidence(reader, canary), change), agent))).status).toBe(200);
    return { second, tokenOf, workflow: hub.client.workflow.getHandle(`quorum:${id}`), id };
  }

  const SIMULATED: EatResult['steps'][number] = {
    index: 0,
    kind: 'isolate_network',
    outcome: 'succeeded',
    started_at: '2026-04-15T10:00:00.000Z',
    finished_at: '2026-04-15T10:00:01.000Z',
    exit_code: null,
    output: '',
    output_truncated: false,
    detail: { simulated: true },
  };

  it.each<[string, Partial<EatResult>]>([
    ['was told to do nothing (`dry_run`)', { dry_run: true }],
    ['pretended a step by its own policy (`simulate`)', { steps: [SIMULATED] }],
  ])('stops the rest when it %s: it has shown nothing', async (_how, change) => {
    const { workflow, id } = await run(change);
    expect(await workflow.result()).toEqual({
      state: 'approved',
      outcomes: { 'web-03': 'succeeded (dry run)', 'web-04': 'stopped' },
    });
    const stopped = await hub.db.admin.one(sql.type(z.object({ why: z.string() }))`
      select event_data ->> 'why' as why from audit_log where event_type = 'emergency_stages_stopped' and event_data ->> 'request_id' = ${id}`);
    expect(stopped.why).toBe('dry_run');
  });

  it('lets the rest follow when it has succeeded (a control)', async () => {
    const { workflow, second, tokenOf } = await run({});
    await tokenOf(second);
    expect((await report(signResult(resultOf(await readEvidence(reader, second)), other), other)).status).toBe(200);
    expect(await workflow.result()).toMatchObject({ outcomes: { 'web-03': 'succeeded', 'web-04': 'succeeded' } });
  });
});
