/** Decides actions that were proposed with an alert, and orders those that may run without a person. */

import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { closeProposal, lockProposal } from '../db/automaticResponses.ts';
import { insertOrder } from '../db/emergency.ts';
import { withTenant } from '../db/scope.ts';
import { decideResponse, type ResponseDecision } from '../domain/automaticResponse.ts';
import { actionLabel, eatAction } from '../domain/eat.ts';

/** Names one proposal. */
export type ProposalRef = { readonly alert_id: string; readonly tenant_id: string; readonly msp_id: string };

/** Makes the activities. */
export function createAutomaticResponseActivities(deps: { readonly pool: DatabasePool }) {
  return {
    /** Decides once; the order, the decision and its audit row are one transaction. A second call gives the first answer. */
    async decideAutomaticResponse(ref: ProposalRef): Promise<{
      readonly decision: ResponseDecision;
      readonly nonce: string;
      readonly agent_id: string;
    } | null> {
      return withTenant(deps.pool, ref.tenant_id, async (tx) => {
        const proposal = await lockProposal(tx, ref.alert_id);
        if (proposal === null) return null;
        const { nonce, agent_id } = proposal;
        if (proposal.decision !== null) return { decision: proposal.decision as ResponseDecision, nonce, agent_id };
        const decision = decideResponse({
          level: proposal.level,
          confidence: proposal.confidence,
          automaticLevel: proposal.automatic_level,
          alertStatus: proposal.alert_status,
          isHostActive: proposal.is_host_active,
          hosts: proposal.hosts,
          otherHostsAnswered: proposal.other_hosts_answered,
        });
        const action = eatAction.parse(proposal.action);
        if (decision === 'ordered') {
          await insertOrder(tx, {
            nonce,
            tenant_id: ref.tenant_id,
            msp_id: ref.msp_id,
            agent_id,
            level: proposal.level,
            actions: [action],
            reason: `Automatic answer to: ${proposal.alert_title}`,
            requested_by: null,
            requested_by_email: null,
            authorisation: 'automatic',
            totp_step_sha256: null,
            impersonation_id: null,
            alert: { id: ref.alert_id, confidence: proposal.confidence },
            window: null,
          });
        }
        await closeProposal(tx, ref.alert_id, decision);
        await appendAudit(tx, {
          msp_id: ref.msp_id,
          tenant_id: ref.tenant_id,
          event_type: 'automatic_response_decided',
          actor: { kind: 'system' },
          event_data: {
            alert_id: ref.alert_id,
            agent_id,
            nonce,
            level: proposal.level,
            confidence: proposal.confidence,
            action: actionLabel(action),
            decision,
          },
        });
        return { decision, nonce, agent_id };
      });
    },
  };
}

/** Type by which workflows know them. */
export type AutomaticResponseActivities = ReturnType<typeof createAutomaticResponseActivities>;
