import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rotateHubKey, type Signer } from '../../src/activities/hubKeys.ts';
import { trustHubKeys } from '../../src/agent/hubKeys.ts';
import { presentHubKey } from '../../src/api/routes/agentLink.ts';
import { findCurrentHubKey, findHubKeyInForce, listHubKeysForAgents } from '../../src/db/hubKeys.ts';
import { sql } from '../../src/db/pool.ts';
import type { HubKey } from '../../src/domain/agentFrames.ts';
import { hubKeyId } from '../../src/domain/ed25519.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { spawnNode } from '../support/processes.ts';
import { createTestLog, createTestSigner } from '../support/transparency.ts';

const rotate = (db: TestDatabase, signer: Signer, next: Signer) =>
  rotateHubKey({ pool: db.signing, signer, next: next.publicKey });
const offered = async (db: TestDatabase): Promise<HubKey[]> => (await listHubKeysForAgents(db.app)).map(presentHubKey);
const leaves = async (db: TestDatabase): Promise<number> =>
  (await db.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count from transparency_pending`))
    .count;

describe('a change of the hub key', async () => {
  const db = await createTestDatabase();
  const first = createTestLog(db);
  await first.announceHubKey();
  const pinned = trustHubKeys([], await offered(db)).pinned;
  const next = createTestSigner();
  const id = hubKeyId(next.publicKey);

  it('is refused to a worker that holds a key nobody announced: it never signs itself beside a predecessor', async () => {
    const worker = createTestLog(db, next);
    await expect(worker.announceHubKey()).rejects.toThrow(
      `The hub's key is ${first.key_id}, and nobody has announced ${id}`,
    );
    expect(await offered(db)).toHaveLength(1);
  });

  it('is refused to whoever does not hold the present key', async () => {
    const stranger = createTestSigner();
    await expect(rotate(db, stranger, next)).rejects.toThrow(/Only the hub's present key/);
    await expect(rotate(db, first.signer, first.signer)).rejects.toThrow(/make a fresh one/);
    expect(await offered(db)).toHaveLength(1);
  });

  it('publishes the next key signed by the present one, which ends 24 hours later, with one leaf, however often', async () => {
    const before = await leaves(db);
    const [once, again] = await Promise.all([rotate(db, first.signer, next), rotate(db, first.signer, next)]);
    expect(again).toEqual(once);
    expect(await leaves(db)).toBe(before + 1);
    const current = await findCurrentHubKey(db.app);
    expect(current).toMatchObject({ key_id: id, signed_by: first.key_id, valid_until: null });
    expect(Date.parse(once.previous_ends) - Date.parse(current?.valid_from ?? '')).toBe(24 * 3_600_000);
    expect(await findHubKeyInForce(db.app, first.key_id)).toMatchObject({ valid_until: once.previous_ends });
  });

  it('leaves both workers able to start in the overlap, and the old one not after it', async () => {
    const worker = createTestLog(db, next);
    expect(await worker.announceHubKey()).toEqual({ key_id: id, is_new: false });
    expect(await first.announceHubKey()).toEqual({ key_id: first.key_id, is_new: false });
    // Only the first: the statement of the second names the instant at which it began.
    await db.admin.query(sql.unsafe`update hub_keys set valid_until = now() where key_id = ${first.key_id}`);
    await expect(first.announceHubKey()).rejects.toThrow(`The hub key ${first.key_id} has ended`);
    expect(await worker.announceHubKey()).toEqual({ key_id: id, is_new: false });
  });

  it('cannot be made by the old key again, nor bring an old key back', async () => {
    await expect(rotate(db, first.signer, createTestSigner())).rejects.toThrow(/Only the hub's present key/);
    await expect(rotate(db, next, first.signer)).rejects.toThrow(/was the hub's before/);
  });

  it('is followed by a host that was away for two of them, and refused from a key it did not pin', async () => {
    const third = createTestSigner();
    await rotate(db, next, third);
    const followed = trustHubKeys(pinned, await offered(db));
    expect(followed.refused).toEqual([]);
    expect(followed.pinned.map(({ key_id }) => key_id)).toEqual([first.key_id, id, hubKeyId(third.publicKey)]);
    // It learns the end of the key that it pinned without one.
    expect(followed.pinned[0]?.valid_until).not.toBeNull();
    const impostor = trustHubKeys(pinned, (await offered(db)).slice(2));
    expect(impostor.refused).toHaveLength(1);
  });
});

describe('src/workers/rotateHubKey.ts', () => {
  it('announces the next key from the environment, ends, and does nothing the second time', async () => {
    const db = await createTestDatabase();
    const [seed, nextSeed] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
    const env = { DATABASE_URL: db.uri('monsys_signing'), HUB_EMERGENCY_PRIVATE_KEY: seed };
    const run = async (variables: Record<string, string>) => {
      const child = spawnNode('src/workers/rotateHubKey.ts', [], variables);
      return { code: await child.exited, output: child.output() };
    };
    const empty = await run({ ...env, HUB_NEXT_PRIVATE_KEY: nextSeed });
    expect(empty.code).toBe(1);
    expect(empty.output).toContain('The hub has no key yet');

    // Without Temporal the signing worker announces its key and then waits; the announcement is all we need of it.
    const worker = spawnNode('src/workers/signing.ts', [], { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    await worker.waitFor(/waiting for Temporal/);
    await worker.stop('SIGKILL');

    const missing = await run(env);
    expect(missing.code).toBe(1);
    expect(missing.output).toContain('Set HUB_NEXT_PRIVATE_KEY or HUB_NEXT_PRIVATE_KEY_FILE.');
    for (let round = 0; round < 2; round++) {
      const done = await run({ ...env, HUB_NEXT_PRIVATE_KEY: nextSeed });
      expect(done.code, done.output).toBe(0);
      expect(done.output).toContain('announced');
      expect(done.output).not.toContain(nextSeed);
    }
    expect(await listHubKeysForAgents(db.app)).toHaveLength(2);

    const unannounced = spawnNode('src/workers/signing.ts', [], {
      ...env,
      HUB_EMERGENCY_PRIVATE_KEY: randomBytes(32).toString('hex'),
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    });
    expect(await unannounced.exited).toBe(1);
    expect(unannounced.output()).toContain('nobody has announced');
  });
});
