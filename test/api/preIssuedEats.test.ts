/** Pre-issued tokens at the hub: issued for a window, listed by state, revoked, activated, and expired unused. */

import { describe, expect, it } from 'vitest';
import { noteDelivery } from '../../src/db/emergency.ts';
import { acknowledgeCommand, takePendingCommands } from '../../src/db/outbox.ts';
import { sql } from '../../src/db/pool.ts';
import { confirmRevocation } from '../../src/db/preIssued.ts';
import { withTenant } from '../../src/db/scope.ts';
import { eatSignatureFault, eatToken } from '../../src/domain/eat.ts';
import { registerTestAgent, type TestAgent } from '../support/agent.ts';
import { builtIn } from '../support/eat.ts';
import { auditOfNonce, commandsOf, publicKeyOf, readEvidence, resultOf, signResult } from '../support/emergency.ts';
import { createTestHub, type Person } from '../support/hub.ts';
import { problemOf } from '../support/people.ts';
import { waitUntil } from '../support/processes.ts';
import { recordLastRun } from '../support/replay.ts';

const hub = await createTestHub();
const { db } = hub;
const tenantId = hub.api.tenants.a;
const alice = await hub.person('admin');
const HOUR_MS = 3_600_000;
/** Seconds, as people write windows. */
const at = (ms: number): string =>
  new Date(Math.floor((Date.now() + ms) / 1000) * 1000).toISOString().replace('.000Z', 'Z');

let hosts = 0;
const host = (): Promise<TestAgent> => registerTestAgent(hub.api, tenantId, `web-${(hosts += 1)}`);

type Created = { id: string; nonce: string; state: string; valid_from: string; valid_until: string };
const body = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  playbook_id: builtIn('isolate-network').id,
  valid_from: at(HOUR_MS),
  valid_until: at(15 * HOUR_MS),
  conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true },
  reason: 'After-hours coverage for ACME — Saturday night',
  ...change,
});
const post = (agentId: string, change: Record<string, unknown> = {}, by: Person = alice): Promise<Response> =>
  by.call('POST', `/agents/${agentId}/pre-issued-eats`, body(change));
async function create(agentId: string, change: Record<string, unknown> = {}): Promise<Created> {
  const response = await post(agentId, change);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as Created;
}
async function stateOf(agentId: string, id: string): Promise<string | undefined> {
  const list = (await (await alice.call('GET', `/agents/${agentId}/pre-issued-eats`)).json()) as {
    items: { id: string; state: string }[];
  };
  return list.items.find((item) => item.id === id)?.state;
}
type Revoked = { state: string; could_still_activate: boolean; explanation: string };
async function revoke(id: string): Promise<Revoked> {
  const response = await alice.call('POST', `/pre-issued-eats/${id}/revoke`);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Revoked;
}

/** What the socket does when it sends what waits for a host; gives the ids by kind. */
async function send(agentId: string): Promise<Map<string, number>> {
  const sent = await withTenant(db.app, tenantId, (tx) => takePendingCommands(tx, { tenantId, agentId }, new Set()));
  return new Map(sent.map((command) => [command.kind, command.id]));
}

describe('201: the call of the source', () => {
  it('signs a token for the window and hands it to the host', async () => {
    const agent = await host();
    const window = { valid_from: at(HOUR_MS), valid_until: at(15 * HOUR_MS) };
    const created = await create(agent.id, window);
    expect(created).toMatchObject({ state: 'signed', actions: ['RunPlaybook: isolate-network'] });
    expect(created.id).toBe(created.nonce);

    const evidence = await readEvidence(alice, created.nonce);
    expect(eatSignatureFault(evidence, await publicKeyOf(hub, evidence.key_id))).toBeNull();
    const token = eatToken.parse(JSON.parse(evidence.token));
    expect(token).toMatchObject({
      level: 3,
      authorisation: { kind: 'single', email: alice.email },
      pre_issued: { id: created.id, conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true } },
    });
    expect(Date.parse(token.pre_issued?.valid_from as string)).toBe(Date.parse(window.valid_from));
    expect(Date.parse(token.expires_at)).toBe(Date.parse(window.valid_until));
    expect((await commandsOf(hub, created.nonce)).map((command) => command.kind)).toEqual(['pre_issued_eat']);
    expect((await auditOfNonce(hub, created.nonce)).map((row) => row.type)).toEqual([
      'pre_issued_token_requested',
      'pre_issued_token_issued',
    ]);
    const run = await hub.client.workflow.getHandle(`pre-issued-eat:${created.id}`).describe();
    expect(run.status.name).toBe('RUNNING');
  });

  it('takes a window that has begun, one of 72 hours exactly, another offset, and one condition', async () => {
    const agent = await host();
    await create(agent.id, { valid_from: at(-HOUR_MS), conditions: { or_severity_critical: true } });
    await create(agent.id, {
      valid_from: at(0),
      valid_until: at(72 * HOUR_MS),
      conditions: { heartbeat_lost_minutes: 1 },
    });
    const offset = await create(agent.id, { valid_until: at(15 * HOUR_MS).replace('Z', '+02:00') });
    expect(offset.valid_until).toMatch(/\.000Z$/);
  });
});

