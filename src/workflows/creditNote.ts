/** Makes the credit note that was asked for. The database holds what was asked, and makes it once. */

import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { BillingActivities } from '../activities/billing.ts';
import { type CreditNoteInput, OUTCOME } from './messages.ts';

const { issueCreditNote } = proxyActivities<BillingActivities>({
  startToCloseTimeout: '1 minute',
  // What still fails then is made by the pass of the night.
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1 second', maximumInterval: '10 minutes' },
  summary: 'number and keep the credit note',
});

/** Gives the number of the note; null when it was there before. */
export async function creditNote(input: CreditNoteInput): Promise<{ readonly number: string | null }> {
  const { tenant_id, month } = input;
  const made = await issueCreditNote({ tenant_id, month });
  setCurrentDetails(made.number === null ? 'It was there already.' : `Credit note **${made.number}** is out.`);
  upsertSearchAttributes([{ key: OUTCOME, value: 'issued' }]);
  return made;
}
