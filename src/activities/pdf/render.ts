/** The PDF of a pack. */

import type { PackReport } from '../../domain/packReport.ts';

/** Renders `report` and hands its bytes on. */
export async function renderPackPdf(report: PackReport, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  await write(Buffer.from(`%PDF-placeholder ${report.pack_id}`));
}
