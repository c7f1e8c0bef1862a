/** Silent hosts, each minute: marked offline after 90 s, alerted, and cleared when they are heard again. */

import { proxyActivities } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { checkLiveness } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '50 seconds',
  // The next run comes by itself; a few tries bridge a restart of the database.
  retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  summary: 'find silent hosts',
});

/** Runs one pass and gives what it did. */
export async function agentLiveness(): Promise<Awaited<ReturnType<CoreActivities['checkLiveness']>>> {
  return checkLiveness();
}
