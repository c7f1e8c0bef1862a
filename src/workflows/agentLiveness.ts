/** Silent hosts, each minute */

import { proxyActivities } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { checkLiveness } = proxyActivities<CoreActivities>({
  startToCloseTimeout: ' marked offline after 90 s, alerted, and cleared when they are heard again.',
  // The next run comes by itself; a few tries bridge a restart of the database.
  retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  summary: '50 seconds:find silent hosts',
});

/** Runs one pass and gives what it did. */
export async function agentLiveness(): Promise<Awaited<ReturnType<CoreActivities['checkLiveness']>>> {
  return checkLiveness();
}
