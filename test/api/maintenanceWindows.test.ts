import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { raiseAlert } from '../../src/db/alerts.ts';
import { sql } from '../../src/db/pool.ts';
import { withSystem, withTenant } from '../../src/db/scope.ts';
import { findSilence } from '../../src/db/silence.ts';
import { gatherTrustScoreInputs } from '../../src/db/trustScores.ts';
import { dueMs } from '../../src/domain/businessCalendar.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestApi, json } from '../support/api.ts';
import { problemOf } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { tenants, as } = api;
const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

type Window = {
  readonly id: string;
  readonly state: string;
  readonly title: string;
  readonly next_from: string | null;
  readonly next_until: string | null;
};
type Alert = {
  readonly id: string;
  readonly opened_at: string;
  readonly sla_due_at: string;
  readonly ack_due_at: string;
  readonly silenced_by_maintenance: string | null;
  readonly silenced_until: string | null;
  readonly sla: { readonly paused: string | null };
};

// Everything here is promised by a policy that pauses: an hour to acknowledge, two to resolve.
const promise = { acknowledge_minutes: 60, resolve_minutes: 120 };
await json(
  await as('admin')('POST', '/sla-policies', {
    name: 'Standard',
    minutes: { critical: promise, high: promise, medium: promise, low: promise, info: promise },
    calendar: { kind: '24x7' },
    is_default: true,
  }),
  201,
);

const once = (fromMs: number, untilMs: number) => ({ kind: 'once', from: iso(fromMs), until: iso(untilMs) });
const plan = (body: Record<string, unknown>, role: 'operator' | 'analyst' = 'operator') =>
  as(role)('POST', '/maintenance-windows', {
    tenant_id: tenants.a,
    title: 'New kernel',
    reason: 'Agreed with the client.',
    ...body,
  });
const planned = async (body: Record<string, unknown>): Promise<Window> => json(await plan(body), 201);
const change = async (id: string, body: Record<string, unknown>): Promise<Window> =>
  json(await as('operator')('PATCH', `/maintenance-windows/${id}`, body), 200);
const cancel = async (id: string): Promise<Window> =>
  json(await as('operator')('POST', `/maintenance-windows/${id}/cancel`), 200);
const onHost = (agentId: string) => ({ scope: { kind: 'agents', agent_ids: [agentId] } });
const show = async (id: string): Promise<Alert> => json(await as('viewer')('GET', `/alerts/${id}`), 200);
const silence = (alertId: string, at = Date.now()) =>
  withTenant(db.app, tenants.a, (tx) => findSilence(tx, { tenantId: tenants.a, alertId }, iso(at)));

async function raise(agentId: string | null, minutesAgo = 0): Promise<string> {
  const { id } = await withTenant(db.app, tenants.a, (tx) =>
    raiseAlert(tx, {
      tenant_id: tenants.a,
      agent_id: agentId,
      source: 'ingest',
      fingerprint: randomUUID(),
      severity: 'high',
      title: 'Trouble',
      detail: {},
      at: iso(Date.now() - minutesAgo * 60_000),
    }),
  );
  return id;
}
/** Minutes by which an alert is due later than its policy alone says. */
const shifted = (alert: Alert): readonly number[] => [
  Math.round((Date.parse(alert.ack_due_at) - Date.parse(alert.opened_at)) / 60_000) - 60,
  Math.round((Date.parse(alert.sla_due_at) - Date.parse(alert.opened_at)) / 60_000) - 120,
];

/** Lets time go by for an alert, a window and a host: moves what has happened, and what is planned, into the past. */
async function goBy(
  minutes: number,
  of: { readonly alertId: string; readonly windowId: string; readonly agentId: string },
): Promise<void> {
  const time = sql.fragment`make_interval(mins => ${minutes})`;
  for (const statement of [
    sql.unsafe`update alerts set opened_at = opened_at - ${time}, ack_due_at = ack_due_at - ${time}, sla_due_at = sla_due_at - ${time}
      where id = ${of.alertId}::uuid`,
    sql.unsafe`update maintenance_periods set starts_at = starts_at - ${time}, ends_at = ends_at - ${time} where window_id = ${of.windowId}::uuid`,
    sql.unsafe`update maintenance_spent set starts_at = starts_at - ${time}, ends_at = ends_at - ${time} where agent_id = ${of.agentId}::uuid`,
    sql.unsafe`update group_members set added_at = added_at - ${time} where agent_id = ${of.agentId}::uuid`,
  ])
    await db.admin.query(statement);
}

