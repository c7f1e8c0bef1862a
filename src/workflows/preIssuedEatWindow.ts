/** One pre-issued token: signed, handed to its host, and watched until it activates itself, is revoked, or its window ends. */

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
import { type DeliveryInput, OUTCOME, resultSignal, signedUpdate, TASK_QUEUES } from './messages.ts';
import { onUpdate } from './onUpdate.ts';

const { signEat } = proxyActivities<EatSigningActivities>({
  taskQueue: TASK_QUEUES.signing,
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  summary: 'sign the token',
});
const { closePreIssued, giveUpOrder } = proxyActivities<EmergencyActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** The host may still be telling of an activation in the last moment. */
const GRACE_MS = 60_000;

/** Gives the outcome: that of the host, `revoked`, `expired_unused`, or `abandoned` when it was never signed. */
export async function preIssuedEatWindow(input: DeliveryInput): Promise<{ readonly outcome: string }> {
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
  try {
    signed = await signEat(ref);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await giveUpOrder({ ...ref, why: reasonOf(error) });
    signed = { kind: 'abandoned' };
  }
  if (signed.kind === 'abandoned') return finish('abandoned');
  setCurrentDetails(
    `Held by agent \`${input.agent_id}\` until ${signed.expires_at}; it activates itself when its condition holds.`,
  );
  // The database's clock counts: while it says that the window is not past, nothing is over.
  for (;;) {
    await condition(() => outcome !== null, Math.max(0, Date.parse(signed.expires_at) - Date.now()) + GRACE_MS);
    outcome = null;
    const closed = await closePreIssued(ref);
    if (closed.outcome !== 'waiting') return finish(closed.outcome);
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
