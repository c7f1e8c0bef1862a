/** A client's domain went to another tenant that proved it: the MSP's admins are told, as a portal of theirs is gone. */

import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { NotificationActivities } from '../activities/notifications.ts';
import { type DomainLostInput, OUTCOME } from './messages.ts';

const { notifyDomainLost } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '5 seconds', maximumInterval: '10 minutes', maximumAttempts: 20 },
  summary: 'tell the admins',
});

/** Gives whether they were told, or why not. */
export async function domainLost(input: DomainLostInput): Promise<{ readonly outcome: string }> {
  const { outcome, people } = await notifyDomainLost(input);
  setCurrentDetails(`**${outcome}**, ${people} people.`);
  upsertSearchAttributes([{ key: OUTCOME, value: outcome }]);
  return { outcome };
}
