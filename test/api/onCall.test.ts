/** On-call schedules and escalation policies over the API: what they answer, and what they refuse. */

import { randomBytes, randomUUID } from 'node:crypto';
import ICAL from 'ical.js';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { createTestApi, insertUser, type TestUser } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
// A Tuesday morning in Brussels.
const NOW = Date.parse('2026-06-02T08:00:00.000Z');
let nowMs = NOW;
const api = await createTestApi(db, { now: () => nowMs });
const [carol, dave, erin] = (await Promise.all(
  (['admin', 'operator', 'owner'] as const).map((role) => insertUser(db, api.msp.id, role, null)),
)) as [TestUser, TestUser, TestUser];
const { msp_id: otherMsp } = await db.admin.one(sql.type(z.object({ msp_id: z.uuid() }))`
  select msp_owner as msp_id from tenants where id = ${api.tenants.other}::uuid`);
const stranger = await insertUser(db, otherMsp, 'owner', null);

type Body = Record<string, unknown>;
const as =
  (user: TestUser) =>
  async (method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> => {
    const response = await api.anonymous(method, path, body, { authorization: `Bearer ${user.token}` });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Body) };
  };
const admin = as(carol);

const layer = {
  name: 'Week',
  members: [carol.id, dave.id],
  rotation: 'weekly',
  handover_time: '09:00',
  handover_weekday: 1,
  starts_on: '2026-06-01',
};
let counter = 0;
const wanted = (change: Body = {}): Body => {
  counter += 1;
  return { name: `Schedule ${counter}`, time_zone: 'Europe/Brussels', layers: [layer], ...change };
};
async function make(change: Body = {}): Promise<{ id: string } & Body> {
  const { status, body } = await admin('POST', '/on-call/schedules', wanted(change));
  expect(status, JSON.stringify(body)).toBe(201);
  return body as { id: string } & Body;
}
async function audited(type: string): Promise<readonly Body[]> {
  const rows = await db.admin.any(sql.type(z.object({ event_data: z.record(z.string(), z.unknown()) }))`
    select event_data from audit_log where event_type = ${type} and msp_id = ${api.msp.id}::uuid order by seq`);
  return rows.map(({ event_data }) => event_data);
}

