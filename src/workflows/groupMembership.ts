/** Who belongs to which dynamic group, every five minutes. */

import { proxyActivities } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { updateGroupMembership } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '4 minutes',
  // The next run comes by itself; a few tries bridge a restart of the database.
  retry: { initialInterval: '5 seconds', maximumAttempts: 5 },
  summary: 'evaluate every group',
});

/** Runs one pass and gives what it did. */
export async function groupMembership(): Promise<Awaited<ReturnType<CoreActivities['updateGroupMembership']>>> {
  return updateGroupMembership();
}
