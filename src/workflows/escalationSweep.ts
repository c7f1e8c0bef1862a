/** Each minute: escalations whose starter died before it could start their workflow, or whose workflow is gone. */

import { proxyActivities } from '@temporalio/workflow';
import type { EscalationActivities } from '../activities/escalations.ts';

const { sweepEscalations } = proxyActivities<EscalationActivities>({
  startToCloseTimeout: '50 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  summary: 'start what was forgotten',
});

/** Runs one pass and gives what it did. */
export async function escalationSweep(): Promise<Awaited<ReturnType<EscalationActivities['sweepEscalations']>>> {
  return sweepEscalations();
}
