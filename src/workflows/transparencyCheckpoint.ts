/** The transparency log's pass, each minute and after signatures: waiting leaves in, a new checkpoint out. */

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { IntegrationReport, TransparencyActivities } from '../activities/transparency.ts';
import { TASK_QUEUES } from './messages.ts';

const { integrateTransparencyLog } = proxyActivities<TransparencyActivities>({
  taskQueue: TASK_QUEUES.signing,
  startToCloseTimeout: '5 minutes',
  // A log that does not hold together must be looked at, not tried again; the rest is a restart of the database.
  retry: { initialInterval: '2 seconds', maximumAttempts: 4, nonRetryableErrorTypes: ['TransparencyLogFault'] },
  summary: 'take in waiting leaves and sign',
});

/** Runs one pass and gives what it did. */
export async function transparencyCheckpoint(): Promise<IntegrationReport> {
  const report = await integrateTransparencyLog();
  setCurrentDetails(
    `- leaves taken in: ${report.added}\n- size of the log: ${report.size}\n- set aside as malformed: ${report.refused}`,
  );
  return report;
}
