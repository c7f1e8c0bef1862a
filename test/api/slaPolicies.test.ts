import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { raiseAlert } from '../../src/db/alerts.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { WEEKDAYS } from '../../src/domain/localTime.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { BUILT_IN_POLICY } from '../../src/domain/slaPolicy.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestApi, json } from '../support/api.ts';
import { problemOf } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { tenants, as } = api;

type Policy = { readonly id: string; readonly name: string; readonly is_default: boolean };
type Alert = {
  readonly id: string;
  readonly opened_at: string;
  readonly sla_due_at: string;
  readonly ack_due_at: string;
  readonly sla: {
    readonly state: string;
    readonly paused: string | null;
    readonly policy: { readonly id: string | null; readonly name: string };
    readonly acknowledge: { readonly state: string } | null;
  };
};

/** A policy's body that gives every severity the same minutes. */
function body(name: string, acknowledge_minutes: number, resolve_minutes: number): Record<string, unknown> {
  const promise = { acknowledge_minutes, resolve_minutes };
  return {
    name,
    minutes: { critical: promise, high: promise, medium: promise, low: promise, info: promise },
    calendar: { kind: '24x7' },
  };
}
const create = async (name: string, change: Record<string, unknown> = {}): Promise<Policy> =>
  json(await as('admin')('POST', '/sla-policies', { ...body(name, 10, 100), ...change }), 201);
const follow = async (tenantId: string, sla_policy_id: string | null) =>
  json(await as('admin')('PUT', `/tenants/${tenantId}/sla-policy`, { sla_policy_id }), 200);

async function raise(tenantId: string, severity: Severity = 'high', agentId: string | null = null): Promise<string> {
  const { id } = await withTenant(db.app, tenantId, (tx) =>
    raiseAlert(tx, {
      tenant_id: tenantId,
      agent_id: agentId,
      source: 'ingest',
      fingerprint: randomUUID(),
      severity,
      title: 'Trouble',
      detail: {},
      at: new Date().toISOString(),
    }),
  );
  return id;
}
const show = async (id: string): Promise<Alert> => json(await as('viewer')('GET', `/alerts/${id}`), 200);
const minutesTo = (alert: Alert, which: 'sla_due_at' | 'ack_due_at'): number =>
  (Date.parse(alert[which]) - Date.parse(alert.opened_at)) / 60_000;
const names = async (role: 'operator' | 'client_viewer'): Promise<readonly string[]> =>
  (await json<{ items: Policy[] }>(await as(role)('GET', '/sla-policies'), 200)).items.map(({ name }) => name);

