/** A pack filtered to the MSP's own people, with its own signature: the same build with a filter, under its own id. */

import { auditPackBuild } from './auditPackBuild.ts';
import type { PackInput } from './messages.ts';

/** Gives the id of the pack it belongs to. */
export async function handoverReport(input: PackInput): Promise<{ readonly pack_id: string }> {
  const { pack_id } = await auditPackBuild({ ...input, announce: false });
  return { pack_id };
}
