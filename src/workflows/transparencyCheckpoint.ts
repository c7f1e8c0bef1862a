/** The transparency log's pass, each minute and after signatures: waiting leaves in, new checkpoints out. */

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { IntegrationReport, TransparencyActivities } from '../activities/transparency.ts';
import { TASK_QUEUES } from './messages.ts';

const { integrateTransparencyLog } = proxyActivities<TransparencyActivities>({
  taskQueue: TASK_QUEUES.signing,
  // A batch takes well under a second; what a killed worker left is taken up by another after this.
  startToCloseTimeout: '20 seconds',
  // No signing worker for an hour is for an operator to see, not to pile up.
  scheduleToCloseTimeout: '1 hour',
  // A log that does not hold together must be looked at, not tried again; the rest is a restart of the database.
  retry: { initialInterval: '2 seconds', maximumAttempts: 4, nonRetryableErrorTypes: ['TransparencyLogFault'] },
  summary: 'take in waiting leaves and sign',
});

/** Batches of one run at most: a history stays small, and the next minute goes on. */
const MAX_BATCHES = 100;

/** Runs one pass over all that waits and gives what it did. */
export async function transparencyCheckpoint(): Promise<IntegrationReport> {
  let report = await integrateTransparencyLog();
  for (let batch = 1; report.has_more && batch < MAX_BATCHES; batch++) {
    const next = await integrateTransparencyLog();
    report = { ...next, added: report.added + next.added, refused: report.refused + next.refused };
  }
  setCurrentDetails(
    `- leaves taken in: ${report.added}\n- size of the log: ${report.size}\n- set aside as malformed: ${report.refused}`,
  );
  return report;
}
