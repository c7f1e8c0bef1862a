/** How a quorum request is shown. */

import { z } from 'zod';
import { listDecisions, listTargets, type QuorumRow, quorumRow } from '../db/quorum.ts';
import { type AnyTx, seePeople } from '../db/scope.ts';
import { actionLabel, type EatAction } from '../domain/eat.ts';
import { WORKFLOW_IDS } from '../workflows/messages.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';
import { workflowUrl } from './temporalUi.ts';

/** A request with its decisions and hosts, as the API shows it. */
export const quorumAnswer = quorumRow.omit({ now: true }).extend({
  labels: z.array(z.string()),
  approvals: z
    .int()
    .describe('distinct people who count: who may approve now while it is open, whose approvals fired it afterwards'),
  seconds_left: z.int(),
  decisions: z.array(
    z.object({
      user_id: z.uuid(),
      email: z.string(),
      decision: z.enum(['approve', 'reject']),
      decided_at: z.iso.datetime(),
      comment: z.string().nullable(),
      counts: z
        .boolean()
        .describe('false for an approval of somebody who has lost the right to approve, or the account'),
      approver_since: z.iso
        .datetime()
        .nullable()
        .describe('when the person came by a role that approves; null when that was not kept'),
      approver_by: z.string().nullable().describe('email of who gave it'),
    }),
  ),
  targets: z.array(
    z.object({
      nonce: z.uuid(),
      agent_id: z.uuid(),
      hostname: z.string(),
      stage: z.int(),
      state: z.string().describe('waiting, signed, stopped, or the outcome'),
    }),
  ),
  workflow_id: z.string(),
  workflow_url: z.string().nullable().describe('in the Temporal UI, for operators; null for others'),
});

type Caller = { readonly deps: ApiDeps; readonly principal: UserPrincipal };

/** One request with what belongs to it, as the caller may see it. */
export async function presentQuorum(caller: Caller, tx: AnyTx, row: QuorumRow): Promise<z.input<typeof quorumAnswer>> {
  const [answer] = await presentQuorums(caller, tx, [row]);
  return answer as z.input<typeof quorumAnswer>;
}

/** Requests in the same order, each with what belongs to it. */
export async function presentQuorums(
  caller: Caller,
  tx: AnyTx,
  rows: readonly QuorumRow[],
): Promise<readonly z.input<typeof quorumAnswer>[]> {
  const ids = rows.map(({ id }) => id);
  await seePeople(tx, caller.principal.mspId);
  const decisions = Map.groupBy(await listDecisions(tx, ids), (decision) => decision.request_id);
  const targets = Map.groupBy(await listTargets(tx, ids), (target) => target.request_id);
  return rows.map((row) => {
    const decided = decisions.get(row.id) ?? [];
    return {
      ...row,
      labels: (row.actions as unknown as readonly EatAction[]).map(actionLabel),
      approvals: decided.filter(({ decision, counts }) => decision === 'approve' && counts).length,
      seconds_left:
        row.state === 'open' ? Math.max(0, Math.floor((Date.parse(row.expires_at) - Date.parse(row.now)) / 1000)) : 0,
      decisions: [...decided],
      targets: (targets.get(row.id) ?? []).map(({ outcome, abandoned, is_signed, ...target }) => ({
        ...target,
        state: outcome ?? (abandoned ? 'stopped' : is_signed ? 'signed' : 'waiting'),
      })),
      workflow_id: WORKFLOW_IDS.quorum(row.id),
      workflow_url: workflowUrl(caller, WORKFLOW_IDS.quorum(row.id)),
    };
  });
}
