/** Quorum requests from request to signed token, over the API, with real workers. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { base64ToBytes } from '../../src/domain/bytes.ts';
import { eatSignatureFault, eatToken } from '../../src/domain/eat.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestHub, type Person } from '../support/hub.ts';
import { waitUntil } from '../support/processes.ts';

const hub = await createTestHub();
const agent = await registerTestAgent(hub.api, hub.api.tenants.a, 'db-prod-01');
const alice = await hub.person('admin');
const bob = await hub.person('admin');
const carol = await hub.person('owner');
const dave = await hub.person('admin');

const REASON = 'Restore from 2026-04-15 snapshot per ticket TKT-9001';

type Answer = {
  id: string;
  state: string;
  approvals: number;
  type: string;
  workflow_url: string | null;
  targets: { nonce: string; state: string; hostname: string }[];
};

async function read(response: Response): Promise<{ status: number; body: Answer }> {
  return { status: response.status, body: (await response.json()) as Answer };
}

function requestBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    agent_id: agent.id,
    actions: [{ kind: 'run_playbook', id: 'db-restore' }],
    reason: REASON,
    required_approvers: 2,
    ...change,
  };
}

async function open(by: Person = alice, change: Record<string, unknown> = {}): Promise<Answer> {
  const { status, body } = await read(await by.call('POST', '/emergency/quorum', requestBody(change)));
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const approve = async (by: Person, id: string) => read(await by.call('POST', `/emergency/quorum/${id}/approve`));
const reject = async (by: Person, id: string) => read(await by.call('POST', `/emergency/quorum/${id}/reject`));

async function auditOf(type: string, requestId: string): Promise<readonly Record<string, unknown>[]> {
  const rows = await hub.db.admin.any(sql.type(z.object({ data: z.record(z.string(), z.unknown()) }))`
    select event_data as data from audit_log where event_type = ${type} and event_data ->> 'request_id' = ${requestId}`);
  return rows.map((row) => row.data);
}

async function tokensOf(requestId: string): Promise<readonly { token: string; signature: string; key: string }[]> {
  return hub.db.admin.any(sql.type(z.object({ token: z.string(), signature: z.string(), key: z.string() }))`
    select e.token, encode(e.signature, 'base64') as signature, encode(k.public_key, 'base64') as key
    from eats e join hub_keys k on k.key_id = e.key_id where e.quorum_request_id = ${requestId}::uuid`);
}

describe('201: a request as the source writes it', () => {
  it('collects two approvals, signs one token that carries the proof, and leaves the audit row of the source', async () => {
    const request = await open();
    const first = await approve(bob, request.id);
    expect(first).toMatchObject({ status: 200, body: { state: 'open', approvals: 1 } });
    expect(await tokensOf(request.id)).toEqual([]);
    const second = await approve(carol, request.id);
    expect(second).toMatchObject({ status: 200, body: { state: 'approved', approvals: 2 } });

    const [token] = await waitUntil('the token is signed', async () => {
      const found = await tokensOf(request.id);
      return found.length > 0 && found;
    });
    const parsed = eatToken.parse(JSON.parse(token?.token as string));
    expect(parsed.authorisation).toMatchObject({
      kind: 'quorum',
      required_approvers: 2,
      approvals: [{ email: bob.email }, { email: carol.email }],
    });
    const key = base64ToBytes(token?.key as string) as Uint8Array;
    const signed = { token: token?.token as string, signature: (token?.signature ?? '').replaceAll('\n', '') };
    expect(eatSignatureFault(signed, key)).toBeNull();
    expect(eatSignatureFault({ ...signed, token: `${signed.token} ` }, key)).toBe('signature_wrong');

    // The statement of SOURCE.md task 6.
    const proof = await hub.db.admin.one(
      sql.type(
        z.object({
          event_type: z.string(),
          event_data: z.looseObject({ quorum: z.string(), approvers: z.array(z.unknown()) }),
        }),
      )`SELECT event_type, event_data FROM audit_log WHERE event_type = 'emergency_quorum_approved' AND event_data->>'nonce' = ${parsed.nonce}`,
    );
    expect(proof.event_data).toMatchObject({ quorum: '2-of-2' });
    expect(proof.event_data.approvers).toHaveLength(2);
  });

  it('puts the command for the host into the outbox once', async () => {
    const request = await open();
    await approve(bob, request.id);
    await approve(carol, request.id);
    const nonce = request.targets[0]?.nonce as string;
    const commands = () =>
      hub.db.admin.any(sql.type(z.object({ kind: z.string() }))`
        select kind from agent_outbox where agent_id = ${agent.id}::uuid and payload ->> 'nonce' = ${nonce}`);
    await waitUntil('the command waits', async () => (await commands()).length > 0);
    expect(await commands()).toEqual([{ kind: 'eat' }]);
  });

  it('reads the same over GET, in the list and to the client of the tenant', async () => {
    const request = await open();
    const got = await read(await bob.call('GET', `/emergency/quorum/${request.id}`));
    expect(got).toMatchObject({ status: 200, body: { id: request.id, state: 'open' } });
    const client = await hub.api.as('client_viewer')('GET', `/emergency/quorum/${request.id}`);
    expect(client.status).toBe(200);
    expect(got.body.workflow_url).toBe(`http://temporal.test/namespaces/default/workflows/quorum%3A${request.id}`);
    expect(await client.json()).toMatchObject({ id: request.id, workflow_url: null });
  });
});

describe('201: for a group', () => {
  it('names every host of it, the first by name as the canary; an empty group and a foreign one are refused', async () => {
    const second = await registerTestAgent(hub.api, hub.api.tenants.a, 'db-prod-00');
    const rule = { hostname: 'db-prod-*' };
    const created = await alice.call('POST', '/groups', {
      tenant_id: hub.api.tenants.a,
      name: 'databases',
      rule,
      runbook_md: '# x',
    });
    const { id: group_id } = (await created.json()) as { id: string };
    const { agent_id: _, ...body } = requestBody({ group_id });
    const { status, body: request } = await read(await alice.call('POST', '/emergency/quorum', body));
    expect(status, JSON.stringify(request)).toBe(201);
    expect(request.targets).toMatchObject([
      { hostname: 'db-prod-00', agent_id: second.id, stage: 0 },
      { hostname: 'db-prod-01', agent_id: agent.id, stage: 1 },
    ]);
    const foreign = await alice.call('POST', '/emergency/quorum', { ...body, group_id: alice.id });
    expect(foreign.status).toBe(404);
    const both = await alice.call('POST', '/emergency/quorum', { ...body, agent_id: agent.id });
    expect(both.status).toBe(400);
  });
});

describe('at the same millisecond', () => {
  it('counts two approvals once each and fires once (30 races)', async () => {
    for (let round = 0; round < 30; round++) {
      const request = await open();
      const codes = await Promise.all([bob.freshCode(), carol.freshCode()]);
      const answers = await Promise.all([
        bob.call('POST', `/emergency/quorum/${request.id}/approve`, undefined, { code: codes[0] }),
        carol.call('POST', `/emergency/quorum/${request.id}/approve`, undefined, { code: codes[1] }),
      ]);
      expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
      const fires = await hub.db.admin.one(sql.type(
        z.object({ fires: z.number(), orders: z.number(), approved: z.number() }),
      )`
        select (select count(*) from quorum_fires where request_id = ${request.id}::uuid) as fires,
          (select count(*) from eat_orders where quorum_request_id = ${request.id}::uuid) as orders,
          (select count(*) from audit_log where event_type = 'emergency_quorum_approved' and event_data ->> 'request_id' = ${request.id}) as approved`);
      expect(fires).toEqual({ fires: 1, orders: 1, approved: 1 });
    }
  }, 120_000);

  it('counts one person once, however often they send it', async () => {
    const request = await open();
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => read(await bob.call('POST', `/emergency/quorum/${request.id}/approve`))),
    );
    expect(answers.filter((answer) => answer.status === 200).length).toBe(1);
    const { body } = await read(await bob.call('GET', `/emergency/quorum/${request.id}`));
    expect(body).toMatchObject({ state: 'open', approvals: 1 });
  });
});

describe('refusals', () => {
  it('403 quorum_own_request: the requester does not approve, and the attempt is audited', async () => {
    const request = await open();
    expect(await approve(alice, request.id)).toMatchObject({
      status: 403,
      body: { type: 'urn:monsys:problem:quorum_own_request' },
    });
    expect(await auditOf('emergency_quorum_refused', request.id)).toMatchObject([{ code: 'quorum_own_request' }]);
  });

  it('409 quorum_already_decided: nobody approves twice', async () => {
    const request = await open();
    await approve(bob, request.id);
    expect(await approve(bob, request.id)).toMatchObject({
      status: 409,
      body: { type: 'urn:monsys:problem:quorum_already_decided' },
    });
  });

  it('401 totp_reused: one code is one presence', async () => {
    const [first, second] = [await open(), await open()];
    const code = await bob.freshCode();
    const once = await bob.call('POST', `/emergency/quorum/${first.id}/approve`, undefined, { code });
    expect(once.status).toBe(200);
    const again = await read(await bob.call('POST', `/emergency/quorum/${second.id}/approve`, undefined, { code }));
    expect(again).toMatchObject({ status: 401, body: { type: 'urn:monsys:problem:totp_reused' } });
  });

  it('401 totp_required and totp_invalid', async () => {
    const request = await open();
    const none = await read(
      await bob.call('POST', `/emergency/quorum/${request.id}/approve`, undefined, { code: null }),
    );
    expect(none).toMatchObject({ status: 401, body: { type: 'urn:monsys:problem:totp_required' } });
    const wrong = await read(
      await bob.call('POST', `/emergency/quorum/${request.id}/approve`, undefined, { code: '000000' }),
    );
    expect(wrong).toMatchObject({ status: 401, body: { type: 'urn:monsys:problem:totp_invalid' } });
  });

  it('403 forbidden: an operator requests but does not approve', async () => {
    const operator = await hub.person('operator');
    const request = await open(operator);
    expect((await approve(operator, request.id)).body.type).toBe('urn:monsys:problem:forbidden');
    expect((await approve(bob, request.id)).status).toBe(200);
  });

  it('that has approved and lost the right since does not count any more, on screens neither', async () => {
    const [erin, frank] = [await hub.person('admin'), await hub.person('admin')];
    const { id } = await open();
    const shown = async () => {
      const { approvals, state, decisions } = (await (await alice.call('GET', `/emergency/quorum/${id}`)).json()) as {
        approvals: number;
        state: string;
        decisions: { email: string; counts: boolean }[];
      };
      return { approvals, state, counting: decisions.filter(({ counts }) => counts).map(({ email }) => email) };
    };
    expect((await erin.call('POST', `/emergency/quorum/${id}/approve`)).status).toBe(200);
    expect(await shown()).toEqual({ approvals: 1, state: 'open', counting: [erin.email] });
    await hub.db.admin.query(sql.unsafe`update users set role = 'operator' where id = ${erin.id}::uuid`);
    expect(await shown()).toEqual({ approvals: 0, state: 'open', counting: [] });
    expect((await frank.call('POST', `/emergency/quorum/${id}/approve`)).status).toBe(200);
    expect(await shown()).toEqual({ approvals: 1, state: 'open', counting: [frank.email] });
    expect((await bob.call('POST', `/emergency/quorum/${id}/approve`)).status).toBe(200);
    // Decided: what fired it stays, whatever becomes of people afterwards.
    await hub.db.admin.query(sql.unsafe`update users set is_active = false where id = ${frank.id}::uuid`);
    expect(await shown()).toEqual({ approvals: 2, state: 'approved', counting: [frank.email, bob.email] });
  });

  it('demoted or deactivated between request and approval: refused', async () => {
    const request = await open();
    const eve = await hub.person('admin');
    await hub.db.admin.query(sql.unsafe`update users set role = 'operator' where id = ${eve.id}::uuid`);
    expect((await approve(eve, request.id)).body.type).toBe('urn:monsys:problem:forbidden');
    await hub.db.admin.query(sql.unsafe`update users set role = 'admin', is_active = false where id = ${eve.id}::uuid`);
    expect((await approve(eve, request.id)).body.type).toBe('urn:monsys:problem:token_expired');
  });

  it('410 quorum_expired, and the workflow says so in the audit log', async () => {
    const request = await open();
    await hub.db.admin.query(
      sql.unsafe`update quorum_requests set expires_at = now() - interval '1 second' where id = ${request.id}::uuid`,
    );
    expect(await approve(bob, request.id)).toMatchObject({
      status: 410,
      body: { type: 'urn:monsys:problem:quorum_expired' },
    });
  });

  it('409 quorum_too_few_admins', async () => {
    const answer = await read(await alice.call('POST', '/emergency/quorum', requestBody({ required_approvers: 10 })));
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:monsys:problem:quorum_too_few_admins' } });
  });

  it('422 playbook_unknown and 404 for a host of another tenant or MSP', async () => {
    const unknown = await read(
      await alice.call(
        'POST',
        '/emergency/quorum',
        requestBody({ actions: [{ kind: 'run_playbook', id: 'no-such' }] }),
      ),
    );
    expect(unknown).toMatchObject({ status: 422, body: { type: 'urn:monsys:problem:playbook_unknown' } });
    const foreign = await read(await alice.call('POST', '/emergency/quorum', requestBody({ agent_id: alice.id })));
    expect(foreign.status).toBe(404);
  });
});

describe('ends without a fire', () => {
  it('one reject ends it', async () => {
    const request = await open();
    await approve(bob, request.id);
    expect(await reject(dave, request.id)).toMatchObject({ status: 200, body: { state: 'rejected' } });
    expect(await approve(carol, request.id)).toMatchObject({
      status: 409,
      body: { type: 'urn:monsys:problem:quorum_closed' },
    });
    expect(await tokensOf(request.id)).toEqual([]);
  });

  it('the requester cancels, and nobody else', async () => {
    const request = await open();
    const other = await read(await bob.call('POST', `/emergency/quorum/${request.id}/cancel`));
    expect(other.body.type).toBe('urn:monsys:problem:quorum_not_requester');
    const own = await read(await alice.call('POST', `/emergency/quorum/${request.id}/cancel`));
    expect(own).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    const end = await hub.client.workflow.getHandle(`quorum:${request.id}`).result();
    expect(end).toMatchObject({ state: 'cancelled' });
  });

  it('whoever asked for it loses the account: it is withdrawn, and its workflow ends', async () => {
    const erin = await hub.person('operator');
    const request = await open(erin);
    await approve(bob, request.id);
    expect((await alice.call('PATCH', `/team/${erin.id}`, { is_active: false })).status).toBe(204);
    const end = await hub.client.workflow.getHandle(`quorum:${request.id}`).result();
    expect(end).toMatchObject({ state: 'cancelled' });
    expect((await approve(carol, request.id)).body.type).toBe('urn:monsys:problem:quorum_closed');
    expect(await auditOf('emergency_quorum_cancelled', request.id)).toMatchObject([
      { why: expect.stringContaining(erin.email) },
    ]);
  });
});

describe('an approver whom somebody has just made one', () => {
  it('is shown as such, with who made them, also in the audit log of the client', async () => {
    const puppet = await hub.person('admin');
    for (const role of ['operator', 'admin'])
      expect((await alice.call('PATCH', `/team/${puppet.id}`, { role })).status).toBe(204);
    const request = await open(alice, { required_approvers: 1 });
    const { body } = await approve(puppet, request.id);
    expect(body).toMatchObject({
      state: 'approved',
      decisions: [{ approver_by: alice.email, approver_since: expect.stringMatching(/^20/) }],
    });
    expect(await auditOf('emergency_quorum_approved', request.id)).toMatchObject([
      { approvers: [{ approver_by: alice.email, approver_since: expect.stringMatching(/^20/) }] },
    ]);
  });
});

describe('the signer', () => {
  it('signs nothing for somebody who has lost the right to ask since it was approved', async () => {
    const erin = await hub.person('operator');
    const request = await open(erin, { required_approvers: 1 });
    // Behind the hub's back, so that only the signer can notice.
    await hub.db.admin.query(sql.unsafe`update users set role = 'viewer' where id = ${erin.id}::uuid`);
    expect(await approve(bob, request.id)).toMatchObject({ status: 200, body: { state: 'approved' } });
    const end = await hub.client.workflow.getHandle(`quorum:${request.id}`).result();
    expect(end).toMatchObject({ outcomes: { 'db-prod-01': 'abandoned' } });
    expect(await tokensOf(request.id)).toEqual([]);
  });

  it('refuses an order that claims a quorum which was not met (the database role of the API is not enough)', async () => {
    const request = await open();
    const nonce = request.targets[0]?.nonce as string;
    await hub.db.admin.query(sql.unsafe`
      insert into eat_orders (nonce, tenant_id, msp_id, agent_id, kind, level, actions, reason, authorisation, quorum_request_id)
      select ${nonce}::uuid, tenant_id, msp_id, ${agent.id}::uuid, 'immediate', 3, actions, reason, 'quorum', id
      from quorum_requests where id = ${request.id}::uuid`);
    const order = { nonce, agent_id: agent.id, tenant_id: hub.api.tenants.a, msp_id: hub.api.msp.id };
    const result = await hub.client.workflow.execute('eatDelivery', {
      workflowId: `eat:${nonce}`,
      taskQueue: 'core',
      args: [order],
    });
    expect(result).toEqual({ outcome: 'abandoned' });
    expect(await tokensOf(request.id)).toEqual([]);
  });
});