describe('refused, and nothing is ordered', () => {
  const refusals: readonly (readonly [string, Record<string, unknown>, number, string])[] = [
    ['longer than 72 hours', { valid_until: at(74 * HOUR_MS) }, 422, 'pre_issue_window_invalid'],
    ['past', { valid_from: at(-2 * HOUR_MS), valid_until: at(-HOUR_MS) }, 422, 'pre_issue_window_invalid'],
    ['reversed', { valid_from: at(3 * HOUR_MS), valid_until: at(2 * HOUR_MS) }, 422, 'pre_issue_window_invalid'],
    ['no window', { valid_until: undefined }, 400, 'invalid_request'],
    ['a time without a zone', { valid_from: '2026-05-19T18:00:00' }, 400, 'invalid_request'],
    ['no condition', { conditions: {} }, 400, 'invalid_request'],
    ['a condition that never holds', { conditions: { or_severity_critical: false } }, 400, 'invalid_request'],
    ['a condition of another name', { conditions: { or_severity_high: true } }, 400, 'invalid_request'],
    [
      'irreversible',
      { playbook_id: 'db-restore', parameters: { snapshot: '2026-04-15' } },
      409,
      'irreversible_needs_quorum',
    ],
    ['an unknown playbook', { playbook_id: 'no-such' }, 422, 'playbook_unknown'],
  ];
  it.each(refusals)('%s', async (_name, change, status, code) => {
    const agent = await host();
    const response = await post(agent.id, change);
    expect([response.status, await problemOf(response)]).toEqual([status, code]);
    expect(await db.admin.exists(sql.unsafe`select from eat_orders where agent_id = ${agent.id}::uuid`)).toBe(false);
  });

  it('403 for an operator, 401 without a code, 404 for a host that is not there', async () => {
    const agent = await host();
    const operator = await post(agent.id, {}, await hub.person('operator'));
    expect([operator.status, await problemOf(operator)]).toEqual([403, 'forbidden']);
    const bare = await alice.call('POST', `/agents/${agent.id}/pre-issued-eats`, body(), { code: null });
    expect([bare.status, await problemOf(bare)]).toEqual([401, 'totp_required']);
    expect((await post(alice.id)).status).toBe(404);
  });
});

