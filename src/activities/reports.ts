/** What a report's build does beyond a pack's: it notes how far it is, and puts the files into the report's row. */

import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { failReport, noteReport, publishReport } from '../db/reports.ts';
import { withTenant } from '../db/scope.ts';
import { sha256Hex } from '../domain/bytes.ts';
import type { KeptFile } from '../platform/packStore.ts';
import type { CollectedPack, PackRef, SignedManifest } from './packs.ts';

/** Makes the activities of the core queue. */
export function createReportActivities(deps: { readonly pool: DatabasePool }) {
  const { pool } = deps;
  return {
    /** Notes the stage of a build, for whoever waits. */
    async noteReportStage(input: {
      readonly tenant_id: string;
      readonly report_id: string;
      readonly stage: string;
      readonly lines: number;
    }): Promise<void> {
      const { report_id, stage, lines } = input;
      await withTenant(pool, input.tenant_id, (tx) =>
        stage === 'failed'
          ? // The client reads this too; why it failed is in the workflow.
            failReport(tx, report_id, 'It could not be built; its workflow says why.')
          : noteReport(tx, report_id, { stage, lines }),
      );
    },

    /** Makes the report's files appear, whole, with an audit row. */
    async publishReportFiles(input: {
      readonly ref: PackRef;
      readonly report_id: string;
      readonly collected: CollectedPack;
      readonly pdf: KeptFile;
      readonly signed: SignedManifest;
    }): Promise<void> {
      const { ref, report_id, collected, pdf, signed } = input;
      await withTenant(pool, ref.tenant_id, async (tx) => {
        const isNew = await publishReport(tx, report_id, {
          ...signed,
          jsonl_sha256: collected.jsonl.sha256,
          pdf_sha256: pdf.sha256,
          entries: collected.lines.entries,
        });
        if (!isNew) return;
        await appendAudit(tx, {
          msp_id: ref.msp_id,
          tenant_id: ref.tenant_id,
          event_type: 'report_signed',
          actor: { kind: 'system' },
          event_data: {
            report_id,
            manifest_sha256: sha256Hex(signed.manifest),
            hash_chain_root: collected.lines.hash_chain_root,
            entries: collected.lines.entries,
            key_id: signed.key_id,
          },
        });
      });
    },
  };
}

/** Type by which workflows know them. */
export type ReportActivities = ReturnType<typeof createReportActivities>;
