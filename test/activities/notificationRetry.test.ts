import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, expect, it } from 'vitest';
import { createNotificationActivities } from '../../src/activities/notifications.ts';
import { personalTopic } from '../../src/domain/pushText.ts';
import { createSafePost } from '../../src/platform/safeFetch.ts';
import { createTestApi, insertUser } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTemporalServer } from '../support/processes.ts';
import { startNtfyStandIn } from '../support/pushServers.ts';
import { insertTestQuorumRequest, REQUEST_REASON } from '../support/quorumRequest.ts';

const TASK_QUEUE = 'notify';
const TOPIC_SECRET = '5e'.repeat(32);
Runtime.install({ logger: new DefaultLogger('ERROR') });

const db = await createTestDatabase();
const api = await createTestApi(db);
const ntfy = await startNtfyStandIn();
const server = await startTemporalServer();
afterAll(() => server.stop());
const connection = await Connection.connect({ address: server.address });
const native = await NativeConnection.connect({ address: server.address });
afterAll(async () => {
  await connection.close();
  await native.close();
});
const client = new Client({ connection });

it('a retry by the real server tells only whom the attempts before did not (progress lives in the heartbeat)', async () => {
  const carol = await insertUser(db, api.msp.id, 'admin', null);
  const topicOf = (userId: string): string => `/ntfy/${personalTopic('monsys', TOPIC_SECRET, userId)}`;
  const ref = await insertTestQuorumRequest(db, api, api.user('admin'));
  let refusals = 2;
  ntfy.answer = (path) => (path.startsWith(topicOf(carol.id)) && refusals-- > 0 ? 503 : 200);
  const worker = await Worker.create({
    connection: native,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('../workflows/fixtures/notifyPeople.ts', import.meta.url)),
    activities: createNotificationActivities({
      pool: db.core,
      publicUrl: 'https://hub.example/',
      ntfy: { url: ntfy.url, token: 'tk_secret', topicPrefix: 'monsys', topicSecret: TOPIC_SECRET },
      mail: null,
      vapid: null,
      post: createSafePost({ allowPrivateTargets: false }),
    }),
  });
  const handle = await client.workflow.start('notifyPeople', {
    taskQueue: TASK_QUEUE,
    workflowId: 'notify',
    args: [ref],
  });
  expect(await worker.runUntil(handle.result())).toMatchObject({ outcome: 'told', people: 2, ntfy_sent: 2 });
  const count = (userId: string): number => ntfy.received.filter(({ path }) => path.startsWith(topicOf(userId))).length;
  expect({ carol: count(carol.id), owner: count(api.user('owner').id) }).toEqual({ carol: 3, owner: 1 });

  const history = JSON.stringify(await handle.fetchHistory());
  const decoded = [...history.matchAll(/"data":"([^"]+)"/g)].map((match) =>
    Buffer.from(match[1] as string, 'base64').toString('utf8'),
  );
  // A control: the inputs are there to be read.
  expect(decoded.join('\n')).toContain(ref.request_id);
  for (const secret of [REQUEST_REASON, 'tk_secret', TOPIC_SECRET, topicOf(carol.id).slice(6)])
    expect(history + decoded.join('\n')).not.toContain(secret);
});
