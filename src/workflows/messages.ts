/** Names by which other rooms start workflows and speak to them; the only file of this room that they may load. */

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SignedOrder } from '../activities/eatSigning.ts';

/** Task queues: `signing` is polled only by the process that holds the hub's private key. */
export const TASK_QUEUES = { core: 'core', signing: 'signing' } as const;

/** Search attributes, all keywords; registered at start-up. */
export const SEARCH_ATTRIBUTES = ['MspId', 'TenantId', 'AgentId', 'EatNonce', 'Outcome'] as const;

/** A workflow that runs by the clock. */
export type ScheduledWorkflow = {
  /** Id of the schedule. */
  readonly id: string;
  readonly workflow: string;
  /** Interval in seconds, or a cron line in UTC. */
  readonly every: { readonly seconds: number } | { readonly cron: string };
  /** How late a missed run may still start, in seconds. */
  readonly catchUpSeconds: number;
  readonly note: string;
};

/** Schedule that may also be triggered right after something was signed. */
export const TRANSPARENCY_SCHEDULE_ID = 'transparency-checkpoint';

/** Every schedule of the hub. */
export const SCHEDULES: readonly ScheduledWorkflow[] = [
  {
    id: 'agent-liveness',
    workflow: 'agentLiveness',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Marks hosts that are silent for 90 s and raises or clears their alerts.',
  },
  {
    id: 'alert-rules',
    workflow: 'alertRules',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Evaluates every alert rule on every host that it watches.',
  },
  {
    id: 'emergency-sweep',
    workflow: 'emergencySweep',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Starts the workflows of orders and requests whose starter died in between.',
  },
  {
    id: 'webhook-sweep',
    workflow: 'webhookSweep',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Starts the deliveries of webhooks whose starter died or did not hear of them, and has admins told of webhooks that fail.',
  },
  {
    id: 'escalation-sweep',
    workflow: 'escalationSweep',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Starts the escalations of alerts whose starter died in between, and those whose workflow is gone.',
  },
  {
    id: 'group-membership',
    workflow: 'groupMembership',
    every: { seconds: 300 },
    catchUpSeconds: 240,
    note: 'Makes the members of every dynamic group what its rule says.',
  },
  {
    id: 'trust-scores',
    workflow: 'trustScores',
    every: { seconds: 1800 },
    catchUpSeconds: 1700,
    note: 'Takes a Trust Score snapshot of every tenant.',
  },
  {
    id: 'monthly-audit-packs',
    workflow: 'monthlyAuditPacks',
    // On the first; on the days after it whatever could not be built then.
    every: { cron: '0 2 1-7 * *' },
    // An outage of days still ends with every pack built.
    catchUpSeconds: 20 * 86_400,
    note: 'Builds the pack of the month before for every tenant that has none.',
  },
  {
    id: 'billing-close',
    workflow: 'billingClose',
    every: { cron: '5 0 * * *' },
    catchUpSeconds: 86_000,
    note: 'Counts active agents, freezes the months that are over, and makes invoices and credit notes that are due.',
  },
  {
    id: 'feed-sync',
    workflow: 'feedSync',
    every: { cron: '17 3 * * *' },
    catchUpSeconds: 86_000,
    note: 'Refreshes the KEV catalogue and the kernel fixes, then matches all hosts again.',
  },
  {
    id: 'housekeeping',
    workflow: 'housekeeping',
    every: { cron: '47 3 * * *' },
    catchUpSeconds: 86_000,
    note: 'Forgets nonces, counters and old samples.',
  },
  {
    id: 'domain-records',
    workflow: 'domainRecords',
    every: { cron: '7 4 * * 1' },
    catchUpSeconds: 6 * 86_400,
    note: 'Looks whether proven domains of clients still show their TXT records.',
  },
  {
    id: TRANSPARENCY_SCHEDULE_ID,
    workflow: 'transparencyCheckpoint',
    every: { seconds: 60 },
    catchUpSeconds: 30,
    note: 'Takes waiting leaves into the transparency log and signs its new checkpoint.',
  },
];

