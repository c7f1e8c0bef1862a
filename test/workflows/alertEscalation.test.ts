/** Escalations with hours that pass in a moment: who is told when, and what stops it. */

import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { raiseAlert } from '../../src/db/alerts.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { personalTopic } from '../../src/domain/pushText.ts';
import { formatToken, tokenHash } from '../../src/domain/token.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createPerson, type Person } from '../support/hub.ts';
import { plantMaintenance } from '../support/maintenance.ts';
import { startNtfyStandIn } from '../support/pushServers.ts';
import { recordLastRun } from '../support/replay.ts';
import { createSkippingHub } from '../support/skippingHub.ts';

const ntfy = await startNtfyStandIn();
const TOPICS = { topicPrefix: 'monsys', topicSecret: '5e'.repeat(32) };
const hub = await createSkippingHub(undefined, { url: ntfy.url, token: null, ...TOPICS });
const { db, api, env, calls, before, after } = hub;
const tenantId = api.tenants.a;
type Host = { readonly id: string; readonly name: string };
const MINUTE_MS = 60_000;
/** What a busy machine may add to a wait. */
const SLACK_MS = 30_000;
const [carol, dave, alice] = (await Promise.all(
  (['operator', 'operator', 'admin'] as const).map((role) => createPerson(db, api, role)),
)) as [Person, Person, Person];
const spare: Host[] = [];
for (let number = 1; number <= 18; number += 1) {
  const name = `web-${number}`;
  spare.push({ id: (await registerTestAgent(api, tenantId, name)).id, name });
}
// Nobody but alice is an admin, so that a level of admins is one person.
await db.admin.query(sql.unsafe`
  update users set is_active = false where id in (${api.user('owner').id}::uuid, ${api.user('admin').id}::uuid)`);

const token = formatToken('ingest', randomBytes(32));
await db.admin.query(sql.unsafe`
  insert into integration_tokens (tenant_id, token_hash, name, purpose)
  values (${tenantId}::uuid, ${sql.binary(Buffer.from(tokenHash(token)))}, 'events', 'ingest')`);

