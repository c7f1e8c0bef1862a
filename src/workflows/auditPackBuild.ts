/**
 * Builds one pack, or one handover filtered by actor: lines, PDF, manifest, signature, and then it is there, whole.
 * Each step is repeated for hours; what a step has made is found again by its digest. A build that comes to nothing says
 * so, where people look for the pack.
 */

import { ActivityFailure, proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { NotificationActivities } from '../activities/notifications.ts';
import type { PackSigningActivities } from '../activities/packSigning.ts';
import type { PackActivities, PackRef } from '../activities/packs.ts';
import { OUTCOME, type PackInput, TASK_QUEUES } from './messages.ts';

const { collectPack, renderPack } = proxyActivities<PackActivities>({
  startToCloseTimeout: '3 hours',
  // All steps together stay below the limit of the month's builds: what is cut off from outside tells nobody.
  scheduleToCloseTimeout: '210 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
});
const { notePack, findClosedPack } = proxyActivities<PackActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
const { composeManifest, publishPack } = proxyActivities<PackActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '45 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
const { signPack } = proxyActivities<PackSigningActivities>({
  taskQueue: TASK_QUEUES.signing,
  startToCloseTimeout: '1 minute',
  // The signing worker may be away for a while: what was collected and rendered waits for it.
  scheduleToCloseTimeout: '3 hours',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  summary: 'sign the manifest',
});
const { announcePack, mailPack } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '10 seconds', maximumInterval: '10 minutes', maximumAttempts: 8 },
});

/** Gives the pack's id; `is_new` false when the month was closed before. */
export async function auditPackBuild(
  input: PackInput,
): Promise<{ readonly pack_id: string; readonly is_new: boolean }> {
  const ref: PackRef = {
    tenant_id: input.tenant_id,
    msp_id: input.msp_id,
    month: input.month,
    actor_suffix: input.actor_suffix,
  };
  const isWhole = ref.actor_suffix === null;
  const note = async (stage: string, lines = 0, error: string | null = null): Promise<void> => {
    setCurrentDetails(
      `Pack of ${ref.month}${isWhole ? '' : ' (filtered)'}: **${stage}**${lines === 0 ? '' : `, ${lines} lines`}`,
    );
    if (isWhole) await notePack({ ref, stage, lines, error });
  };
  const closed = isWhole ? await findClosedPack(ref) : null;
  if (closed !== null) return { ...closed, is_new: false };
  try {
    await note('collecting');
    const collected = await collectPack(ref);
    await note('rendering', collected.lines.entries);
    const pdf = await renderPack({ report_sha256: collected.report_sha256 });
    await note('signing', collected.lines.entries);
    const { manifest } = await composeManifest({ ref, collected, pdf });
    const signed = await signPack({ tenant_id: ref.tenant_id, manifest });
    const published = await publishPack({ ref, collected, pdf, signed: { manifest, ...signed } });
    await note('done', collected.lines.entries);
    upsertSearchAttributes([{ key: OUTCOME, value: 'built' }]);
    if (input.announce && published.is_new && isWhole) await announce(ref, published.pack_id);
    return published;
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    // The client reads this too; why it failed is in the workflow.
    await note('failed', 0, 'It could not be built; its workflow says why.');
    throw error;
  }
}

/** The pack is there whether or not anybody could be told. */
async function announce(ref: PackRef, pack_id: string): Promise<void> {
  try {
    await mailPack({ tenant_id: ref.tenant_id, pack_id });
    await announcePack({ tenant_id: ref.tenant_id, msp_id: ref.msp_id, pack_id });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    setCurrentDetails(`Built; its contacts could not be told: ${error.cause?.message ?? error.message}`);
  }
}
