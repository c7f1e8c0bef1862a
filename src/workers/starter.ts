/** Starts workflows from activities: what a pass finds forgotten goes on under the id it should have had. */

import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { WorkflowStarter } from '../activities/emergency.ts';
import type { EscalationStarter } from '../activities/escalations.ts';
import { LEVEL2_WAIT_SECONDS } from '../domain/automaticResponse.ts';
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
  const startOnce = async (start: () => Promise<unknown>): Promise<void> => {
    try {
      await start();
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };
  return {
    startDelivery: (order) => startOnce(() => client.workflow.start('eatDelivery', deliveryStart(order, 'eat'))),
    startPreIssued: (order) =>
      startOnce(() => client.workflow.start('preIssuedEatWindow', deliveryStart(order, 'preIssued'))),
    startAutomaticResponse: ({ level, ...ref }) =>
      startOnce(() =>
        client.workflow.start(
          'automaticResponse',
          automaticStart({ ...ref, wait_seconds: level === 1 ? 0 : LEVEL2_WAIT_SECONDS }),
        ),
      ),
    startEscalation: (ref) => startOnce(() => client.workflow.start('alertEscalation', escalationStart(ref))),
    startQuorum: (request) => startOnce(() => client.workflow.start('emergencyQuorum', quorumStart(request))),
    wakeQuorum: (request) =>
      startOnce(() =>
        client.workflow.signalWithStart('emergencyQuorum', { ...quorumStart(request), signal: heardSignal }),
      ),
    startImpersonation: (ref) =>
      startOnce(() =>
        client.workflow.start('impersonationSession', impersonationStart({ ...ref, tell_client: false })),
      ),
    startWebhookDelivery: (ref) => startOnce(() => client.workflow.start('webhookDelivery', webhookStart(ref))),
    startWebhookFailing: (ref) => startOnce(() => client.workflow.start('webhookFailing', webhookFailingStart(ref))),
  };
}