describe('200 and 201', () => {
  it('makes, shows, replaces and deletes a schedule, each with its audit row', async () => {
    const made = await make({ name: 'Whole life' });
    expect(made).toMatchObject({
      layers: [{ ...layer, restrictions: [] }],
      is_default: false,
      overrides: [],
      people: [
        { id: carol.id, is_active: true, is_skipped: false },
        { id: dave.id, is_active: true, is_skipped: false },
      ],
    });
    const changed = await admin(
      'PUT',
      `/on-call/schedules/${made.id}`,
      wanted({ name: 'Whole life 2', layers: [{ ...layer, members: [erin.id] }] }),
    );
    expect(changed).toMatchObject({ status: 200, body: { name: 'Whole life 2', people: [{ id: erin.id }] } });
    expect((await admin('GET', `/on-call/schedules/${made.id}`)).body).toEqual(changed.body);
    expect((await admin('DELETE', `/on-call/schedules/${made.id}`)).status).toBe(204);
    expect((await admin('GET', `/on-call/schedules/${made.id}`)).status).toBe(404);
    for (const event of ['created', 'changed', 'deleted'])
      expect((await audited(`on_call_schedule_${event}`)).at(-1)).toMatchObject({ schedule_id: made.id });
  });

  it('pages schedules by name', async () => {
    await make();
    await make();
    const first = await admin('GET', '/on-call/schedules?limit=1');
    const second = await admin('GET', `/on-call/schedules?limit=1&cursor=${String(first.body['next_cursor'])}`);
    const names = [first, second].map(({ body }) => (body['items'] as { name: string }[]).map(({ name }) => name));
    expect(names[0]).toHaveLength(1);
    expect((names[0]?.[0] as string) < (names[1]?.[0] as string)).toBe(true);
  });

  it('has one default: a new one takes its place', async () => {
    const first = await make({ is_default: true });
    const second = await make({ is_default: true });
    expect((await admin('GET', `/on-call/schedules/${first.id}`)).body['is_default']).toBe(false);
    expect((await admin('GET', `/on-call/schedules/${second.id}`)).body['is_default']).toBe(true);
  });

  it('gives shifts that tile the interval, with the override in between', async () => {
    const { id } = await make();
    const { status, body } = await as(dave)('POST', `/on-call/schedules/${id}/overrides`, {
      user_id: dave.id,
      from: '2026-06-03T12:00:00+02:00',
      until: '2026-06-03T18:00:00+02:00',
      note: 'Carol is at the dentist',
    });
    expect(status, JSON.stringify(body)).toBe(201);
    const shifts = await as(dave)(
      'GET',
      `/on-call/schedules/${id}/shifts?from=2026-06-02T00:00:00Z&until=2026-06-09T00:00:00Z`,
    );
    const by = (who: TestUser) => ({ user: { id: who.id, email: who.email } });
    expect(shifts.body['items']).toMatchObject([
      {
        from: '2026-06-02T00:00:00.000Z',
        until: '2026-06-03T10:00:00.000Z',
        duty: { ...by(carol), source: { kind: 'layer', layer: 0, name: 'Week' } },
      },
      {
        until: '2026-06-03T16:00:00.000Z',
        duty: { ...by(dave), source: { kind: 'override', override_id: body['id'] } },
      },
      { until: '2026-06-08T07:00:00.000Z', duty: by(carol) },
      { until: '2026-06-09T00:00:00.000Z', duty: by(dave) },
    ]);
    expect(await audited('on_call_override_created')).toMatchObject([{ user_id: dave.id, schedule_id: id }]);
    expect((await as(dave)('DELETE', `/on-call/overrides/${String(body['id'])}`)).status).toBe(204);
    expect((await as(dave)('GET', `/on-call/schedules/${id}`)).body['overrides']).toEqual([]);
  });

  it('says who is on call now, until when, and who is next', async () => {
    const { id } = await make();
    const now = await as(dave)('GET', `/on-call/now?schedule_id=${id}`);
    expect(now.body).toMatchObject({
      at: new Date(NOW).toISOString(),
      items: [
        {
          schedule: { id, time_zone: 'Europe/Brussels' },
          now: { user: { id: carol.id } },
          until: '2026-06-08T07:00:00.000Z',
          next: { user: { id: dave.id }, from: '2026-06-08T07:00:00.000Z' },
        },
      ],
    });
  });

  it('skips whoever is deactivated, and shows it; a change that keeps them is not refused', async () => {
    const leaver = await insertUser(db, api.msp.id, 'operator', null);
    const layers = [{ ...layer, members: [leaver.id, dave.id] }];
    const { id } = await make({ layers });
    const who = async () => (await admin('GET', `/on-call/now?schedule_id=${id}`)).body['items'];
    expect(await who()).toMatchObject([{ now: { user: { id: leaver.id } } }]);
    await db.admin.query(sql.unsafe`update users set is_active = false where id = ${leaver.id}::uuid`);
    expect(await who()).toMatchObject([{ now: { user: { id: dave.id } }, until: null }]);
    const kept = await admin('PUT', `/on-call/schedules/${id}`, wanted({ layers }));
    expect(kept).toMatchObject({
      status: 200,
      body: { people: [{ id: leaver.id, is_active: false, is_skipped: true }, { id: dave.id }] },
    });
  });

  it('makes, replaces and deletes an escalation policy', async () => {
    const { id: schedule_id } = await make();
    const policy = {
      name: 'Nights',
      levels: [
        {
          targets: [
            { kind: 'schedule', schedule_id },
            { kind: 'user', user_id: dave.id },
          ],
          wait_minutes: 5,
        },
        { targets: [{ kind: 'admins' }], wait_minutes: 15 },
      ],
      repeats: 1,
    };
    const made = await admin('POST', '/escalation-policies', policy);
    expect(made).toMatchObject({ status: 201, body: { ...policy, minimum_severity: 'high', is_default: false } });
    const path = `/escalation-policies/${String(made.body['id'])}`;
    expect((await admin('PUT', path, { ...policy, repeats: 2 })).body).toMatchObject({ repeats: 2 });
    expect((await as(dave)('GET', '/escalation-policies')).body['items']).toMatchObject([{ repeats: 2 }]);
    expect((await admin('DELETE', `/on-call/schedules/${schedule_id}`)).body).toMatchObject({ policies: ['Nights'] });
    expect((await admin('DELETE', path)).status).toBe(204);
    expect((await admin('DELETE', `/on-call/schedules/${schedule_id}`)).status).toBe(204);
    expect(await audited('escalation_policy_deleted')).toMatchObject([{ name: 'Nights' }]);
  });
});

