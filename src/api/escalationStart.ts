/** Starts the escalations of alerts that a request has opened, and tells running ones that somebody has answered. */

import { type EscalationRef, listWaitingEscalations } from '../db/escalations.ts';
import { withTenant } from '../db/scope.ts';
import type { Logger } from '../platform/log.ts';
import { escalationStart, heardSignal, WORKFLOW_IDS } from '../workflows/messages.ts';
import type { ApiDeps } from './deps.ts';
import { startOnce, tellWorkflow } from './temporal.ts';

/** Starts what waits in a tenant, or has it look when it runs; one that does not start now is found by the next sweep. */
export async function startEscalations(
  { deps, log }: { readonly deps: ApiDeps; readonly log: Logger },
  tenantId: string,
): Promise<void> {
  const { temporal } = deps;
  if (temporal === null) return;
  const waiting = await withTenant(deps.pool, tenantId, (tx) => listWaitingEscalations(tx, { tenantId }));
  for (const ref of waiting) {
    await startOnce(temporal, () =>
      temporal.workflow.signalWithStart('alertEscalation', { ...escalationStart(ref), signal: heardSignal }),
    ).catch((error: unknown) =>
      log.warn({ err: error, alert_id: ref.alert_id }, 'an escalation waits for the next sweep'),
    );
  }
}

/** Tells the escalation of an alert to look again: somebody has acknowledged or resolved it. */
export function hearAlert(deps: ApiDeps, alertId: EscalationRef['alert_id']): Promise<void> {
  return tellWorkflow(deps, WORKFLOW_IDS.escalation(alertId), heardSignal);
}

/** Signals that are on their way at once. */
const PARALLEL_SIGNALS = 8;

/** The same of several. */
export async function hearAlerts(deps: ApiDeps, alertIds: readonly string[]): Promise<void> {
  const waiting = [...alertIds];
  const lanes = Array.from({ length: PARALLEL_SIGNALS }, async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await hearAlert(deps, id);
  });
  await Promise.all(lanes);
}
