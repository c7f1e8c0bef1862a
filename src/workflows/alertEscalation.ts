/**
 * An alert that nobody acknowledges: its policy's levels are told one after the other. The database decides each step
 * (src/activities/escalations.ts) and is asked again before each; this workflow tells, waits and hears.
 */

import {
  condition,
  continueAsNew,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { EscalationActivities, EscalationStep } from '../activities/escalations.ts';
import type { NotificationActivities } from '../activities/notifications.ts';
import { type EscalationInput, heardSignal, OUTCOME } from './messages.ts';
import { tellPeople } from './tellPeople.ts';

const DECIDING = {
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '20 seconds' },
} as const;
const { takeEscalationStep } = proxyActivities<EscalationActivities>({
  ...DECIDING,
  summary: 'look, and take the next step',
});
const { settleEscalationLevel } = proxyActivities<EscalationActivities>({
  ...DECIDING,
  summary: 'note who could not be reached',
});
// Somebody who cannot be told for minutes is given up, so that the next level comes; it may be tried again later.
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
  /** Levels of which a message is on its way: who looks again meanwhile does not send it twice. */
  const underWay = new Set<string>();
  async function tell({ generation, round, level }: Extract<EscalationStep, { kind: 'tell' }>): Promise<void> {
    const place = { ...input, generation, round, level };
    const key = [generation, round, level].join('.');
    if (underWay.has(key) && patched('settle-level')) return;
    underWay.add(key);
    const report = await tellPeople(() => notifyEscalation(place));
    underWay.delete(key);
    // What was told before it was noted who was reached is not settled again.
    if (!patched('settle-level')) return;
    const { look_ms } = await settleEscalationLevel({ ...place, outcome: report?.outcome ?? 'failed' });
    // Not waited for: an escalation that ends or is cancelled meanwhile needs no look.
    if (look_ms !== null) lookAfter(look_ms).catch(() => undefined);
  }
  async function lookAfter(ms: number): Promise<void> {
    await sleep(Math.max(1, ms));
    heard += 1;
  }
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
    if (step.kind === 'tell') told.push(tell(step));
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
  const whom = step.kind === 'tell' ? `, ${step.people} to be told` : '';
  return setCurrentDetails(
    `Round ${step.round + 1}, **level ${step.level}**${whom}; waiting ${minutes} min for somebody to acknowledge.`,
  );
}
