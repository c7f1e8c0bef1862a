/** The log's pass with real processes: a core worker, two signing workers, Temporal, and a kill -9 in between. */

import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystem } from '../../src/db/scope.ts';
import { computePlan, findNewestCheckpoint, listAllHubKeys, queueLeaf } from '../../src/db/transparency.ts';
import { isConsistent, planConsistency } from '../../src/domain/tlog/merkle.ts';
import { makeNoteKey, type NoteKey, openCheckpoint } from '../../src/domain/tlog/note.ts';
import { TASK_QUEUES, TRANSPARENCY_SCHEDULE_ID } from '../../src/workflows/messages.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  spawnNode,
  startTemporalServer,
  type TestProcess,
  type TestTemporal,
  waitUntil,
} from '../support/processes.ts';
import { randomLeaf } from '../support/transparency.ts';

const ORIGIN = 'monsys-msp/workers';
const db = await createTestDatabase();
const seed = randomBytes(32).toString('hex');
let temporal: TestTemporal;
let connection: Connection;
let client: Client;
let core: TestProcess;
let signers: TestProcess[] = [];

const startSigner = (): TestProcess =>
  spawnNode('src/workers/signing.ts', [], {
    DATABASE_URL: db.uri('monsys_signing'),
    TEMPORAL_ADDRESS: temporal.address,
    HUB_EMERGENCY_PRIVATE_KEY: seed,
    TRANSPARENCY_ORIGIN: ORIGIN,
  });

beforeAll(async () => {
  temporal = await startTemporalServer();
  signers = [startSigner(), startSigner()];
  core = spawnNode('src/workers/core.ts', [], {
    DATABASE_URL: db.uri('monsys_core'),
    TEMPORAL_ADDRESS: temporal.address,
  });
  await Promise.all([core, ...signers].map((worker) => worker.waitFor(/"msg":"ready"/)));
  connection = await Connection.connect({ address: temporal.address });
  client = new Client({ connection });
});
afterAll(async () => {
  await Promise.all([core, ...signers].map((worker) => worker?.stop()));
  await connection?.close();
  await temporal?.stop();
});

/** The head as a stranger reads it: verified under the key that the hub has announced. */
async function head() {
  const [key] = await listAllHubKeys(db.app);
  const row = await findNewestCheckpoint(db.app);
  const opened = openCheckpoint(row?.note ?? '', ORIGIN, [makeNoteKey(ORIGIN, key?.public_key as Buffer) as NoteKey]);
  if (opened.kind === 'refused') throw new Error(opened.why);
  return opened.checkpoint;
}

const queue = (count: number): Promise<void> =>
  withSystem(db.core, async (tx) => {
    for (let at = 0; at < count; at++) await queueLeaf(tx, randomLeaf('0123456789abcdef'));
  });

const integrate = (workflowId: string) =>
  client.workflow.start('transparencyCheckpoint', { workflowId, taskQueue: TASK_QUEUES.core });

describe('transparencyCheckpoint', () => {
  it('is started by its schedule and signs the announced key’s leaf (two workers announce it once)', async () => {
    await client.schedule.getHandle(TRANSPARENCY_SCHEDULE_ID).trigger();
    await waitUntil('the first checkpoint', async () => (await findNewestCheckpoint(db.app)) ?? undefined);
    expect(await head()).toMatchObject({ origin: ORIGIN, size: 1 });
  });

  it('goes on where it was when a signing worker is killed, and never forks', async () => {
    const before = await head();
    await queue(5_000);
    const handles = await Promise.all(['a', 'b', 'c'].map((id) => integrate(`kill-${id}`)));
    await signers[0]?.stop('SIGKILL');
    await Promise.all(handles.map((handle) => handle.result()));
    const after = await head();
    expect(after.size).toBe(before.size + 5_000);
    const plan = planConsistency(before.size, after.size);
    if (plan === null) throw new Error('there should be a plan');
    expect(isConsistent(before.size, before.root, after.size, after.root, await computePlan(db.app, plan))).toBe(true);
  }, 90_000);

  it('says in Temporal what it did', async () => {
    await queue(3);
    const handle = await integrate('report');
    expect(await handle.result()).toEqual({ added: 3, refused: 0, size: 5_004, has_more: false });
  });
});
