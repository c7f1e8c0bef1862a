/**
 * A quorum request: its approvers are told, approvals are awaited, and when the database says that they are enough,
 * the tokens are signed and delivered stage by stage.
 *
 * The database decides (src/db/quorum.ts); this workflow hears of it, waits and orders. It never continues as new:
 * the same Update id could run twice across that (LESSONS 0.11).
 */

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  condition,
  executeChild,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { EmergencyActivities, RequestState } from '../activities/emergency.ts';
import type { NotificationActivities } from '../activities/notifications.ts';
import { eatDelivery } from './eatDelivery.ts';
import type { OrderEnd } from './eatOrder.ts';
import { decideUpdate, heardSignal, OUTCOME, type QuorumInput, WORKFLOW_IDS } from './messages.ts';
import { onUpdate } from './onUpdate.ts';
import { tellPeople } from './tellPeople.ts';

const { readQuorum, expireQuorum, stopStages, closeEat } = proxyActivities<EmergencyActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '20 seconds' },
});
const { notifyApprovers, notifyDecision } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '2 seconds', maximumInterval: '1 minute', maximumAttempts: 20 },
});

/** Waits after each look at a token that another run delivers; the looks of a fleet must fit into one history. */
const LOOKS_MS = [5_000, 10_000, 30_000, 60_000, 60_000, 60_000];

/** Gives how the request ended, and for each host of an approved one the outcome of its token. */
export async function emergencyQuorum(input: QuorumInput): Promise<{
  readonly state: string;
  readonly outcomes: Readonly<Record<string, string>>;
}> {
  let heard = 0;
  let request: RequestState | null = null;
  // Before the first await: an Update that finds no handler is refused, and the decision would wait for the sweep.
  setHandler(heardSignal, () => {
    heard += 1;
  });
  onUpdate(
    decideUpdate,
    (_decision) => {
      heard += 1;
    },
    (decision) => {
      if (request === null) return undefined;
      if (request.state !== 'open') throw ApplicationFailure.nonRetryable('The request is decided.', 'quorum_closed');
      if (decision.decision === 'approve' && request.approvers.includes(decision.email)) {
        throw ApplicationFailure.nonRetryable('This person has decided.', 'quorum_already_decided');
      }
      return undefined;
    },
  );
  // Noted before each look: what is heard while the database is being read may not be in the answer.
  let seen = heard;
  request = await readQuorum(input);
  const told = tellPeople(() => notifyApprovers(input));

  while (request.state === 'open') {
    show(request);
    const isHeard = await condition(() => heard !== seen, Math.max(1000, request.remainingMs));
    if (!isHeard) await expireQuorum(input);
    seen = heard;
    request = await readQuorum(input);
  }
  show(request);
  const { state } = request;
  const stale = tellPeople(() => notifyDecision({ ...input, outcome: state }));
  const outcomes = request.state === 'approved' ? await deliver(input, request) : {};
  // Awaited last: what people hear of a request never holds up its fire.
  await Promise.all([told, stale]);
  upsertSearchAttributes([{ key: OUTCOME, value: request.state }]);
  return { state: request.state, outcomes };
}

/**
 * Stage by stage; a stage in which a token did not succeed is the last one. Nor does one go on after a dry run: a
 * canary that did nothing has shown nothing, and the others would be the first to really do it.
 */
async function deliver(input: QuorumInput, request: RequestState): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  const stages = [...new Set(request.hosts.map((host) => host.stage))].toSorted((a, b) => a - b);
  for (const stage of stages) {
    const hosts = request.hosts.filter((host) => host.stage === stage);
    const results = await Promise.all(hosts.map((host) => deliverTo(host, input)));
    for (const [index, host] of hosts.entries()) outcomes[host.hostname] = shownEnd(results[index]);
    const hasFailed = results.some((result) => result.outcome !== 'succeeded');
    const isDryRun = results.some((result) => result.is_dry_run === true);
    const later = request.hosts.filter((host) => host.stage > stage);
    if ((hasFailed || isDryRun) && later.length > 0) {
      await stopStages({
        ...input,
        failed_stage: stage,
        nonces: later.map((host) => host.nonce),
        why: hasFailed ? 'failed' : 'dry_run',
      });
      for (const host of later) outcomes[host.hostname] = 'stopped';
      break;
    }
  }
  const lines = Object.entries(outcomes).map(([host, outcome]) => `- ${host}: **${outcome}**`);
  setCurrentDetails(['Approved and fired.', ...lines].join('\n'));
  return outcomes;
}

/**
 * The end of one host's token. A run that follows one that was ended by hand finds the delivery that the first had
 * started: that one goes on by itself, and the database says when it is over. Should it have been ended by hand as well,
 * a new one takes its place.
 */
async function deliverTo(host: RequestState['hosts'][number], input: QuorumInput): Promise<OrderEnd> {
  const { nonce, agent_id } = host;
  const { tenant_id, msp_id } = input;
  for (;;) {
    try {
      return await executeChild(eatDelivery, {
        workflowId: WORKFLOW_IDS.eat(nonce),
        args: [{ nonce, agent_id, tenant_id, msp_id }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `Token for ${host.hostname}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    for (const waitMs of LOOKS_MS) {
      const end = await closeEat({ nonce, tenant_id, msp_id });
      if (end.outcome !== 'waiting') return end;
      await sleep(waitMs);
    }
  }
}

function shownEnd(end: OrderEnd | undefined): string {
  if (end === undefined) return 'unknown';
  return end.is_dry_run ? `${end.outcome} (dry run)` : end.outcome;
}

function show(request: RequestState): void {
  const missing = request.requiredApprovers - request.approvers.length;
  setCurrentDetails(
    [
      `**${request.state}** · requested by ${request.requestedBy}: ${request.reason}`,
      `Hosts: ${request.hosts.map((host) => host.hostname).join(', ')}`,
      ...request.approvers.map((email) => `- approved by ${email}`),
      ...(request.rejectedBy === null ? [] : [`- rejected by ${request.rejectedBy}`]),
      ...(request.state === 'open' ? [`Waiting for ${missing} more of ${request.requiredApprovers}.`] : []),
    ].join('\n'),
  );
}
