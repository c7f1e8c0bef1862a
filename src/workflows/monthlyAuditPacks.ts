/**
 * On the first of the month: the pack of the month before for every tenant that has none, a few at a time; on the days
 * after it whatever could not be built. After an outage the schedule's catch-up runs it late, and whatever it missed is
 * found by what is not there.
 */

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  continueAsNew,
  executeChild,
  log,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { PackActivities } from '../activities/packs.ts';
import { auditPackBuild } from './auditPackBuild.ts';
import { type PackInput, packStart } from './messages.ts';

const { listDuePacks } = proxyActivities<PackActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes' },
});

/** Builds at once; each reads a whole month of a tenant. */
const IN_FLIGHT = 4;
/** A build that cannot come to an end must not hold up the others for ever. */
const BUILD_LIMIT = '12 hours';
/** Builds of one run; more go on in the next, so that no history grows without end. */
const PER_RUN = 500;

/** Gives how many packs were built and how many builds failed. */
export async function monthlyAuditPacks(
  input: { readonly month?: string } = {},
): Promise<{ readonly built: number; readonly failed: number }> {
  const month = input.month ?? previousMonth(nominalTime());
  const all = await listDuePacks({ month });
  const due = all.slice(0, PER_RUN);
  let [built, failed, next] = [0, 0, 0];
  const lane = async (): Promise<void> => {
    for (let index = next++; index < due.length; index = next++) {
      const tenant = due[index] as (typeof due)[number];
      const build: PackInput = { ...tenant, month, actor_suffix: null, announce: true };
      try {
        await executeChild(auditPackBuild, {
          ...packStart(build),
          parentClosePolicy: ParentClosePolicy.ABANDON,
          workflowExecutionTimeout: BUILD_LIMIT,
        });
        built += 1;
      } catch (error) {
        // Somebody builds it by hand just now; if that comes to nothing, the next day finds it.
        if (error instanceof WorkflowExecutionAlreadyStartedError) continue;
        failed += 1;
        log.error('a pack was not built; POST /audit-packs builds it by hand', {
          tenant_id: tenant.tenant_id,
          why: String(error),
        });
      }
      setCurrentDetails(`Packs of ${month}: ${built} of ${all.length} built, ${failed} failed`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  if (all.length > due.length && built > 0) await continueAsNew<typeof monthlyAuditPacks>({ month });
  return { built, failed };
}

/** When the schedule wanted this run; a run started by hand is due when it starts. */
function nominalTime(): Date {
  const scheduled = workflowInfo().searchAttributes['TemporalScheduledStartTime']?.[0];
  return scheduled instanceof Date ? scheduled : workflowInfo().startTime;
}

function previousMonth(at: Date): string {
  const first = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - 1, 1));
  return first.toISOString().slice(0, 7);
}
