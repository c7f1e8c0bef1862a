/** Trust Score snapshots of every tenant. */

import type { DatabasePool } from 'slonik';
import { withSystem } from '../db/scope.ts';
import { gatherTrustScoreInputs, insertTrustScores } from '../db/trustScores.ts';
import { type TrustScoreInputs, trustScore } from '../domain/trustScore.ts';

const TENANTS_PER_PAGE = 500;
/** Snapshots are stamped with the start of their half hour, so that a retry meets its own row. */
const SLOT_MS = 30 * 60_000;

/** Start of the half hour that `atMs` lies in, ISO 8601. */
export function trustScoreSlot(atMs: number): string {
  return new Date(Math.floor(atMs / SLOT_MS) * SLOT_MS).toISOString();
}

/** Makes the activities of the Trust Score. */
export function createTrustScoreActivities(deps: { readonly pool: DatabasePool }) {
  return {
    /** Computes and keeps a snapshot for every tenant; gives how many are new. `nominalTime` is when the schedule wanted it. */
    async snapshotTrustScores(nominalTime: string): Promise<{ readonly snapshots: number }> {
      const at = trustScoreSlot(Date.parse(nominalTime));
      let snapshots = 0;
      for (let afterTenantId: string | null = null; ; ) {
        const after: string | null = afterTenantId;
        const page: readonly TrustScoreInputs[] = await withSystem(deps.pool, async (tx) => {
          const inputs = await gatherTrustScoreInputs(tx, { at, afterTenantId: after, limit: TENANTS_PER_PAGE });
          snapshots += await insertTrustScores(
            tx,
            at,
            inputs.map((input) => ({ tenant_id: input.tenant_id, score: trustScore(input) })),
          );
          return inputs;
        });
        const last = page.at(-1);
        if (last === undefined) return { snapshots };
        afterTenantId = last.tenant_id;
      }
    },
  };
}