async function call(by: Person, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await by.call(method, path, body);
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

const schedule = await call(alice, 'POST', '/on-call/schedules', {
  name: 'Primary on-call',
  time_zone: 'UTC',
  layers: [{ name: 'All', members: [carol.id], rotation: 'daily', handover_time: '09:00', starts_on: '2026-01-01' }],
});
const levels = [
  { targets: [{ kind: 'schedule', schedule_id: schedule['id'] }], wait_minutes: 5 },
  { targets: [{ kind: 'user', user_id: dave.id }, { kind: 'admins' }], wait_minutes: 15 },
];
const policy = await call(alice, 'POST', '/escalation-policies', { name: 'Default', levels, is_default: true });

beforeEach(() => hub.follow());
afterEach(() => {
  before.clear();
  after.clear();
  ntfy.answer = () => undefined;
});
/** Messages to these people fail until `ntfy.answer` is set anew. */
function unreachable(...people: readonly Person[]): void {
  const topics = people.map(({ id }) => `/ntfy/${personalTopic(TOPICS.topicPrefix, TOPICS.topicSecret, id)}`);
  ntfy.answer = (path) => (topics.some((topic) => path.startsWith(topic)) ? 503 : undefined);
}

/** A host that no other test has used. */
function host(): Host {
  const next = spare.shift();
  if (next === undefined) throw new Error('register more hosts at the top');
  return next;
}

/** Reports trouble as another system does; gives the alert's id. The request itself starts the escalation. */
async function trouble(of: Host, severity: string, fingerprint = 'disk'): Promise<string> {
  const event = {
    fingerprint,
    severity,
    title: 'Disk full',
    detail: {},
    resolved: false,
    at: new Date().toISOString(),
  };
  const response = await api.anonymous(
    'POST',
    '/ingest',
    { batch_id: randomUUID(), entries: [{ kind: 'event', hostname: of.name, event }] },
    { authorization: `Bearer ${token}` },
  );
  expect(response.status, await response.clone().text()).toBe(202);
  const { id } = await db.admin.one(sql.type(z.object({ id: z.uuid() }))`
    select id from alerts where agent_id = ${of.id}::uuid and fingerprint like ${`%${fingerprint}`} order by number desc limit 1`);
  return id;
}

/** Waits for the escalation while time jumps; gives its outcome, and how long it took by Temporal's clock. */
async function ended(alertId: string, keepAs?: string): Promise<{ outcome: string; tookMs: number }> {
  const handle = env.client.workflow.getHandle(`escalation:${alertId}`);
  const { outcome } = (await handle.result()) as { outcome: string };
  if (keepAs !== undefined) await recordLastRun(env.client, env.address, `escalation:${alertId}`, keepAs);
  const { startTime, closeTime } = await handle.describe();
  return { outcome, tookMs: Number(closeTime) - Number(startTime) };
}

const told = (alertId: string) =>
  calls
    .filter(({ name, input }) => name === 'notifyEscalation' && (input as { alert_id: string }).alert_id === alertId)
    .map(({ input }) => input as { round: number; level: number })
    .map(({ round, level }) => ({ round, level }));
const shown = async (alertId: string) => (await call(alice, 'GET', `/alerts/${alertId}`))['escalation'];
const auditRow = z.object({
  event_type: z.string(),
  level: z.number().nullable(),
  people: z.array(z.string()).nullable(),
});
async function audited(alertId: string): Promise<readonly z.infer<typeof auditRow>[]> {
  return db.admin.any(sql.type(auditRow)`
    select event_type, event_data -> 'level' as level, coalesce(event_data -> 'meant', event_data -> 'told', event_data -> 'untold') as people from audit_log
    where event_data ->> 'alert_id' = ${alertId} and event_type like 'alert_escalat%' order by seq`);
}

/** Answers in the moment in which a level has been told. */
function answerAfter(level: number, answer: (alertId: string) => Promise<unknown>): void {
  after.set('notifyEscalation', async (input: { readonly alert_id: string; readonly level: number }) => {
    if (input.level === level) await answer(input.alert_id);
  });
}

describe('an alert that opens at or above the severity of its policy', () => {
  it('tells level 1, waits, tells level 2, and stops when somebody acknowledges', async () => {
    answerAfter(2, (id) => call(dave, 'PATCH', `/alerts/${id}/acknowledge`));
    const alertId = await trouble(host(), 'critical');
    const { outcome, tookMs } = await ended(alertId, 'alertEscalation-acknowledged');
    expect(outcome).toBe('acknowledged');
    expect(tookMs).toBeGreaterThanOrEqual(5 * MINUTE_MS - 1000);
    expect(tookMs).toBeLessThan(5 * MINUTE_MS + SLACK_MS);
    expect(told(alertId)).toEqual([
      { round: 0, level: 1 },
      { round: 0, level: 2 },
    ]);
    const both = [dave.email, alice.email].toSorted();
    const rows = await audited(alertId);
    expect(rows.map((row) => [row.event_type, row.level])).toEqual([
      ['alert_escalated', 1],
      ['alert_escalation_told', 1],
      ['alert_escalated', 2],
      ['alert_escalation_told', 2],
      ['alert_escalation_stopped', null],
    ]);
    expect(rows.slice(0, 4).map(({ people }) => people?.toSorted())).toEqual([
      [carol.email],
      [carol.email],
      both,
      both,
    ]);
    const escalation = (await shown(alertId)) as { notified: { email: string; told_at: string | null }[] };
    expect(escalation.notified.every(({ told_at }) => told_at !== null)).toBe(true);
    expect(escalation).toMatchObject({ state: 'acknowledged', level: 2, round: 0, policy: 'Default', next_at: null });
    expect(escalation.notified.map(({ email }) => email).toSorted()).toEqual([carol.email, ...both].toSorted());
  });

  it('stops when it is resolved', async () => {
    answerAfter(1, (id) => call(carol, 'PATCH', `/alerts/${id}/resolve`, { resolution: 'Cleaned up.' }));
    const alertId = await trouble(host(), 'high');
    expect((await ended(alertId)).outcome).toBe('resolved');
    expect(told(alertId)).toEqual([{ round: 0, level: 1 }]);
  });

  it('stops at its next look when the condition cleared by itself, whatever nobody said', async () => {
    answerAfter(1, (id) =>
      db.admin.query(sql.unsafe`update alerts set status = 'resolved', resolved_at = now() where id = ${id}::uuid`),
    );
    const alertId = await trouble(host(), 'high');
    expect((await ended(alertId)).outcome).toBe('resolved');
    expect(told(alertId)).toEqual([{ round: 0, level: 1 }]);
    expect(await shown(alertId)).toMatchObject({ state: 'resolved' });
  });

  it('is exhausted after the last level of the last round', async () => {
    await call(alice, 'PUT', `/escalation-policies/${String(policy['id'])}`, {
      name: 'Default',
      levels,
      repeats: 1,
      is_default: true,
    });
    const alertId = await trouble(host(), 'critical');
    // What holds is what held at the opening.
    await call(alice, 'PUT', `/escalation-policies/${String(policy['id'])}`, {
      name: 'Default',
      levels,
      is_default: true,
    });
    const { outcome, tookMs } = await ended(alertId, 'alertEscalation-exhausted');
    expect(outcome).toBe('exhausted');
    expect(tookMs).toBeGreaterThanOrEqual(40 * MINUTE_MS - 4000);
    expect(tookMs).toBeLessThan(40 * MINUTE_MS + 2 * SLACK_MS);
    expect(told(alertId)).toEqual([
      { round: 0, level: 1 },
      { round: 0, level: 2 },
      { round: 1, level: 1 },
      { round: 1, level: 2 },
    ]);
    expect((await audited(alertId)).at(-1)).toMatchObject({ event_type: 'alert_escalation_exhausted' });
    expect(await shown(alertId)).toMatchObject({ state: 'exhausted', round: 1, level: 2 });
    // Somebody comes late: the record stays.
    await call(carol, 'PATCH', `/alerts/${alertId}/acknowledge`);
    expect(await shown(alertId)).toMatchObject({ state: 'exhausted' });
  });

  it('inside a maintenance window waits for its end, and is told then if it is still open', async () => {
    answerAfter(1, (id) => call(carol, 'PATCH', `/alerts/${id}/acknowledge`));
    const of = host();
    await plantMaintenance(db, { tenantId, agentId: of.id }, 40);
    const alertId = await trouble(of, 'critical');
    const { outcome, tookMs } = await ended(alertId, 'alertEscalation-silenced');
    expect(outcome).toBe('acknowledged');
    expect(tookMs).toBeGreaterThanOrEqual(40 * MINUTE_MS - SLACK_MS);
    expect((await audited(alertId)).map((row) => row.event_type)).toEqual([
      'alert_escalation_silenced',
      'alert_escalated',
      'alert_escalation_told',
      'alert_escalation_stopped',
    ]);
  });

  it('tells nobody when the window outlives it', async () => {
    const of = host();
    await plantMaintenance(db, { tenantId, agentId: of.id }, 40);
    after.set('takeEscalationStep', async (input: { readonly alert_id: string }) => {
      after.delete('takeEscalationStep');
      await call(carol, 'PATCH', `/alerts/${input.alert_id}/resolve`, { resolution: 'Planned work.' });
    });
    const alertId = await trouble(of, 'critical');
    expect((await ended(alertId)).outcome).toBe('resolved');
    expect(told(alertId)).toEqual([]);
  });
});

describe('a level with nobody', () => {
  it('is not waited for: the next one is told at once', async () => {
    answerAfter(2, (id) => call(dave, 'POST', '/alerts/acknowledge', { ids: [id] }));
    await db.admin.query(sql.unsafe`update users set is_active = false where id = ${carol.id}::uuid`);
    const alertId = await trouble(host(), 'critical');
    const { tookMs } = await ended(alertId);
    await db.admin.query(sql.unsafe`update users set is_active = true where id = ${carol.id}::uuid`);
    expect(tookMs).toBeLessThan(2 * MINUTE_MS);
    expect((await audited(alertId))[0]).toMatchObject({ level: 1, people: [] });
  });
});

describe('a level of which nobody can be reached', () => {
  type Shown = { notified: { level: number; email: string; told_at: string | null; unreached_at: string | null }[] };

  it('is not waited for once its tries have run out, and says so: the next one is told at once', async () => {
    unreachable(carol);
    answerAfter(2, (id) => call(dave, 'PATCH', `/alerts/${id}/acknowledge`));
    const alertId = await trouble(host(), 'critical');
    const { outcome, tookMs } = await ended(alertId, 'alertEscalation-unreached');
    expect(outcome).toBe('acknowledged');
    expect(tookMs).toBeLessThan(4 * MINUTE_MS);
    const rows = await audited(alertId);
    expect(rows.map((row) => [row.event_type, row.level])).toEqual([
      ['alert_escalated', 1],
      ['alert_escalation_untold', 1],
      ['alert_escalated', 2],
      ['alert_escalation_told', 2],
      ['alert_escalation_stopped', null],
    ]);
    expect(rows[1]?.people).toEqual([carol.email]);
    const { notified } = (await shown(alertId)) as Shown;
    expect(notified.find(({ level }) => level === 1)).toMatchObject({
      email: carol.email,
      told_at: null,
      unreached_at: expect.any(String),
    });
    expect(notified.filter(({ level, told_at }) => level === 2 && told_at !== null)).toHaveLength(2);
  });

  it('is tried again within its wait when it is the last one', async () => {
    unreachable(carol, dave, alice);
    let settled = 0;
    after.set('settleEscalationLevel', ({ level }: { readonly level: number }) => {
      settled += level === 2 ? 1 : 0;
      if (settled === 2) ntfy.answer = () => undefined;
      return Promise.resolve();
    });
    answerAfter(2, (id) => call(dave, 'PATCH', `/alerts/${id}/acknowledge`));
    const alertId = await trouble(host(), 'critical');
    const { outcome, tookMs } = await ended(alertId);
    expect(outcome).toBe('acknowledged');
    expect(tookMs).toBeLessThan(15 * MINUTE_MS);
    expect((await audited(alertId)).map((row) => [row.event_type, row.level])).toEqual([
      ['alert_escalated', 1],
      ['alert_escalation_untold', 1],
      ['alert_escalated', 2],
      ['alert_escalation_untold', 2],
      ['alert_escalation_told', 2],
      ['alert_escalation_stopped', null],
    ]);
  });

  it('but of which one was, is waited for, and the others are tried again', async () => {
    unreachable(dave);
    after.set('settleEscalationLevel', ({ level }: { readonly level: number }) => {
      if (level === 2) ntfy.answer = () => undefined;
      return Promise.resolve();
    });
    const of = host();
    const alertId = await trouble(of, 'critical');
    const { outcome, tookMs } = await ended(alertId);
    expect(outcome).toBe('exhausted');
    expect(tookMs).toBeGreaterThanOrEqual(20 * MINUTE_MS - 4000);
    expect((await audited(alertId)).map((row) => [row.event_type, row.level, row.people])).toEqual([
      ['alert_escalated', 1, [carol.email]],
      ['alert_escalation_told', 1, [carol.email]],
      ['alert_escalated', 2, expect.any(Array)],
      ['alert_escalation_told', 2, [alice.email]],
      ['alert_escalation_untold', 2, [dave.email]],
      ['alert_escalation_told', 2, [dave.email]],
      ['alert_escalation_exhausted', null, null],
    ]);
  });
});

describe('an alert whose severity rises', () => {
  type Row = {
    severity: string;
    status: string;
    severity_since: string | null;
    sla: { acknowledge: { state: string } };
  };
  const places = async (alertId: string) =>
    ((await shown(alertId)) as { notified: { generation: number; level: number }[] }).notified.map(
      ({ generation, level }) => [generation, level],
    );

  it('is told anew from level 1 by the policy of now, though its escalation runs', async () => {
    const of = host();
    const alertId = await trouble(of, 'high');
    let isRaised = false;
    answerAfter(2, async (id) => {
      if (isRaised) return call(dave, 'PATCH', `/alerts/${id}/acknowledge`);
      isRaised = true;
      return trouble(of, 'critical');
    });
    const { outcome } = await ended(alertId, 'alertEscalation-risen');
    expect(outcome).toBe('acknowledged');
    expect(told(alertId).map(({ level }) => level)).toEqual([1, 2, 1, 2]);
    expect(await places(alertId)).toEqual([
      [0, 1],
      [0, 2],
      [0, 2],
      [1, 1],
      [1, 2],
      [1, 2],
    ]);
  });

  it('to critical is open again, and its escalation is started again though it had ended', async () => {
    const of = host();
    answerAfter(1, (id) => call(carol, 'PATCH', `/alerts/${id}/acknowledge`));
    const alertId = await trouble(of, 'high');
    expect((await ended(alertId)).outcome).toBe('acknowledged');
    await call(carol, 'POST', `/alerts/${alertId}/snooze`, { until_resolved: true });
    expect(await trouble(of, 'high'), 'no worse than before: it stays with carol').toBe(alertId);
    expect(await call(alice, 'GET', `/alerts/${alertId}`)).toMatchObject({
      status: 'acknowledged',
      severity_since: null,
    });
    after.clear();
    await trouble(of, 'critical');
    const raised = (await call(alice, 'GET', `/alerts/${alertId}`)) as unknown as Row;
    expect(raised).toMatchObject({
      severity: 'critical',
      status: 'open',
      acknowledged_at: null,
      snooze: null,
      sla: { acknowledge: { state: 'ok' } },
    });
    expect((await ended(alertId)).outcome).toBe('exhausted');
    expect(told(alertId).map(({ level }) => level)).toEqual([1, 1, 2]);
  });
});

describe('an answer that is lost on its way', () => {
  it('is asked for again, and says the same: no level is skipped or told twice', async () => {
    answerAfter(2, (id) => call(dave, 'PATCH', `/alerts/${id}/acknowledge`));
    let failures = 2;
    after.set('takeEscalationStep', () => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('the worker died')) : Promise.resolve();
    });
    const alertId = await trouble(host(), 'critical');
    await ended(alertId);
    const rows = (await audited(alertId)).filter((row) => row.event_type === 'alert_escalated');
    expect(rows.map((row) => row.level)).toEqual([1, 2]);
    expect(told(alertId)).toEqual([
      { round: 0, level: 1 },
      { round: 0, level: 2 },
    ]);
  });
});