describe('states and revocation', () => {
  it('never sent: revoked at once, void for good, and its workflow ends', async () => {
    const agent = await host();
    const { id } = await create(agent.id);
    expect(await stateOf(agent.id, id)).toBe('waiting_for_host');
    expect(await revoke(id)).toEqual({
      id,
      state: 'revoked',
      could_still_activate: false,
      explanation: 'The host never received it; it is void.',
    });
    expect(await stateOf(agent.id, id)).toBe('revoked');
    expect(await send(agent.id)).toEqual(new Map());
    const again = await alice.call('POST', `/pre-issued-eats/${id}/revoke`);
    expect([again.status, await problemOf(again)]).toEqual([409, 'pre_issue_closed']);
    expect((await auditOfNonce(hub, id)).at(-1)).toMatchObject({
      type: 'pre_issued_token_revoked',
      actor: alice.email,
      data: { never_sent: true },
    });
    expect(await hub.client.workflow.getHandle(`pre-issued-eat:${id}`).result()).toEqual({ outcome: 'revoked' });
    await recordLastRun(hub.client, hub.temporal.address, `pre-issued-eat:${id}`, 'preIssuedEatWindow-revoked');
  });

  it('sent: held, armed in its window, revoking with an honest answer, and revoked when the host confirms', async () => {
    const agent = await host();
    const target = { tenantId, agentId: agent.id };
    const [later, now] = [await create(agent.id), await create(agent.id, { valid_from: at(-HOUR_MS) })];
    for (const command of await withTenant(db.app, tenantId, (tx) => takePendingCommands(tx, target, new Set())))
      await withTenant(db.app, tenantId, async (tx) => {
        await acknowledgeCommand(tx, target, command.id, { status: 'stored' });
        await noteDelivery(tx, command.payload['nonce'] as string);
      });
    expect([await stateOf(agent.id, later.id), await stateOf(agent.id, now.id)]).toEqual(['held', 'armed']);

    await db.admin.query(sql.unsafe`update agents set link_state = 'offline' where id = ${agent.id}::uuid`);
    const away = await revoke(now.id);
    expect(away).toMatchObject({ state: 'revoking', could_still_activate: true });
    expect(away.explanation).toMatch(/is not heard.*could still activate it until .*Z/);
    expect(await stateOf(agent.id, now.id)).toBe('revoking');
    await db.admin.query(sql.unsafe`update agents set link_state = 'online' where id = ${agent.id}::uuid`);
    expect((await revoke(later.id)).explanation).toMatch(/is connected and is being told now/);

    const command = (await send(agent.id)).get('revoke_pre_issued_eat');
    expect(command).toBeDefined();
    await withTenant(db.app, tenantId, (tx) => confirmRevocation(tx, now.id));
    expect(await stateOf(agent.id, now.id)).toBe('revoked');
  });

  it('an activation that was on its way when it was revoked counts: it has happened', async () => {
    const agent = await host();
    const { id } = await create(agent.id, { valid_from: at(-HOUR_MS) });
    await send(agent.id);
    await revoke(id);
    const evidence = await readEvidence(alice, id);
    const activation = {
      condition: 'heartbeat_lost' as const,
      last_delivered_heartbeat_at: null,
      critical_source: null,
    };
    const report = await agent.send(
      hub.api,
      'POST',
      `/agents/${agent.id}/eat-results`,
      signResult(resultOf(evidence, { activation }), agent),
    );
    expect(report.status).toBe(200);
    expect(await stateOf(agent.id, id)).toBe('succeeded');
  });

  it('while it waits for its signature: revoked at once, and never signed', async () => {
    const agent = await host();
    await hub.workers.signing.stop('SIGKILL');
    const { id, state } = await create(agent.id);
    expect(state).toBe('signing');
    expect(await revoke(id)).toMatchObject({
      state: 'revoked',
      could_still_activate: false,
      explanation: 'It was not signed yet, and will not be.',
    });
    hub.workers.signing = await hub.startWorker('signing');
    expect(await hub.client.workflow.getHandle(`pre-issued-eat:${id}`).result()).toEqual({ outcome: 'abandoned' });
    expect(await db.admin.exists(sql.unsafe`select from eats where nonce = ${id}::uuid`)).toBe(false);
    expect((await alice.call('POST', `/pre-issued-eats/${id}/revoke`)).status).toBe(404);
  });

  it('lists the live ones of all hosts, page by page, and those of a client to its own people alone', async () => {
    const [first, second] = [await create((await host()).id), await create((await host()).id)];
    type Listed = { items: { id: string; state: string; labels: string[] }[]; next_cursor: string | null };
    const list = async (query: string, by: Person = alice): Promise<Listed> =>
      (await by.call('GET', `/pre-issued-eats?${query}`)).json() as never;
    const page = await list('limit=1');
    expect(page.items).toMatchObject([
      { id: second.id, state: 'waiting_for_host', labels: ['RunPlaybook: isolate-network'] },
    ]);
    expect((await list(`limit=1&cursor=${page.next_cursor}`)).items.map(({ id }) => id)).toEqual([first.id]);
    await revoke(second.id);
    expect((await list('limit=1')).items.map(({ id }) => id)).toEqual([first.id]);
    expect((await list('limit=1&live=false')).items).toMatchObject([{ id: second.id, state: 'revoked' }]);
    const stranger = await hub.person('client_viewer', hub.api.tenants.b);
    expect((await list('live=false', stranger)).items).toEqual([]);
    expect((await stranger.call('GET', `/pre-issued-eats?tenant_id=${tenantId}`)).status).toBe(404);
  });

  it('404 for an immediate token and for somebody of another tenant', async () => {
    const agent = await host();
    const response = await alice.call('POST', `/agents/${agent.id}/emergency`, {
      reason: 'Runaway process, ticket TKT-9003',
      actions: [{ kind: 'kill_process', pid: 4711, start_time: 1 }],
    });
    const { nonce } = (await response.json()) as { nonce: string };
    expect((await alice.call('POST', `/pre-issued-eats/${nonce}/revoke`)).status).toBe(404);
    const viewer = await hub.person('client_viewer', hub.api.tenants.b);
    expect((await viewer.call('GET', `/agents/${agent.id}/pre-issued-eats`)).status).toBe(404);
  });
});

