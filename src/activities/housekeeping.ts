/** The nightly clean-up. */

import type { DatabasePool } from 'slonik';
import { deleteForgettable, type HousekeepingReport } from '../db/housekeeping.ts';
import { withSystem } from '../db/scope.ts';

/** Makes the activities of housekeeping. */
export function createHousekeepingActivities(deps: { readonly pool: DatabasePool }) {
  return {
    /** Forgets what may be forgotten. */
    async cleanUp(): Promise<HousekeepingReport> {
      return withSystem(deps.pool, deleteForgettable);
    },
  };
}
