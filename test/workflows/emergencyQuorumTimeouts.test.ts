/** Every time-out of emergency actions, impersonations and packs, with hours that pass in a moment. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { packStart, WORKFLOW_IDS } from '../../src/workflows/messages.ts';
import { registerTestAgent, type TestAgent } from '../support/agent.ts';
import { createPerson, type Person } from '../support/hub.ts';
import { problemOf } from '../support/people.ts';
import { recordLastRun } from '../support/replay.ts';
import { createSkippingHub } from '../support/skippingHub.ts';

const hub = await createSkippingHub();
const { db, api, env, before, after, calls } = hub;
const tenantId = api.tenants.a;
const alice = await createPerson(db, api, 'admin');
const bob = await createPerson(db, api, 'admin');

beforeEach(() => hub.follow());
afterEach(() => {
  before.clear();
  after.clear();
});

const host = (name: string): Promise<TestAgent> => registerTestAgent(api, tenantId, name);
const MINUTE_MS = 60_000;
const GRACE_MS = 30_000;
/** Between the row and the start of its workflow, on a busy machine. */
const SLACK_MS = 10_000;

/** Of each answer a test reads what it needs. */
type Answer = {
  readonly id: string;
  readonly nonce: string;
  readonly impersonation_id: string;
  readonly state: string;
  readonly targets: readonly { readonly hostname: string; readonly nonce: string }[];
};

async function post(by: Person, path: string, body: unknown, status: number): Promise<Answer> {
  const response = await by.call('POST', path, body);
  expect(response.status, await response.clone().text()).toBe(status);
  return (await response.json()) as Answer;
}

const request = (agents: readonly TestAgent[], change: Record<string, unknown> = {}) =>
  post(
    alice,
    '/emergency/quorum',
    {
      agent_ids: agents.map((agent) => agent.id),
      actions: [{ kind: 'run_playbook', id: 'isolate-network' }],
      reason: 'Ransomware pattern, ticket TKT-9004',
      required_approvers: 1,
      ...change,
    },
    201,
  );

/** How often the audit log holds this event of this nonce, request or impersonation. */
async function audited(type: string, id: string | undefined): Promise<number> {
  const { count } = await db.admin.one(sql.type(z.object({ count: z.number() }))`
    select count(*) as count from audit_log where event_type = ${type}
      and ${id ?? ''} in (event_data ->> 'nonce', event_data ->> 'request_id', event_data ->> 'impersonation_id')`);
  return count;
}

