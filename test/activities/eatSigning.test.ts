/** What the signing worker believes, and what it looks up again before it signs. */

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEatSigningActivities } from '../../src/activities/eatSigning.ts';
import { createEmergencyActivities, type WorkflowStarter } from '../../src/activities/emergency.ts';
import { totpStepSha256 } from '../../src/api/emergencyActions.ts';
import { abandonOrder, findEat, insertOrder, lockEat, type NewOrder, recordEatResult } from '../../src/db/emergency.ts';
import { sql } from '../../src/db/pool.ts';
import { type TenantTx, withTenant } from '../../src/db/scope.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';
import { createTestLog } from '../support/transparency.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const log = createTestLog(db);
await log.announceHubKey();
const signing = createEatSigningActivities({ pool: db.signing, signer: log.signer });
const signEat = (ref: Parameters<typeof signing.signEat>[0]) => signing.signEat(ref);
const agent = await registerTestAgent(api, api.tenants.a, 'web-01');
const admin = api.user('admin');
const KILL = { kind: 'kill_process', step: { kind: 'kill_process', pid: 4711, start_time: 99 } } as const;

function order(change: Partial<NewOrder> = {}): NewOrder {
  return {
    nonce: randomUUID(),
    tenant_id: api.tenants.a,
    msp_id: api.msp.id,
    agent_id: agent.id,
    level: 1,
    actions: [KILL],
    reason: 'A crypto miner on web-01',
    requested_by: admin.id,
    requested_by_email: admin.email,
    authorisation: 'single',
    totp_step_sha256: totpStepSha256(admin.id, 1),
    impersonation_id: null,
    alert: null,
    window: null,
    ...change,
  };
}

const inTenant = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => withTenant(db.app, api.tenants.a, work);
const ref = ({ nonce, tenant_id, msp_id }: NewOrder) => ({ nonce, tenant_id, msp_id });

async function place(change: Partial<NewOrder> = {}): Promise<NewOrder> {
  const placed = order(change);
  await inTenant((tx) => insertOrder(tx, placed));
  return placed;
}

