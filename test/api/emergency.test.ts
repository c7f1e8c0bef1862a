/** Tokens of one person, from the call to the signed evidence: real workers, real Temporal, real Postgres. */

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { abandonOrder, lockOrder } from '../../src/db/emergency.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { eatSignatureFault, eatToken } from '../../src/domain/eat.ts';
import { registerTestAgent } from '../support/agent.ts';
import { builtIn } from '../support/eat.ts';
import { auditOfNonce, commandsOf, publicKeyOf, readEvidence } from '../support/emergency.ts';
import { createTestHub, type Person } from '../support/hub.ts';
import { problemOf } from '../support/people.ts';
import { waitUntil } from '../support/processes.ts';

const hub = await createTestHub();
const { db } = hub;
const agent = await registerTestAgent(hub.api, hub.api.tenants.a, 'web-03');
const reader = await hub.person('admin');

const REASON = 'Beacon to a known command server, ticket TKT-9002';
const KILL = { kind: 'kill_process', pid: 4711, start_time: 123_456 };

type Issued = { nonce: string; state: string; level: number; actions: string[]; expires_at: string | null };

const issue = (by: Person, body: Record<string, unknown>, agentId = agent.id, options = {}): Promise<Response> =>
  by.call('POST', `/agents/${agentId}/emergency`, { reason: REASON, ...body }, options);

/** Issues as a new person, whose hour is still empty. */
async function issued(body: Record<string, unknown>, role: 'admin' | 'operator' = 'admin'): Promise<Issued> {
  const response = await issue(await hub.person(role), body);
  expect(response.status, await response.clone().text()).toBe(202);
  return (await response.json()) as Issued;
}

const countRow = z.object({ count: z.number() });
async function tokensOf(nonce: string): Promise<number> {
  const { count } = await db.admin.one(
    sql.type(countRow)`select count(*) as count from eats where nonce = ${nonce}::uuid`,
  );
  return count;
}

/** The newest order on this host of a person; calls that were refused leave none. */
async function lastOrderOf(by: Person): Promise<{ nonce: string; abandoned: boolean } | null> {
  return db.admin.maybeOne(sql.type(z.object({ nonce: z.string(), abandoned: z.boolean() }))`
    select nonce, abandoned_at is not null as abandoned from eat_orders where requested_by = ${by.id}::uuid order by created_at desc limit 1`);
}

/** Turns the clock for one token: it was issued ten minutes earlier than it was. */
async function letExpire(nonce: string): Promise<void> {
  await db.admin.query(
    sql.unsafe`update eats set issued_at = now() - interval '10 minutes', expires_at = now() - interval '1 minute' where nonce = ${nonce}::uuid`,
  );
}