describe('the end of a window', () => {
  it('activated: the evidence has the shape of any other token’s, with what the host saw', async () => {
    const agent = await host();
    const { id } = await create(agent.id, { valid_from: at(-HOUR_MS) });
    await send(agent.id);
    const held = await readEvidence(alice, id);
    const activation = {
      condition: 'severity_critical' as const,
      last_delivered_heartbeat_at: new Date().toISOString(),
      critical_source: 'local' as const,
    };
    const signed = signResult(resultOf(held, { activation }), agent);
    expect((await agent.send(hub.api, 'POST', `/agents/${agent.id}/eat-results`, signed)).status).toBe(200);
    expect(await hub.client.workflow.getHandle(`pre-issued-eat:${id}`).result()).toEqual({ outcome: 'succeeded' });
    await recordLastRun(hub.client, hub.temporal.address, `pre-issued-eat:${id}`, 'preIssuedEatWindow-activated');

    const immediate = await alice.call('POST', `/agents/${agent.id}/emergency`, {
      reason: 'Runaway process, ticket TKT-9003',
      actions: [{ kind: 'kill_process', pid: 4711, start_time: 1 }],
    });
    const ordinary = await readEvidence(alice, ((await immediate.json()) as { nonce: string }).nonce);
    const reported = signResult(resultOf(ordinary), agent);
    await agent.send(hub.api, 'POST', `/agents/${agent.id}/eat-results`, reported);
    const [mine, theirs] = [await readEvidence(alice, id), await readEvidence(alice, ordinary.nonce)];
    expect(Object.keys(mine)).toEqual(Object.keys(theirs));
    expect(mine).toMatchObject({ kind: 'pre_issued', outcome: 'succeeded', result: signed.result });
    const rows = async (nonce: string) =>
      (await auditOfNonce(hub, nonce)).find((row) => row.type === 'emergency_token_result');
    const [myRow, theirRow] = [await rows(id), await rows(ordinary.nonce)];
    expect(Object.keys(myRow?.data ?? {}).toSorted()).toEqual(Object.keys(theirRow?.data ?? {}).toSorted());
    expect([myRow?.data['activation'], theirRow?.data['activation']]).toEqual(['severity_critical', null]);
  });

  it('unused: recorded as such, once, and a word of the host that comes later still counts', async () => {
    const agent = await host();
    const { id } = await create(agent.id);
    await send(agent.id);
    const held = await readEvidence(alice, id);
    await db.admin.query(sql.unsafe`
      update eats set issued_at = now() - interval '9 hours', valid_from = now() - interval '8 hours', expires_at = now() - interval '1 minute' where nonce = ${id}::uuid`);
    // The workflow's own timer is days away; its outcome signal makes it look, as its timer would.
    await hub.client.workflow.getHandle(`pre-issued-eat:${id}`).signal('result', { outcome: 'expired_unused' });
    await waitUntil('the window is closed', async () => (await stateOf(agent.id, id)) === 'expired_unused');
    const ends = async () =>
      (await auditOfNonce(hub, id)).filter((row) => row.type === 'pre_issued_token_expired_unused');
    expect(await ends()).toHaveLength(1);
    const activation = {
      condition: 'heartbeat_lost' as const,
      last_delivered_heartbeat_at: null,
      critical_source: null,
    };
    const late = signResult(resultOf(held, { activation }), agent);
    expect((await agent.send(hub.api, 'POST', `/agents/${agent.id}/eat-results`, late)).status).toBe(200);
    expect(await stateOf(agent.id, id)).toBe('succeeded');
    expect((await auditOfNonce(hub, id)).at(-1)).toMatchObject({
      data: { is_late: true, activation: 'heartbeat_lost' },
    });
    expect(await ends()).toHaveLength(1);
  });
});
