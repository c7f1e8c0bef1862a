/** Each minute: deliveries of webhooks whose starter died, or did not hear of them. */

import { proxyActivities } from '@temporalio/workflow';
import type { WebhookActivities } from '../activities/webhooks.ts';

const { startWaitingWebhooks } = proxyActivities<WebhookActivities>({
  startToCloseTimeout: '50 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  summary: 'start what waits',
});

/** Runs one pass and gives how many it started. */
export async function webhookSweep(): Promise<number> {
  return startWaitingWebhooks();
}
