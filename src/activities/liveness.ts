/** The pass over silent hosts, each minute. */

import type { DatabasePool } from 'slonik';
import { lockTenantAlerts } from '../db/alertLock.ts';
import { tryPassLock } from '../db/alertRules.ts';
import { openAlerts } from '../db/alerts.ts';
import {
  clearHeardAgents,
  listUnalertedSilentAgents,
  markSilentAgents,
  type SilentAgent,
  touchDemoAgents,
} from '../db/liveness.ts';
import { withSystem } from '../db/scope.ts';
import { offlineFingerprint } from '../domain/liveness.ts';
import { type EscalationStarter, startWaitingEscalations } from './escalations.ts';

/** What a pass did. */
export type LivenessReport = { readonly marked: number; readonly raised: number; readonly cleared: number };

/** Hosts of one tenant that are alerted of in one transaction, which holds its alerts for well under a second. */
const HOSTS_PER_TRANSACTION = 200;

/** Makes the activities of liveness. Without a starter the next sweep starts the escalations of what was raised. */
export function createLivenessActivities(deps: { readonly pool: DatabasePool; readonly starter?: EscalationStarter }) {
  const { pool } = deps;

  /** Alerts of hosts of one tenant that are silent still; gives the ids of the alerts. */
  async function raise(tenantId: string, agentIds: readonly string[]): Promise<readonly string[]> {
    return withSystem(pool, async (tx) => {
      // Read under the lock: another pass may have alerted of them meanwhile.
      await lockTenantAlerts(tx, tenantId);
      const silent = await listUnalertedSilentAgents(tx, agentIds);
      const at = new Date().toISOString();
      const opened = await openAlerts(
        tx,
        tenantId,
        silent.map(({ agent_id, hostname, last_seen_at }) => ({
          tenant_id: tenantId,
          agent_id,
          source: 'liveness',
          fingerprint: offlineFingerprint(agent_id),
          severity: 'high',
          title: `${hostname} has been silent since ${last_seen_at.slice(0, 16).replace('T', ' ')} UTC`,
          detail: { last_seen_at },
          at,
        })),
      );
      return opened.map(({ id }) => id);
    });
  }

  return {
    /**
     * Marks silent hosts, raises and clears their alerts. Two passes at once do the work of one. A tenant's people are told
     * before the next tenant's alerts are raised; one that dies in between leaves the rest, marked as they are, to the next.
     */
    async checkLiveness(): Promise<LivenessReport> {
      const found = await withSystem(pool, async (tx) => {
        if (!(await tryPassLock(tx, 'agent_liveness'))) return null;
        await touchDemoAgents(tx);
        const marked = await markSilentAgents(tx);
        const cleared = await clearHeardAgents(tx);
        return { marked, cleared, silent: await listUnalertedSilentAgents(tx, null) };
      });
      if (found === null) return { marked: 0, raised: 0, cleared: 0 };
      let raised = 0;
      for (const { tenantId, agentIds } of portionsOf(found.silent)) {
        const alertIds = await raise(tenantId, agentIds);
        raised += alertIds.length;
        await startWaitingEscalations(pool, deps.starter, alertIds);
      }
      return { marked: found.marked, raised, cleared: found.cleared };
    },
  };
}

function portionsOf(
  silent: readonly SilentAgent[],
): readonly { readonly tenantId: string; readonly agentIds: readonly string[] }[] {
  return [...Map.groupBy(silent, (agent) => agent.tenant_id)].flatMap(([tenantId, agents]) =>
    Array.from({ length: Math.ceil(agents.length / HOSTS_PER_TRANSACTION) }, (_, index) => ({
      tenantId,
      agentIds: agents
        .slice(index * HOSTS_PER_TRANSACTION, (index + 1) * HOSTS_PER_TRANSACTION)
        .map(({ agent_id }) => agent_id),
    })),
  );
}
