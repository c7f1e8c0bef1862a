/** An outage of a webhook: the MSP's admins are told of it, once, however many deliveries it costs. */

import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { NotificationActivities } from '../activities/notifications.ts';
import { OUTCOME, type WebhookFailingInput } from './messages.ts';

// Who has been told is in the heartbeat: what is tried again are the messages that failed, until the outage is over.
const { notifyWebhookFailing } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '5 seconds', maximumInterval: '10 minutes' },
  summary: 'tell the admins',
});

/** Gives whether they were told, or why not. */
export async function webhookFailing(input: WebhookFailingInput): Promise<{ readonly outcome: string }> {
  const { outcome, people } = await notifyWebhookFailing(input);
  setCurrentDetails(`**${outcome}**, ${people} people.`);
  upsertSearchAttributes([{ key: OUTCOME, value: outcome }]);
  return { outcome };
}
