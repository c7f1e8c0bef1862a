/** Alert rules, each minute. */

import { proxyActivities } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { evaluateAlertRules } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '50 seconds',
  // The next run comes by itself; a few tries bridge a restart of the database.
  retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  summary: 'evaluate every rule',
});

/** Runs one pass and gives what it did. */
export async function alertRules(): Promise<Awaited<ReturnType<CoreActivities['evaluateAlertRules']>>> {
  return evaluateAlertRules();
}
