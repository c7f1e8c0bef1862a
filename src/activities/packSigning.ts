/** Signs the manifests of packs; registered on the signing queue only. */

import { ApplicationFailure } from '@temporalio/common';
import type { DatabasePool } from 'slonik';
import { findCurrentHubKey } from '../db/hubKeys.ts';
import { findPackOfMonth } from '../db/packs.ts';
import { withTenant } from '../db/scope.ts';
import { findTenant } from '../db/tenants.ts';
import { queueLeaf } from '../db/transparency.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { hubKeyId } from '../domain/ed25519.ts';
import { packManifest, packManifestText, packSigningBytes, packSigText } from '../domain/pack.ts';
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
        const closed = await findPackOfMonth(tx, input.tenant_id, parsed.data.period.month);
        const isOther = closed?.manifest !== input.manifest;
        // A report on demand is no pack of a month, and its manifest says so.
        if (
          parsed.data.report === undefined &&
          parsed.data.filter === null &&
          closed?.has_files &&
          !closed.is_preview &&
          isOther
        )
          throw ApplicationFailure.nonRetryable(
            'The pack of this month is closed with another manifest.',
            'ManifestRefused',
          );
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
