/** The day's count of agents, the months that are over and not closed yet, their invoices, and credit notes. */

import type { DatabasePool } from 'slonik';
import { closeBillingMonth, countActiveAgents, getRunningMonth, getToday } from '../db/billing.ts';
import { type InvoiceRef, listDueCreditNotes } from '../db/creditNotes.ts';
import { listDueInvoices, noteOperator } from '../db/invoicing.ts';
import { type SystemTx, withSystem } from '../db/scope.ts';
import type { OperatorInvoicing } from '../domain/invoicing.ts';
import { monthBounds } from '../domain/pack.ts';
import { issueDueCreditNote } from './creditNotes.ts';
import { issueDueInvoice } from './invoices.ts';

/** Months back in which a hub that was away still closes what it missed. */
const CATCH_UP_MONTHS = 3;

/** What billing's activities need; without an operator MSPs are billed by other means. */
export type BillingDeps = { readonly pool: DatabasePool; readonly operator: OperatorInvoicing | null };

type Issued = { readonly made: number; readonly failures: readonly unknown[] };

/** Makes the activities. */
export function createBillingActivities({ pool, operator }: BillingDeps) {
  /** One transaction for each document: one that fails takes no other with it, and no audit chain is held for long. */
  async function issueAll<T>(due: readonly T[], issue: (tx: SystemTx, one: T) => Promise<boolean>): Promise<Issued> {
    const failures: unknown[] = [];
    let made = 0;
    for (const one of due) {
      try {
        if (await withSystem(pool, (tx) => issue(tx, one))) made += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    return { made, failures };
  }

  return {
    /**
     * Counts today; closes the months before the present one, invoices them, and makes credit notes that nobody else
     * has made. Safe to repeat: what is closed or issued stays.
     */
    async closeBilling(): Promise<{
      readonly counted: number;
      readonly lines: number;
      readonly invoices: number;
      readonly credit_notes: number;
    }> {
      const closed = await withSystem(pool, async (tx) => {
        const running = await getRunningMonth(tx);
        let lines = 0;
        for (const month of monthsBefore(running, CATCH_UP_MONTHS))
          lines += await closeBillingMonth(tx, { month, ...monthBounds(month) });
        if (operator !== null) await noteOperator(tx);
        return { counted: await countActiveAgents(tx), lines, today: await getToday(tx) };
      });
      const { today: issuedOn, ...counts } = closed;
      const invoices = await issueAll(await withSystem(pool, listDueInvoices), (tx, due) =>
        issueDueInvoice(tx, { due, issuedOn, operator }),
      );
      const notes = await issueAll(
        await withSystem(pool, listDueCreditNotes),
        async (tx, ref) => (await issueDueCreditNote(tx, { ref, issuedOn })) !== null,
      );
      const failures = [...invoices.failures, ...notes.failures];
      if (failures.length > 0)
        throw new AggregateError(failures, `${failures.length} invoices or credit notes could not be made`);
      return { ...counts, invoices: invoices.made, credit_notes: notes.made };
    },

    /** Makes the credit note of an invoice whose credit was asked for; its number is null when it is there already. */
    async issueCreditNote(ref: InvoiceRef): Promise<{ readonly number: string | null }> {
      const number = await withSystem(pool, async (tx) =>
        issueDueCreditNote(tx, { ref, issuedOn: await getToday(tx) }),
      );
      return { number };
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
