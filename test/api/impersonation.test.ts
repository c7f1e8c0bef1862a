/** Impersonation: what it opens, what stays shut, how it ends, and what the client sees of it. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROUTES } from '../../src/api/routes/index.ts';
import { sql } from '../../src/db/pool.ts';
import { isAllowedWhileImpersonating } from '../../src/domain/impersonation.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestHub, type Person } from '../support/hub.ts';
import { waitUntil } from '../support/processes.ts';

const hub = await createTestHub();
const { a: acme, b: globex, other } = hub.api.tenants;
const agentA = await registerTestAgent(hub.api, acme, 'web-03');
const agentB = await registerTestAgent(hub.api, globex, 'web-03');
const alice = await hub.person('admin');
const owner = await hub.person('owner');
const client = await hub.person('client_viewer', acme);

const REASON = 'Investigating alert #847 on web-03';
type Entered = {
  impersonation_id: string;
  token: string;
  expires_at: string;
  mode: string;
  state: string;
  others: unknown[];
  type: string;
};

async function enter(by: Person = alice, change: Record<string, unknown> = {}): Promise<Entered> {
  const response = await by.call('POST', '/auth/impersonate', {
    tenant_id: acme,
    duration_minutes: 60,
    reason: REASON,
    ...change,
  });
  const body = (await response.json()) as Entered;
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

async function inside(
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await hub.api.app.request(`http://hub.test/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'x-totp-code': await alice.freshCode() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

const auditRow = z.object({
  event_type: z.string(),
  actor_user_id: z.uuid().nullable(),
  actor_email: z.string().nullable(),
  tenant_id: z.uuid().nullable(),
  event_data: z.record(z.string(), z.unknown()),
});
async function auditOf(impersonationId: string): Promise<readonly z.infer<typeof auditRow>[]> {
  return hub.db.admin.any(sql.type(auditRow)`
    select event_type, actor_user_id, actor_email, tenant_id, event_data from audit_log
    where impersonation_id = ${impersonationId}::uuid order by tenant_id, seq`);
}

describe('200: entering as the source writes it', () => {
  it('gives a token with tenant=ACME, the engineer as the one who acts, and an hour at most', async () => {
    const entered = await enter();
    expect(Date.parse(entered.expires_at) - Date.now()).toBeLessThanOrEqual(3_600_000);
    const me = await inside(entered.token, 'GET', '/auth/me');
    expect(me.body).toMatchObject({
      tenant_id: acme,
      email: alice.email,
      act: { sub: alice.id, email: alice.email },
      impersonation: { id: entered.impersonation_id, mode: 'full' },
    });
  });

  it('sees that tenant and nothing of another', async () => {
    const { token } = await enter();
    const agents = await inside(token, 'GET', '/agents');
    expect((agents.body['items'] as { id: string }[]).map((item) => item.id)).toEqual([agentA.id]);
    expect((await inside(token, 'GET', `/agents/${agentB.id}`)).status).toBe(404);
    expect((await inside(token, 'GET', `/agents?tenant_id=${globex}`)).status).toBe(404);
    expect((await inside(token, 'PATCH', `/agents/${agentB.id}`, { tags: ['x'] })).status).toBe(404);
  });

  it('writes both actors into the client’s own log, from start over action to end', async () => {
    const { token, impersonation_id } = await enter();
    expect((await inside(token, 'PATCH', `/agents/${agentA.id}`, { tags: ['looked-at'] })).status).toBe(200);
    expect((await inside(token, 'POST', '/auth/impersonate/end')).status).toBe(200);
    const rows = await auditOf(impersonation_id);
    expect(rows.map((row) => row.event_type)).toEqual([
      'impersonation_started',
      'agent_changed',
      'impersonation_ended',
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({ actor_user_id: alice.id, actor_email: alice.email, tenant_id: acme });
    }
    const seen = (await (await client.call('GET', '/audit-log?limit=200')).json()) as {
      items: { impersonation_id: string | null; event_type: string }[];
    };
    const types = seen.items
      .filter((item) => item.impersonation_id === impersonation_id)
      .map((item) => item.event_type);
    expect(types.toSorted()).toEqual(['agent_changed', 'impersonation_ended', 'impersonation_started']);
  });

  it('tells engineers in the same tenant of each other', async () => {
    const bob = await hub.person('admin');
    const first = await enter(bob, { reason: 'Looking at the same alert' });
    const second = await enter();
    expect(second.others).toEqual(expect.arrayContaining([expect.objectContaining({ user_email: bob.email })]));
    await inside(first.token, 'POST', '/auth/impersonate/end');
  });

  it('shows the client who is in, and why', async () => {
    const entered = await enter();
    const list = (await (await client.call('GET', '/auth/impersonations?active=true')).json()) as {
      items: Record<string, unknown>[];
    };
    expect(list.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: entered.impersonation_id, reason: REASON, user_email: alice.email }),
      ]),
    );
  });
});

describe('every route from inside', () => {
  it('is refused unless its permission ends at the tenant’s door', async () => {
    const { token } = await enter();
    for (const route of ROUTES) {
      if (route.auth.kind !== 'user' && route.auth.kind !== 'self') continue;
      const isPossible =
        route.auth.kind === 'self'
          ? route.auth.whileImpersonating
          : isAllowedWhileImpersonating(route.auth.permission, 'full');
      if (isPossible) continue;
      const path = route.path.replaceAll(/:[a-z_]+/g, agentA.id);
      const answer = await inside(token, route.method.toUpperCase(), path, route.method === 'get' ? undefined : {});
      expect(answer.body['type'], `${route.method} ${route.path}`).toBe(
        'urn:monsys:problem:impersonation_not_possible',
      );
    }
  });

  it('gives nothing of the other tenant for any id of it', async () => {
    const { token } = await enter();
    for (const route of ROUTES.filter((one) => one.tenantScoped && one.method === 'get' && one.path.includes(':id'))) {
      const answer = await inside(token, 'GET', route.path.replaceAll(/:[a-z_]+/g, agentB.id));
      expect([400, 401, 403, 404], `${route.path} ${answer.status}`).toContain(answer.status);
    }
    for (const route of ROUTES.filter((one) => one.tenantScoped && one.method === 'get' && !one.path.includes(':'))) {
      const answer = await inside(token, 'GET', `${route.path}?tenant_id=${globex}`);
      expect(JSON.stringify(answer.body), route.path).not.toContain(agentB.id);
      if (route.path === '/tenants') expect(answer.body['items']).toMatchObject([{ id: acme }]);
      // Policies are the MSP's; it takes no tenant, and shows those that hold for one's own.
      else if (route.path === '/sla-policies')
        expect(answer.body).toEqual((await inside(token, 'GET', route.path)).body);
      else expect([400, 403, 404], `${route.path} ${answer.status}`).toContain(answer.status);
    }
  });

  it('read_only changes nothing, and is the default of an operator', async () => {
    const operator = await hub.person('operator');
    const entered = await enter(operator);
    expect(entered.mode).toBe('read_only');
    const write = await inside(entered.token, 'PATCH', `/alerts/${agentA.id}/acknowledge`);
    expect(write.body['type']).toBe('urn:monsys:problem:impersonation_not_possible');
    expect((await inside(entered.token, 'GET', '/alerts')).status).toBe(200);
  });
});

describe('refusals at the door', () => {
  it.each([
    ['no code', { code: null }, {}, 401, 'totp_required'],
    ['a reason too short', {}, { reason: 'short' }, 400, 'invalid_request'],
    ['61 minutes', {}, { duration_minutes: 61 }, 400, 'invalid_request'],
    ['no minutes', {}, { duration_minutes: 0 }, 400, 'invalid_request'],
    ['a tenant of another MSP', {}, { tenant_id: other }, 404, 'not_found'],
  ])('%s', async (_, options, change, status, code) => {
    const response = await alice.call(
      'POST',
      '/auth/impersonate',
      { tenant_id: acme, reason: REASON, ...change },
      options,
    );
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ type: `urn:monsys:problem:${code}` });
  });

  it('an analyst has no such permission', async () => {
    const analyst = await hub.person('analyst');
    expect((await analyst.call('POST', '/auth/impersonate', { tenant_id: acme, reason: REASON })).status).toBe(403);
  });

  it('an altered token, and an impersonation from inside one', async () => {
    const { token } = await enter();
    const altered = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    expect((await inside(altered, 'GET', '/agents')).status).toBe(401);
    const nested = await inside(token, 'POST', '/auth/impersonate', { tenant_id: globex, reason: REASON });
    expect(nested.body['type']).toBe('urn:monsys:problem:impersonation_not_possible');
  });
});

describe('the end', () => {
  it('by the engineer: the token is dead with the answer, and cannot be replayed', async () => {
    const { token } = await enter();
    expect((await inside(token, 'GET', '/agents')).status).toBe(200);
    expect((await inside(token, 'POST', '/auth/impersonate/end')).body['state']).toBe('ended');
    const after = await inside(token, 'GET', '/agents');
    expect(after).toMatchObject({ status: 401, body: { type: 'urn:monsys:problem:impersonation_ended' } });
  });

  it('by the minute, on the database’s clock alone: an API five minutes behind changes nothing, and no worker is asked', async () => {
    const { token, impersonation_id } = await enter(alice, { duration_minutes: 1 });
    await hub.db.admin.query(sql.unsafe`
      update impersonations set expires_at = now() - interval '1 millisecond' where id = ${impersonation_id}::uuid`);
    expect((await inside(token, 'GET', '/agents')).status).toBe(401);
  });

  it('by an owner, one or all, at once', async () => {
    const [first, second] = [await enter(), await enter()];
    expect(await (await owner.call('POST', `/auth/impersonations/${first.impersonation_id}/end`)).json()).toEqual({
      ended: 1,
    });
    expect((await inside(first.token, 'GET', '/agents')).status).toBe(401);
    expect((await inside(second.token, 'GET', '/agents')).status).toBe(200);
    await owner.call('POST', '/auth/impersonations/end-all');
    expect((await inside(second.token, 'GET', '/agents')).status).toBe(401);
    const rows = await auditOf(second.impersonation_id);
    expect(rows.at(-1)).toMatchObject({
      event_type: 'impersonation_ended',
      actor_email: owner.email,
      event_data: { why: 'ended_by_owner' },
    });
  });

  it('by revoking the token it was started with, by deactivation, and by losing the role', async () => {
    for (const statement of [
      (id: string) => sql.unsafe`update api_tokens set revoked_at = now() where user_id = ${id}::uuid`,
      (id: string) => sql.unsafe`update users set is_active = false where id = ${id}::uuid`,
      (id: string) => sql.unsafe`update users set role = 'viewer' where id = ${id}::uuid`,
    ]) {
      const eve = await hub.person('admin');
      const { token } = await enter(eve);
      expect((await inside(token, 'GET', '/agents')).status).toBe(200);
      await hub.db.admin.query(statement(eve.id));
      expect((await inside(token, 'GET', '/agents')).status).toBe(401);
    }
  });

  it('is written down by the workflow when nobody ends it', async () => {
    const { impersonation_id } = await enter(alice, { duration_minutes: 1 });
    await hub.db.admin.query(sql.unsafe`
      update impersonations set expires_at = now() - interval '1 millisecond' where id = ${impersonation_id}::uuid`);
    await hub.client.workflow.getHandle(`impersonation:${impersonation_id}`).signal('heard');
    const rows = await waitUntil('the end is in the log', async () => {
      const found = await auditOf(impersonation_id);
      return found.some((row) => row.event_type === 'impersonation_ended') && found;
    });
    expect(rows.at(-1)?.event_data['why']).toBe('expired');
  });
});

describe('consent', () => {
  const setConsent = (kind: string) =>
    alice.call('PUT', `/tenants/${acme}/impersonation-consent`, { impersonation_consent: kind });

  it('approve: a client’s person grants it first, then the engineer claims it, and nobody else does', async () => {
    await setConsent('approve');
    const asked = await alice.call('POST', '/auth/impersonate', { tenant_id: acme, reason: REASON });
    expect(asked.status).toBe(202);
    const { impersonation_id, token } = (await asked.json()) as Entered;
    expect(token).toBeNull();
    const early = await alice.call('POST', '/auth/impersonate/claim', { impersonation_id });
    expect(await early.json()).toMatchObject({ type: 'urn:monsys:problem:impersonation_not_granted' });
    expect(
      (await client.call('POST', `/auth/impersonations/${impersonation_id}/consent`, { granted: true })).status,
    ).toBe(200);
    expect((await owner.call('POST', '/auth/impersonate/claim', { impersonation_id })).status).toBe(404);
    const claimed = (await (
      await alice.call('POST', '/auth/impersonate/claim', { impersonation_id })
    ).json()) as Entered;
    expect((await inside(claimed.token, 'GET', '/agents')).status).toBe(200);
    const rows = await auditOf(impersonation_id);
    expect(rows[0]).toMatchObject({ event_type: 'impersonation_started', event_data: { consented_by: client.email } });
    await setConsent('none');
  });

  it('granted long ago cannot be claimed any more, whether or not a worker has said so', async () => {
    await setConsent('approve');
    const { impersonation_id } = (await (
      await alice.call('POST', '/auth/impersonate', { tenant_id: acme, reason: REASON })
    ).json()) as Entered;
    await client.call('POST', `/auth/impersonations/${impersonation_id}/consent`, { granted: true });
    await hub.db.admin.query(
      sql.unsafe`update impersonations set consent_until = now() - interval '16 minutes' where id = ${impersonation_id}::uuid`,
    );
    const late = await alice.call('POST', '/auth/impersonate/claim', { impersonation_id });
    expect(await late.json()).toMatchObject({ type: 'urn:monsys:problem:impersonation_not_granted' });
    await setConsent('none');
  });

  it('refused is the end of it', async () => {
    await setConsent('approve');
    const asked = (await (
      await alice.call('POST', '/auth/impersonate', { tenant_id: acme, reason: REASON })
    ).json()) as Entered;
    await client.call('POST', `/auth/impersonations/${asked.impersonation_id}/consent`, { granted: false });
    const claimed = await alice.call('POST', '/auth/impersonate/claim', { impersonation_id: asked.impersonation_id });
    expect(claimed.status).toBe(409);
    await setConsent('none');
  });
});

describe('200 requests at once', () => {
  it('over many tenants never see a foreign row', async () => {
    const tenants = await hub.db.admin.any(sql.type(z.object({ id: z.uuid() }))`
      insert into tenants (msp_owner, slug, name) select ${hub.api.msp.id}::uuid, 'many-' || n, 'Many ' || n from generate_series(1, 20) n returning id`);
    const tokens: { tenant: string; token: string; agent: string }[] = [];
    for (const { id } of tenants) {
      const agent = await registerTestAgent(hub.api, id, 'only-one');
      tokens.push({ tenant: id, agent: agent.id, token: (await enter(alice, { tenant_id: id })).token });
    }
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const { token, agent } = tokens[index % tokens.length] as (typeof tokens)[number];
        const response = await hub.api.app.request('http://hub.test/api/v1/agents', {
          headers: { authorization: `Bearer ${token}` },
        });
        const { items } = (await response.json()) as { items: { id: string }[] };
        return items.length === 1 && items[0]?.id === agent;
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
  });
});