/** Search attribute of how a workflow ended. */
export const OUTCOME = defineSearchAttributeKey('Outcome', SearchAttributeType.KEYWORD);
const MSP_ID = defineSearchAttributeKey('MspId', SearchAttributeType.KEYWORD);
const TENANT_ID = defineSearchAttributeKey('TenantId', SearchAttributeType.KEYWORD);
const AGENT_ID = defineSearchAttributeKey('AgentId', SearchAttributeType.KEYWORD);
const EAT_NONCE = defineSearchAttributeKey('EatNonce', SearchAttributeType.KEYWORD);

/** Ids of workflows, readable and unique by what they are about. */
export const WORKFLOW_IDS = {
  eat: (nonce: string) => `eat:${nonce}`,
  auditPack: (tenantId: string, month: string) => `audit-pack:${tenantId}:${month}`,
  handover: (tenantId: string, month: string, suffix: string) => `handover:${tenantId}:${month}:${suffix}`,
  report: (id: string) => `report:${id}`,
  creditNote: (tenantId: string, month: string) => `credit-note:${tenantId}:${month}`,
  quorum: (requestId: string) => `quorum:${requestId}`,
  escalation: (alertId: string) => `escalation:${alertId}`,
  automatic: (alertId: string) => `automatic-response:${alertId}`,
  impersonation: (id: string) => `impersonation:${id}`,
  preIssued: (nonce: string) => `pre-issued-eat:${nonce}`,
  webhook: (deliveryId: string) => `webhook:${deliveryId}`,
  webhookFailing: (webhookId: string) => `webhook-failing:${webhookId}`,
  domainLost: (tenantId: string, domain: string) => `domain-lost:${tenantId}:${domain}`,
} as const;

/** Input of `eatDelivery` and `preIssuedEatWindow`: ids only. */
export type DeliveryInput = {
  readonly nonce: string;
  readonly agent_id: string;
  readonly tenant_id: string;
  readonly msp_id: string;
};
/** Input of `emergencyQuorum`: ids only. */
export type QuorumInput = { readonly request_id: string; readonly tenant_id: string; readonly msp_id: string };

/** Input of `impersonationSession`: ids, and whether the client's people are to be told. */
export type ImpersonationInput = {
  readonly impersonation_id: string;
  readonly tenant_id: string;
  readonly msp_id: string;
  readonly tell_client: boolean;
};

/** Input of `automaticResponse`: ids, and how long to wait for a person first. */
export type ProposalInput = {
  readonly alert_id: string;
  readonly tenant_id: string;
  readonly msp_id: string;
  readonly wait_seconds: number;
};

/** Input of `webhookDelivery`: ids only. A ping of a webhook of all tenants has no tenant. */
export type WebhookDeliveryInput = {
  readonly delivery_id: string;
  readonly msp_id: string;
  readonly tenant_id: string | null;
};

/** Input of `domainLost`: whose domain it was, and its public name. */
export type DomainLostInput = { readonly tenant_id: string; readonly msp_id: string; readonly domain: string };

/** Input of `webhookFailing`: ids only. */
export type WebhookFailingInput = {
  readonly webhook_id: string;
  readonly msp_id: string;
  /** The one whose events it hears; null: those of all. */
  readonly tenant_id: string | null;
};

/** Input of `alertEscalation`: ids only. */
export type EscalationInput = {
  readonly alert_id: string;
  readonly tenant_id: string;
  readonly msp_id: string;
  /** The host; null for alerts of the tenant as a whole. */
  readonly agent_id: string | null;
};

/** Input of `auditPackBuild` and `handoverReport`. `actor_suffix` null builds the whole pack. */
export type PackInput = {
  readonly tenant_id: string;
  readonly msp_id: string;
  readonly month: string;
  readonly actor_suffix: string | null;
  readonly announce: boolean;
};

/** Input of `reportBuild`; period and hosts are in the report's row. `month` is that of the period's first moment. */
export type ReportInput = {
  readonly report_id: string;
  readonly tenant_id: string;
  readonly msp_id: string;
  readonly month: string;
  readonly actor_suffix: string | null;
};

/** Input of `creditNote`: the invoice by its tenant and month. */
export type CreditNoteInput = { readonly tenant_id: string; readonly msp_id: string; readonly month: string };

