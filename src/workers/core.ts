/** The `core` worker: workflows and all activities but signing. `node src/workers/core.ts` with the environment of kind `core`. */

import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createCoreActivities } from '../activities/core.ts';
import { loadBundledFeeds } from '../activities/feeds.ts';
import { loadBuiltInPlaybooks } from '../db/playbooks.ts';
import { openPool } from '../db/pool.ts';
import { readOperatorInvoicing } from '../domain/invoicing.ts';
import { businessIds } from '../platform/businessIds.ts';
import { pushSettings, readConfig } from '../platform/config.ts';
import { resolveTxt } from '../platform/dnsTxt.ts';
import { failProcess } from '../platform/failProcess.ts';
import { createLogger } from '../platform/log.ts';
import { createMailer } from '../platform/mail.ts';
import { openPackStore } from '../platform/openPackStore.ts';
import { createSafePost } from '../platform/safeFetch.ts';
import { createSeal } from '../platform/seal.ts';
import { connectTemporal, installTemporalLogger, runUntilSignal } from '../platform/temporalWorker.ts';
import { TASK_QUEUES } from '../workflows/messages.ts';
import { ensureSchedules } from './schedules.ts';
import { createWorkflowStarter } from './starter.ts';
import { dispatchWebhooks } from './webhookDispatcher.ts';

const log = createLogger('worker-core', 'info');
try {
  const config = readConfig('core', process.env);
  log.level = config.LOG_LEVEL;
  const operator = readOperatorInvoicing(config.OPERATOR_INVOICING, businessIds);
  installTemporalLogger(log);
  const pool = await openPool(config.DATABASE_URL, { maxPoolSize: 10, applicationName: 'monsys-worker-core' });
  const connection = await connectTemporal(config.TEMPORAL_ADDRESS, log);
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  await loadBundledFeeds(pool);
  await loadBuiltInPlaybooks(pool);
  const activities = createCoreActivities({
    pool,
    feedUrls: { kev: config.KEV_URL, kernel: config.KERNEL_CVE_URL },
    starter: createWorkflowStarter(client),
    store: await openPackStore(config),
    operator,
    notifications: {
      ...pushSettings(config),
      mail: config.SMTP_URL === undefined ? null : createMailer(config.SMTP_URL, config.SMTP_FROM),
      post: createSafePost({ allowPrivateTargets: config.ALLOW_PRIVATE_TARGETS }),
    },
    lookUpTxt: async (name) => {
      const answer = await resolveTxt(name, config.DNS_SERVER ?? null);
      return answer.kind === 'records' ? answer.records : null;
    },
    webhookSeal: config.WEBHOOK_SEAL_KEY === undefined ? null : createSeal(config.WEBHOOK_SEAL_KEY),
  });
  const worker = await Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: TASK_QUEUES.core,
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    activities,
    shutdownGraceTime: '10s',
  });
  await ensureSchedules(client);
  const dispatcher = dispatchWebhooks(config.DATABASE_URL, () => activities.startWaitingWebhooks(), log);
  log.info({ task_queue: TASK_QUEUES.core }, 'ready');
  await runUntilSignal(worker, async () => {
    await dispatcher.close();
    await connection.close();
    await pool.end();
  });
} catch (error) {
  failProcess(log, error);
}