describe('202: a token is issued', () => {
  it('by the slug of a playbook: signed, stored, queued for the host once, and written down', async () => {
    const by = await hub.person('admin');
    const response = await issue(by, { playbook_id: 'isolate-network', parameters: { dead_man_seconds: 600 } });
    expect(response.status, await response.clone().text()).toBe(202);
    const answer = (await response.json()) as Issued;
    expect(response.headers.get('location')).toBe(`/api/v1/emergency/${answer.nonce}`);
    expect(answer).toMatchObject({ state: 'signed', level: 3, actions: ['RunPlaybook: isolate-network'] });

    const evidence = await readEvidence(reader, answer.nonce);
    const key = await publicKeyOf(hub, evidence.key_id);
    expect(eatSignatureFault(evidence, key)).toBeNull();
    const altered = evidence.token.replace('"level":3', '"level":1');
    expect(altered).not.toBe(evidence.token);
    expect(eatSignatureFault({ ...evidence, token: altered }, key)).toBe('signature_wrong');
    const token = eatToken.parse(JSON.parse(evidence.token));
    expect(token).toMatchObject({
      nonce: answer.nonce,
      agent_id: agent.id,
      tenant_id: hub.api.tenants.a,
      msp_id: hub.api.msp.id,
      level: 3,
      reason: REASON,
      actions: [{ kind: 'run_playbook', slug: 'isolate-network', parameters: { dead_man_seconds: 600 } }],
      authorisation: { kind: 'single', user_id: by.id, email: by.email },
      pre_issued: null,
    });
    expect(Date.parse(token.expires_at) - Date.parse(token.issued_at)).toBe(900_000);

    const commands = await commandsOf(hub, answer.nonce);
    expect(commands).toHaveLength(1);
    expect(commands[0]).toMatchObject({
      kind: 'eat',
      payload: { envelope: { token: evidence.token, signature: evidence.signature, key_id: evidence.key_id } },
    });
    expect(await auditOfNonce(hub, answer.nonce)).toMatchObject([
      { type: 'emergency_token_requested', actor: by.email, data: { hostname: 'web-03', reason: REASON } },
      { type: 'emergency_token_issued', actor: by.email, data: { authorisation: 'single', key_id: evidence.key_id } },
    ]);
  });

  it('by the id of a playbook', async () => {
    const answer = await issued({ playbook_id: builtIn('collect-triage').id });
    expect(answer).toMatchObject({ state: 'signed', actions: ['RunPlaybook: collect-triage'] });
  });

  it.each([
    ['level 1 for two minutes', KILL, 1, 120_000, 'KillProcess: pid 4711'],
    [
      'level 2 for five minutes',
      { kind: 'stop_service', service: 'nginx.service' },
      2,
      300_000,
      'StopService: nginx.service',
    ],
  ])('to an operator, a step of %s', async (_name, step, level, lifetimeMs, label) => {
    const answer = await issued({ actions: [step], level }, 'operator');
    expect(answer).toMatchObject({ state: 'signed', level, actions: [label] });
    const token = eatToken.parse(JSON.parse((await readEvidence(reader, answer.nonce)).token));
    expect(Date.parse(token.expires_at) - Date.parse(token.issued_at)).toBe(lifetimeMs);
  });

  it('once, however often the call is repeated under its key', async () => {
    const by = await hub.person('admin');
    const send = async (): Promise<Response> =>
      hub.api.app.request(`http://hub.test/api/v1/agents/${agent.id}/emergency`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${by.token}`,
          'idempotency-key': 'the-same-key',
          'x-totp-code': await by.freshCode(),
        },
        body: JSON.stringify({ reason: REASON, actions: [KILL] }),
      });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([202, 202]);
    const nonces = [((await first.json()) as Issued).nonce, ((await second.json()) as Issued).nonce];
    expect(nonces[0]).toBe(nonces[1]);
    const orders = await db.admin.one(
      sql.type(countRow)`select count(*) as count from eat_orders where requested_by = ${by.id}::uuid`,
    );
    expect(orders.count).toBe(1);
  });
});

describe('refused, and nothing is ordered', () => {
  const refusals: readonly (readonly [string, 'admin' | 'operator' | 'analyst', Record<string, unknown>, number])[] = [
    ['level_needs_approval', 'operator', { playbook_id: 'isolate-network' }, 403],
    ['level_needs_approval', 'operator', { actions: [{ kind: 'reboot' }] }, 403],
    ['invalid_request', 'admin', { actions: [{ kind: 'reboot' }], level: 2 }, 400],
    ['irreversible_needs_quorum', 'admin', { playbook_id: 'db-restore', parameters: { snapshot: '2026-04-15' } }, 409],
    ['playbook_unknown', 'admin', { playbook_id: 'no-such' }, 422],
    ['playbook_parameters_invalid', 'admin', { playbook_id: 'restart-service' }, 422],
    ['invalid_request', 'admin', { playbook_id: 'isolate-network', actions: [KILL] }, 400],
    ['invalid_request', 'admin', { playbook_id: 'isolate-network', reason: 'short' }, 400],
    ['forbidden', 'analyst', { actions: [KILL] }, 403],
  ];
  it.each(refusals)('%s to %s %j', async (code, role, body, status) => {
    const by = await hub.person(role);
    const response = await issue(by, body);
    expect([response.status, await problemOf(response)]).toEqual([status, code]);
    expect(await lastOrderOf(by)).toBeNull();
  });

  it('429 rate_limited: the sixth in an hour, for this person alone', async () => {
    const by = await hub.person('admin');
    for (let count = 0; count < 5; count++) expect((await issue(by, { actions: [KILL] })).status).toBe(202);
    const sixth = await issue(by, { actions: [KILL] });
    expect([sixth.status, await problemOf(sixth)]).toEqual([429, 'rate_limited']);
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await issue(await hub.person('admin'), { actions: [KILL] })).status).toBe(202);
  });

  it('409 agent_inactive, and 404 for a host of another MSP', async () => {
    const by = await hub.person('admin');
    const silent = await registerTestAgent(hub.api, hub.api.tenants.b, 'old-01');
    await db.admin.query(sql.unsafe`update agents set is_active = false where id = ${silent.id}::uuid`);
    const inactive = await issue(by, { actions: [KILL] }, silent.id);
    expect([inactive.status, await problemOf(inactive)]).toEqual([409, 'agent_inactive']);

    const foreign = await registerTestAgent(hub.api, hub.api.tenants.a, 'moved-01');
    await db.admin.query(
      sql.unsafe`update agents set tenant_id = ${hub.api.tenants.other}::uuid, enrolled_with = null where id = ${foreign.id}::uuid`,
    );
    const other = await issue(by, { actions: [KILL] }, foreign.id);
    expect([other.status, await problemOf(other)]).toEqual([404, 'not_found']);
    expect(await lastOrderOf(by)).toBeNull();
  });

  it('401 totp_required, totp_invalid and totp_reused', async () => {
    const by = await hub.person('admin');
    const problem = async (code: string | null): Promise<[number, string]> => {
      const response = await issue(by, { actions: [KILL] }, agent.id, { code });
      return [response.status, await problemOf(response)];
    };
    expect(await problem(null)).toEqual([401, 'totp_required']);
    expect(await problem('000000')).toEqual([401, 'totp_invalid']);
    const code = await by.freshCode();
    expect((await issue(by, { actions: [KILL] }, agent.id, { code })).status).toBe(202);
    expect(await problem(code)).toEqual([401, 'totp_reused']);
  });

  it('429 locked_out: guessing codes with what one has stolen leaves a row in the audit log', async () => {
    const by = await hub.person('admin');
    const guess = async () => problemOf(await issue(by, { actions: [KILL] }, agent.id, { code: '000000' }));
    for (let tries = 0; tries < 5; tries++) expect(await guess()).toBe('totp_invalid');
    expect(await guess()).toBe('locked_out');
    const rows = await hub.db.admin.any(sql.type(z.object({ via: z.string() }))`
      select event_data ->> 'via' as via from audit_log where event_type = 'totp_locked' and actor_user_id = ${by.id}::uuid`);
    expect(rows).toEqual([{ via: 'api_token' }]);
  });
});

describe('reading', () => {
  it('lists tokens by state, pages through them, and shows one to the client of the tenant alone', async () => {
    const [first, second] = [await issued({ actions: [KILL] }), await issued({ actions: [KILL] })];
    const list = async (query: string): Promise<{ items: { nonce: string }[]; next_cursor: string | null }> =>
      (await reader.call('GET', `/emergency?${query}`)).json() as never;
    const page = await list(`agent_id=${agent.id}&state=live&limit=1`);
    expect(page.items.map((item) => item.nonce)).toEqual([second.nonce]);
    const next = await list(`agent_id=${agent.id}&state=live&limit=1&cursor=${page.next_cursor}`);
    expect(next.items.map((item) => item.nonce)).toEqual([first.nonce]);
    await letExpire(first.nonce);
    const overdue = await list('state=overdue&limit=100');
    expect(overdue.items.map((item) => item.nonce)).toEqual([first.nonce]);
    expect((await list('state=done')).items).toEqual([]);

    const client = hub.api.as('client_viewer');
    expect((await client('GET', `/emergency/${second.nonce}`)).status).toBe(200);
    expect((await reader.call('GET', `/emergency/${agent.id}`)).status).toBe(404);
    const stranger = await hub.person('client_viewer', hub.api.tenants.b);
    expect((await stranger.call('GET', `/emergency/${second.nonce}`)).status).toBe(404);
    await reader.call('POST', `/emergency/${first.nonce}/acknowledge`);
  });

  it('says when it was ordered, and leads operators alone to its workflow', async () => {
    const { nonce } = await issued({ actions: [KILL] });
    const seen = async (call: (method: string, path: string) => Promise<Response>): Promise<Record<string, unknown>> =>
      (await (await call('GET', `/emergency/${nonce}`)).json()) as never;
    const mine = await seen(reader.call);
    expect(mine['workflow_url']).toBe(`http://temporal.test/namespaces/default/workflows/eat%3A${nonce}`);
    expect(Date.parse(mine['requested_at'] as string)).toBeLessThanOrEqual(Date.parse(mine['issued_at'] as string));
    expect((await seen(hub.api.as('client_viewer')))['workflow_url']).toBeNull();
  });

  it('names its place in the transparency log once the leaf is integrated', async () => {
    const { nonce } = await issued({ actions: [KILL] });
    const index = async (): Promise<unknown> =>
      ((await (await reader.call('GET', `/emergency/${nonce}`)).json()) as { log_index: unknown }).log_index;
    await waitUntil('the leaf is integrated', async () => (await index()) !== null);
    expect(await index()).toEqual(expect.any(Number));
  });

  it('counts an overdue token in the urgency until somebody acknowledges it, once', async () => {
    const overdue = async (): Promise<number> => {
      const response = await reader.call('GET', '/msp/cockpit');
      const body = (await response.json()) as {
        items: { tenant: { id: string }; urgency_terms: { overdue_eats: number } }[];
      };
      return body.items.find((row) => row.tenant.id === hub.api.tenants.a)?.urgency_terms.overdue_eats ?? -1;
    };
    const before = await overdue();
    const { nonce } = await issued({ actions: [KILL] });
    const early = await reader.call('POST', `/emergency/${nonce}/acknowledge`);
    expect([early.status, await problemOf(early)]).toEqual([409, 'eat_not_overdue']);
    expect(await overdue()).toBe(before);
    await letExpire(nonce);
    expect(await overdue()).toBe(before + 1);
    expect((await reader.call('POST', `/emergency/${nonce}/acknowledge`)).status).toBe(204);
    expect(await overdue()).toBe(before);
    const again = await reader.call('POST', `/emergency/${nonce}/acknowledge`);
    expect(await problemOf(again)).toBe('eat_not_overdue');
    expect((await auditOfNonce(hub, nonce)).filter((row) => row.type === 'emergency_overdue_acknowledged')).toEqual([
      { type: 'emergency_overdue_acknowledged', actor: reader.email, data: { nonce } },
    ]);
  });
});

describe('tokens are made by the signing worker alone', () => {
  it.each(['app', 'core'] as const)('the database refuses them to the role of %s', async (role) => {
    const { nonce } = await issued({ actions: [KILL] });
    const refused = async (statement: ReturnType<typeof sql.unsafe>): Promise<string> =>
      withTenant(db[role], hub.api.tenants.a, (tx) => tx.query(statement)).then(
        () => 'allowed',
        (error: unknown) => String((error as { code?: unknown }).code),
      );
    const copy = sql.unsafe`insert into eats (nonce, tenant_id, agent_id, level, actions, reason, issued_at, expires_at, token, signature, key_id)
      select gen_random_uuid(), tenant_id, agent_id, level, actions, reason, issued_at, expires_at, token, signature, key_id from eats where nonce = ${nonce}::uuid`;
    expect(await refused(copy)).toBe('42501');
    expect(await refused(sql.unsafe`update eats set token = 'x' where nonce = ${nonce}::uuid`)).toBe('42501');
    expect(await refused(sql.unsafe`update eats set expires_at = now() where nonce = ${nonce}::uuid`)).toBe('42501');
    expect(await refused(sql.unsafe`delete from eats where nonce = ${nonce}::uuid`)).toBe('42501');
    // The control: the same insert is the signer's right.
    const allowed = withTenant(db.signing, hub.api.tenants.a, async (tx) => {
      await tx.query(copy);
      throw new Error('rolled back');
    });
    await expect(allowed).rejects.toThrow('rolled back');
  });

  it('the core worker was never given the key', async () => {
    const environment = async (pid: number): Promise<string> => readFile(`/proc/${pid}/environ`, 'latin1');
    expect(await environment(hub.workers.core.pid)).not.toMatch(/HUB_EMERGENCY|PRIVATE_KEY/);
    expect(await environment(hub.workers.signing.pid)).toMatch(/HUB_EMERGENCY_PRIVATE_KEY=/);
  });

  it('an order of somebody who lost the right before it was signed is given up, and the caller hears it', async () => {
    await hub.workers.signing.stop('SIGKILL');
    const by = await hub.person('admin');
    const pending = issue(by, { actions: [KILL] });
    const order = await waitUntil('the order is stored', async () => (await lastOrderOf(by)) ?? false);
    await db.admin.query(sql.unsafe`update users set role = 'viewer' where id = ${by.id}::uuid`);
    hub.workers.signing = await hub.startWorker('signing');
    const response = await pending;
    // 202 when the worker took longer to come back than the answer waits; nothing is signed either way.
    if (response.status !== 202) expect([response.status, await problemOf(response)]).toEqual([503, 'unavailable']);
    const outcome = await hub.client.workflow.getHandle(`eat:${order.nonce}`).result();
    expect(outcome).toEqual({ outcome: 'abandoned' });
    expect(await tokensOf(order.nonce)).toBe(0);
    expect((await auditOfNonce(hub, order.nonce)).map((row) => row.type)).toEqual([
      'emergency_token_requested',
      'emergency_order_abandoned',
    ]);
  });

  it('503: a caller who waits for the signature hears that it was refused', async () => {
    const by = await hub.person('admin');
    // The right is lost between the check of the call and that of the signer.
    await db.admin.query(sql.unsafe`
      create or replace function test_demote() returns trigger language plpgsql security definer as $$
      begin update users set role = 'viewer' where id = new.requested_by; return new; end $$`);
    await db.admin.query(
      sql.unsafe`create trigger test_demote after insert on eat_orders for each row when (new.reason = 'demote me at once') execute function test_demote()`,
    );
    const response = await issue(by, { actions: [KILL], reason: 'demote me at once' });
    await db.admin.query(sql.unsafe`drop trigger test_demote on eat_orders`);
    expect([response.status, await problemOf(response)]).toEqual([503, 'unavailable']);
    const order = await lastOrderOf(by);
    expect(order?.abandoned).toBe(true);
    expect(await tokensOf(order?.nonce as string)).toBe(0);
  });
});

describe('when a part is down', () => {
  it('202 signing while the signing worker is away, and signed when it is back', async () => {
    await hub.workers.signing.stop('SIGKILL');
    const answer = await issued({ actions: [KILL] });
    expect(answer).toMatchObject({ state: 'signing', expires_at: null });
    expect(await tokensOf(answer.nonce)).toBe(0);
    hub.workers.signing = await hub.startWorker('signing');
    await waitUntil('the token is signed', async () => (await tokensOf(answer.nonce)) === 1);
    expect(await commandsOf(hub, answer.nonce)).toHaveLength(1);
  });

  it('an order is not given up once it is signed (both at the same moment)', async () => {
    await hub.workers.signing.stop('SIGKILL');
    const { nonce } = await issued({ actions: [KILL] });
    const isWaiting = async (): Promise<boolean> =>
      db.admin.exists(
        sql.unsafe`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%eat_orders%'`,
      );
    const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const signing = withTenant(db.signing, hub.api.tenants.a, async (tx) => {
      expect(await lockOrder(tx, nonce)).not.toBeNull();
      locked.resolve();
      await release.promise;
      await tx.query(sql.unsafe`
        insert into eats (nonce, tenant_id, agent_id, level, actions, reason, issued_at, expires_at)
        select nonce, tenant_id, agent_id, level, actions, reason, now(), now() + interval '2 minutes' from eat_orders where nonce = ${nonce}::uuid`);
    });
    await locked.promise;
    const abandoning = withTenant(db.app, hub.api.tenants.a, (tx) => abandonOrder(tx, nonce));
    await waitUntil('the other waits for the order', isWaiting);
    release.resolve();
    await signing;
    expect(await abandoning).toBe(false);
    hub.workers.signing = await hub.startWorker('signing');
  });

  it('503 while Temporal does not answer; the order is given up, and stays so when Temporal is back', async () => {
    const by = await hub.person('admin');
    const { pid } = hub.temporal.process;
    process.kill(pid, 'SIGSTOP');
    try {
      const response = await issue(by, { actions: [KILL] });
      expect([response.status, await problemOf(response)]).toEqual([503, 'unavailable']);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const order = await lastOrderOf(by);
    expect(order).toMatchObject({ abandoned: true });
    const nonce = order?.nonce as string;
    // What the sweep or a late start of the frozen server would do: run the order's workflow.
    const ref = { nonce, agent_id: agent.id, tenant_id: hub.api.tenants.a, msp_id: hub.api.msp.id };
    const options = {
      workflowId: `eat:${nonce}`,
      taskQueue: 'core',
      args: [ref],
      workflowIdConflictPolicy: 'USE_EXISTING',
    } as const;
    expect(await hub.client.workflow.execute('eatDelivery', options)).toEqual({ outcome: 'abandoned' });
    expect(await tokensOf(nonce)).toBe(0);
    expect(await commandsOf(hub, nonce)).toEqual([]);
    expect((await auditOfNonce(hub, nonce)).map((row) => row.type)).toEqual([
      'emergency_token_requested',
      'emergency_order_abandoned',
    ]);
  });
});
