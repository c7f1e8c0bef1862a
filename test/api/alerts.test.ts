import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lockTenantAlerts } from '../../src/db/alertLock.ts';
import { raiseAlert } from '../../src/db/alerts.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { findSilence } from '../../src/db/silence.ts';
import { restartClocks } from '../../src/db/slaClocks.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { createTestApi, insertUser } from '../support/api.ts';
import { problemOf } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { tenants } = api;
const as = api.as;

const count = async (query: ReturnType<typeof sql.fragment>): Promise<number> =>
  (await db.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count ${query}`)).count;
const raise = async (title: string, severity: Severity, minutesAgo = 0, tenantId = tenants.a): Promise<string> => {
  const alert = {
    tenant_id: tenantId,
    agent_id: null,
    source: 'ingest' as const,
    fingerprint: randomUUID(),
    severity,
    title,
    detail: {},
    at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
  };
  return (await withTenant(db.app, tenantId, (tx) => raiseAlert(tx, alert))).id;
};
type Alert = { id: string; title: string; status: string; sla: { state: string; minutes_overdue: number } | null };
const list = async (query: string, role: 'admin' | 'client_viewer' = 'admin') =>
  (await (await as(role)('GET', `/alerts${query}`)).json()) as { items: Alert[]; next_cursor: string | null };

describe('GET /alerts', () => {
  it('200: worst first, then oldest, page by page without a gap, with the SLA’s state', async () => {
    const wanted = [
      await raise('c-old', 'critical', 90),
      await raise('c-new', 'critical', 50),
      await raise('h', 'high', 10),
      await raise('i', 'info', 5),
    ];
    await raise('sister', 'critical', 1, tenants.b);
    await raise('foreign', 'critical', 1, tenants.other);
    const seen: Alert[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(
        `?limit=1&tenant_id=${tenants.a}${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(seen.map((alert) => alert.id)).toEqual(wanted);
    expect(seen.map((alert) => alert.sla?.state)).toEqual(['breached', 'due_soon', 'ok', 'ok']);
    expect(seen[0]?.sla?.minutes_overdue).toBe(30);
    for (const state of ['breached', 'due_soon', 'ok'])
      expect((await list(`?tenant_id=${tenants.a}&sla=${state}`)).items.map(({ id }) => id)).toEqual(
        wanted.filter((_, index) => seen[index]?.sla?.state === state),
      );
    expect((await list('?q=SISTER')).items.map((alert) => alert.title)).toEqual(['sister']);
    expect((await list('?q=foreign')).items).toEqual([]);
    expect((await list('', 'client_viewer')).items.map((alert) => alert.id)).toEqual(wanted);
  });

  it.each([
    ['a cursor of another list', '?cursor=eyJ4IjoxfQ'],
    ['a cursor that is none', '?cursor=%00'],
    ['a limit out of range', '?limit=0'],
    ['a severity that is none', '?severity=bad'],
    ['a parameter twice', '?limit=1&limit=2'],
    ['an id that is none', '?tenant_id=1'],
  ])('400: refuses %s', async (_, query) => {
    expect(await problemOf(await as('admin')('GET', `/alerts${query}`))).toBe('invalid_request');
  });
});