/** The host's result was stored. */
export const resultSignal = defineSignal<[{ readonly outcome: string }]>('result');
/** Answers when the order is signed or given up. */
export const signedUpdate = defineUpdate<SignedOrder>('signed');
/** Somebody has decided; the database holds the decision. */
export const decideUpdate = defineUpdate<
  void,
  [{ readonly user_id: string; readonly email: string; readonly decision: 'approve' | 'reject' }]
>('decide');
/** Look at the database again. */
export const heardSignal = defineSignal('heard');

/** What every start has: a readable id, the queue, the input, and the tenant that operators search by. */
function startOf<I extends { readonly msp_id: string; readonly tenant_id: string | null }>(
  workflowId: string,
  input: I,
) {
  return {
    workflowId,
    taskQueue: TASK_QUEUES.core,
    args: [input] as [I],
    typedSearchAttributes: [
      { key: MSP_ID, value: input.msp_id },
      ...(input.tenant_id === null ? [] : [{ key: TENANT_ID, value: input.tenant_id }]),
    ],
  };
}

/** How `eatDelivery` or `preIssuedEatWindow` is started; operators search it by host and nonce as well. */
export function deliveryStart(input: DeliveryInput, kind: 'eat' | 'preIssued' = 'eat') {
  const start = startOf(WORKFLOW_IDS[kind](input.nonce), input);
  return {
    ...start,
    typedSearchAttributes: [
      ...start.typedSearchAttributes,
      { key: AGENT_ID, value: input.agent_id },
      { key: EAT_NONCE, value: input.nonce },
    ],
  };
}

/** How `emergencyQuorum` is started. */
export function quorumStart(input: QuorumInput) {
  return startOf(WORKFLOW_IDS.quorum(input.request_id), input);
}

/** How `impersonationSession` is started. */
export function impersonationStart(input: ImpersonationInput) {
  return startOf(WORKFLOW_IDS.impersonation(input.impersonation_id), input);
}

/** How `auditPackBuild` or, with a filter, `handoverReport` is started. */
export function packStart(input: PackInput) {
  const { tenant_id, month, actor_suffix } = input;
  const workflowId =
    actor_suffix === null
      ? WORKFLOW_IDS.auditPack(tenant_id, month)
      : WORKFLOW_IDS.handover(tenant_id, month, actor_suffix);
  return startOf(workflowId, input);
}

/** How `reportBuild` is started. */
export function reportStart(input: ReportInput) {
  return startOf(WORKFLOW_IDS.report(input.report_id), input);
}

/** How `creditNote` is started. */
export function creditNoteStart(input: CreditNoteInput) {
  return startOf(WORKFLOW_IDS.creditNote(input.tenant_id, input.month), input);
}

/** How `alertEscalation` is started; operators search it by host as well. */
export function escalationStart(input: EscalationInput) {
  const start = startOf(WORKFLOW_IDS.escalation(input.alert_id), input);
  return {
    ...start,
    staticSummary: `Escalation of alert ${input.alert_id}`,
    staticDetails: 'Tells the levels of the alert’s policy until somebody acknowledges or resolves it.',
    typedSearchAttributes: [
      ...start.typedSearchAttributes,
      ...(input.agent_id === null ? [] : [{ key: AGENT_ID, value: input.agent_id }]),
    ],
  };
}

/** How `automaticResponse` is started. */
export function automaticStart(input: ProposalInput) {
  return startOf(WORKFLOW_IDS.automatic(input.alert_id), input);
}

/** How `webhookDelivery` is started. */
export function webhookStart(input: WebhookDeliveryInput) {
  return startOf(WORKFLOW_IDS.webhook(input.delivery_id), input);
}

/** How `domainLost` is started: again under the same id for another loss. */
export function domainLostStart(input: DomainLostInput) {
  return startOf(WORKFLOW_IDS.domainLost(input.tenant_id, input.domain), input);
}

/** How `webhookFailing` is started: again under the same id for another outage, never beside a run. */
export function webhookFailingStart(input: WebhookFailingInput) {
  return startOf(WORKFLOW_IDS.webhookFailing(input.webhook_id), input);
}
