/**
 * What the two lives of an ordered token share (eatDelivery, preIssuedEatWindow): whoever waits hears when it is
 * signed, an order that cannot be signed is given up, and the database says when it is over.
 *
 * Both lives have stored histories. What is here runs without a wait of its own before its first command, so that the
 * commands stand in the same order as when each life had it by itself.
 */

import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { SignedOrder } from '../activities/eatSigning.ts';
import type { EmergencyActivities } from '../activities/emergency.ts';
import { type DeliveryInput, OUTCOME, resultSignal, signedUpdate } from './messages.ts';
import { onUpdate } from './onUpdate.ts';

const { giveUpOrder } = proxyActivities<EmergencyActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Which order it is, as activities ask for it. */
export type OrderRef = Omit<DeliveryInput, 'agent_id'>;

/** How an order ended. `is_dry_run`: its host says that it succeeded, and has done nothing. */
export type OrderEnd = { readonly outcome: string; readonly is_dry_run?: true };

/** What a workflow knows of its order so far. */
export type OrderNews = {
  signed: SignedOrder | null;
  /** Told by the signal of a result; null again once it has been looked into. */
  outcome: string | null;
};

/** Sets the handlers: the signal that a result came, and the Update that waits for the signature. */
export function hearOrder(): OrderNews {
  const news: OrderNews = { signed: null, outcome: null };
  setHandler(resultSignal, (result) => {
    news.outcome = result.outcome;
  });
  onUpdate(
    signedUpdate,
    async () => {
      await condition(() => news.signed !== null);
      return news.signed as SignedOrder;
    },
    () => undefined,
  );
  return news;
}

/**
 * Has the order signed by `sign`, whose patience is the caller's; when it runs out the order is given up, unless the
 * database says that it is signed.
 */
export async function signOrGiveUp(ref: OrderRef, sign: (ref: OrderRef) => Promise<SignedOrder>): Promise<SignedOrder> {
  try {
    return await sign(ref);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    // Stored histories are from when the activity gave nothing: those orders were abandoned.
    const end: SignedOrder | null = await giveUpOrder({ ...ref, why: reasonOf(error) });
    return end ?? { kind: 'abandoned' };
  }
}

/** The signer's own words; what else went wrong is for operators, not for a client's audit log. */
function reasonOf({ cause }: ActivityFailure): string {
  return cause instanceof ApplicationFailure && cause.type === 'OrderRefused'
    ? cause.message
    : 'It could not be signed in time.';
}

/**
 * Waits for a result, or `graceMs` past `until` (ISO 8601), and gives what `close` says then. The database knows better
 * than the signal: a result may have been stored while no worker ran. And its clock counts: while it says that the
 * token is not past, nothing is over.
 */
export async function awaitOutcome(
  news: OrderNews,
  until: string,
  graceMs: number,
  close: () => Promise<OrderEnd>,
): Promise<OrderEnd> {
  for (;;) {
    await condition(() => news.outcome !== null, Math.max(0, Date.parse(until) - Date.now()) + graceMs);
    news.outcome = null;
    const end = await close();
    if (end.outcome !== 'waiting') return end;
  }
}

/** Shows the outcome to operators, and gives it as the workflow's result. */
export function finishOrder(end: OrderEnd): OrderEnd {
  const { outcome, is_dry_run } = end;
  setCurrentDetails(`Outcome: **${outcome}**${is_dry_run ? ' (a dry run: nothing was done)' : ''}`);
  upsertSearchAttributes([{ key: OUTCOME, value: outcome }]);
  return end;
}
