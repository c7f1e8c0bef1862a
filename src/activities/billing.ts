/** The day's count of agents, and the months that are over and not closed yet. */

import type { DatabasePool } from 'slonik';
import { closeBillingMonth, countActiveAgents, getRunningMonth } from '../db/billing.ts';
import { withSystem } from '../db/scope.ts';
import { monthBounds } from '../domain/pack.ts';

/** Months back in which a hub that was away still closes what it missed. */
const CATCH_UP_MONTHS = 3;

/** Makes the activities. */
export function createBillingActivities(deps: { readonly pool: DatabasePool }) {
  return {
    /** Counts today; closes the months before the present one. Safe to repeat: a closed line stays. */
    async closeBilling(): Promise<{ readonly counted: number; readonly lines: number }> {
      return withSystem(deps.pool, async (tx) => {
        const running = await getRunningMonth(tx);
        let lines = 0;
        for (const month of monthsBefore(running, CATCH_UP_MONTHS)) {
          lines += await closeBillingMonth(tx, { month, ...monthBounds(month) });
        }
        return { counted: await countActiveAgents(tx), lines };
      });
    },
  };
}

/** Type by which workflows know them. */
export type BillingActivities = ReturnType<typeof createBillingActivities>;

/** The months before one, oldest first. */
function monthsBefore(month: string, count: number): readonly string[] {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.UTC(year, number - 1 - (count - index), 1));
    return at.toISOString().slice(0, 7);
  });
}
