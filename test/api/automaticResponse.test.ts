/** Actions that reporters propose with an alert: run by themselves only where the tenant lets them. */

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { decideResponse } from '../../src/domain/automaticResponse.ts';
import { registerTestAgent, type TestAgent } from '../support/agent.ts';
import { createTestHub } from '../support/hub.ts';
import { waitUntil } from '../support/processes.ts';

const hub = await createTestHub();
const acme = hub.api.tenants.a;
const agent = await registerTestAgent(hub.api, acme, 'web-03');
const admin = await hub.person('admin');

const setLevel = (level: number) => admin.call('PUT', `/tenants/${acme}/automatic-level`, { automatic_level: level });

async function report(
  action: Record<string, unknown>,
  confidence: number,
  by: TestAgent = agent,
): Promise<{ status: number; fingerprint: string }> {
  const fingerprint = randomUUID();
  const response = await by.send(hub.api, 'POST', '/ingest', {
    batch_id: randomUUID(),
    entries: [
      {
        kind: 'event',
        event: {
          at: new Date().toISOString(),
          severity: 'critical',
          title: 'Ransomware pattern on web-03',
          fingerprint,
          response: { action, confidence },
        },
      },
    ],
  });
  return { status: response.status, fingerprint };
}

const row = z.object({ decision: z.string().nullable(), nonce: z.uuid(), token: z.string().nullable() });
async function decided(fingerprint: string): Promise<z.infer<typeof row>> {
  return waitUntil('a decision', async () => {
    const found = await hub.db.admin.maybeOne(sql.type(row)`
      select r.decision, r.nonce, e.token from automatic_responses r
        join alerts l on l.id = r.alert_id left join eats e on e.nonce = r.nonce
      where l.fingerprint like ${`%${fingerprint}`}`);
    const isReady = found !== null && found.decision !== null && (found.decision !== 'ordered' || found.token !== null);
    return isReady && found;
  });
}

describe('level 1', () => {
  it('does nothing while the tenant has not turned it on (deny by default)', async () => {
    const { fingerprint } = await report({ kind: 'isolate_network' }, 0.99);
    expect((await decided(fingerprint)).decision).toBe('switched_off');
  });

  it('runs when the reporter is surer than 0.95, with a token that says it was automatic', async () => {
    await setLevel(1);
    const { fingerprint } = await report({ kind: 'isolate_network' }, 0.96);
    const { decision, token } = await decided(fingerprint);
    expect(decision).toBe('ordered');
    expect(JSON.parse(token as string)).toMatchObject({ level: 1, authorisation: { kind: 'automatic' } });
  });

  it('does not run at 0.95', async () => {
    const { fingerprint } = await report({ kind: 'isolate_network' }, 0.95);
    expect((await decided(fingerprint)).decision).toBe('not_sure_enough');
  });
});

describe('one reporter with alerts for many hosts', () => {
  it('has five hosts answered for, however many come at once, and those again', async () => {
    const others = await Promise.all(
      Array.from({ length: 7 }, (_, index) => registerTestAgent(hub.api, acme, `web-1${index}`)),
    );
    const sent = await Promise.all(others.map((other) => report({ kind: 'isolate_network' }, 0.99, other)));
    const decisions = await Promise.all(sent.map(async ({ fingerprint }) => (await decided(fingerprint)).decision));
    // One host was answered for above.
    expect(decisions.filter((decision) => decision === 'ordered')).toHaveLength(4);
    expect(decisions.filter((decision) => decision === 'too_many_hosts')).toHaveLength(3);
    const again = await report({ kind: 'isolate_network' }, 0.99);
    expect((await decided(again.fingerprint)).decision).toBe('ordered');
  });
});

describe('what is refused', () => {
  it.each([
    ['a playbook', { kind: 'run_playbook', id: 'db-restore' }],
    ['a level 3 step', { kind: 'reboot' }],
    ['an unknown step', { kind: 'format_disk' }],
  ])('400 for %s', async (_, action) => {
    expect((await report(action, 1)).status).toBe(400);
  });

  it('turning it on needs an admin with a code', async () => {
    expect(
      (await admin.call('PUT', `/tenants/${acme}/automatic-level`, { automatic_level: 2 }, { code: null })).status,
    ).toBe(401);
    const operator = await hub.person('operator');
    expect((await operator.call('PUT', `/tenants/${acme}/automatic-level`, { automatic_level: 2 })).status).toBe(403);
  });
});

describe('the rule', () => {
  const base = {
    level: 2,
    confidence: 0.5,
    automaticLevel: 2,
    alertStatus: 'open',
    isHostActive: true,
    hosts: 20,
    otherHostsAnswered: 0,
  } as const;
  it('lets level 2 run when nobody has acknowledged, however sure the reporter is', () => {
    expect(decideResponse(base)).toBe('ordered');
    expect(decideResponse({ ...base, alertStatus: 'acknowledged' })).toBe('acknowledged');
    expect(decideResponse({ ...base, alertStatus: 'resolved' })).toBe('acknowledged');
    expect(decideResponse({ ...base, automaticLevel: 1 })).toBe('switched_off');
    expect(decideResponse({ ...base, isHostActive: false })).toBe('host_inactive');
  });

  it('answers for five hosts an hour or a tenth of the fleet, then waits for a person', () => {
    expect(decideResponse({ ...base, otherHostsAnswered: 4 })).toBe('ordered');
    expect(decideResponse({ ...base, otherHostsAnswered: 5 })).toBe('too_many_hosts');
    expect(decideResponse({ ...base, hosts: 1000, otherHostsAnswered: 99 })).toBe('ordered');
    expect(decideResponse({ ...base, hosts: 1000, otherHostsAnswered: 100 })).toBe('too_many_hosts');
  });
});
