/** The pass over silent hosts, each minute. */

import type { DatabasePool } from 'slonik';
import { tryPassLock } from '../db/alertRules.ts';
import { raiseAlert } from '../db/alerts.ts';
import { clearHeardAgents, listUnalertedSilentAgents, markSilentAgents, touchDemoAgents } from '../db/liveness.ts';
import { withSystem } from '../db/scope.ts';
import { offlineFingerprint } from '../domain/liveness.ts';
import { type EscalationStarter, startWaitingEscalations } from './escalations.ts';

/** What a pass did. */
export type LivenessReport = { readonly marked: number; readonly raised: number; readonly cleared: number };

/** Makes the activities of liveness. Without a starter the next sweep starts the escalations of what was raised. */
export function createLivenessActivities(deps: { readonly pool: DatabasePool; readonly starter?: EscalationStarter }) {
  return {
    /** Marks silent hosts, raises and clears their alerts. Two passes at once do the work of one. */
    async checkLiveness(): Promise<LivenessReport> {
      const report = await withSystem(deps.pool, async (tx) => {
        if (!(await tryPassLock(tx, 'agent_liveness'))) return { marked: 0, raised: 0, cleared: 0 };
        await touchDemoAgents(tx);
        const marked = await markSilentAgents(tx);
        const silent = await listUnalertedSilentAgents(tx);
        const at = new Date().toISOString();
        for (const agent of silent) {
          await raiseAlert(tx, {
            tenant_id: agent.tenant_id,
            agent_id: agent.agent_id,
            source: 'liveness',
            fingerprint: offlineFingerprint(agent.agent_id),
            severity: 'high',
            title: `${agent.hostname} has been silent since ${agent.last_seen_at.slice(0, 16).replace('T', ' ')} UTC`,
            detail: { last_seen_at: agent.last_seen_at },
            at,
          });
        }
        return { marked, raised: silent.length, cleared: await clearHeardAgents(tx) };
      });
      if (report.raised > 0) await startWaitingEscalations(deps.pool, deps.starter);
      return report;
    },
  };
}
