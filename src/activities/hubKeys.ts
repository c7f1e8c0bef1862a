/** The hub's public keys: announced by the processes that hold a private one (docs/formats/hub-key-statement.md). */

import type { DatabasePool } from 'slonik';
import {
  endHubKey,
  findHubKey,
  findHubKeyInForce,
  findNewestHubKey,
  type HubKeyRow,
  lockHubKeys,
  publishHubKey,
} from '../db/hubKeys.ts';
import { type SystemTx, withSystem } from '../db/scope.ts';
import { queueLeaf } from '../db/transparency.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { hubKeyId } from '../domain/ed25519.ts';
import { HUB_KEY_OVERLAP_HOURS, hubKeyStatementBytes, hubKeyStatementText } from '../domain/hubKeyStatement.ts';

/** What signs, without being shown. */
export type Signer = { readonly publicKey: Buffer; readonly sign: (message: Uint8Array) => Buffer };

/** Thrown with a sentence for the operator. */
class HubKeyFault extends Error {
  override name = 'HubKeyFault';
}

const ROTATE = 'node src/workers/rotateHubKey.ts';

/** Makes the activities of hub keys; `signer` is only ever given to the signing worker. */
export function createHubKeyActivities(deps: { readonly pool: DatabasePool; readonly signer: Signer }) {
  return {
    /**
     * Publishes a hub's first key with a statement signed by itself, once; gives its id. A key that has a
     * predecessor is announced by that one alone ({@link rotateHubKey}). Throws {@link HubKeyFault} for a key that
     * nobody announced and for one that has ended.
     */
    async announceHubKey(): Promise<{ readonly key_id: string; readonly is_new: boolean }> {
      const key_id = hubKeyId(deps.signer.publicKey);
      return withSystem(deps.pool, async (tx) => {
        const valid_from = await lockHubKeys(tx);
        if ((await findHubKeyInForce(tx, key_id)) !== null) return { key_id, is_new: false };
        const newest = await findNewestHubKey(tx);
        const known = await findHubKey(tx, key_id);
        if (known !== null)
          throw new HubKeyFault(
            `The hub key ${key_id} has ended (${String(known.valid_until)}); start the signing worker with ${String(newest?.key_id)}, which came after it.`,
          );
        if (newest !== null)
          throw new HubKeyFault(
            `The hub's key is ${newest.key_id}, and nobody has announced ${key_id}: agents would refuse what it signs. Give the signing worker the hub's key, or change keys with "${ROTATE}".`,
          );
        await announce(tx, { publicKey: deps.signer.publicKey, signer: deps.signer, valid_from, previous: null });
        return { key_id, is_new: true };
      });
    },
  };
}

/**
 * Announces `next` with a statement signed by the hub's present key, and lets that one end after the overlap, in
 * one transaction. Doing it again changes nothing. Throws {@link HubKeyFault} when `signer` is not the hub's
 * present key or `next` was in use before.
 */
export async function rotateHubKey(deps: {
  readonly pool: DatabasePool;
  readonly signer: Signer;
  readonly next: Buffer;
}): Promise<{ readonly key_id: string; readonly previous_key_id: string; readonly previous_ends: string }> {
  const previous_key_id = hubKeyId(deps.signer.publicKey);
  const key_id = hubKeyId(deps.next);
  return withSystem(deps.pool, async (tx) => {
    const valid_from = await lockHubKeys(tx);
    if (key_id === previous_key_id)
      throw new HubKeyFault(`The next key is the present one, ${key_id}; make a fresh one.`);
    const newest = await findNewestHubKey(tx);
    const present = await findHubKeyInForce(tx, previous_key_id);
    if (newest?.key_id === key_id && newest.signed_by === previous_key_id) {
      const previous = await findHubKey(tx, previous_key_id);
      return { key_id, previous_key_id, previous_ends: String(previous?.valid_until) };
    }
    if (newest === null)
      throw new HubKeyFault('The hub has no key yet; start the signing worker once with its first one.');
    if (present === null || newest.key_id !== previous_key_id)
      throw new HubKeyFault(
        `Only the hub's present key, ${newest.key_id}, can announce the next one; HUB_EMERGENCY_PRIVATE_KEY is ${previous_key_id}.`,
      );
    if ((await findHubKey(tx, key_id)) !== null)
      throw new HubKeyFault(`The key ${key_id} was the hub's before; make a fresh one.`);
    await announce(tx, { publicKey: deps.next, signer: deps.signer, valid_from, previous: present });
    const previous_ends = new Date(Date.parse(valid_from) + HUB_KEY_OVERLAP_HOURS * 3_600_000).toISOString();
    await endHubKey(tx, previous_key_id, previous_ends);
    return { key_id, previous_key_id, previous_ends };
  });
}

async function announce(
  tx: SystemTx,
  key: {
    readonly publicKey: Buffer;
    readonly signer: Signer;
    readonly valid_from: string;
    readonly previous: HubKeyRow | null;
  },
): Promise<void> {
  const key_id = hubKeyId(key.publicKey);
  const statement = hubKeyStatementText({
    key_id,
    public_key: key.publicKey.toString('base64'),
    valid_from: key.valid_from,
    previous_key_id: key.previous?.key_id ?? null,
  });
  await publishHubKey(tx, {
    key_id,
    public_key: key.publicKey,
    valid_from: key.valid_from,
    valid_until: null,
    statement,
    signature: key.signer.sign(hubKeyStatementBytes(statement)),
    signed_by: hubKeyId(key.signer.publicKey),
  });
  await queueLeaf(tx, {
    type: 'key_rotation',
    at: key.valid_from,
    key_id,
    statement_sha256: sha256Hex(statement),
  });
}
