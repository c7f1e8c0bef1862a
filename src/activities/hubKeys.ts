/** The hub's public key: announced by the process that holds the private one. */

import type { DatabasePool } from 'slonik';
import { findCurrentHubKey, publishHubKey } from '../db/hubKeys.ts';
import { withSystem } from '../db/scope.ts';
import { queueLeaf } from '../db/transparency.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { hubKeyId } from '../domain/ed25519.ts';
import { hubKeyStatementBytes, hubKeyStatementText } from '../domain/hubKeyStatement.ts';

/** What signs, without being shown. */
export type Signer = { readonly publicKey: Buffer; readonly sign: (message: Uint8Array) => Buffer };

/** Makes the activities of hub keys; `signer` is only ever given to the signing worker. */
export function createHubKeyActivities(deps: { readonly pool: DatabasePool; readonly signer: Signer }) {
  return {
    /** Publishes the public key with a statement signed by itself, once; gives its id. */
    async announceHubKey(): Promise<{ readonly key_id: string; readonly is_new: boolean }> {
      const key_id = hubKeyId(deps.signer.publicKey);
      const current = await findCurrentHubKey(deps.pool);
      if (current?.key_id === key_id) return { key_id, is_new: false };
      const valid_from = new Date().toISOString();
      const statement = hubKeyStatementText({
        key_id,
        public_key: deps.signer.publicKey.toString('base64'),
        valid_from,
        previous_key_id: null,
      });
      const is_new = await withSystem(deps.pool, async (tx) => {
        const published = await publishHubKey(tx, {
          key_id,
          public_key: deps.signer.publicKey,
          valid_from,
          valid_until: null,
          statement,
          signature: deps.signer.sign(hubKeyStatementBytes(statement)),
          signed_by: key_id,
        });
        if (published)
          await queueLeaf(tx, { type: 'key_rotation', at: valid_from, key_id, statement_sha256: sha256Hex(statement) });
        return published;
      });
      return { key_id, is_new };
    },
  };
}
