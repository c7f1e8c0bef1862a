/** Starts workflows from activities: what a pass finds forgotten goes on under the id it should have had. */

import type { Client } from '@temporalio/client';
import type { WorkflowStarter } from '../activities/emergency.ts';
import type { EscalationStarter } from '../activities/escalations.ts';
import { LEVEL2_WAIT_SECONDS } from '../domain/automaticResponse.ts';
import { startOnce } from '../platform/startOnce.ts';
import {
  automaticStart,
  deliveryStart,
  escalationStart,
  heardSignal,
  impersonationStart,
  quorumStart,
  webhookFailingStart,
  webhookStart,
} from '../workflows/messages.ts';

/** Makes the starter over a client. Ids make every start safe to repeat. */
export function createWorkflowStarter(client: Client): WorkflowStarter & EscalationStarter {
  const once = (start: () => Promise<unknown>): Promise<void> => startOnce(client, start);
  return {
    startDelivery: (order) => once(() => client.workflow.start('eatDelivery', deliveryStart(order, 'eat'))),
    startPreIssued: (order) =>
      once(() => client.workflow.start('preIssuedEatWindow', deliveryStart(order, 'preIssued'))),
    startAutomaticResponse: ({ level, ...ref }) =>
      once(() =>
        client.workflow.start(
          'automaticResponse',
          automaticStart({ ...ref, wait_seconds: level === 1 ? 0 : LEVEL2_WAIT_SECONDS }),
        ),
      ),
    // One that runs may wait for the end of a level that no longer counts: the severity has risen.
    startEscalation: (ref) =>
      once(() => client.workflow.signalWithStart('alertEscalation', { ...escalationStart(ref), signal: heardSignal })),
    startQuorum: (request) => once(() => client.workflow.start('emergencyQuorum', quorumStart(request))),
    wakeQuorum: (request) =>
      once(() => client.workflow.signalWithStart('emergencyQuorum', { ...quorumStart(request), signal: heardSignal })),
    startImpersonation: (ref) =>
      once(() => client.workflow.start('impersonationSession', impersonationStart({ ...ref, tell_client: false }))),
    startWebhookDelivery: (ref) => once(() => client.workflow.start('webhookDelivery', webhookStart(ref))),
    startWebhookFailing: (ref) => once(() => client.workflow.start('webhookFailing', webhookFailingStart(ref))),
  };
}
