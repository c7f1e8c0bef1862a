/** One pre-issued token: signed, handed to its host, and watched until it activates itself, is revoked, or its window ends. */

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { EatSigningActivities } from '../activities/eatSigning.ts';
import type { EmergencyActivities } from '../activities/emergency.ts';
import { awaitOutcome, finishOrder, hearOrder, signOrGiveUp } from './eatOrder.ts';
import { type DeliveryInput, TASK_QUEUES } from './messages.ts';

const { signEat } = proxyActivities<EatSigningActivities>({
  taskQueue: TASK_QUEUES.signing,
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  summary: 'sign the token',
});
const { closePreIssued } = proxyActivities<EmergencyActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** The host may still be telling of an activation in the last moment. */
const GRACE_MS = 60_000;

/** Gives the outcome: that of the host, `revoked`, `expired_unused`, or `abandoned` when it was never signed. */
export async function preIssuedEatWindow(input: DeliveryInput): Promise<{ readonly outcome: string }> {
  const ref = { nonce: input.nonce, tenant_id: input.tenant_id, msp_id: input.msp_id };
  const news = hearOrder();
  const signed = await signOrGiveUp(ref, signEat);
  news.signed = signed;
  if (signed.kind === 'abandoned') return finishOrder({ outcome: 'abandoned' });

  setCurrentDetails(
    `Held by agent \`${input.agent_id}\` until ${signed.expires_at}; it activates itself when its condition holds.`,
  );
  return finishOrder(await awaitOutcome(news, signed.expires_at, GRACE_MS, () => closePreIssued(ref)));
}