describe('PATCH /alerts/:id/acknowledge and /resolve', () => {
  it('200: notes who, in the same transaction as the audit row, once', async () => {
    const id = await raise('to resolve', 'high');
    const acknowledged = await as('operator')('PATCH', `/alerts/${id}/acknowledge`);
    expect(await acknowledged.json()).toMatchObject({
      status: 'acknowledged',
      acknowledged_by_email: api.user('operator').email,
    });
    expect(await problemOf(await as('operator')('PATCH', `/alerts/${id}/acknowledge`))).toBe('conflict');
    const racing = await Promise.all(
      ['admin', 'operator', 'owner'].map((role) =>
        as(role as 'admin')('PATCH', `/alerts/${id}/resolve`, { resolution: `by ${role}` }),
      ),
    );
    expect(racing.map((response) => response.status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const winner = (await racing.find((response) => response.status === 200)?.json()) as Record<string, string>;
    expect(winner).toMatchObject({ status: 'resolved', sla: null });
    const rows = await db.admin.any(sql.type(
      z.object({ event_type: z.string(), actor_email: z.string(), resolution: z.string().nullable() }),
    )`select event_type, actor_email, event_data ->> 'resolution' as resolution from audit_log
      where tenant_id = ${tenants.a}::uuid and event_data ->> 'alert_id' = ${id} order by seq`);
    expect(rows).toEqual([
      { event_type: 'alert_acknowledged', actor_email: api.user('operator').email, resolution: null },
      {
        event_type: 'alert_resolved',
        actor_email: winner['resolved_by_email'],
        resolution: winner['resolution'],
      },
    ]);
  });

  it('200: tells the client that somebody resolved it, though not who; and what cleared by itself', async () => {
    const [worked, cleared] = [await raise('worked on', 'low'), await raise('cleared', 'low')];
    const seen = async (id: string, role: 'admin' | 'client_viewer') =>
      (await as(role)('GET', `/alerts/${id}`)).json() as Promise<Record<string, unknown>>;
    expect(await seen(worked, 'client_viewer')).toMatchObject({ resolved_by_kind: null });
    await as('operator')('PATCH', `/alerts/${worked}/resolve`, { resolution: 'Restarted it.' });
    await db.admin.query(
      sql.unsafe`update alerts set status = 'resolved', resolved_at = now() where id = ${cleared}::uuid`,
    );
    const { email } = api.user('operator');
    expect(await seen(worked, 'client_viewer')).toMatchObject({ resolved_by_kind: 'person', resolved_by_email: null });
    expect(await seen(worked, 'admin')).toMatchObject({ resolved_by_kind: 'person', resolved_by_email: email });
    expect(await seen(cleared, 'client_viewer')).toMatchObject({ resolved_by_kind: 'condition' });
  });

  it('400: wants to know what was done', async () => {
    const id = await raise('no reason', 'low');
    for (const body of [{}, { resolution: '  ' }, { resolution: 'x', status: 'open' }]) {
      expect(await problemOf(await as('admin')('PATCH', `/alerts/${id}/resolve`, body))).toBe('invalid_request');
    }
  });

  it('403, 404: is for operators, and for alerts within reach', async () => {
    const id = await raise('far', 'low', 0, tenants.other);
    for (const role of ['analyst', 'viewer', 'client_viewer', 'auditor'] as const) {
      expect((await as(role)('PATCH', `/alerts/${id}/resolve`, { resolution: 'x' })).status).toBe(403);
    }
    expect((await as('admin')('PATCH', `/alerts/${id}/resolve`, { resolution: 'x' })).status).toBe(404);
    expect((await as('admin')('GET', `/alerts/${id}`)).status).toBe(404);
  });

  it('200: acknowledges several at once, over tenants, and says which it left', async () => {
    const ids = [await raise('m1', 'low'), await raise('m2', 'low', 0, tenants.b)];
    const far = await raise('m3', 'low', 0, tenants.other);
    const taken = await raise('m4', 'low');
    await as('admin')('PATCH', `/alerts/${taken}/acknowledge`);
    const response = await as('operator')('POST', '/alerts/acknowledge', { ids: [taken, ...ids, far, ids[0]] });
    expect(await response.json()).toEqual({ acknowledged: ids, skipped: [taken, far] });
    const { email } = api.user('operator');
    expect(await (await as('admin')('GET', `/alerts/${ids[0]}`)).json()).toMatchObject({
      status: 'acknowledged',
      acknowledged_by_email: email,
    });
    const rows = await db.admin.any(sql.type(
      z.object({ tenant_id: z.uuid(), event_data: z.record(z.string(), z.json()) }),
    )`
      select tenant_id, event_data from audit_log where event_type = 'alert_acknowledged' and actor_email = ${email}
        and event_data ->> 'alert_id' = any (${sql.array([...ids, taken, far], 'text')}) order by event_data ->> 'title'`);
    expect(rows).toEqual([
      {
        tenant_id: tenants.a,
        event_data: { alert_id: ids[0], number: expect.any(Number), title: 'm1', severity: 'low' },
      },
      {
        tenant_id: tenants.b,
        event_data: { alert_id: ids[1], number: expect.any(Number), title: 'm2', severity: 'low' },
      },
    ]);
    expect((await as('client_viewer')('POST', '/alerts/acknowledge', { ids })).status).toBe(403);
  });
});

describe('an alert that is reported again, and worse', () => {
  const report = (fingerprint: string, severity: Severity, minutesAgo: number) =>
    withTenant(db.app, tenants.a, (tx) =>
      raiseAlert(tx, {
        tenant_id: tenants.a,
        agent_id: null,
        source: 'ingest',
        fingerprint,
        severity,
        title: 'Worse and worse',
        detail: {},
        at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
      }),
    );
  type Shown = {
    severity: string;
    severity_since: string | null;
    opened_at: string;
    ack_due_at: string;
    sla_due_at: string;
    sla: { state: string; minutes_overdue: number; acknowledge: { state: string } };
  };
  const shown = async (id: string) => (await (await as('admin')('GET', `/alerts/${id}`)).json()) as Shown;
  const minutes = (from: string | null, to: string): number => (Date.parse(to) - Date.parse(from ?? '')) / 60_000;

  it('counts from then on by the promise of its new severity, also when the clocks are counted anew', async () => {
    const fingerprint = randomUUID();
    const { id } = await report(fingerprint, 'medium', 120);
    await report(fingerprint, 'low', 60);
    expect(await shown(id)).toMatchObject({ severity: 'medium', severity_since: null });
    expect(await report(fingerprint, 'critical', 10)).toMatchObject({ id, folded: true });
    await report(fingerprint, 'critical', 1);
    const risen = await shown(id);
    expect(risen).toMatchObject({
      severity: 'critical',
      occurrences: 4,
      sla: { state: 'ok', acknowledge: { state: 'ok' } },
    });
    expect(minutes(risen.opened_at, risen.severity_since as string)).toBeCloseTo(110, 1);
    const due = [minutes(risen.severity_since, risen.ack_due_at), minutes(risen.severity_since, risen.sla_due_at)];
    expect(due).toEqual([15, 60]);
    await withTenant(db.app, tenants.a, (tx) => restartClocks(tx, tenants.a));
    const anew = await shown(id);
    expect([anew.ack_due_at, anew.sla_due_at]).toEqual([risen.ack_due_at, risen.sla_due_at]);
    expect((await list(`?tenant_id=${tenants.a}&q=worse and&sla=ok`)).items.map((one) => one.id)).toEqual([id]);
    const rows = await db.admin.any(sql.type(z.object({ event_data: z.record(z.string(), z.json()) }))`
      select event_data from audit_log where event_type = 'alert_severity_raised' and event_data ->> 'alert_id' = ${id}`);
    expect(rows).toMatchObject([{ event_data: { from: 'medium', to: 'critical', reopened: false } }]);
  });

  it('is no less late for it, and open again when it becomes critical', async () => {
    const fingerprint = randomUUID();
    const { id } = await report(fingerprint, 'high', 300);
    await as('operator')('PATCH', `/alerts/${id}/acknowledge`);
    await report(fingerprint, 'critical', 0);
    const risen = await shown(id);
    expect(risen).toMatchObject({
      status: 'open',
      acknowledged_at: null,
      acknowledged_by_email: null,
      sla: { state: 'breached', minutes_overdue: 60, acknowledge: { state: 'ok' } },
    });
    await withTenant(db.app, tenants.a, (tx) => restartClocks(tx, tenants.a));
    expect(await shown(id)).toMatchObject({ sla_due_at: risen.sla_due_at, sla: { state: 'breached' } });
    expect((await as('operator')('PATCH', `/alerts/${id}/acknowledge`)).status).toBe(200);
  });

  it('and stays with whoever acknowledged it below that', async () => {
    const fingerprint = randomUUID();
    const { id } = await report(fingerprint, 'low', 5);
    await as('operator')('PATCH', `/alerts/${id}/acknowledge`);
    await report(fingerprint, 'medium', 0);
    expect(await shown(id)).toMatchObject({
      severity: 'medium',
      status: 'acknowledged',
      sla: { acknowledge: { state: 'met' } },
    });
  });

  it('waits for the tenant’s alerts before its own row, as whoever counts clocks anew does (no deadlock)', async () => {
    const fingerprint = randomUUID();
    await report(fingerprint, 'low', 5);
    const [held, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const counting = withTenant(db.app, tenants.a, async (tx) => {
      await lockTenantAlerts(tx, tenants.a);
      held.resolve();
      await waiting.promise;
      await tx.query(sql.unsafe`select from alerts where fingerprint = ${fingerprint} for update nowait`);
    });
    await held.promise;
    const rising = report(fingerprint, 'high', 0);
    await expect
      .poll(() =>
        count(sql.fragment`from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`),
      )
      .toBe(1);
    waiting.resolve();
    await counting;
    await expect(rising).resolves.toMatchObject({ folded: true });
  });
});

describe('PATCH /alerts/:id/assign', () => {
  const assign = (id: string, body: unknown, role: 'operator' | 'analyst' | 'client_viewer' = 'operator') =>
    as(role)('PATCH', `/alerts/${id}/assign`, body);

  it('200: says whose it is, in the same transaction as the audit row, and takes it back', async () => {
    const id = await raise('to assign', 'low');
    const admin = api.user('admin');
    const assigned = await assign(id, { user_id: admin.id, note: 'Yours, you know the host.' });
    expect(await assigned.json()).toMatchObject({
      status: 'open',
      assigned_to: admin.id,
      assigned_to_email: admin.email,
      sla: { acknowledge: { state: 'ok' } },
    });
    const of = async (query: string, role: 'admin' | 'operator' | 'client_viewer' = 'admin') =>
      ((await (await as(role)('GET', `/alerts?q=to assign&${query}`)).json()) as { items: Alert[] }).items.length;
    expect([await of('assigned_to=me'), await of('assigned_to=me', 'operator')]).toEqual([1, 0]);
    expect([await of(`assigned_to=${admin.id}`), await of('assigned_to=nobody')]).toEqual([1, 0]);
    // A client sees that somebody works on it, not who.
    const shown = (await (await as('client_viewer')('GET', `/alerts/${id}`)).json()) as Record<string, unknown>;
    expect(shown).toMatchObject({ assigned_to_email: null });
    expect(shown['assigned_at']).not.toBeNull();
    expect(await (await assign(id, { user_id: null })).json()).toMatchObject({ assigned_to: null, assigned_at: null });
    expect(await of('assigned_to=nobody')).toBe(1);
    const rows = await db.admin.any(sql.type(z.object({ to: z.string().nullable(), note: z.string().nullable() }))`
      select event_data ->> 'assigned_to_email' as to, event_data ->> 'note' as note from audit_log
      where event_type = 'alert_assigned' and event_data ->> 'alert_id' = ${id} order by seq`);
    expect(rows).toEqual([
      { to: admin.email, note: 'Yours, you know the host.' },
      { to: null, note: null },
    ]);
  });

  it('403, 404, 409: is for operators, within reach, while it is not resolved', async () => {
    const id = await raise('assign later', 'low');
    for (const role of ['analyst', 'client_viewer'] as const)
      expect((await assign(id, { user_id: null }, role)).status).toBe(403);
    expect((await assign(await raise('far', 'low', 0, tenants.other), { user_id: null })).status).toBe(404);
    await as('operator')('PATCH', `/alerts/${id}/resolve`, { resolution: 'x' });
    expect(await problemOf(await assign(id, { user_id: null }))).toBe('conflict');
  });

  it('422: is to people of the MSP who work on alerts', async () => {
    const id = await raise('assign to whom', 'low');
    const inactive = await insertUser(db, api.msp.id, 'operator', null);
    await db.admin.query(sql.unsafe`update users set is_active = false where id = ${inactive.id}::uuid`);
    const otherMsp = await db.admin.one(
      sql.type(z.object({ id: z.string() }))`select msp_owner as id from tenants where id = ${tenants.other}::uuid`,
    );
    const stranger = await insertUser(db, otherMsp.id, 'owner', null);
    const nobodies = [api.user('viewer').id, api.user('client_viewer').id, inactive.id, stranger.id, randomUUID()];
    for (const user_id of nobodies) expect(await problemOf(await assign(id, { user_id }))).toBe('assignee_unknown');
  });
});

describe('POST /alerts/:id/snooze', () => {
  it('200: tells nobody for a while or until it is resolved; its clocks run on', async () => {
    const id = await raise('to snooze', 'low');
    const silence = (atMs: number) =>
      withTenant(db.app, tenants.a, (tx) =>
        findSilence(tx, { tenantId: tenants.a, alertId: id }, new Date(atMs).toISOString()),
      );
    expect(await silence(Date.now())).toBeNull();
    const snoozed = (await (await as('operator')('POST', `/alerts/${id}/snooze`, { minutes: 60 })).json()) as {
      snooze: { until: string };
      sla: { state: string };
    };
    const until = Date.parse(snoozed.snooze.until);
    expect(Math.round((until - Date.now()) / 60_000)).toBe(60);
    expect(snoozed.sla.state).toBe('ok');
    expect(await silence(until - 1)).toEqual({ reason: 'snoozed', window_id: null, until: snoozed.snooze.until });
    expect(await silence(until)).toBeNull();
    const forLong = await as('operator')('POST', `/alerts/${id}/snooze`, { until_resolved: true });
    expect(await forLong.json()).toMatchObject({ snooze: { until: null } });
    expect(await silence(until + 1)).toEqual({ reason: 'snoozed', window_id: null, until: null });
    expect(await (await as('operator')('DELETE', `/alerts/${id}/snooze`)).json()).toMatchObject({ snooze: null });
    expect(await silence(until - 1)).toBeNull();
    expect(await problemOf(await as('operator')('DELETE', `/alerts/${id}/snooze`))).toBe('conflict');
    await as('operator')('POST', `/alerts/${id}/snooze`, { until_resolved: true });
    const resolved = await as('operator')('PATCH', `/alerts/${id}/resolve`, { resolution: 'x' });
    expect(await resolved.json()).toMatchObject({ snooze: null });
    expect(await silence(until - 1)).toBeNull();
    expect(await problemOf(await as('operator')('POST', `/alerts/${id}/snooze`, { minutes: 60 }))).toBe('conflict');
    expect(
      await count(
        sql.fragment`from audit_log where event_type in ('alert_snoozed', 'alert_snooze_ended') and event_data ->> 'alert_id' = ${id}`,
      ),
    ).toBe(4);
  });

  it('400, 403: is for an hour, four or a day, by operators', async () => {
    const id = await raise('snooze how long', 'low');
    for (const body of [
      {},
      { minutes: 61 },
      { minutes: 0 },
      { until_resolved: false },
      { minutes: 60, until_resolved: true },
    ])
      expect(await problemOf(await as('operator')('POST', `/alerts/${id}/snooze`, body))).toBe('invalid_request');
    expect((await as('viewer')('POST', `/alerts/${id}/snooze`, { minutes: 60 })).status).toBe(403);
  });
});

const RULE = {
  name: 'CPU busy',
  metric: 'cpu_pct',
  operator: '>',
  threshold: 85,
  duration_secs: 3600,
  severity: 'medium',
};

describe('alert rules', () => {
  it('201, 200, 204: are made, replaced and deleted with an audit row each; their alerts end with them', async () => {
    const made = await as('admin')('POST', `/alert-rules?tenant_id=${tenants.a}`, RULE);
    expect(made.status).toBe(201);
    const rule = (await made.json()) as { id: string };
    expect(rule).toMatchObject({ ...RULE, tenant_id: tenants.a, target: { kind: 'all' }, enabled: true });
    const fire = () =>
      db.admin.query(sql.unsafe`
        insert into alerts (tenant_id, number, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
        values (${tenants.a}::uuid, ${1000 + randomBytes(2).readUInt16BE()}, 'rule', ${`rule:${rule.id}:${randomUUID()}`}, 'medium', 'by rule', now(), now(), now())`);
    const open = () => count(sql.fragment`from alerts where title = 'by rule' and status = 'open'`);
    await fire();
    const target = { kind: 'tag', tag: 'production' };
    const replaced = await as('admin')('PUT', `/alert-rules/${rule.id}`, { ...RULE, threshold: 90, target });
    expect(await replaced.json()).toMatchObject({ threshold: 90, target });
    expect(await open()).toBe(0);
    await fire();
    expect((await as('admin')('DELETE', `/alert-rules/${rule.id}`)).status).toBe(204);
    expect(await open()).toBe(0);
    expect((await as('admin')('DELETE', `/alert-rules/${rule.id}`)).status).toBe(404);
    expect(
      await count(
        sql.fragment`from audit_log where event_data ->> 'rule_id' = ${rule.id} and actor_email = ${api.user('admin').email}`,
      ),
    ).toBe(3);
  });

  it.each([
    ['a metric that is none', { metric: 'humidity' }],
    ['a process rule without a process', { metric: 'process_running' }],
    ['an argument that the metric does not take', { metric_argument: 'sshd' }],
    ['a fleet metric on a tag', { metric: 'fleet_offline_count', target: { kind: 'tag', tag: 'x' } }],
    ['an operator that is none', { operator: '=>' }],
    ['a negative wait', { duration_secs: -1 }],
    ['a member nobody knows', { colour: 'red' }],
  ])('400: refuse %s', async (_, change) => {
    const response = await as('admin')('POST', `/alert-rules?tenant_id=${tenants.a}`, { ...RULE, ...change });
    expect(await problemOf(response)).toBe('invalid_request');
  });

  it('403: are changed by admins, and not seen by a client’s people', async () => {
    expect((await as('operator')('POST', `/alert-rules?tenant_id=${tenants.a}`, RULE)).status).toBe(403);
    expect((await as('client_viewer')('GET', '/alert-rules')).status).toBe(403);
    expect((await as('viewer')('GET', '/alert-rules/templates')).status).toBe(200);
  });
});

describe('the SLA of a tenant', () => {
  it('200: is set by severity, moves the due times of open alerts, and leaves other tenants alone', async () => {
    const [mine, other] = [await raise('sla', 'critical', 30), await raise('sla', 'critical', 30, tenants.b)];
    const due = async (id: string) =>
      (
        await db.admin.one(sql.type(z.object({ minutes: z.number() }))`
        select extract(epoch from sla_due_at - opened_at)::int / 60 as minutes from alerts where id = ${id}::uuid`)
      ).minutes;
    expect([await due(mine), await due(other)]).toEqual([60, 60]);
    const response = await as('admin')('PUT', `/tenants/${tenants.a}/settings`, {
      sla_resolve_minutes: { critical: 15 },
    });
    expect(await response.json()).toMatchObject({
      sla_resolve_minutes: { critical: 15 },
      sla_resolve_minutes_in_force: { critical: 15, high: 240, medium: 1440, low: 4320, info: 10_080 },
    });
    expect([await due(mine), await due(other)]).toEqual([15, 60]);
    expect(await due(await raise('after', 'critical'))).toBe(15);
    expect((await list(`?tenant_id=${tenants.a}&q=sla`)).items[0]?.sla?.state).toBe('breached');
    expect(
      await count(sql.fragment`from audit_log where event_type = 'sla_changed' and tenant_id = ${tenants.a}::uuid`),
    ).toBe(1);
  });

  it('400, 403: takes whole minutes of a known severity, from admins', async () => {
    for (const sla_resolve_minutes of [{ critical: 0 }, { critical: 1.5 }, { awful: 5 }, { critical: '5' }]) {
      const response = await as('admin')('PUT', `/tenants/${tenants.a}/settings`, { sla_resolve_minutes });
      expect(response.status, JSON.stringify(sla_resolve_minutes)).toBe(400);
    }
    expect((await as('operator')('PUT', `/tenants/${tenants.a}/settings`, { sla_resolve_minutes: {} })).status).toBe(
      403,
    );
  });
});

describe('tenants', () => {
  it('201: begin with the default rules, and 409 a slug is an MSP’s own only', async () => {
    const made = await as('admin')('POST', '/tenants', { name: 'Initech', slug: 'initech' });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    const rules = (await (await as('viewer')('GET', `/alert-rules?tenant_id=${id}`)).json()) as { items: unknown[] };
    expect(rules.items.length).toBeGreaterThan(3);
    expect((await as('admin')('POST', '/tenants', { name: 'Again', slug: 'initech' })).status).toBe(409);
    // 'other' is the slug of another MSP's tenant: no oracle for its clients.
    expect((await as('admin')('POST', '/tenants', { name: 'Other', slug: 'other' })).status).toBe(201);
    expect(await count(sql.fragment`from audit_log where event_type = 'tenant_created'`)).toBe(2);
  });

  it('200: are listed within reach, page by page', async () => {
    const names: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = (await (await as('viewer')('GET', `/tenants?limit=2${cursor && `&cursor=${cursor}`}`)).json()) as {
        items: { name: string }[];
        next_cursor: string | null;
      };
      names.push(...page.items.map((item) => item.name));
      cursor = page.next_cursor;
    }
    expect(names).toEqual(['ACME', 'Globex', 'Initech', 'Other']);
    const own = (await (await as('auditor')('GET', '/tenants')).json()) as { items: { name: string }[] };
    expect(own.items.map((item) => item.name)).toEqual(['ACME']);
  });

  it.each([['UPPER'], ['-x'], ['a b'], [''], ['x'.repeat(64)], ['ünï']])('400: refuse the slug "%s"', async (slug) => {
    expect((await as('admin')('POST', '/tenants', { name: 'X', slug })).status).toBe(400);
  });
});

describe('the Trust Score', () => {
  it('200: shows the newest snapshot, its change over a day and its series; 0 while there is none', async () => {
    const empty = await (await as('viewer')('GET', `/trust-score/v12/tenant?tenant_id=${tenants.b}`)).json();
    expect(empty).toMatchObject({ current: null, delta_24h: 0, series: [] });
    for (const [hoursAgo, score] of [
      [60, 80],
      [25, 75.5],
      [23, 60],
      [0, 70.25],
    ] as const) {
      await db.admin.query(sql.unsafe`
        insert into trust_scores (tenant_id, computed_at, score, components, formula_version, inputs, inputs_hash)
        values (${tenants.a}::uuid, now() - make_interval(hours => ${hoursAgo}), ${score}, '{"patch":{"value":50,"weight":30}}', '1.2',
          ${`inputs ${hoursAgo}`}, ${sql.binary(randomBytes(32))})`);
    }
    const response = await as('client_viewer')('GET', '/trust-score/v12/tenant?range=30d');
    expect(await response.json()).toMatchObject({
      tenant_id: tenants.a,
      current: 70.25,
      delta_24h: -5.25,
      formula_version: '1.2',
      components: { patch: { value: 50, weight: 30 } },
      series: [{ score: 80 }, { score: 75.5 }, { score: 60 }, { score: 70.25 }],
    });
    const at = new Date(Date.now() - 24 * 3600_000).toISOString();
    const inputs = await as('client_viewer')('GET', `/trust-score/v12/tenant/inputs?at=${at}`);
    expect(await inputs.json()).toMatchObject({ score: 75.5, inputs: 'inputs 25' });
  });

  it('400, 404: names a range, a tenant within reach, and a time at which there was a score', async () => {
    const get = (query: string) => as('admin')('GET', `/trust-score/v12/tenant${query}`);
    expect((await get(`?range=31d&tenant_id=${tenants.a}`)).status).toBe(400);
    expect((await get('')).status).toBe(400);
    expect((await get(`?tenant_id=${tenants.other}`)).status).toBe(404);
    expect((await get(`/inputs?tenant_id=${tenants.a}&at=2020-01-01T00:00:00Z`)).status).toBe(404);
  });
});

describe('CVEs', () => {
  it('200: known-exploited first, by hosts open, with who is patched and since when', async () => {
    const hosts = [randomUUID(), randomUUID()] as const;
    for (const [index, id] of hosts.entries()) {
      await db.admin.query(sql.unsafe`insert into agents (id, tenant_id, hostname, public_key, agent_version)
        values (${id}::uuid, ${tenants.a}::uuid, ${`h${index}`}, ${sql.binary(randomBytes(32))}, '1')`);
    }
    await db.admin.query(sql.unsafe`insert into kev_entries (cve_id, vendor, product, name, date_added, ransomware)
      values ('CVE-2022-0847', 'Linux', 'Kernel', 'Dirty Pipe', '2022-04-25', false)`);
    for (const [host, cve, patched] of [
      [0, 'CVE-2022-0847', false],
      [1, 'CVE-2022-0847', true],
      [0, 'CVE-2023-1111', false],
      [1, 'CVE-2023-1111', false],
      [1, 'CVE-2023-2222', true],
    ] as const) {
      await db.admin.query(sql.unsafe`
        insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, fixed_version, detected_at, patched_at)
        values (${tenants.a}::uuid, ${hosts[host]}::uuid, 'kernel', 'linux', ${cve}, '5.15.20', '5.15.25', now() - interval '2 days', ${patched ? 'now' : null}::timestamptz)`);
    }
    const get = async (query: string) =>
      ((await (await as('client_viewer')('GET', `/inventory/cves${query}`)).json()) as { items: { cve_id: string }[] })
        .items;
    expect(await get('')).toMatchObject([
      { cve_id: 'CVE-2022-0847', kev: true, hosts_open: 1 },
      { cve_id: 'CVE-2023-1111', kev: false, hosts_open: 2 },
    ]);
    expect((await get('?kev=true')).map((row) => row.cve_id)).toEqual(['CVE-2022-0847']);
    expect((await get('?state=patched')).map((row) => row.cve_id)).toEqual(['CVE-2023-2222']);
    const { items } = (await (await as('viewer')('GET', '/inventory/cves/CVE-2022-0847/hosts')).json()) as {
      items: { hostname: string; patched_at: string | null }[];
    };
    expect(items.map((item) => [item.hostname, item.patched_at !== null])).toEqual(
      expect.arrayContaining([
        ['h0', false],
        ['h1', true],
      ]),
    );
    expect((await as('viewer')('GET', '/inventory/cves/x/hosts')).status).toBe(400);
  });
});

describe('GET /audit-log', () => {
  it('200: newest first, page by page, by type, actor’s end of email, and time', async () => {
    const get = async (query: string, role: 'admin' | 'auditor' = 'admin') =>
      (await (await as(role)('GET', `/audit-log${query}`)).json()) as {
        items: { event_type: string; seq: number; tenant_id: string | null; actor_email: string | null }[];
        next_cursor: string | null;
      };
    const all = (await get('?limit=500')).items;
    const paged: typeof all = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof get>> = await get(`?limit=3${cursor && `&cursor=${cursor}`}`);
      paged.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(all);
    expect((await get('?event_type=sla_changed')).items).toHaveLength(1);
    const ofPeople = all.filter((entry) => entry.actor_email !== null);
    expect((await get('?actor_filter=@MSP.example&limit=500')).items).toEqual(ofPeople);
    expect(ofPeople.length).toBeGreaterThan(3);
    // Taken literally: no pattern of SQL.
    expect((await get('?actor_filter=%25')).items).toEqual([]);
    expect((await get('?until=2020-01-01T00:00:00Z')).items).toEqual([]);
    const ofMsp = (await get('?of=msp&limit=500')).items;
    expect(ofMsp).toEqual(all.filter((entry) => entry.tenant_id === null));
    expect(ofMsp.length).toBeGreaterThan(0);
    expect((await get(`?impersonation_id=${randomUUID()}`)).items).toEqual([]);
    const own = (await get('?limit=500', 'auditor')).items;
    expect(own.length).toBeGreaterThan(3);
    expect(own.every((entry) => entry.tenant_id === tenants.a)).toBe(true);
  });

  it('403: is not for operators and viewers', async () => {
    expect((await as('operator')('GET', '/audit-log')).status).toBe(403);
  });
});