let hosts = 0;
async function host(): Promise<string> {
  hosts += 1;
  return (await registerTestAgent(api, tenants.a, `kept-${hosts}`)).id;
}

describe('a maintenance window', () => {
  it('201, 200: is planned, changed and cancelled by operators, with an audit row each', async () => {
    const from = Date.now() + HOUR;
    const window = await planned({ ...onHost(await host()), schedule: once(from, from + HOUR) });
    expect(window).toMatchObject({ state: 'planned', next_from: iso(from), scope: { kind: 'agents' } });
    expect(await change(window.id, { title: 'Another kernel', schedule: once(from, from + 2 * HOUR) })).toMatchObject({
      title: 'Another kernel',
      reason: 'Agreed with the client.',
      next_until: iso(from + 2 * HOUR),
    });
    const list = async (query: string) =>
      (
        await json<{ items: Window[] }>(await as('client_viewer')('GET', `/maintenance-windows${query}`), 200)
      ).items.map(({ id }) => id);
    expect(await list('')).toContain(window.id);
    expect(await cancel(window.id)).toMatchObject({ state: 'cancelled', next_from: null });
    expect(await list('')).not.toContain(window.id);
    expect(await list('?state=cancelled')).toContain(window.id);
    const rows = await db.admin.any(sql.type(z.object({ event_type: z.string() }))`
      select event_type from audit_log where tenant_id = ${tenants.a}::uuid and event_data ->> 'window_id' = ${window.id} order by seq`);
    expect(rows.map((row) => row.event_type)).toEqual([
      'maintenance_window_created',
      'maintenance_window_changed',
      'maintenance_window_cancelled',
    ]);
    for (const attempt of [
      as('operator')('POST', `/maintenance-windows/${window.id}/cancel`),
      as('operator')('PATCH', `/maintenance-windows/${window.id}`, { title: 'x' }),
    ])
      expect(await problemOf(await attempt)).toBe('maintenance_over');
  });

  it('201: that comes every week is open in each of its periods', async () => {
    const agentId = await host();
    const window = await planned({
      ...onHost(agentId),
      schedule: {
        kind: 'weekly',
        weekdays: ['sunday'],
        start: '02:00',
        duration_minutes: 90,
        time_zone: 'Europe/Brussels',
        until: iso(Date.now() + 28 * 24 * HOUR).slice(0, 10),
      },
    });
    const { count } = await db.admin.one(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from maintenance_periods where window_id = ${window.id}::uuid`);
    expect([4, 5]).toContain(count);
    const next = Date.parse(window.next_from as string);
    // By the function that liveness, alert rules and the Trust Score ask, as the worker's role.
    const quiet = (at: number) =>
      withSystem(db.core, (tx) =>
        tx.any(
          sql.type(
            z.object({ agent_id: z.uuid() }),
          )`select agent_id from app.hosts_in_maintenance(${iso(at)}::timestamptz)`,
        ),
      );
    const ids = async (at: number) => (await quiet(at)).map((row) => row.agent_id);
    expect(await ids(next)).toContain(agentId);
    expect(await ids(next + 7 * 24 * HOUR)).toContain(agentId);
    expect(await ids(next - 1)).not.toContain(agentId);
    expect(await ids(next + 91 * 60_000)).not.toContain(agentId);
    await cancel(window.id);
    expect(await ids(next)).not.toContain(agentId);
  });

  it('moves the due times of open alerts of its hosts whose policy pauses, and back', async () => {
    const [agentId, other] = [await host(), await host()];
    const [open, taken, elsewhere] = [await raise(agentId, 10), await raise(agentId, 10), await raise(other, 10)];
    await json(await as('operator')('PATCH', `/alerts/${taken}/acknowledge`), 200);
    const from = Date.now() + 5 * 60_000;
    const window = await planned({ ...onHost(agentId), schedule: once(from, from + 0.5 * HOUR) });
    expect(shifted(await show(open))).toEqual([30, 30]);
    expect(shifted(await show(taken)), 'its clock of acknowledging has stopped').toEqual([0, 30]);
    expect(shifted(await show(elsewhere))).toEqual([0, 0]);
    expect((await show(open)).sla.paused).toBeNull();
    await change(window.id, { schedule: once(from, from + HOUR) });
    expect(shifted(await show(open))).toEqual([60, 60]);
    await cancel(window.id);
    expect(shifted(await show(open))).toEqual([0, 0]);
  });

  it('silences what opens inside it until it ends, and tells of it then', async () => {
    const agentId = await host();
    const before = await raise(agentId);
    const until = Date.now() + HOUR;
    const window = await planned({ ...onHost(agentId), schedule: once(Date.now() - HOUR, until) });
    expect(window.state).toBe('open');
    const inside = await raise(agentId);
    expect(await show(inside)).toMatchObject({ silenced_by_maintenance: window.id, silenced_until: iso(until) });
    expect((await show(inside)).sla.paused).toBe('maintenance');
    expect(shifted(await show(inside))).toEqual([60, 60]);
    expect(await silence(inside)).toEqual({ reason: 'maintenance', window_id: window.id, until: iso(until) });
    expect(await silence(inside, until)).toBeNull();
    expect(await silence(before), 'it was told of before').toBeNull();
    await change(window.id, { schedule: once(Date.now(), until + HOUR) });
    expect((await silence(inside))?.until).toBe(iso(until + HOUR));
    await cancel(window.id);
    expect(await silence(inside, Date.now() + 1)).toBeNull();
    expect((await show(inside)).sla.paused).toBeNull();
    expect(shifted(await show(inside))).toEqual([0, 0]);
    expect((await show(inside)).silenced_by_maintenance, 'what was stays written').toBe(window.id);
  });

  it('that ends leaves an alert silent while another one goes on', async () => {
    const agentId = await host();
    const until = Date.now() + 2 * HOUR;
    const first = await planned({ ...onHost(agentId), schedule: once(Date.now(), Date.now() + HOUR) });
    const second = await planned({ ...onHost(agentId), schedule: once(Date.now(), until) });
    const id = await raise(agentId);
    expect(await show(id)).toMatchObject({ silenced_by_maintenance: second.id, silenced_until: iso(until) });
    await cancel(second.id);
    expect((await silence(id))?.until).toBe((await show(id)).silenced_until);
    expect(Date.parse((await show(id)).silenced_until as string)).toBeLessThan(until);
    await cancel(first.id);
    expect(await silence(id, Date.now() + 1)).toBeNull();
  });

  it('over a group covers the hosts that are in it at the moment, one over the tenant those without a host too', async () => {
    const agentId = await host();
    const group = await json<{ id: string }>(
      await as('admin')('POST', '/groups', { tenant_id: tenants.a, name: 'kept', rule: { tag: 'kept' } }),
      201,
    );
    const schedule = once(Date.now(), Date.now() + HOUR);
    const ofGroup = await planned({ scope: { kind: 'group', group_id: group.id }, schedule });
    expect((await show(await raise(agentId))).silenced_by_maintenance).toBeNull();
    await json(await as('admin')('PATCH', `/agents/${agentId}`, { tags: ['kept'] }), 200);
    expect((await show(await raise(agentId))).silenced_by_maintenance).toBe(ofGroup.id);
    expect((await show(await raise(null))).silenced_by_maintenance).toBeNull();
    const inputs = () =>
      withSystem(db.core, (tx) => gatherTrustScoreInputs(tx, { at: iso(Date.now()), afterTenantId: null, limit: 10 }));
    const watched = async () => (await inputs()).find((row) => row.tenant_id === tenants.a)?.hosts.watched ?? -1;
    const before = await watched();
    const ofTenant = await planned({ scope: { kind: 'tenant' }, schedule });
    expect((await show(await raise(null))).silenced_by_maintenance).toBe(ofTenant.id);
    // The score knows silence for planned.
    expect([before > 0, await watched()]).toEqual([true, 0]);
    await cancel(ofTenant.id);
    expect(await watched()).toBe(before);
    await cancel(ofGroup.id);
  });

  it('over a group moves the due times of a host that joins it, and ends the silence of one that leaves', async () => {
    const agentId = await host();
    const alert = await raise(agentId);
    const group = await json<{ id: string }>(
      await as('admin')('POST', '/groups', { tenant_id: tenants.a, name: 'joined', rule: { tag: 'joined' } }),
      201,
    );
    const scope = { kind: 'group', group_id: group.id };
    const window = await planned({ scope, schedule: once(Date.now(), Date.now() + HOUR) });
    const tag = async (tags: readonly string[]) =>
      json(await as('admin')('PATCH', `/agents/${agentId}`, { tags }), 200);
    expect(shifted(await show(alert))).toEqual([0, 0]);
    await tag(['joined']);
    expect(shifted(await show(alert))).toEqual([60, 60]);
    const silent = await raise(agentId);
    expect(await silence(silent)).toMatchObject({ window_id: window.id });
    await tag([]);
    expect(shifted(await show(alert))).toEqual([0, 0]);
    expect(await silence(silent, Date.now() + 1)).toBeNull();
    await tag(['joined']);
    await json(await as('admin')('DELETE', `/groups/${group.id}`), 204);
    expect(shifted(await show(alert)), 'the group is gone').toEqual([0, 0]);
  });

  it('over a group leaves what a host has spent in it to the host, and gives nothing for the time before it joined', async () => {
    let runs = 0;
    const steps = fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 90 }), isMember: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (list, startsInside) => {
        runs += 1;
        const name = `passed-${runs}`;
        const agentId = await host();
        const group = await json<{ id: string }>(
          await as('admin')('POST', '/groups', { tenant_id: tenants.a, name, rule: { tag: name } }),
          201,
        );
        const tag = async (isMember: boolean) =>
          json(await as('admin')('PATCH', `/agents/${agentId}`, { tags: isMember ? [name] : [] }), 200);
        await tag(startsInside);
        // In minutes since the alert opened: the window, and since when the host has been a member (null: it is not).
        const [opens, ends] = [30, 210];
        let now = 0;
        let since = startsInside ? 0 : null;
        const spent: { fromMs: number; untilMs: number }[] = [];
        const until = Date.now();
        const window = await planned({
          scope: { kind: 'group', group_id: group.id },
          schedule: once(until + opens * 60_000, until + ends * 60_000),
        });
        const alert = await raise(agentId);
        const inside = (from: number, to: number) => ({ fromMs: Math.max(from, opens), untilMs: Math.min(to, ends) });
        const isLate = (row: Alert): boolean => Date.parse(row.sla_due_at) < Date.now();
        /** Makes the host a member or not by `move`, and compares what the alert says then with plain arithmetic. */
        const follows = async (isMember: boolean, move: () => Promise<unknown>): Promise<void> => {
          const before = await show(alert);
          await move();
          if (!isMember && since !== null) spent.push(inside(since, now));
          since = isMember ? (since ?? now) : null;
          const pauses = [...spent, ...(since === null ? [] : [inside(since, Number.POSITIVE_INFINITY)])]
            .filter(({ fromMs, untilMs }) => fromMs < untilMs)
            .map(({ fromMs, untilMs }) => ({ fromMs: fromMs * 60_000, untilMs: untilMs * 60_000 }));
          const after = await show(alert);
          expect(shifted(after), JSON.stringify({ list, startsInside, now })).toEqual(
            [60, 120].map((of) => dueMs(0, of, { kind: '24x7' }, pauses) / 60_000 - of),
          );
          expect(isLate(after), 'no change of members makes an alert overdue').toBe(isLate(before));
        };
        for (const { minutes, isMember } of list) {
          await goBy(minutes, { alertId: alert, windowId: window.id, agentId });
          now += minutes;
          await follows(isMember, () => tag(isMember));
        }
        // Whoever is inside when a group is taken out of use leaves it as well.
        await follows(false, async () => json(await as('admin')('DELETE', `/groups/${group.id}`), 204));
      }),
      {
        numRuns: 8,
        examples: [
          [[{ minutes: 250, isMember: false }], true],
          [[{ minutes: 150, isMember: true }], false],
        ],
      },
    );
  });

  it('misses no alert that opens as it is planned', async () => {
    const agentId = await host();
    const from = Date.now() + 10 * 60_000;
    const raised = Array.from({ length: 12 }, () => raise(agentId));
    const window = planned({ ...onHost(agentId), schedule: once(from, from + HOUR) });
    const later = Array.from({ length: 12 }, () => raise(agentId));
    await window;
    for (const id of await Promise.all([...raised, ...later])) expect(shifted(await show(id))).toEqual([60, 60]);
  });

  it('is what "maintenance until" on a host means', async () => {
    const agentId = await host();
    const patch = async (maintenance_until: string | null) =>
      json<{ maintenance_until: string | null }>(
        await as('admin')('PATCH', `/agents/${agentId}`, { maintenance_until }),
        200,
      );
    const windows = async () =>
      (
        await json<{ items: Window[] }>(
          await as('viewer')('GET', `/maintenance-windows?agent_id=${agentId}&state=all`),
          200,
        )
      ).items
        .filter(({ title }) => title.startsWith('Maintenance of kept-'))
        .map(({ state }) => state);
    const until = iso(Date.now() + HOUR);
    expect(await patch(until)).toMatchObject({ maintenance_until: until });
    expect((await show(await raise(agentId))).silenced_until).toBe(until);
    const longer = iso(Date.now() + 2 * HOUR);
    expect(await patch(longer)).toMatchObject({ maintenance_until: longer });
    expect(await windows()).toEqual(['open']);
    expect(await patch(null)).toMatchObject({ maintenance_until: null });
    expect(await windows()).toEqual(['cancelled']);
    expect(await patch(null)).toMatchObject({ maintenance_until: null });
    const tooLong = { maintenance_until: iso(Date.now() + 8 * 24 * HOUR) };
    expect(await problemOf(await as('admin')('PATCH', `/agents/${agentId}`, tooLong))).toBe(
      'maintenance_schedule_invalid',
    );
  });

  it('400, 422: is refused where it is not possible', async () => {
    const now = Date.now();
    const good = onHost(await host());
    for (const schedule of [
      once(now - 2 * HOUR, now - HOUR),
      once(now + HOUR, now),
      once(now, now + 7 * 24 * HOUR + 60_000),
    ])
      expect(await problemOf(await plan({ ...good, schedule }))).toBe('maintenance_schedule_invalid');
    const schedule = once(now, now + HOUR);
    for (const bad of [
      { schedule, scope: { kind: 'agents', agent_ids: [] } },
      { schedule, scope: { kind: 'everything' } },
      { ...good, schedule: { ...schedule, kind: 'daily' } },
      { ...good, schedule, reason: ' ' },
    ])
      expect(await problemOf(await plan(bad))).toBe('invalid_request');
  });

  it('403, 404: is planned by operators, for hosts and groups of the tenant', async () => {
    const schedule = once(Date.now(), Date.now() + HOUR);
    expect((await plan({ scope: { kind: 'tenant' }, schedule }, 'analyst')).status).toBe(403);
    const sister = await registerTestAgent(api, tenants.b, 'sister-01');
    expect((await plan({ ...onHost(sister.id), schedule })).status).toBe(404);
    expect((await plan({ scope: { kind: 'group', group_id: randomUUID() }, schedule })).status).toBe(404);
    const own = await planned({ scope: { kind: 'tenant' }, schedule });
    const theirs = await json<Window>(
      await as('operator')('POST', '/maintenance-windows', {
        tenant_id: tenants.b,
        title: 'Theirs',
        reason: 'x',
        scope: { kind: 'tenant' },
        schedule,
      }),
      201,
    );
    expect((await as('client_viewer')('GET', `/maintenance-windows/${own.id}`)).status).toBe(200);
    expect((await as('client_viewer')('GET', `/maintenance-windows/${theirs.id}`)).status).toBe(404);
    expect((await as('client_viewer')('POST', `/maintenance-windows/${own.id}/cancel`)).status).toBe(403);
    expect((await show(await raise(null))).silenced_by_maintenance).toBe(own.id);
    await cancel(own.id);
  });
});
