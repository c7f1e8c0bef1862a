/** One delivery of a webhook: tried, and tried again with longer and longer waits, until it is taken or given up. */

import {
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { WebhookActivities } from '../activities/webhooks.ts';
import { OUTCOME, type WebhookDeliveryInput } from './messages.ts';

const { deliverWebhook } = proxyActivities<WebhookActivities>({
  // A try takes ten seconds at most; what goes wrong beyond is the hub's own, and is tried again for as long as it takes.
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  summary: 'post',
});

/** Gives how the delivery ended. */
export async function webhookDelivery(input: WebhookDeliveryInput): Promise<{ readonly outcome: string }> {
  for (;;) {
    const step = await deliverWebhook(input);
    if (step.status !== 'pending') {
      setCurrentDetails(`The delivery is **${step.status}**.`);
      upsertSearchAttributes([{ key: OUTCOME, value: step.status }]);
      return { outcome: step.status };
    }
    setCurrentDetails(`Tries: ${step.tries}. The next one in ${Math.ceil(step.wait_ms / 1000)} s.`);
    await sleep(step.wait_ms);
    // A receiver with a long queue before it is asked for a free place many times.
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof webhookDelivery>(input);
  }
}
