/**
 * One impersonation from request to end. The token dies by the database's clock whatever runs here; this workflow
 * writes the end down, waits for the client's consent where it is wanted, and tells the client.
 */

import {
  ActivityFailure,
  condition,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ImpersonationActivities } from '../activities/impersonation.ts';
import type { NotificationActivities } from '../activities/notifications.ts';
import { heardSignal, type ImpersonationInput, OUTCOME } from './messages.ts';

const { readImpersonation, expireImpersonation } = proxyActivities<ImpersonationActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
const { notifyImpersonation } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '2 seconds', maximumInterval: '1 minute', maximumAttempts: 10 },
});

/** Gives the last state; `ended` always, once it returns. */
export async function impersonationSession(input: ImpersonationInput): Promise<{ readonly state: string }> {
  let heard = 0;
  setHandler(heardSignal, () => {
    heard += 1;
  });
  // Noted before each look: what is heard while the database is being read may not be in the answer.
  let seen = heard;
  let now = await readImpersonation(input);
  const told = input.tell_client ? tell(input) : Promise.resolve();
  while (now.state !== 'ended') {
    setCurrentDetails(`**${now.state}** · ${now.email}: ${now.reason}`);
    const isHeard = await condition(() => heard !== seen, Math.max(1, now.remaining_ms));
    if (!isHeard) await expireImpersonation(input);
    seen = heard;
    now = await readImpersonation(input);
  }
  await told;
  setCurrentDetails(`**ended** · ${now.email}: ${now.reason}`);
  upsertSearchAttributes([{ key: OUTCOME, value: 'ended' }]);
  return { state: now.state };
}

async function tell(input: ImpersonationInput): Promise<void> {
  try {
    await notifyImpersonation({
      impersonation_id: input.impersonation_id,
      tenant_id: input.tenant_id,
      msp_id: input.msp_id,
    });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.warn('the client could not be told', { why: error.cause?.message ?? error.message });
  }
}