const tokens = async (requestId: string): Promise<number> =>
  (
    await db.admin.one(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from eats where quorum_request_id = ${requestId}::uuid`)
  ).count;

/** Waits for a workflow while time jumps; gives its result and how many minutes it took by Temporal's clock. */
async function ended(workflowId: string, keepAs?: string): Promise<{ result: unknown; tookMs: number }> {
  const handle = env.client.workflow.getHandle(workflowId);
  const result: unknown = await handle.result();
  if (keepAs !== undefined) await recordLastRun(env.client, env.address, workflowId, keepAs);
  const { startTime, closeTime } = await handle.describe();
  return { result, tookMs: Number(closeTime) - Number(startTime) };
}

describe('emergencyQuorum', () => {
  it('expires after the collection time: audited once, people told, and nobody can approve any more', async () => {
    const { id } = await request([await host('db-1')]);
    const { result, tookMs } = await ended(`quorum:${id}`, 'emergencyQuorum-expired');
    expect(result).toEqual({ state: 'expired', outcomes: {} });
    expect(tookMs).toBeGreaterThanOrEqual(60 * MINUTE_MS - SLACK_MS);
    expect(tookMs).toBeLessThan(62 * MINUTE_MS);
    expect(await audited('emergency_quorum_expired', id)).toBe(1);
    expect(
      calls.filter(
        ({ name, input }) => name === 'notifyDecision' && (input as { request_id: unknown }).request_id === id,
      ),
    ).toMatchObject([{ input: { outcome: 'expired' } }]);
    const late = await bob.call('POST', `/emergency/quorum/${id}/approve`);
    expect([late.status, await problemOf(late)]).toEqual([410, 'quorum_expired']);
    expect(await tokens(id)).toBe(0);
    // A worker that died before it could say so repeats the activity.
    const ref = { request_id: id, tenant_id: tenantId, msp_id: api.msp.id };
    expect(await hub.activities.expireQuorum(ref)).toEqual({ state: 'expired' });
    expect(await audited('emergency_quorum_expired', id)).toBe(1);
  });

  it('waits as long as it was asked to', async () => {
    const { id } = await request([await host('db-2')], { collection_minutes: 24 * 60 });
    const { result, tookMs } = await ended(`quorum:${id}`);
    expect(result).toMatchObject({ state: 'expired' });
    expect(tookMs).toBeGreaterThanOrEqual(24 * 60 * MINUTE_MS - SLACK_MS);
  });

  it('a decision that arrives in the last moment stays: it fires, although the timer has gone off', async () => {
    const { id } = await request([await host('db-3')]);
    before.set('expireQuorum', async () => {
      before.delete('expireQuorum');
      // The timer has gone off, and by the database's clock two seconds are left.
      await hub.follow();
      const end = (seconds: number) =>
        db.admin.query(
          sql.unsafe`update quorum_requests set expires_at = now() + make_interval(secs => ${seconds}) where id = ${id ?? null}::uuid`,
        );
      await end(2);
      expect((await bob.call('POST', `/emergency/quorum/${id}/approve`)).status).toBe(200);
      await end(-1);
    });
    const { result } = await ended(`quorum:${id}`);
    expect(result).toEqual({ state: 'approved', outcomes: { 'db-3': 'overdue' } });
    expect(await audited('emergency_quorum_expired', id)).toBe(0);
    expect(await audited('emergency_quorum_approved', id)).toBe(1);
    expect(await tokens(id)).toBe(1);
  });

  it('a decision that arrives while the database is being read is not lost: it fires at once', async () => {
    // The workflow reads "open" and is told of the approval before it has the answer.
    after.set('readQuorum', async (input: { readonly request_id: string }) => {
      after.delete('readQuorum');
      const approved = await bob.call('POST', `/emergency/quorum/${input.request_id}/approve`);
      expect(approved.status).toBe(200);
    });
    const { id } = await request([await host('db-4')]);
    const { result } = await ended(`quorum:${id}`);
    expect(result).toEqual({ state: 'approved', outcomes: { 'db-4': 'overdue' } });
    const expired = calls.filter(
      ({ name, input }) => name === 'expireQuorum' && (input as { request_id: string }).request_id === id,
    );
    expect(expired).toEqual([]);
  });

  it('a canary that does not answer is the last host: the others get no token', async () => {
    const { id, targets } = await request([await host('canary'), await host('next-1'), await host('next-2')]);
    await post(bob, `/emergency/quorum/${id}/approve`, undefined, 200);
    const { result, tookMs } = await ended(`quorum:${id}`, 'emergencyQuorum-stopped');
    expect(result).toEqual({
      state: 'approved',
      outcomes: { canary: 'overdue', 'next-1': 'stopped', 'next-2': 'stopped' },
    });
    expect(tookMs).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    expect(await tokens(id)).toBe(1);
    expect(await audited('emergency_stages_stopped', id)).toBe(1);
    const canary = targets.find((target) => target.hostname === 'canary');
    expect(await audited('emergency_token_overdue', canary?.nonce)).toBe(1);
    const shown = (await (await alice.call('GET', `/emergency/quorum/${id}`)).json()) as {
      targets: { hostname: string; state: string }[];
    };
    expect(shown.targets.filter((target) => target.state === 'stopped').map((target) => target.hostname)).toEqual([
      'next-1',
      'next-2',
    ]);
  });

  it('a delivery that another run has started already is waited for, and the stages go on from there', async () => {
    const canary = await host('canary-2');
    const { id, targets } = await request([canary, await host('next-3')]);
    const nonce = targets.find((target) => target.hostname === 'canary-2')?.nonce as string;
    const order = { nonce, agent_id: canary.id, tenant_id: tenantId, msp_id: api.msp.id };
    // As a run does that an operator ends a moment later, and a second one follows.
    after.set('readQuorum', async () => {
      after.delete('readQuorum');
      await env.client.workflow.start('eatDelivery', { workflowId: `eat:${nonce}`, taskQueue: 'core', args: [order] });
    });
    await post(bob, `/emergency/quorum/${id}/approve`, undefined, 200);
    const { result } = await ended(`quorum:${id}`, 'emergencyQuorum-followed');
    expect(result).toEqual({ state: 'approved', outcomes: { 'canary-2': 'overdue', 'next-3': 'stopped' } });
    expect(await tokens(id)).toBe(1);
    expect(await audited('emergency_token_overdue', nonce)).toBe(1);
  });
});

describe('eatDelivery', () => {
  it('is overdue after the expiry and its grace: audited once, however often the activity is repeated', async () => {
    const agent = await host('web-1');
    const { nonce } = await post(
      alice,
      `/agents/${agent.id}/emergency`,
      { reason: 'Runaway process, ticket TKT-9003', actions: [{ kind: 'kill_process', pid: 4711, start_time: 1 }] },
      202,
    );
    const { result, tookMs } = await ended(`eat:${nonce}`, 'eatDelivery-overdue');
    expect(result).toEqual({ outcome: 'overdue' });
    expect(tookMs).toBeGreaterThanOrEqual(2 * MINUTE_MS + GRACE_MS - SLACK_MS);
    expect(await audited('emergency_token_overdue', nonce)).toBe(1);
    const ref = { nonce: nonce, tenant_id: tenantId, msp_id: api.msp.id };
    expect(await hub.activities.closeEat(ref)).toEqual({ outcome: 'overdue' });
    expect(await audited('emergency_token_overdue', nonce)).toBe(1);
  });

  it('is given up when it cannot be signed in ten minutes', async () => {
    const agent = await host('web-2');
    before.set('signEat', () => Promise.reject(new Error('the signer has no key')));
    const { nonce, state } = await post(
      alice,
      `/agents/${agent.id}/emergency`,
      { reason: 'Runaway process, ticket TKT-9003', actions: [{ kind: 'kill_process', pid: 4711, start_time: 1 }] },
      202,
    );
    expect(state).toBe('signing');
    const { result, tookMs } = await ended(`eat:${nonce}`, 'eatDelivery-abandoned');
    expect(result).toEqual({ outcome: 'abandoned' });
    expect(tookMs).toBeLessThan(11 * MINUTE_MS);
    expect(await audited('emergency_order_abandoned', nonce)).toBe(1);
    before.clear();
    // A signer that comes back late finds it given up.
    const again = await env.client.workflow.execute('eatDelivery', {
      workflowId: `eat:${nonce}`,
      taskQueue: 'core',
      args: [{ nonce, agent_id: agent.id, tenant_id: tenantId, msp_id: api.msp.id }],
    });
    expect(again).toEqual({ outcome: 'abandoned' });
  });

  it('is not given up when it was signed by a worker that could never say so', async () => {
    const agent = await host('web-4');
    after.set('signEat', () => Promise.reject(new Error('the worker died')));
    const { nonce } = await post(
      alice,
      `/agents/${agent.id}/emergency`,
      { reason: 'Runaway process, ticket TKT-9003', actions: [{ kind: 'kill_process', pid: 4711, start_time: 1 }] },
      202,
    );
    const { result } = await ended(`eat:${nonce}`, 'eatDelivery-signedUnheard');
    expect(result).toEqual({ outcome: 'overdue' });
    expect(await audited('emergency_order_abandoned', nonce)).toBe(0);
  });
});

describe('preIssuedEatWindow', () => {
  it('ends unused after the window and its grace: recorded once', async () => {
    const agent = await host('web-3');
    const { id } = await post(
      alice,
      `/agents/${agent.id}/pre-issued-eats`,
      {
        playbook_id: 'isolate-network',
        valid_from: new Date(Date.now() + 60 * MINUTE_MS).toISOString(),
        valid_until: new Date(Date.now() + 15 * 60 * MINUTE_MS).toISOString(),
        conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true },
        reason: 'After-hours coverage for ACME — Saturday night',
      },
      201,
    );
    const { result, tookMs } = await ended(`pre-issued-eat:${id}`, 'preIssuedEatWindow-unused');
    expect(result).toEqual({ outcome: 'expired_unused' });
    expect(tookMs).toBeGreaterThanOrEqual(15 * 60 * MINUTE_MS - SLACK_MS);
    expect(await audited('pre_issued_token_expired_unused', id)).toBe(1);
    const ref = { nonce: id, tenant_id: tenantId, msp_id: api.msp.id };
    expect(await hub.activities.closePreIssued(ref)).toEqual({ outcome: 'expired_unused' });
    expect(await audited('pre_issued_token_expired_unused', id)).toBe(1);
  });
});

describe('impersonationSession', () => {
  const impersonate = (status: number) =>
    post(
      alice,
      '/auth/impersonate',
      { tenant_id: tenantId, duration_minutes: 1, reason: 'Investigating alert #847 on web-03' },
      status,
    );
  const stateOf = async (id: string | undefined) =>
    db.admin.one(sql.type(z.object({ state: z.string(), end_reason: z.string().nullable() }))`
      select state, end_reason from impersonations where id = ${id ?? null}::uuid`);
  const consent = (kind: string) =>
    db.admin.query(sql.unsafe`
      insert into tenant_settings (tenant_id, impersonation_consent) values (${tenantId}::uuid, ${kind})
      on conflict (tenant_id) do update set impersonation_consent = excluded.impersonation_consent`);

  it('ends after its minute, once', async () => {
    const { impersonation_id: id } = await impersonate(200);
    const { result, tookMs } = await ended(`impersonation:${id}`, 'impersonationSession-expired');
    expect(result).toEqual({ state: 'ended' });
    expect(tookMs).toBeGreaterThanOrEqual(MINUTE_MS - SLACK_MS);
    expect(tookMs).toBeLessThan(3 * MINUTE_MS);
    expect(await stateOf(id)).toEqual({ state: 'ended', end_reason: 'expired' });
    expect(await audited('impersonation_ended', id)).toBe(1);
  });

  it('ends when nobody consents in half an hour', async () => {
    await consent('approve');
    const { impersonation_id: id } = await impersonate(202);
    const { tookMs } = await ended(`impersonation:${id}`, 'impersonationSession-noConsent');
    expect(tookMs).toBeGreaterThanOrEqual(30 * MINUTE_MS - SLACK_MS);
    expect(await stateOf(id)).toEqual({ state: 'ended', end_reason: 'consent_timeout' });
    expect(await audited('impersonation_ended', id)).toBe(1);
    await consent('none');
  });
});

describe('auditPackBuild', () => {
  it('says that the pack could not be built when it has tried for hours', async () => {
    before.set('collectPack', () => Promise.reject(new Error('the disk is full')));
    const input = { tenant_id: tenantId, msp_id: api.msp.id, month: '2026-04', actor_suffix: null, announce: true };
    await env.client.workflow.start('auditPackBuild', packStart(input));
    const handle = env.client.workflow.getHandle(WORKFLOW_IDS.auditPack(tenantId, input.month));
    await expect(handle.result()).rejects.toThrow();
    const { startTime, closeTime } = await handle.describe();
    expect(Number(closeTime) - Number(startTime)).toBeLessThan(6 * 60 * MINUTE_MS);
    const told = await db.admin.one(sql.type(z.object({ stage: z.string(), rows: z.number() }))`
      select stage, (select count(*) from audit_log where event_type = 'audit_pack_failed' and event_data ->> 'month' = month) as rows
      from pack_builds where tenant_id = ${tenantId}::uuid and month = ${input.month}`);
    expect(told).toEqual({ stage: 'failed', rows: 1 });
  });
});
