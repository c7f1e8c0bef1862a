/** Signs the manifests of packs; registered on the signing queue only. */

import { ApplicationFailure } from '@temporalio/common';
import type { DatabasePool } from 'slonik';
import { findCurrentHubKey } from '../db/hubKeys.ts';
import { findHandover, findPackOfMonth } from '../db/packs.ts';
import { findReport } from '../db/reports.ts';
import { type TenantTx, withTenant } from '../db/scope.ts';
import { findTenant } from '../db/tenants.ts';
import { queueLeaf } from '../db/transparency.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { hubKeyId } from '../domain/ed25519.ts';
import {
  monthBounds,
  type PackManifest,
  packManifest,
  packManifestText,
  packSigningBytes,
  packSigText,
} from '../domain/pack.ts';
import { hostsDigest } from '../domain/report.ts';
import type { Signer } from './hubKeys.ts';

/** Makes the activities; `signer` is only ever given to the signing worker. */
export function createPackSigningActivities(deps: { readonly pool: DatabasePool; readonly signer: Signer }) {
  return {
    /**
     * Signs a manifest of a tenant, and queues the leaf of the transparency log. Ed25519 is deterministic: a second
     * call gives the same signature, and the leaf is in the log once.
     */
    async signPack(input: { readonly tenant_id: string; readonly manifest: string }): Promise<{
      readonly sig: string;
      readonly key_id: string;
    }> {
      const key_id = hubKeyId(deps.signer.publicKey);
      const current = await findCurrentHubKey(deps.pool);
      if (current?.key_id !== key_id)
        throw ApplicationFailure.retryable(
          `The signing worker holds key ${key_id}, which is not the hub's current one.`,
        );
      const parsed = packManifest.safeParse(JSON.parse(input.manifest));
      if (
        !parsed.success ||
        packManifestText(parsed.data) !== input.manifest ||
        parsed.data.tenant.id !== input.tenant_id
      )
        throw ApplicationFailure.nonRetryable('This is not the manifest of a pack of that tenant.', 'ManifestRefused');
      const signature = deps.signer.sign(packSigningBytes(input.manifest, key_id));
      const sig = packSigText(input.manifest, key_id, signature);
      await withTenant(deps.pool, input.tenant_id, async (tx) => {
        if ((await findTenant(tx, input.tenant_id)) === null)
          throw ApplicationFailure.nonRetryable('There is no such tenant.', 'ManifestRefused');
        const fault = await manifestFault(tx, input.manifest, parsed.data);
        if (fault !== null) throw ApplicationFailure.nonRetryable(fault, 'ManifestRefused');
        await queueLeaf(tx, {
          type: 'pack_signed',
          at: parsed.data.period.until,
          key_id,
          manifest_sha256: sha256Hex(input.manifest),
          signature_sha256: sha256Hex(sig),
        });
      });
      return { sig, key_id };
    },
  };
}

/** Type by which workflows know them. */
export type PackSigningActivities = ReturnType<typeof createPackSigningActivities>;

/**
 * Why the signer does not put the hub's name under a manifest; null when it may. It does not take the word of whoever
 * composed it: what is closed stays as it was signed, and a report is what somebody asked for.
 */
async function manifestFault(tx: TenantTx, text: string, manifest: PackManifest): Promise<string | null> {
  if (manifest.report !== undefined) return reportFault(tx, text, manifest, manifest.report);
  const { period, filter } = manifest;
  const bounds = monthBounds(period.month);
  if (period.from !== bounds.from || period.until !== bounds.until) return 'The period is not the month.';
  const pack = await findPackOfMonth(tx, manifest.tenant.id, period.month);
  const isClosed = pack?.has_files === true && !pack.is_preview;
  if (filter === null)
    return isClosed && pack.manifest !== text ? 'The pack of this month is closed with another manifest.' : null;
  if (pack?.id !== manifest.pack_id) return 'There is no pack of which this is a handover.';
  const made = isClosed ? await findHandover(tx, pack.id, filter.actor_suffix) : null;
  return made !== null && made.manifest !== text ? 'This handover is signed with another manifest.' : null;
}

/** A report's manifest must say what its row says, and a finished one has the manifest that it has. */
async function reportFault(
  tx: TenantTx,
  text: string,
  { pack_id, period, filter }: PackManifest,
  { template, title, scope }: NonNullable<PackManifest['report']>,
): Promise<string | null> {
  const row = await findReport(tx, pack_id);
  if (row === null) return 'Nobody asked for this report.';
  if (row.manifest !== null && row.manifest !== text) return 'This report is done with another manifest.';
  const hosts = row.agent_ids === null ? null : { count: row.agent_ids.length, digest: hostsDigest(row.agent_ids) };
  const isAsAsked =
    row.template === template &&
    row.title === title &&
    row.from === period.from &&
    row.until === period.until &&
    period.from.startsWith(period.month) &&
    row.actor_suffix === (filter?.actor_suffix ?? null) &&
    (hosts?.count ?? null) === (scope?.hosts ?? null) &&
    (hosts?.digest ?? null) === (scope?.agent_ids_sha256 ?? null);
  return isAsAsked ? null : 'This is not the report that somebody asked for.';
}
