/** One action proposed with an alert: level 1 at once, level 2 after a wait for somebody to acknowledge the alert. */

import {
  executeChild,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { AutomaticResponseActivities } from '../activities/automaticResponses.ts';
import { eatDelivery } from './eatDelivery.ts';
import { OUTCOME, type ProposalInput, WORKFLOW_IDS } from './messages.ts';

const { decideAutomaticResponse } = proxyActivities<AutomaticResponseActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '20 seconds' },
  summary: 'decide, and order',
});

/** Gives the decision, and the token's outcome when one was ordered. */
export async function automaticResponse(
  input: ProposalInput,
): Promise<{ readonly decision: string; readonly outcome: string | null }> {
  if (input.wait_seconds > 0) {
    setCurrentDetails(`Waiting ${input.wait_seconds} s for somebody to acknowledge the alert.`);
    await sleep(input.wait_seconds * 1000);
  }
  const ref = { alert_id: input.alert_id, tenant_id: input.tenant_id, msp_id: input.msp_id };
  const decided = await decideAutomaticResponse(ref);
  if (decided?.decision !== 'ordered') return finish(decided?.decision ?? 'unknown', null);
  setCurrentDetails('Ordered without a person; see the token’s workflow.');
  const { outcome } = await executeChild(eatDelivery, {
    workflowId: WORKFLOW_IDS.eat(decided.nonce),
    args: [{ nonce: decided.nonce, agent_id: decided.agent_id, tenant_id: input.tenant_id, msp_id: input.msp_id }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
  return finish('ordered', outcome);
}

function finish(
  decision: string,
  outcome: string | null,
): { readonly decision: string; readonly outcome: string | null } {
  setCurrentDetails(`Decision: **${decision}**${outcome === null ? '' : `, outcome: **${outcome}**`}`);
  upsertSearchAttributes([{ key: OUTCOME, value: outcome ?? decision }]);
  return { decision, outcome };
}
