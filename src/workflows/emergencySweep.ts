/** Each minute: orders and requests whose starter died before it could start their workflow. */

import { proxyActivities } from '@temporalio/workflow';
import type { EmergencyActivities } from '../activities/emergency.ts';

const { reconcileEmergencies } = proxyActivities<EmergencyActivities>({
  startToCloseTimeout: '50 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  summary: 'start what was forgotten',
});

/** Runs one pass and gives what it did. */
export async function emergencySweep(): Promise<Awaited<ReturnType<EmergencyActivities['reconcileEmergencies']>>> {
  return reconcileEmergencies();
}
