/**
 * An alert that nobody acknowledges: its policy's levels are told one after the other. The database decides each step
 * (src/activities/escalations.ts) and is asked again before each; this workflow tells, waits and hears.
 */

import {
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { EscalationActivities, EscalationStep } from '../activities/escalations.ts';
import type { NotificationActivities } from '../activities/notifications.ts';
import { type EscalationInput, heardSignal, OUTCOME } from './messages.ts';
import { tellPeople } from './tellPeople.ts';

const { takeEscalationStep } = proxyActivities<EscalationActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '20 seconds' },
  summary: 'look, and take the next step',
});
// The next level comes anyway: somebody who cannot be told for minutes is not tried for ever.
const { notifyEscalation } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '2 seconds', maximumInterval: '30 seconds', maximumAttempts: 8 },
  summary: 'tell the level',
});

/** Shortest wait: the clocks of Temporal and of the database differ a little. */
const MIN_WAIT_MS = 1000;

/** Gives how it ended: `acknowledged`, `resolved` or `exhausted`. */
export async function alertEscalation(input: EscalationInput): Promise<{ readonly outcome: string }> {
  let heard = 0;
  setHandler(heardSignal, () => {
    heard += 1;
  });
  const told: Promise<void>[] = [];
  for (;;) {
    // Noted before each look: what is heard while the database is being read may not be in the answer.
    const seen = heard;
    const step = await takeEscalationStep(input);
    show(step);
    if (step.kind === 'ended') {
      await Promise.all(told);
      upsertSearchAttributes([{ key: OUTCOME, value: step.state }]);
      return { outcome: step.state };
    }
    if (step.kind === 'tell')
      told.push(tellPeople(() => notifyEscalation({ ...input, round: step.round, level: step.level })));
    if (workflowInfo().continueAsNewSuggested) {
      // Everything is in the database; the next run reads it first, so that nothing heard now is lost.
      await Promise.all(told);
      await continueAsNew<typeof alertEscalation>(input);
    }
    await condition(() => heard !== seen, Math.max(MIN_WAIT_MS, step.wait_ms));
  }
}

function show(step: EscalationStep): void {
  if (step.kind === 'ended') return setCurrentDetails(`Ended: **${step.state}**`);
  const minutes = Math.ceil(step.wait_ms / 60_000);
  if (step.kind === 'wait' && step.state === 'silenced')
    return setCurrentDetails(`**Silenced**; looked at again in ${minutes} min at most.`);
  const whom = step.kind === 'tell' ? `, ${step.people} told` : '';
  return setCurrentDetails(
    `Round ${step.round + 1}, **level ${step.level}**${whom}; waiting ${minutes} min for somebody to acknowledge.`,
  );
}