describe('the calendar', () => {
  const basic = (token: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}`,
  });
  const read = async (id: string, headers: Record<string, string>): Promise<Response> =>
    api.anonymous('GET', `/on-call/schedules/${id}/calendar.ics`, undefined, headers);
  const events = (text: string) =>
    new ICAL.Component(ICAL.parse(text) as unknown[] as never)
      .getAllSubcomponents('vevent')
      .map((component) => new ICAL.Event(component))
      .map((event) => ({
        uid: event.uid,
        summary: event.summary,
        from: event.startDate.toJSDate().toISOString(),
        until: event.endDate.toJSDate().toISOString(),
        zone: event.startDate.zone.tzid,
      }));

  it('is read with an API token as the password, by another library than wrote it', async () => {
    const { id } = await make();
    const response = await read(id, basic(dave.token));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('PRODID:');
    const found = events(text);
    expect(found).toHaveLength(14);
    expect(found[0]).toMatchObject({
      from: '2026-06-01T07:00:00.000Z',
      until: '2026-06-08T07:00:00.000Z',
      zone: 'UTC',
    });
    expect(new Set(found.map(({ uid }) => uid)).size).toBe(14);
    // The last one begins within 90 days, and is whole.
    expect(found.at(-1)).toMatchObject({ from: '2026-08-31T07:00:00.000Z', until: '2026-09-07T07:00:00.000Z' });
  });

  it('keeps UIDs and bytes while nothing changes, and UIDs as time goes on', async () => {
    const { id } = await make();
    const first = await (await read(id, basic(dave.token))).text();
    expect(await (await read(id, basic(dave.token))).text()).toBe(first);
    nowMs = NOW + 3 * 86_400_000;
    const later = events(await (await read(id, basic(dave.token))).text());
    nowMs = NOW;
    expect(later.slice(0, 14)).toEqual(events(first).slice(0, 14));
  });

  it('asks for a password where none is sent, and takes no other kind of token', async () => {
    const { id } = await make();
    const none = await read(id, {});
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe(
      'Bearer realm="monsys-msp", Basic realm="monsys-msp", charset="UTF-8"',
    );
    for (const wrong of ['', 'msys_api_00', dave.token.replace('api', 'session'), `${dave.token} `])
      expect((await read(id, basic(wrong))).status, wrong).toBe(401);
    expect((await read(id, { authorization: 'Basic !!' })).status).toBe(401);
    // Elsewhere a password opens nothing, and nothing asks for one.
    const other = await api.anonymous('GET', '/on-call/schedules', undefined, basic(dave.token));
    expect(other.status).toBe(401);
    expect(other.headers.get('www-authenticate')).toBe('Bearer realm="monsys-msp"');
  });

  it('is refused to a token without the scope', async () => {
    const { id } = await make();
    const narrow = await insertUser(db, api.msp.id, 'operator', null);
    await db.admin.query(sql.unsafe`update api_tokens set scopes = '{alerts.read}' where user_id = ${narrow.id}::uuid`);
    expect((await read(id, basic(narrow.token))).status).toBe(403);
    await db.admin.query(
      sql.unsafe`update api_tokens set scopes = '{on_call.read}' where user_id = ${narrow.id}::uuid`,
    );
    expect((await read(id, basic(narrow.token))).status).toBe(200);
    await db.admin.query(sql.unsafe`update api_tokens set revoked_at = now() where user_id = ${narrow.id}::uuid`);
    expect((await read(id, basic(narrow.token))).status).toBe(401);
  });
});

describe('400', () => {
  it.each([
    ['an unknown zone', { time_zone: 'Europe/Atlantis' }],
    ['a fixed offset as a zone', { time_zone: '+02:00' }],
    ['no layer', { layers: [] }],
    ['a weekly layer without a weekday', { layers: [{ ...layer, handover_weekday: null }] }],
    ['a member of another MSP', { layers: [{ ...layer, members: [stranger.id] }] }],
    ['a member below operator', { layers: [{ ...layer, members: [api.user('analyst').id] }] }],
    ['a client’s person', { layers: [{ ...layer, members: [api.user('client_viewer').id] }] }],
  ])('%s', async (_, change) => {
    expect((await admin('POST', '/on-call/schedules', wanted(change))).status).toBe(400);
  });

  it.each([
    ['a time that ends before it begins', 'from=2026-06-02T00:00:00Z&until=2026-06-01T00:00:00Z'],
    ['more than 92 days', 'from=2026-06-02T00:00:00Z&until=2026-09-03T00:00:00Z'],
    ['a time long ago', 'from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z'],
    ['no time', 'from=yesterday'],
  ])('shifts of %s', async (_, query) => {
    const { id } = await make();
    expect((await admin('GET', `/on-call/schedules/${id}/shifts?${query}`)).status).toBe(400);
  });

  it('an override of the past, or of somebody who cannot be on call', async () => {
    const { id } = await make();
    const path = `/on-call/schedules/${id}/overrides`;
    const past = { user_id: carol.id, from: '2026-06-01T00:00:00Z', until: '2026-06-02T00:00:00Z' };
    expect((await admin('POST', path, past)).status).toBe(400);
    const future = { from: '2026-06-03T00:00:00Z', until: '2026-06-04T00:00:00Z' };
    for (const user_id of [stranger.id, api.user('analyst').id])
      expect((await admin('POST', path, { ...future, user_id })).status).toBe(400);
    expect((await admin('POST', path, { ...future, user_id: carol.id })).status).toBe(201);
  });

  it.each([
    ['no level', { levels: [] }],
    ['another MSP’s person', { levels: [{ targets: [{ kind: 'user', user_id: stranger.id }], wait_minutes: 5 }] }],
    [
      'no schedule of the MSP',
      { levels: [{ targets: [{ kind: 'schedule', schedule_id: carol.id }], wait_minutes: 5 }] },
    ],
    ['no wait', { levels: [{ targets: [{ kind: 'admins' }], wait_minutes: 0 }] }],
  ])('a policy with %s', async (_, change) => {
    expect((await admin('POST', '/escalation-policies', { name: 'Bad', ...change })).status).toBe(400);
  });
});

describe('403', () => {
  it('operators read, put themselves on call, and arrange nothing for others', async () => {
    const { id } = await make();
    const operator = as(dave);
    const at = { from: '2026-06-03T00:00:00Z', until: '2026-06-04T00:00:00Z' };
    expect((await operator('GET', '/on-call/schedules')).status).toBe(200);
    expect((await operator('POST', '/on-call/schedules', wanted())).status).toBe(403);
    expect(
      (await operator('POST', `/on-call/schedules/${id}/overrides`, { ...at, user_id: carol.id })).body,
    ).toMatchObject({
      status: 403,
      permission: 'on_call.write',
    });
    const arranged = await admin('POST', `/on-call/schedules/${id}/overrides`, { ...at, user_id: dave.id });
    expect((await operator('DELETE', `/on-call/overrides/${String(arranged.body['id'])}`)).status).toBe(403);
    expect((await admin('DELETE', `/on-call/overrides/${String(arranged.body['id'])}`)).status).toBe(204);
  });

  it('a client’s people see none of it', async () => {
    for (const path of ['/on-call/schedules', '/on-call/now', '/escalation-policies'])
      expect((await api.as('client_viewer')('GET', path)).status).toBe(403);
  });
});

describe('404: another MSP’s people find nothing', () => {
  it('of schedules, overrides and policies, and change nothing', async () => {
    const { id, ...before } = await make();
    const made = await admin('POST', `/on-call/schedules/${id}/overrides`, {
      user_id: carol.id,
      from: '2026-06-03T00:00:00Z',
      until: '2026-06-04T00:00:00Z',
    });
    const policy = await admin('POST', '/escalation-policies', {
      name: 'Ours',
      levels: [{ targets: [{ kind: 'admins' }], wait_minutes: 5 }],
    });
    const policyId = String(policy.body['id']);
    const thief = as(stranger);
    const own = { members: [stranger.id] };
    for (const [method, path, body] of [
      ['GET', `/on-call/schedules/${id}`],
      ['PUT', `/on-call/schedules/${id}`, wanted({ layers: [{ ...layer, ...own }] })],
      ['DELETE', `/on-call/schedules/${id}`],
      ['GET', `/on-call/schedules/${id}/shifts`],
      ['GET', `/on-call/schedules/${id}/calendar.ics`],
      ['GET', `/on-call/now?schedule_id=${id}`],
      ['GET', `/on-call/now?tenant_id=${api.tenants.a}`],
      [
        'POST',
        `/on-call/schedules/${id}/overrides`,
        { user_id: stranger.id, from: '2026-06-03T00:00:00Z', until: '2026-06-04T00:00:00Z' },
      ],
      ['DELETE', `/on-call/overrides/${String(made.body['id'])}`],
      ['GET', `/escalation-policies/${policyId}`],
      [
        'PUT',
        `/escalation-policies/${policyId}`,
        { name: 'Stolen', levels: [{ targets: [{ kind: 'admins' }], wait_minutes: 5 }] },
      ],
      ['DELETE', `/escalation-policies/${policyId}`],
      ['PUT', `/tenants/${api.tenants.other}/escalation-policy`, { escalation_policy_id: policyId }],
    ] as const) {
      const { status, body: answer } = await thief(method, path, body);
      expect(status, `${method} ${path}: ${JSON.stringify(answer)}`).toBe(404);
    }
    for (const path of ['/on-call/schedules', '/on-call/now', '/escalation-policies'])
      expect((await thief('GET', path)).body['items']).toEqual([]);
    const after = (await admin('GET', `/on-call/schedules/${id}`)).body;
    expect(after).toMatchObject({ name: before['name'], overrides: [{ id: made.body['id'] }] });
    await admin('DELETE', `/escalation-policies/${policyId}`);
  });
});

describe('409', () => {
  it('a name that is taken, whatever the case of its letters', async () => {
    const { id } = await make({ name: 'Taken' });
    expect((await admin('POST', '/on-call/schedules', wanted({ name: 'TAKEN' }))).status).toBe(409);
    expect((await admin('PUT', `/on-call/schedules/${id}`, wanted({ name: 'taken' }))).status).toBe(200);
    const policy = { name: 'Taken', levels: [{ targets: [{ kind: 'admins' }], wait_minutes: 5 }] };
    expect((await admin('POST', '/escalation-policies', policy)).status).toBe(201);
    expect((await admin('POST', '/escalation-policies', { ...policy, name: 'tAken' })).status).toBe(409);
  });

  it('what a group begins to use in the very moment in which it is deleted', async () => {
    const { id } = await make();
    const { body: group } = await admin('POST', '/groups', {
      tenant_id: api.tenants.a,
      name: 'Race',
      rule: { tag: 'none' },
    });
    // The group's transaction is under way, and invisible to the look for uses.
    const written = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const writing = db.admin.transaction(async (tx) => {
      await tx.query(sql.unsafe`
        update groups set on_call_schedule_id = ${id}::uuid where id = ${String(group['id'])}::uuid`);
      written.resolve();
      await commit.promise;
    });
    await written.promise;
    const deleting = admin('DELETE', `/on-call/schedules/${id}`);
    await vi.waitFor(async () => {
      const { waiting } = await db.admin.one(sql.type(z.object({ waiting: z.number() }))`
        select count(*) as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like 'delete from on_call_schedules%'`);
      expect(waiting).toBe(1);
    });
    commit.resolve();
    await writing;
    expect(await deleting).toMatchObject({ status: 409 });
    expect((await admin('GET', `/on-call/schedules/${id}`)).status).toBe(200);
    expect((await admin('DELETE', `/groups/${String(group['id'])}`)).status).toBe(204);
  });

  it('a policy that a tenant has chosen', async () => {
    const levels = [{ targets: [{ kind: 'admins' }], wait_minutes: 5 }];
    const { body } = await admin('POST', '/escalation-policies', { name: 'Chosen', levels });
    const choice = { escalation_policy_id: body['id'] };
    const path = `/tenants/${api.tenants.a}/escalation-policy`;
    expect((await admin('PUT', path, choice)).body).toEqual(choice);
    expect((await admin('GET', path)).body).toEqual(choice);
    const refused = await admin('DELETE', `/escalation-policies/${String(body['id'])}`);
    expect(refused).toMatchObject({ status: 409, body: { tenants: ['ACME'] } });
    expect((await admin('PUT', path, { escalation_policy_id: null })).status).toBe(200);
    expect((await admin('DELETE', `/escalation-policies/${String(body['id'])}`)).status).toBe(204);
  });
});

describe('a host and its alerts', () => {
  const tenantId = api.tenants.b;
  const viewer = api.as('viewer');
  const agentId = randomUUID();
  const alertId = randomUUID();
  let groupId = '';
  /** As PUT takes it; POST names the tenant as well. */
  const group = { name: 'Hosts', rule: { hostname: 'web-1' } };
  const text = { name: 'Reception', contact: '+32 2 000 00 00' };
  type Shown = { readonly on_call: Body | null; readonly items?: readonly { readonly on_call: unknown }[] };
  /** Who is on call by each of the three places that say it. */
  async function shown(call = viewer) {
    const read = async (path: string) => (await (await call('GET', path)).json()) as Shown;
    const { on_call: effective } = await read(`/agents/${agentId}/effective`);
    const { on_call: ofAlert } = await read(`/alerts/${alertId}`);
    const { items } = await read(`/alerts?agent_id=${agentId}`);
    expect(items?.[0]?.on_call, 'the list says the same').toEqual(ofAlert);
    return { effective, alert: ofAlert };
  }

  beforeAll(async () => {
    await db.admin.query(sql.unsafe`update on_call_schedules set is_default = false`);
    await db.admin.query(sql.unsafe`
      insert into agents (id, tenant_id, hostname, public_key, agent_version)
      values (${agentId}::uuid, ${tenantId}::uuid, 'web-1', ${sql.binary(randomBytes(32))}, '1')`);
    await db.admin.query(sql.unsafe`
      insert into alerts (id, tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
      values (${alertId}::uuid, ${tenantId}::uuid, 1, ${agentId}::uuid, 'rule', 'f', 'high', 'Disk full', now(), now(), now())`);
    const made = await admin('POST', '/groups', { ...group, tenant_id: tenantId });
    groupId = String(made.body['id']);
  });

  it('have nobody on call where nothing says who', async () => {
    expect(await shown()).toMatchObject({ effective: { group: null, now: null }, alert: null });
  });

  it('show the person of the group’s schedule, until when, and whence', async () => {
    const { id, name } = await make();
    await admin('PUT', `/groups/${groupId}`, { ...group, on_call: text, on_call_schedule_id: id });
    const person = {
      email: carol.email,
      contact: carol.email,
      until: '2026-06-08T07:00:00.000Z',
      schedule: { id, name },
    };
    expect(await shown()).toMatchObject({
      effective: { group: { id: groupId }, now: person },
      alert: { ...person, group: { id: groupId, name: 'Hosts' } },
    });
    expect((await admin('DELETE', `/on-call/schedules/${id}`)).body).toMatchObject({ status: 409, groups: ['Hosts'] });
  });

  it('show the group’s text where its schedule has nobody, or it has none', async () => {
    const { id } = await make({ layers: [{ ...layer, starts_on: '2027-01-04' }] });
    for (const on_call_schedule_id of [id, null]) {
      await admin('PUT', `/groups/${groupId}`, { ...group, on_call: text, on_call_schedule_id });
      const now = { ...text, email: null, until: null, schedule: null };
      expect(await shown()).toMatchObject({ effective: { group: { id: groupId }, now }, alert: now });
    }
  });

  it('show the default schedule where the group says nothing, and say so', async () => {
    await admin('PUT', `/groups/${groupId}`, group);
    const { id } = await make({ is_default: true });
    expect(await shown()).toMatchObject({
      effective: {
        group: null,
        reason: 'None of its groups has somebody on call. The default schedule of the MSP.',
        now: { email: carol.email, schedule: { id } },
      },
      alert: { email: carol.email, group: null },
    });
  });

  it('show a client’s people the schedule’s name in place of the person', async () => {
    const client = await insertUser(db, api.msp.id, 'client_viewer', tenantId);
    const call = (method: string, path: string) =>
      api.anonymous(method, path, undefined, { authorization: `Bearer ${client.token}` });
    const { effective, alert } = await shown(call);
    expect(alert).toMatchObject({ email: null, contact: null, until: null, name: expect.stringContaining('Schedule') });
    expect(JSON.stringify([effective, alert])).not.toContain(carol.email);
  });

  it('cannot be given another MSP’s schedule or policy: not over the API, and not in the database', async () => {
    const levels = [{ targets: [{ kind: 'admins' }], wait_minutes: 5 }];
    const [schedule, policy] = [
      await as(stranger)('POST', '/on-call/schedules', wanted({ layers: [{ ...layer, members: [stranger.id] }] })),
      await as(stranger)('POST', '/escalation-policies', { name: 'Theirs', levels, is_default: true }),
    ];
    expect([schedule.status, policy.status]).toEqual([201, 201]);
    const theirs = [
      { on_call_schedule_id: schedule.body['id'] as string },
      { escalation_policy_id: policy.body['id'] as string },
    ];
    for (const change of theirs) {
      expect((await admin('PUT', `/groups/${groupId}`, { ...group, ...change })).status).toBe(404);
      expect((await admin('POST', '/groups', { ...group, tenant_id: tenantId, name: 'Other', ...change })).status).toBe(
        404,
      );
      const [column, id] = Object.entries(change)[0] as [string, string];
      await expect(
        db.admin.query(sql.unsafe`
          update groups set ${sql.identifier([column])} = ${id}::uuid where id = ${groupId}::uuid`),
      ).rejects.toThrow(/foreign key/);
    }
    const chosen = { escalation_policy_id: policy.body['id'] };
    expect((await admin('PUT', `/tenants/${tenantId}/escalation-policy`, chosen)).status).toBe(404);
  });

  it('let go of schedule and policy when their group is archived', async () => {
    const { id } = await make();
    await admin('PUT', `/groups/${groupId}`, { ...group, on_call_schedule_id: id });
    expect((await admin('DELETE', `/groups/${groupId}`)).status).toBe(204);
    expect((await admin('DELETE', `/on-call/schedules/${id}`)).status).toBe(204);
  });
});