describe('SLA policies', () => {
  it('201, 200, 204: are made, replaced and deleted, with an audit row each', async () => {
    const made = await create('Bronze');
    expect(made).toMatchObject({ name: 'Bronze', is_default: false, pauses_in_maintenance: true });
    const changed = await json(await as('owner')('PUT', `/sla-policies/${made.id}`, body('Bronze plus', 5, 50)), 200);
    expect(changed).toMatchObject({
      name: 'Bronze plus',
      minutes: { critical: { acknowledge_minutes: 5, resolve_minutes: 50 } },
    });
    expect(await json(await as('operator')('GET', `/sla-policies/${made.id}`), 200)).toEqual(changed);
    await json(await as('admin')('DELETE', `/sla-policies/${made.id}`), 204);
    expect((await as('admin')('GET', `/sla-policies/${made.id}`)).status).toBe(404);
    const rows = await db.admin.any(sql.type(z.object({ event_type: z.string() }))`
      select event_type from audit_log where msp_id = ${api.msp.id}::uuid and event_data ->> 'sla_policy_id' = ${made.id} order by seq`);
    expect(rows.map((row) => row.event_type)).toEqual([
      'sla_policy_created',
      'sla_policy_changed',
      'sla_policy_deleted',
    ]);
  });

  it('200: one is the default, the last that was made it; tenants without their own follow it', async () => {
    expect((await show(await raise(tenants.b))).sla.policy).toEqual({ id: null, name: BUILT_IN_POLICY.name });
    const first = await create('First', { is_default: true });
    const second = await create('Second', { is_default: true, ...body('Second', 7, 70) });
    const alert = await show(await raise(tenants.b));
    expect(alert.sla.policy).toEqual({ id: second.id, name: 'Second' });
    expect([minutesTo(alert, 'ack_due_at'), minutesTo(alert, 'sla_due_at')]).toEqual([7, 70]);
    expect(await json(await as('viewer')('GET', `/sla-policies/${first.id}`), 200)).toMatchObject({
      is_default: false,
    });
    expect(await problemOf(await as('admin')('DELETE', `/sla-policies/${second.id}`))).toBe('conflict');
    await json(await as('admin')('PUT', `/sla-policies/${second.id}`, body('Second', 8, 80)), 200);
    // What was promised stays promised; what opens now has the built-in policy.
    expect(minutesTo(await show(alert.id), 'sla_due_at')).toBe(70);
    expect((await show(await raise(tenants.b))).sla.policy.id).toBeNull();
  });

  it('200: a tenant’s own moves the due times of its open alerts, and the clock of acknowledging stops', async () => {
    const [open, taken, other] = [await raise(tenants.a), await raise(tenants.a), await raise(tenants.b)];
    await json(await as('operator')('PATCH', `/alerts/${taken}/acknowledge`), 200);
    const policy = await create('Gold', body('Gold', 3, 30));
    expect(await follow(tenants.a, policy.id)).toEqual({
      sla_policy_id: policy.id,
      in_force: { id: policy.id, name: 'Gold' },
    });
    expect(await show(open)).toMatchObject({ sla: { policy: { name: 'Gold' }, acknowledge: { state: 'ok' } } });
    expect(minutesTo(await show(open), 'ack_due_at')).toBe(3);
    expect(minutesTo(await show(open), 'sla_due_at')).toBe(30);
    expect(minutesTo(await show(taken), 'ack_due_at')).toBe(60);
    expect((await show(taken)).sla.acknowledge?.state).toBe('met');
    expect((await show(other)).sla.policy.name).not.toBe('Gold');
    // The minutes of a tenant take the place of those of its policy.
    await json(await as('admin')('PUT', `/tenants/${tenants.a}/settings`, { sla_resolve_minutes: { high: 20 } }), 200);
    expect(minutesTo(await show(open), 'sla_due_at')).toBe(20);
    expect(await json(await as('viewer')('GET', `/tenants/${tenants.a}/settings`), 200)).toMatchObject({
      sla_policy: { id: policy.id, name: 'Gold' },
      sla_resolve_minutes_in_force: { critical: 30, high: 20 },
    });
    await json(await as('admin')('PUT', `/tenants/${tenants.a}/settings`, { sla_resolve_minutes: {} }), 200);
    expect(await problemOf(await as('admin')('DELETE', `/sla-policies/${policy.id}`))).toBe('conflict');
    await follow(tenants.a, null);
    expect(minutesTo(await show(open), 'sla_due_at')).toBe(240);
    await json(await as('admin')('DELETE', `/sla-policies/${policy.id}`), 204);
    expect((await show(open)).sla.policy.name).toBe(BUILT_IN_POLICY.name);
  });

  it('200: the policy of a host’s group holds before the tenant’s, and says so', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'grouped-01');
    const policy = await create('Groups', body('Groups', 4, 40));
    const group = await json<{ id: string }>(
      await as('admin')('POST', '/groups', {
        tenant_id: tenants.a,
        name: 'grouped',
        priority: 5,
        rule: { hostname: 'grouped-*' },
        sla_policy_id: policy.id,
      }),
      201,
    );
    expect(await json(await as('client_viewer')('GET', `/agents/${agent.id}/effective`), 200)).toMatchObject({
      sla_policy: {
        group: { id: group.id },
        id: policy.id,
        name: 'Groups',
        reason: 'Only "grouped" has an SLA policy.',
      },
      sla: { low: { group: { id: group.id }, acknowledge_minutes: 4, resolve_minutes: 40 } },
    });
    const alert = await show(await raise(tenants.a, 'low', agent.id));
    expect([minutesTo(alert, 'ack_due_at'), minutesTo(alert, 'sla_due_at')]).toEqual([4, 40]);
    expect(await problemOf(await as('admin')('DELETE', `/sla-policies/${policy.id}`))).toBe('conflict');
    await json(await as('admin')('DELETE', `/groups/${group.id}`), 204);
    await json(await as('admin')('DELETE', `/sla-policies/${policy.id}`), 204);
  });

  it('200: due times follow a host that joins or leaves a group, and the group that follows another policy', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'joins-01');
    const [slow, fast] = [await create('Slow', body('Slow', 7, 70)), await create('Fast', body('Fast', 3, 30))];
    const alert = await raise(tenants.a, 'high', agent.id);
    const elsewhere = await raise(tenants.a, 'high');
    const due = async (id = alert) => {
      const shown = await show(id);
      return [minutesTo(shown, 'ack_due_at'), minutesTo(shown, 'sla_due_at'), shown.sla.policy.name];
    };
    const [before, other] = [await due(), await due(elsewhere)];
    const definition = { name: 'joined', priority: 5, rule: { tag: 'joined' } };
    const made = { tenant_id: tenants.a, ...definition, sla_policy_id: slow.id };
    const group = await json<{ id: string }>(await as('admin')('POST', '/groups', made), 201);
    const tag = async (tags: readonly string[]) =>
      json(await as('admin')('PATCH', `/agents/${agent.id}`, { tags }), 200);
    const put = async (change: object) =>
      json(await as('admin')('PUT', `/groups/${group.id}`, { ...definition, ...change }), 200);
    await tag(['joined']);
    expect(await due()).toEqual([7, 70, 'Slow']);
    await put({ sla_policy_id: fast.id });
    expect(await due()).toEqual([3, 30, 'Fast']);
    await put({ sla_policy_id: fast.id, sla_resolve_minutes: { high: 20 } });
    expect(await due()).toEqual([3, 20, 'Fast']);
    // The policy's own minutes hold for alerts that open later: what was promised under it stays.
    await json(await as('admin')('PUT', `/sla-policies/${fast.id}`, body('Fast', 1, 5)), 200);
    await put({ sla_policy_id: fast.id, sla_resolve_minutes: { high: 20 }, runbook_md: '# Other words' });
    expect(await due()).toEqual([3, 20, 'Fast']);
    await put({});
    expect(await due()).toEqual(before);
    await put({ sla_policy_id: slow.id });
    await tag([]);
    expect(await due()).toEqual(before);
    await tag(['joined']);
    expect(await due()).toEqual([7, 70, 'Slow']);
    // One that says nothing about the SLA, before the one that does.
    const silent = await json<{ id: string }>(
      await as('admin')('POST', '/groups', { ...made, name: 'silent', priority: 1, sla_policy_id: null }),
      201,
    );
    expect(await due()).toEqual([7, 70, 'Slow']);
    for (const id of [silent.id, group.id]) await json(await as('admin')('DELETE', `/groups/${id}`), 204);
    expect(await due()).toEqual(before);
    expect(await due(elsewhere), 'of no host').toEqual(other);
    for (const { id } of [slow, fast]) await json(await as('admin')('DELETE', `/sla-policies/${id}`), 204);
  });

  it('200: a group changes while somebody resolves an alert of its host: alerts are locked before the audit log', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'crossed-01');
    const policy = await create('Crossed', body('Crossed', 3, 30));
    const definition = { name: 'crossed', rule: { hostname: 'crossed-*' } };
    const group = await json<{ id: string }>(
      await as('admin')('POST', '/groups', { tenant_id: tenants.a, ...definition }),
      201,
    );
    const alert = await raise(tenants.a, 'high', agent.id);
    const isWaiting = z.object({ waiting: z.boolean() });
    const [held, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const resolving = withTenant(db.app, tenants.a, async (tx) => {
      await tx.query(sql.unsafe`select from alerts where id = ${alert}::uuid for update`);
      held.resolve();
      await goOn.promise;
    });
    await held.promise;
    const put = as('admin')('PUT', `/groups/${group.id}`, { ...definition, sla_policy_id: policy.id });
    await vi.waitUntil(
      async () =>
        (
          await db.admin.one(sql.type(isWaiting)`
            select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting`)
        ).waiting,
      { timeout: 10_000 },
    );
    const free = await db.admin.any(
      sql.type(
        z.object({ chain_id: z.uuid() }),
      )`select chain_id from audit_chain_heads where chain_id = ${tenants.a}::uuid for update skip locked`,
    );
    goOn.resolve();
    await resolving;
    await json(await put, 200);
    expect(free, 'nobody who waits for an alert holds the audit log').toHaveLength(1);
    expect(minutesTo(await show(alert), 'sla_due_at')).toBe(30);
    await json(await as('admin')('DELETE', `/groups/${group.id}`), 204);
    await json(await as('admin')('DELETE', `/sla-policies/${policy.id}`), 204);
  });

  it('200: outside its hours the clocks stand still, and due is after the next opening', async () => {
    const nowMs = Date.now();
    const opens = new Date(nowMs + 2 * 86_400_000);
    const day = WEEKDAYS[(opens.getUTCDay() + 6) % 7] as string;
    const policy = await create('Later', {
      ...body('Later', 10, 100),
      calendar: {
        kind: 'business_hours',
        time_zone: 'UTC',
        weekly_hours: { [day]: [{ from: '09:00', until: '17:00' }] },
      },
    });
    await follow(tenants.a, policy.id);
    const alert = await show(await raise(tenants.a, 'info'));
    expect(alert.sla).toMatchObject({ state: 'ok', paused: 'outside_hours' });
    expect(alert.sla_due_at).toBe(`${opens.toISOString().slice(0, 10)}T10:40:00.000Z`);
    await follow(tenants.a, null);
    expect((await show(alert.id)).sla.paused).toBeNull();
  });

  it('400: are refused where they are not possible', async () => {
    for (const bad of [
      body('x', 101, 100),
      { ...body('x', 1, 1), calendar: { kind: '24x7', holidays: [] } },
      { ...body('x', 1, 1), calendar: { kind: 'business_hours', time_zone: '+02:00', weekly_hours: {} } },
      { ...body('x', 1, 1), minutes: {} },
    ])
      expect(await problemOf(await as('admin')('POST', '/sla-policies', bad))).toBe('invalid_request');
  });

  it('403: are read by all who work and changed by admins', async () => {
    const policy = await create('Roles');
    for (const role of ['operator', 'analyst', 'viewer', 'client_viewer'] as const) {
      expect((await as(role)('POST', '/sla-policies', body('x', 1, 2))).status).toBe(403);
      expect((await as(role)('PUT', `/sla-policies/${policy.id}`, body('x', 1, 2))).status).toBe(403);
      expect((await as(role)('DELETE', `/sla-policies/${policy.id}`)).status).toBe(403);
      expect((await as(role)('PUT', `/tenants/${tenants.a}/sla-policy`, { sla_policy_id: null })).status).toBe(403);
      expect((await as(role)('GET', '/sla-policies')).status).toBe(200);
    }
    expect((await as('auditor')('GET', '/sla-policies')).status).toBe(403);
  });

  it('404: a client sees those that hold for its hosts, and none of another company', async () => {
    const [own, sister] = [await create('For ACME'), await create('For Globex')];
    await follow(tenants.a, own.id);
    await follow(tenants.b, sister.id);
    expect(await names('operator')).toEqual(expect.arrayContaining(['For ACME', 'For Globex']));
    expect(await names('client_viewer')).toEqual(['For ACME']);
    expect((await as('client_viewer')('GET', `/sla-policies/${sister.id}`)).status).toBe(404);
    await follow(tenants.a, null);
    expect((await as('client_viewer')('GET', `/sla-policies/${own.id}`)).status).toBe(404);
  });

  it('409: have names that differ in more than the case of letters', async () => {
    await create('Twice');
    const other = await create('Once');
    expect(await problemOf(await as('admin')('POST', '/sla-policies', body('tWICE', 1, 2)))).toBe('conflict');
    expect(await problemOf(await as('admin')('PUT', `/sla-policies/${other.id}`, body('TWICE', 1, 2)))).toBe(
      'conflict',
    );
    expect((await as('admin')('PUT', `/sla-policies/${other.id}`, body('ONCE', 1, 2))).status).toBe(200);
  });

  it('422: that are another MSP’s are none, for the database as well', async () => {
    const foreign = randomUUID();
    await db.admin.query(sql.unsafe`
      insert into sla_policies (id, msp_id, name, minutes, calendar, pauses_in_maintenance)
      select ${foreign}::uuid, msp_owner, 'Foreign', '{}', '{"kind":"24x7"}', true from tenants where id = ${tenants.other}::uuid`);
    const put = await as('admin')('PUT', `/tenants/${tenants.a}/sla-policy`, { sla_policy_id: foreign });
    expect(await problemOf(put)).toBe('sla_policy_unknown');
    const group = { tenant_id: tenants.a, name: 'foreign', rule: { hostname: 'x' }, sla_policy_id: foreign };
    expect(await problemOf(await as('admin')('POST', '/groups', group))).toBe('sla_policy_unknown');
    expect((await as('admin')('GET', `/sla-policies/${foreign}`)).status).toBe(404);
    const steal = withTenant(db.app, tenants.a, (tx) =>
      tx.query(
        sql.unsafe`insert into tenant_settings (tenant_id, sla_policy_id) values (${tenants.a}::uuid, ${foreign}::uuid)
          on conflict (tenant_id) do update set sla_policy_id = excluded.sla_policy_id`,
      ),
    );
    await expect(steal).rejects.toThrow(/foreign key/);
  });
});
