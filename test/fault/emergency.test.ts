/**
 * Quorum runs in which a process is killed at each step. Whatever dies: one fire, one token with both approvals, one
 * command, each audit row once, and in the end it fires.
 */

import { describe, expect, it } from 'vitest';
import { sql } from '../../src/db/pool.ts';
import { createFaultHub, holdTokens, once, tokensOf, waitForBlocked } from '../support/faultHub.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';

const db = await createTestDatabase();
const hub = await createFaultHub(db);
const { bob, carol } = hub.people;
/** A killed worker's activity is given to another when its 20 s are over. */
const TEST_MS = 180_000;

async function waitForDelivery(nonce: string): Promise<void> {
  await waitUntil('the watch over the token runs', async () => {
    const status = await hub.client.workflow
      .getHandle(`eat:${nonce}`)
      .describe()
      .then(
        (run) => run.status.name,
        () => 'NOT_THERE',
      );
    return status === 'RUNNING';
  });
}

/** A server that has just come back may refuse at first. */
const sweepWhenReady = (): Promise<true> =>
  waitUntil('the sweep is triggered', () =>
    hub.sweep().then(
      () => true as const,
      () => false as const,
    ),
  );

describe('a quorum run', { timeout: TEST_MS }, () => {
  it('without a fault (the control)', async () => {
    const run = await hub.request();
    await hub.approve(bob, run);
    expect(await tokensOf(db, run)).toEqual([]);
    await hub.approve(carol, run);
    expect(await hub.finish(run)).toEqual(once(hub));
    await hub.record(`quorum:${run.id}`, 'emergencyQuorum-approved');
    await hub.record(`eat:${run.nonce}`, 'eatDelivery-succeeded');
  });

  it('the core worker is killed after the request, and both approve while it is away', async () => {
    const run = await hub.request();
    await hub.kill('core');
    await hub.approve(bob, run);
    await hub.approve(carol, run);
    expect(await tokensOf(db, run)).toEqual([]);
    await hub.start('core');
    expect(await hub.finish(run)).toEqual(once(hub));
  });

  it('the core worker is killed between the last approval and the signature', async () => {
    const run = await hub.request();
    await hub.kill('signing');
    await hub.approve(bob, run);
    await hub.approve(carol, run);
    await waitForDelivery(run.nonce);
    await hub.kill('core');
    await Promise.all([hub.start('signing'), hub.start('core')]);
    expect(await hub.finish(run)).toEqual(once(hub));
  });

  it('the signing worker is killed before it has stored the token', async () => {
    const run = await hub.request();
    await hub.approve(bob, run);
    const tokens = await holdTokens(db);
    await hub.approve(carol, run);
    await waitForBlocked(db, 'insert into eats');
    await hub.kill('signing');
    await tokens.release();
    expect(await tokensOf(db, run)).toEqual([]);
    await hub.start('signing');
    expect(await hub.finish(run)).toEqual(once(hub));
  });

  it('the signing worker is killed after it has stored the token, before it could say so', async () => {
    const run = await hub.request();
    await hub.approve(bob, run);
    const tokens = await holdTokens(db);
    await hub.approve(carol, run);
    await waitForBlocked(db, 'insert into eats');
    hub.temporal.freeze();
    await tokens.release();
    await waitUntil('the token is stored', async () => (await tokensOf(db, run)).length === 1);
    await hub.kill('signing');
    hub.temporal.thaw();
    await hub.start('signing');
    expect(await hub.finish(run)).toEqual(once(hub));
  });

  it('the API is killed right after the commit of the last approval, and the sweep goes on', async () => {
    const run = await hub.request();
    await hub.approve(bob, run);
    // The API commits, and then tries in vain to tell the workflow.
    await hub.temporal.kill();
    const answer = carol.post(`/emergency/quorum/${run.id}/approve`).then(
      () => 'answered',
      () => 'died',
    );
    await waitUntil('the approval is stored', () =>
      db.admin.exists(sql.unsafe`select from quorum_fires where request_id = ${run.id}::uuid`),
    );
    await hub.kill('api');
    expect(await answer).toBe('died');
    await hub.temporal.start();
    await hub.start('api');
    // The schedule may have swept already; asked again, the sweep must find nothing twice.
    await sweepWhenReady();
    expect(await hub.finish(run)).toEqual(once(hub));
  });

  it('Temporal is killed after one approval, the other comes while it is away, and the sweep goes on', async () => {
    const run = await hub.request();
    await hub.approve(bob, run);
    await hub.temporal.kill();
    await hub.approve(carol, run);
    expect(await tokensOf(db, run)).toEqual([]);
    await hub.temporal.start();
    await sweepWhenReady();
    expect(await hub.finish(run)).toEqual(once(hub));
  });

  it('Temporal is killed between the last approval and the signature', async () => {
    const run = await hub.request();
    await hub.kill('signing');
    await hub.approve(bob, run);
    await hub.approve(carol, run);
    await waitForDelivery(run.nonce);
    await hub.temporal.kill();
    await hub.temporal.start();
    await hub.start('signing');
    expect(await hub.finish(run)).toEqual(once(hub));
  });
});
