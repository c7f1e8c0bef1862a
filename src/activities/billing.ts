/** The day's count of agents, the months that are over and not closed yet, and the invoices of closed months. */

import type { DatabasePool } from 'slonik';
import { closeBillingMonth, countActiveAgents, getRunningMonth, getToday } from '../db/billing.ts';
import { listDueInvoices } from '../db/invoicing.ts';
import { withSystem } from '../db/scope.ts';
import type { OperatorInvoicing } from '../domain/invoicing.ts';
import { monthBounds } from '../domain/pack.ts';
import { issueDueInvoice } from './invoices.ts';

/** Months back in which a hub that was away still closes what it missed. */
const CATCH_UP_MONTHS = 3;

/** What billing's activities need; without an operator MSPs are billed by other means. */
export type BillingDeps = { readonly pool: DatabasePool; readonly operator: OperatorInvoicing | null };

/** Makes the activities. */
export function createBillingActivities({ pool, operator }: BillingDeps) {
  /** One transaction for each invoice: one that fails takes no other with it, and no audit chain is held for long. */
  async function issueAll(since: string, issuedOn: string): Promise<number> {
    const failures: unknown[] = [];
    let invoices = 0;
    for (const due of await withSystem(pool, (tx) => listDueInvoices(tx, since))) {
      try {
        if (await withSystem(pool, (tx) => issueDueInvoice(tx, { due, issuedOn, operator }))) invoices += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} invoices could not be made`);
    return invoices;
  }

  return {
    /** Counts today; closes the months before the present one, and invoices them. Safe to repeat: what is closed stays. */
    async closeBilling(): Promise<{ readonly counted: number; readonly lines: number; readonly invoices: number }> {
      const closed = await withSystem(pool, async (tx) => {
        const running = await getRunningMonth(tx);
        let lines = 0;
        const months = monthsBefore(running, CATCH_UP_MONTHS);
        for (const month of months) lines += await closeBillingMonth(tx, { month, ...monthBounds(month) });
        return { counted: await countActiveAgents(tx), lines, since: months[0] as string, today: await getToday(tx) };
      });
      const { since, today, ...counts } = closed;
      return { ...counts, invoices: await issueAll(since, today) };
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
