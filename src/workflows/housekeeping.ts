/** The nightly clean-up. */

import { proxyActivities } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { cleanUp } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '30 minutes',
  // The next run comes by itself; a few tries bridge a restart of the database.
  retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  summary: 'forget what may be forgotten',
});

/** Runs one pass and gives what it did. */
export async function housekeeping(): Promise<Awaited<ReturnType<CoreActivities['cleanUp']>>> {
  return cleanUp();
}
