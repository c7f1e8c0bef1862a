/** The weekly look at the TXT records of proven domains. */

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { checkDomainRecords } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '4 hours',
  // Ten look-ups at once end within seconds, answered or not.
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '10 seconds', maximumAttempts: 4 },
  summary: 'look the records up',
});

/** Runs one pass and gives what it saw. */
export async function domainRecords(): Promise<Awaited<ReturnType<CoreActivities['checkDomainRecords']>>> {
  const seen = await checkDomainRecords();
  setCurrentDetails(
    `${seen.domains} domains, ${seen.missing} without their record, ${seen.unanswered} without an answer.`,
  );
  return seen;
}
