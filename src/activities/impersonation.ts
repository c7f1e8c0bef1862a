/** What happens to an impersonation by itself: its end by the clock, and its end when the engineer lost the right. */

import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { endImpersonation, getImpersonationClock } from '../db/impersonations.ts';
import { withTenant } from '../db/scope.ts';
import { CLAIM_WAIT_MINUTES } from '../domain/impersonation.ts';

/** Names one impersonation. */
export type ImpersonationRef = {
  readonly impersonation_id: string;
  readonly tenant_id: string;
  readonly msp_id: string;
};

/** Makes the activities. */
export function createImpersonationActivities(deps: { readonly pool: DatabasePool }) {
  return {
    /** Where it stands and how long that may last, by the database's clock. */
    async readImpersonation(
      ref: ImpersonationRef,
    ): Promise<{ state: string; remaining_ms: number; email: string; reason: string }> {
      return withTenant(deps.pool, ref.tenant_id, (tx) =>
        getImpersonationClock(tx, ref.impersonation_id, CLAIM_WAIT_MINUTES),
      );
    },

    /** Ends one whose time is over; does nothing when it has ended, or when its time is not over yet. */
    async expireImpersonation(ref: ImpersonationRef): Promise<void> {
      await withTenant(deps.pool, ref.tenant_id, async (tx) => {
        const clock = await getImpersonationClock(tx, ref.impersonation_id, CLAIM_WAIT_MINUTES);
        if (clock.state === 'ended' || clock.remaining_ms > 0) return;
        const why =
          clock.state === 'active' ? 'expired' : clock.state === 'granted' ? 'not_started' : 'consent_timeout';
        const ended = await endImpersonation(tx, ref.impersonation_id, why, null);
        if (ended === null) return;
        await appendAudit(tx, {
          msp_id: ref.msp_id,
          tenant_id: ref.tenant_id,
          event_type: 'impersonation_ended',
          actor: {
            kind: 'user',
            user_id: ended.user_id,
            email: ended.user_email,
            impersonation_id: ref.impersonation_id,
          },
          event_data: { impersonation_id: ref.impersonation_id, why: ended.end_reason, by: 'the clock' },
        });
      });
    },
  };
}

/** Type by which workflows know them. */
export type ImpersonationActivities = ReturnType<typeof createImpersonationActivities>;
