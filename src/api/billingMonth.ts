/** A month of billing, as several routes read it. */

import { z } from 'zod';
import { type BillingRow, getRunningMonth, listClosedMonth, listRunningMonth } from '../db/billing.ts';
import type { MspTx } from '../db/scope.ts';
import { monthBounds } from '../domain/pack.ts';
import { RefusedError } from '../domain/refusal.ts';

/** A month in a request or an answer. */
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month: 2026-04');
/** The query of routes about one month. */
export const monthQuery = z.object({ month: month.optional().describe('default: the running month, in UTC') });

/** A month's lines, frozen when it is over. */
export type Month = {
  readonly month: string;
  readonly state: 'running' | 'closed';
  readonly lines: readonly BillingRow[];
};

/** Reads the month named, or the running one. Throws where it has not begun or was never closed. */
export async function readMonth(tx: MspTx, mspId: string, named: string | undefined): Promise<Month> {
  const running = await getRunningMonth(tx);
  const wanted = named ?? running;
  if (wanted > running) throw new RefusedError('billing_month_invalid');
  if (wanted === running) {
    return { month: wanted, state: 'running', lines: await listRunningMonth(tx, mspId, monthBounds(running).from) };
  }
  const lines = await listClosedMonth(tx, mspId, wanted);
  if (lines.length === 0) throw new RefusedError('billing_month_not_closed');
  return { month: wanted, state: 'closed', lines };
}
