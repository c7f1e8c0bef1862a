/** Trust Score snapshots, every half hour. */

import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { snapshotTrustScores } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '5 seconds', maximumAttempts: 10 },
  summary: 'score every tenant',
});

/** Takes the snapshots of the half hour in which this run was due, however late it runs. */
export async function trustScores(): Promise<{ readonly snapshots: number }> {
  return snapshotTrustScores(nominalTime().toISOString());
}

/** When the schedule wanted this run; a run started by hand is due when it starts. */
function nominalTime(): Date {
  const scheduled = workflowInfo().searchAttributes['TemporalScheduledStartTime']?.[0];
  return scheduled instanceof Date ? scheduled : workflowInfo().startTime;
}
