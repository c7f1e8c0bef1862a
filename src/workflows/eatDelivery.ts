/** One token from order to result: signed, delivered by the outbox, watched until the host answers or it expires. */

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { EatSigningActivities } from '../activities/eatSigning.ts';
import type { EmergencyActivities } from '../activities/emergency.ts';
import type { TransparencyActivities } from '../activities/transparency.ts';
import { awaitOutcome, finishOrder, hearOrder, type OrderEnd, signOrGiveUp } from './eatOrder.ts';
import { type DeliveryInput, TASK_QUEUES } from './messages.ts';

const { signEat } = proxyActivities<EatSigningActivities>({
  taskQueue: TASK_QUEUES.signing,
  startToCloseTimeout: '20 seconds',
  // An order that cannot be signed within ten minutes is no emergency any more.
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds' },
  summary: 'sign the token',
});
const { integrateTransparencyLog } = proxyActivities<TransparencyActivities>({
  taskQueue: TASK_QUEUES.signing,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 2 },
  summary: 'checkpoint of the transparency log',
});
const { closeEat } = proxyActivities<EmergencyActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** After expiry the host may still be telling what it did. */
const GRACE_MS = 30_000;

/** Gives the outcome: that of the agent, `overdue`, or `abandoned` when it was never signed. */
export async function eatDelivery(input: DeliveryInput): Promise<OrderEnd> {
  const ref = { nonce: input.nonce, tenant_id: input.tenant_id, msp_id: input.msp_id };
  const news = hearOrder();
  setCurrentDetails(`Being signed for agent \`${input.agent_id}\`.`);
  const signed = await signOrGiveUp(ref, signEat);
  news.signed = signed;
  if (signed.kind === 'abandoned') return finishOrder({ outcome: 'abandoned' });

  // The log's checkpoint follows each signature; the scheduled pass takes what this one does not.
  const checkpoint = integrateTransparencyLog().catch(() => undefined);
  setCurrentDetails(`Signed; good until ${signed.expires_at}. Waiting for the result of agent \`${input.agent_id}\`.`);
  const end = await awaitOutcome(news, signed.expires_at, GRACE_MS, () => closeEat(ref));
  await checkpoint;
  return finishOrder(end);
}
