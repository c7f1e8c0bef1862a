/** Each night: the day’s count of agents, the freezing of months that are over, and their invoices. */

import { proxyActivities } from '@temporalio/workflow';
import type { BillingActivities } from '../activities/billing.ts';

const { closeBilling } = proxyActivities<BillingActivities>({
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '10 seconds', maximumInterval: '10 minutes', maximumAttempts: 20 },
  summary: 'count, and close months that are over',
});

/** Runs one pass and gives what it did. */
export async function billingClose(): Promise<Awaited<ReturnType<BillingActivities['closeBilling']>>> {
  return closeBilling();
}
