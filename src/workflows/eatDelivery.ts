/** One token from order to result: signed, delivered by the outbox, watched until the host answers or it expires. */

import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { EatSigningActivities, SignedOrder } from '../activities/eatSigning.ts';
import type { EmergencyActivities } from '../activities/emergency.ts';
import type { TransparencyActivities } from '../activities/transparency.ts';
import { type DeliveryInput, OUTCOME, resultSignal, signedUpdate, TASK_QUEUES } from './messages.ts';
import { onUpdate } from './onUpdate.ts';

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
const { closeEat, giveUpOrder } = proxyActivities<EmergencyActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** After expiry the host may still be telling what it did. */
const GRACE_MS = 30_000;

/** Gives the outcome: that of the agent, `overdue`, or `abandoned` when it was never signed. */
export async function eatDelivery(input: DeliveryInput): Promise<{ readonly outcome: string }> {
  const ref = { nonce: input.nonce, tenant_id: input.tenant_id, msp_id: input.msp_id };
  let signed: SignedOrder | null = null;
  let outcome: string | null = null;
  setHandler(resultSignal, (result) => {
    outcome = result.outcome;
  });
  onUpdate(
    signedUpdate,
    async () => {
      await condition(() => signed !== null);
      return signed as unknown as SignedOrder;
    },
    () => undefined,
  );
  setCurrentDetails(`Being signed for agent \`${input.agent_id}\`.`);
  signed = await sign(ref);
  if (signed.kind === 'abandoned') return finish('abandoned');

  // The log's checkpoint follows each signature; the scheduled pass takes what this one does not.
  const checkpoint = integrateTransparencyLog().catch(() => undefined);
  setCurrentDetails(`Signed; good until ${signed.expires_at}. Waiting for the result of agent \`${input.agent_id}\`.`);
  // The database knows better than the signal: a result may have been stored while no worker ran. And its clock
  // counts: while it says that the token is not past, nothing is over.
  for (;;) {
    await condition(() => outcome !== null, Math.max(0, Date.parse(signed.expires_at) - Date.now()) + GRACE_MS);
    outcome = null;
    const closed = await closeEat(ref);
    if (closed.outcome === 'waiting') continue;
    await checkpoint;
    return finish(closed.outcome);
  }
}

async function sign(ref: Omit<DeliveryInput, 'agent_id'>): Promise<SignedOrder> {
  try {
    return await signEat(ref);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await giveUpOrder({ ...ref, why: reasonOf(error) });
    return { kind: 'abandoned' };
  }
}

/** The signer's own words; what else went wrong is for operators, not for a client's audit log. */
function reasonOf({ cause }: ActivityFailure): string {
  return cause instanceof ApplicationFailure && cause.type === 'OrderRefused'
    ? cause.message
    : 'It could not be signed in time.';
}

function finish(outcome: string): { readonly outcome: string } {
  setCurrentDetails(`Outcome: **${outcome}**`);
  upsertSearchAttributes([{ key: OUTCOME, value: outcome }]);
  return { outcome };
}
