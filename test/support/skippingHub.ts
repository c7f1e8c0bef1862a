/**
 * A hub on Temporal's time-skipping server. The workflows, the activities and the database are the real ones; but the
 * database's clock does not jump with Temporal's. So every activity first moves the rows of running things back by
 * what has been skipped: the database then answers as it would at that time.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll } from 'vitest';
import { createCoreActivities } from '../../src/activities/core.ts';
import { createEatSigningActivities } from '../../src/activities/eatSigning.ts';
import { createHubKeyActivities } from '../../src/activities/hubKeys.ts';
import type { NtfySettings } from '../../src/activities/pushChannels.ts';
import { createTransparencyActivities } from '../../src/activities/transparency.ts';
import { loadBuiltInPlaybooks } from '../../src/db/playbooks.ts';
import { sql } from '../../src/db/pool.ts';
import { createFolderStore } from '../../src/platform/packStore.ts';
import type { SafePost } from '../../src/platform/safeFetch.ts';
import { createSeal } from '../../src/platform/seal.ts';
import { createWorkflowStarter } from '../../src/workers/starter.ts';
import { TASK_QUEUES } from '../../src/workflows/messages.ts';
import { createTestApi, TEST_WEBHOOK_SEAL_KEY, type TestApi } from './api.ts';
import { keyOf } from './eat.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { createTimeSkippingEnvironment } from './timeSkipping.ts';

/** Columns of time of what may be under way; the audit log is never touched. */
const CLOCKS: Readonly<Record<string, readonly string[]>> = {
  quorum_requests: ['created_at', 'expires_at', 'decided_at'],
  quorum_decisions: ['decided_at'],
  eat_orders: ['created_at', 'abandoned_at', 'window_from', 'window_until'],
  eats: ['issued_at', 'expires_at', 'valid_from'],
  alert_escalations: ['created_at', 'next_at'],
  alert_escalation_notices: ['decided_at'],
  alerts: ['silenced_until', 'snoozed_until'],
  impersonations: ['requested_at', 'consent_until', 'started_at', 'expires_at'],
  webhook_deliveries: ['created_at', 'started_at', 'next_attempt_at'],
};

type Activity = (...args: never[]) => Promise<unknown>;

/** What a test sees and turns. */
export type SkippingHub = {
  readonly db: TestDatabase;
  readonly api: TestApi;
  readonly env: Awaited<ReturnType<typeof createTimeSkippingEnvironment>>;
  /** Activities as they were called, with their first argument. */
  readonly calls: { readonly name: string; readonly input: unknown }[];
  /** Runs before the activity of this name, in the moment before the database's clock follows. */
  readonly before: Map<string, (input: never) => Promise<void>>;
  /** Runs after the activity of this name has done its work, before Temporal hears of it. */
  readonly after: Map<string, (input: never) => Promise<void>>;
  readonly activities: ReturnType<typeof createCoreActivities>;
  /** Moves the database to Temporal's time; to be called before rows are made by a test. */
  readonly follow: () => Promise<void>;
};

/** Starts it; ends it after the file. Takes about 10 s. Without `ntfy` it has no way to tell anybody anything. */
export async function createSkippingHub(
  post: SafePost = () => Promise.reject(new Error('nothing is posted here')),
  ntfy: NtfySettings | null = null,
): Promise<SkippingHub> {
  const db = await createTestDatabase();
  const env = await createTimeSkippingEnvironment();
  afterAll(() => env.teardown());
  const api = await createTestApi(db, { temporal: env.client });
  await loadBuiltInPlaybooks(db.core);

  const calls: SkippingHub['calls'] = [];
  const before: SkippingHub['before'] = new Map();
  const after: SkippingHub['after'] = new Map();
  let followed = 0;
  const ahead = async (): Promise<number> => (await env.currentTimeMs()) - Date.now();
  // One at a time: two activities must not move the rows twice by the same jump.
  let following: Promise<void> = Promise.resolve();
  const moveRows = async (): Promise<void> => {
    const jump = Math.floor((await ahead()) - followed);
    if (jump < 1000) return;
    followed += jump;
    for (const [table, columns] of Object.entries(CLOCKS)) {
      for (const column of columns) {
        const name = sql.identifier([column]);
        await db.admin.query(
          sql.unsafe`update ${sql.identifier([table])} set ${name} = ${name} - ${jump} * interval '1 millisecond' where ${name} is not null`,
        );
      }
    }
  };
  const follow = (): Promise<void> => {
    following = following.then(moveRows);
    return following;
  };
  const atTheTime = <T extends object>(activities: T): T =>
    Object.fromEntries(
      Object.entries(activities as Record<string, Activity>).map(([name, run]) => [
        name,
        async (input: never) => {
          calls.push({ name, input });
          await before.get(name)?.(input);
          await follow();
          const result = await run(input);
          await after.get(name)?.(input);
          return name === 'signEat' ? inTemporalTime(result as { expires_at?: string }, await ahead()) : result;
        },
      ]),
    ) as T;

  const activities = createCoreActivities({
    pool: db.core,
    feedUrls: { kev: 'http://hub.test/kev', kernel: 'http://hub.test/kernel' },
    starter: createWorkflowStarter(env.client),
    store: createFolderStore(join(tmpdir(), `monsys-test-packs-${randomUUID()}`)),
    operator: null,
    notifications: {
      publicUrl: 'http://hub.test',
      ntfy,
      vapid: null,
      mail: null,
      post,
    },
    webhookSeal: createSeal(TEST_WEBHOOK_SEAL_KEY),
    lookUpTxt: async () => null,
  });
  const key = keyOf(randomBytes(32).toString('hex'));
  const signer = { publicKey: Buffer.from(key.publicKey), sign: key.sign };
  await createHubKeyActivities({ pool: db.signing, signer }).announceHubKey();
  const signing = {
    ...createEatSigningActivities({ pool: db.signing, signer }),
    ...createTransparencyActivities({ pool: db.signing, signer, origin: 'hub.test/log' }),
  };
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
  });
  const { nativeConnection: connection } = env;
  const workers = [
    await Worker.create({
      connection,
      taskQueue: TASK_QUEUES.core,
      workflowBundle,
      activities: atTheTime(activities),
    }),
    await Worker.create({ connection, taskQueue: TASK_QUEUES.signing, activities: atTheTime(signing) }),
  ];
  const runs = workers.map((worker) => worker.run());
  afterAll(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(runs);
  });
  return { db, api, env, calls, before, after, activities, follow };
}

/** The expiry as a workflow of the jumped clock must see it. */
function inTemporalTime(signed: { expires_at?: string }, aheadMs: number): unknown {
  return signed.expires_at === undefined
    ? signed
    : { ...signed, expires_at: new Date(Date.parse(signed.expires_at) + aheadMs).toISOString() };
}