describe('which alerts escalate', () => {
  const escalations = async (alertId: string): Promise<number> =>
    (
      await db.admin.one(sql.type(z.object({ count: z.number() }))`
        select count(*) as count from alert_escalations where alert_id = ${alertId}::uuid`)
    ).count;

  it('not one below the severity; one that rises to it does, once', async () => {
    answerAfter(1, (id) => call(carol, 'PATCH', `/alerts/${id}/acknowledge`));
    const of = host();
    const alertId = await trouble(of, 'medium');
    expect([await escalations(alertId), await shown(alertId)]).toEqual([0, null]);
    expect(await trouble(of, 'medium')).toBe(alertId);
    expect(await escalations(alertId)).toBe(0);
    expect(await trouble(of, 'critical')).toBe(alertId);
    expect(await trouble(of, 'critical')).toBe(alertId);
    expect(await escalations(alertId)).toBe(1);
    expect((await ended(alertId)).outcome).toBe('acknowledged');
  });

  it('by the policy of the first group that names one, then the tenant’s, then the default', async () => {
    const named = async (name: string) =>
      (
        await call(alice, 'POST', '/escalation-policies', {
          name,
          levels: [{ targets: [{ kind: 'user', user_id: carol.id }], wait_minutes: 5 }],
        })
      )['id'];
    const [ofTenant, ofGroup] = [await named('Of the tenant'), await named('Of the group')];
    const of = host();
    const opened = async (fingerprint: string): Promise<unknown> => {
      const alertId = await trouble(of, 'critical', fingerprint);
      await call(carol, 'PATCH', `/alerts/${alertId}/acknowledge`);
      return ((await shown(alertId)) as { policy: string }).policy;
    };
    expect(await opened('one')).toBe('Default');
    await call(alice, 'PUT', `/tenants/${tenantId}/escalation-policy`, { escalation_policy_id: ofTenant });
    expect(await opened('two')).toBe('Of the tenant');
    await call(alice, 'POST', '/groups', {
      tenant_id: tenantId,
      name: 'All',
      rule: { hostname: of.name },
      escalation_policy_id: ofGroup,
    });
    expect(await opened('three')).toBe('Of the group');
    await call(alice, 'PUT', `/tenants/${tenantId}/escalation-policy`, { escalation_policy_id: null });
  });

  it('also when nobody was there to start it: the sweep does, and a second one changes nothing', async () => {
    answerAfter(1, (id) => call(carol, 'PATCH', `/alerts/${id}/acknowledge`));
    const of = host();
    const { id: alertId } = await withTenant(db.app, tenantId, (tx) =>
      raiseAlert(tx, {
        tenant_id: tenantId,
        agent_id: of.id,
        source: 'security',
        fingerprint: 'forgotten',
        severity: 'critical',
        title: 'Forgotten',
        detail: {},
        at: new Date().toISOString(),
      }),
    );
    expect(await hub.activities.sweepEscalations(), 'a moment is left to whoever opened it').toEqual({ started: 0 });
    await db.admin.query(sql.unsafe`
      update alert_escalations set next_at = now() - interval '1 minute' where alert_id = ${alertId}::uuid`);
    const [one, two] = await Promise.all([hub.activities.sweepEscalations(), hub.activities.sweepEscalations()]);
    expect(one.started + two.started).toBeGreaterThanOrEqual(1);
    expect((await ended(alertId)).outcome).toBe('acknowledged');
    expect(told(alertId)).toEqual([{ round: 0, level: 1 }]);
    expect(await hub.activities.sweepEscalations()).toEqual({ started: 0 });
  });
});