describe('an order of one person', () => {
  it('is signed once by two workers at the same moment', async () => {
    const placed = await place();
    const both = await Promise.all([signEat(ref(placed)), signEat(ref(placed))]);
    expect(both[0]).toEqual(both[1]);
    expect(both[0]).toMatchObject({ kind: 'signed' });
    const { audits, commands } = await db.admin.one(sql.type(z.object({ audits: z.number(), commands: z.number() }))`
      select (select count(*) from audit_log where event_type = 'emergency_token_issued' and event_data ->> 'nonce' = ${placed.nonce}) as audits,
        (select count(*) from agent_outbox where payload ->> 'nonce' = ${placed.nonce}) as commands`);
    expect({ audits, commands }).toEqual({ audits: 1, commands: 1 });
  });

  it('that was made while impersonating says so in the audit row of its token, which names the host', async () => {
    const impersonation_id = randomUUID();
    const placed = await place({ impersonation_id });
    await signEat(ref(placed));
    const row = await db.admin.one(sql.type(z.object({ id: z.string(), email: z.string(), names_host: z.boolean() }))`
      select l.impersonation_id as id, actor_email as email, event_data ->> 'hostname' = a.hostname as names_host
      from audit_log l join agents a on a.tenant_id = l.tenant_id and a.id = (event_data ->> 'agent_id')::uuid
      where event_type = 'emergency_token_issued' and event_data ->> 'nonce' = ${placed.nonce}`);
    expect(row).toEqual({ id: impersonation_id, email: admin.email, names_host: true });
  });

  it('is not signed once it has waited longer than an emergency lasts (workers were away)', async () => {
    const placed = await place();
    await db.admin.query(
      sql.unsafe`update eat_orders set created_at = now() - interval '16 minutes' where nonce = ${placed.nonce}::uuid`,
    );
    await expect(signEat(ref(placed))).rejects.toThrow('waited too long');
  });

  it('is not signed after its window', async () => {
    const window = { from: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z', conditions: {} };
    const placed = await place({ window });
    await expect(signEat(ref(placed))).rejects.toThrow('window');
  });

  it('is not signed for another MSP than its own', async () => {
    const placed = await place();
    await expect(signEat({ ...ref(placed), msp_id: randomUUID() })).rejects.toThrow('no such order');
  });

  it('that is being signed cannot be given up at the same moment', async () => {
    const placed = await place();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The signer holds the order's row while it signs; here until somebody waits for it.
    const slow = createEatSigningActivities({
      pool: {
        ...db.signing,
        transaction: ((work: (tx: never) => Promise<unknown>) =>
          db.signing.transaction(async (tx) => {
            const result = await work(tx as never);
            await held;
            return result;
          })) as never,
      },
      signer: log.signer,
    });
    const signing = slow.signEat(ref(placed));
    const isLocked = sql.type(z.object({ waiting: z.number() }))`
      select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await waitUntil('the order is being signed', async () => {
      const { rows } = await db.admin.query(
        sql.type(
          z.object({ nonce: z.string() }),
        )`select nonce from eat_orders where nonce = ${placed.nonce}::uuid for update skip locked`,
      );
      return rows.length === 0;
    });
    const givenUp = inTenant((tx) => abandonOrder(tx, placed.nonce));
    await waitUntil('somebody waits', async () => (await db.admin.one(isLocked)).waiting > 0);
    release();
    expect(await signing).toMatchObject({ kind: 'signed' });
    expect(await givenUp).toBe(false);
  });
});

describe('the sweep', () => {
  it('starts what was forgotten a day ago too: a window may still come, and the rest is given up aloud', async () => {
    const kept = await place({
      window: {
        from: new Date(Date.now() + 3_600_000).toISOString(),
        until: new Date(Date.now() + 7_200_000).toISOString(),
        conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true },
      },
    });
    const stale = await place();
    const fresh = await place();
    await db.admin.query(sql.unsafe`
      update eat_orders set created_at = now() - interval '1 day' where nonce in (${kept.nonce}::uuid, ${stale.nonce}::uuid)`);
    const started: string[] = [];
    const note = ({ nonce }: { readonly nonce: string }): Promise<void> => {
      started.push(nonce);
      return Promise.resolve();
    };
    const ignore = (): Promise<void> => Promise.resolve();
    const starter: WorkflowStarter = {
      startDelivery: note,
      startPreIssued: note,
      startQuorum: ignore,
      wakeQuorum: ignore,
      startAutomaticResponse: ignore,
      startImpersonation: ignore,
      startWebhookDelivery: ignore,
      startWebhookFailing: ignore,
    };
    await createEmergencyActivities({ pool: db.core, starter }).reconcileEmergencies();
    expect(started).toEqual(expect.arrayContaining([kept.nonce, stale.nonce]));
    expect(started).not.toContain(fresh.nonce);
    await expect(signEat(ref(stale))).rejects.toThrow('waited too long');
    expect(await signEat(ref(kept))).toMatchObject({ kind: 'signed' });
  });
});

describe('an automatic order', () => {
  it('is not signed without the decision that it names', async () => {
    const placed = await place({
      authorisation: 'automatic',
      requested_by: null,
      requested_by_email: null,
      totp_step_sha256: null,
      alert: { id: randomUUID(), confidence: 1 },
    });
    await expect(signEat(ref(placed))).rejects.toThrow('Nobody decided');
  });
});

describe('the core worker', () => {
  it('cannot order in the name of a person', async () => {
    const forged = withTenant(db.core, api.tenants.a, (tx) => insertOrder(tx, order()));
    await expect(forged).rejects.toThrow(/row-level security/);
  });

  it('sees nobody’s password or authenticator', async () => {
    const peek = (column: 'password_hash' | 'totp_secret_sealed') =>
      withTenant(db.core, api.tenants.a, (tx) => tx.query(sql.unsafe`select ${sql.identifier([column])} from users`));
    await expect(peek('password_hash')).rejects.toThrow(/permission denied/);
    await expect(peek('totp_secret_sealed')).rejects.toThrow(/permission denied/);
  });
});

describe('a quorum', () => {
  async function approvedBy(approvers: readonly string[]): Promise<NewOrder> {
    const placed = order();
    const request = randomUUID();
    await db.admin.query(sql.unsafe`
      insert into quorum_requests (id, tenant_id, msp_id, state, requested_by, requested_by_email, actions, level, reason, required_approvers, expires_at, decided_at)
      values (${request}::uuid, ${placed.tenant_id}::uuid, ${placed.msp_id}::uuid, 'approved', ${admin.id}::uuid, ${admin.email},
        ${JSON.stringify([KILL])}::jsonb, 1, ${placed.reason}, ${approvers.length}, now() + interval '1 hour', now())`);
    await db.admin.query(sql.unsafe`
      insert into quorum_targets (tenant_id, request_id, agent_id, nonce, stage)
      values (${placed.tenant_id}::uuid, ${request}::uuid, ${agent.id}::uuid, ${placed.nonce}::uuid, 0)`);
    for (const [index, id] of approvers.entries()) {
      await db.admin.query(sql.unsafe`
        insert into quorum_decisions (tenant_id, request_id, user_id, email, decision, totp_step_sha256, decided_at)
        values (${placed.tenant_id}::uuid, ${request}::uuid, ${id}::uuid, ${`p${index}@msp.example`}, 'approve', ${totpStepSha256(id, 1)}, now())`);
    }
    await db.admin.query(
      sql.unsafe`insert into quorum_fires (request_id, tenant_id, fired_at) values (${request}::uuid, ${placed.tenant_id}::uuid, now())`,
    );
    await db.admin.query(sql.unsafe`
      insert into eat_orders (nonce, tenant_id, msp_id, agent_id, kind, level, actions, reason, authorisation, quorum_request_id)
      values (${placed.nonce}::uuid, ${placed.tenant_id}::uuid, ${placed.msp_id}::uuid, ${agent.id}::uuid, 'immediate', 1, ${JSON.stringify([KILL])}::jsonb,
        ${placed.reason}, 'quorum', ${request}::uuid)`);
    return placed;
  }

  it('is signed on the word of those who may approve (control)', async () => {
    expect(await signEat(ref(await approvedBy([api.user('owner').id])))).toMatchObject({ kind: 'signed' });
  });

  it('is not signed on the word of somebody who may not approve any more', async () => {
    const placed = await approvedBy([api.user('owner').id, api.user('operator').id]);
    await expect(signEat(ref(placed))).rejects.toThrow('do not make the quorum');
  });

  it('is not signed for other actions than those approved', async () => {
    const placed = await approvedBy([api.user('owner').id]);
    const other = [{ kind: 'kill_process', step: { ...KILL.step, pid: 1234 } }];
    await db.admin.query(
      sql.unsafe`update eat_orders set actions = ${JSON.stringify(other)}::jsonb where nonce = ${placed.nonce}::uuid`,
    );
    await expect(signEat(ref(placed))).rejects.toThrow('not what was approved');
  });
});

describe('the result of a host that got another key later', () => {
  it('is shown with the key that it was checked with', async () => {
    const placed = await place();
    await signEat(ref(placed));
    await inTenant(async (tx) => {
      const eat = await lockEat(tx, placed.nonce);
      await recordEatResult(tx, {
        nonce: placed.nonce,
        outcome: 'succeeded',
        refusal_code: null,
        is_dry_run: false,
        started_at: new Date().toISOString(),
        result_text: '{}',
        result_signature: Buffer.alloc(64),
        public_key: eat?.pinned_key as Buffer,
      });
    });
    await db.admin.query(
      sql.unsafe`update agents set public_key = ${sql.binary(Buffer.alloc(32, 7))} where id = ${agent.id}::uuid`,
    );
    const eat = await inTenant((tx) => findEat(tx, placed.nonce));
    expect(eat?.agent_public_key).toEqual(agent.publicKey);
    expect(eat?.pinned_key).toEqual(Buffer.alloc(32, 7));
  });
});
