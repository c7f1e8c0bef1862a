/**
 * Builds one report on demand: the steps of a pack, over the period and the hosts of its row. The row tells how it is
 * getting on, and has the files when they are there.
 */

import { ActivityFailure, proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { PackSigningActivities } from '../activities/packSigning.ts';
import type { PackActivities, PackRef } from '../activities/packs.ts';
import type { ReportActivities } from '../activities/reports.ts';
import { OUTCOME, type ReportInput, TASK_QUEUES } from './messages.ts';

// Whoever asked is waiting: what fails for longer than this is said, and can be asked for again.
const GIVE_UP = '6 hours';
const { collectPack, renderPack } = proxyActivities<PackActivities>({
  startToCloseTimeout: '4 hours',
  scheduleToCloseTimeout: GIVE_UP,
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
});
const { composeManifest } = proxyActivities<PackActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: GIVE_UP,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
const { noteReportStage, publishReportFiles } = proxyActivities<ReportActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
const { signPack } = proxyActivities<PackSigningActivities>({
  taskQueue: TASK_QUEUES.signing,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: GIVE_UP,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  summary: 'sign the manifest',
});

/** Gives the report's id. */
export async function reportBuild(input: ReportInput): Promise<{ readonly report_id: string }> {
  const { report_id, tenant_id } = input;
  const ref: PackRef = input;
  const note = async (stage: string, lines = 0): Promise<void> => {
    setCurrentDetails(`Report: **${stage}**${lines === 0 ? '' : `, ${lines} lines`}`);
    await noteReportStage({ tenant_id, report_id, stage, lines });
  };
  try {
    await note('collecting');
    const collected = await collectPack(ref);
    await note('rendering', collected.lines.entries);
    const pdf = await renderPack({ report_sha256: collected.report_sha256 });
    await note('signing', collected.lines.entries);
    const { manifest } = await composeManifest({ ref, collected, pdf });
    const signed = await signPack({ tenant_id, manifest });
    await publishReportFiles({ ref, report_id, collected, pdf, signed: { manifest, ...signed } });
    setCurrentDetails(`Report: **done**, ${collected.lines.entries} lines`);
    upsertSearchAttributes([{ key: OUTCOME, value: 'built' }]);
    return { report_id };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await noteReportStage({ tenant_id, report_id, stage: 'failed', lines: 0 });
    throw error;
  }
}
