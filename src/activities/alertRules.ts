/** The pass over alert rules, each minute. The decision is the domain's; here it is fed and carried out. */

import type { DatabasePool } from 'slonik';
import {
  listTenantsWithRules,
  observeRules,
  type PendingWait,
  type RuleObservationRow,
  replacePending,
  tryPassLock,
} from '../db/alertRules.ts';
import { clearAlert, raiseAlert } from '../db/alerts.ts';
import { type SystemTx, withSystem } from '../db/scope.ts';
import { decideRule, ruleAlertTitle, ruleFingerprint } from '../domain/alertRule.ts';
import { type EscalationStarter, startWaitingEscalations } from './escalations.ts';

/** Tenants whose rules are observed by one statement. */
const TENANTS_PER_PAGE = 200;

/** What a pass did. */
export type AlertRulesReport = {
  readonly observed: number;
  readonly fired: number;
  readonly cleared: number;
  readonly pending: number;
};

/** Makes the activities of alert rules. `now` is milliseconds since the epoch; without a starter the next sweep starts escalations. */
export function createAlertRuleActivities(deps: {
  readonly pool: DatabasePool;
  readonly now?: () => number;
  readonly starter?: EscalationStarter;
}) {
  const now = deps.now ?? Date.now;
  return {
    /** Evaluates every enabled rule on every host it watches; each page of tenants is one transaction. */
    async evaluateAlertRules(): Promise<AlertRulesReport> {
      const total = { observed: 0, fired: 0, cleared: 0, pending: 0 };
      for (let after: string | null = null; ; ) {
        const cursor: string | null = after;
        const tenantIds: readonly string[] = await withSystem(deps.pool, (tx) =>
          listTenantsWithRules(tx, cursor, TENANTS_PER_PAGE),
        );
        const last = tenantIds.at(-1);
        if (last === undefined) break;
        await withSystem(deps.pool, async (tx) => {
          if (!(await tryPassLock(tx, 'alert_rules'))) return;
          const rows = await observeRules(tx, tenantIds);
          const report = await carryOut(tx, tenantIds, rows, now());
          total.observed += rows.length;
          total.fired += report.fired;
          total.cleared += report.cleared;
          total.pending += report.pending;
        });
        after = last;
      }
      if (total.fired > 0) await startWaitingEscalations(deps.pool, deps.starter, null);
      return total;
    },
  };
}

async function carryOut(
  tx: SystemTx,
  tenantIds: readonly string[],
  rows: readonly RuleObservationRow[],
  nowMs: number,
): Promise<{ fired: number; cleared: number; pending: number }> {
  const at = new Date(nowMs).toISOString();
  const waits: PendingWait[] = [];
  const report = { fired: 0, cleared: 0, pending: 0 };
  for (const row of rows) {
    const verdict = decideRule(row, {
      value: row.value,
      pendingSinceMs: row.pending_since === null ? null : Date.parse(row.pending_since),
      hasAlert: row.has_alert,
      nowMs,
    });
    const fingerprint = ruleFingerprint(row.rule_id, row.subject_id);
    if (verdict.kind === 'clears') {
      await clearAlert(tx, row.tenant_id, fingerprint, at, 'The condition no longer holds.');
      report.cleared += 1;
    }
    if (verdict.kind === 'fires' && row.value !== null) {
      await raiseAlert(tx, {
        tenant_id: row.tenant_id,
        agent_id: row.agent_id,
        source: 'rule',
        fingerprint,
        severity: row.severity,
        title: ruleAlertTitle(row, row.hostname, row.value),
        detail: {
          rule_id: row.rule_id,
          metric: row.metric,
          value: row.value,
          threshold: row.threshold,
          since: new Date(verdict.sinceMs).toISOString(),
        },
        at,
      });
      report.fired += 1;
    }
    if (verdict.kind === 'pending' || verdict.kind === 'fires' || verdict.kind === 'still_firing') {
      waits.push({
        tenant_id: row.tenant_id,
        rule_id: row.rule_id,
        subject_id: row.subject_id,
        since: new Date(verdict.sinceMs).toISOString(),
      });
      if (verdict.kind === 'pending') report.pending += 1;
    }
  }
  await replacePending(tx, tenantIds, waits);
  return report;
}
