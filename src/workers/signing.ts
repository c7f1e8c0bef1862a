/** The `signing` worker: the one process that can read the hub's private key. `node src/workers/signing.ts`, environment of kind `signing`. */

import { Worker } from '@temporalio/worker';
import { afterSignatures } from '../activities/afterSignatures.ts';
import { createEatSigningActivities } from '../activities/eatSigning.ts';
import { createHubKeyActivities } from '../activities/hubKeys.ts';
import { createPackSigningActivities } from '../activities/packSigning.ts';
import { createTransparencyActivities } from '../activities/transparency.ts';
import { openPool } from '../db/pool.ts';
import { readConfig } from '../platform/config.ts';
import { failProcess } from '../platform/failProcess.ts';
import { readHubSigner } from '../platform/hubKey.ts';
import { createLogger } from '../platform/log.ts';
import { connectTemporal, installTemporalLogger, runUntilSignal } from '../platform/temporalWorker.ts';
import { TASK_QUEUES } from '../workflows/messages.ts';

const log = createLogger('worker-signing', 'info');
try {
  const config = readConfig('signing', process.env);
  log.level = config.LOG_LEVEL;
  const signer = readHubSigner(config);
  installTemporalLogger(log);
  const pool = await openPool(config.DATABASE_URL, { maxPoolSize: 4, applicationName: 'monsys-worker-signing' });
  const transparency = createTransparencyActivities({ pool, signer, origin: config.TRANSPARENCY_ORIGIN });
  const { followed, idle } = afterSignatures(
    () => transparency.integrateTransparencyLog(),
    (error) => log.warn({ err: error }, 'the log was not brought up to date; the schedule tries again'),
  );
  const activities = {
    ...createHubKeyActivities({ pool, signer }),
    ...followed(createEatSigningActivities({ pool, signer })),
    ...followed(createPackSigningActivities({ pool, signer })),
    ...transparency,
  };
  const { key_id, is_new } = await activities.announceHubKey();
  const connection = await connectTemporal(config.TEMPORAL_ADDRESS, log);
  const worker = await Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: TASK_QUEUES.signing,
    activities,
    shutdownGraceTime: '10s',
  });
  log.info({ task_queue: TASK_QUEUES.signing, key_id, is_new }, 'ready');
  await runUntilSignal(worker, async () => {
    await connection.close();
    await idle();
    await pool.end();
  });
} catch (error) {
  failProcess(log, error);
}
