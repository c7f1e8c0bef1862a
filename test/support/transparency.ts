/** A hub key in memory and the log's activities over a test database. */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createHubKeyActivities, type Signer } from '../../src/activities/hubKeys.ts';
import { createTransparencyActivities } from '../../src/activities/transparency.ts';
import { withSystem } from '../../src/db/scope.ts';
import { queueLeaf } from '../../src/db/transparency.ts';
import { hubKeyId } from '../../src/domain/ed25519.ts';
import type { LogLeaf } from '../../src/domain/tlog/leaf.ts';
import type { TestDatabase } from './postgres.ts';

export const ORIGIN = 'monsys-msp/test';

/** A fresh Ed25519 key as the signing worker holds it. */
export function createTestSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
    sign: (message) => sign(null, message, privateKey),
  };
}

/** The signing worker's activities with a key of the test's own. */
export function createTestLog(db: TestDatabase, signer: Signer = createTestSigner(), origin: string = ORIGIN) {
  const key_id = hubKeyId(signer.publicKey);
  return {
    signer,
    key_id,
    ...createHubKeyActivities({ pool: db.signing, signer }),
    ...createTransparencyActivities({ pool: db.signing, signer, origin }),
    /** Queues `count` leaves of random digests, each in a transaction of its own; gives them. */
    async queue(count: number): Promise<LogLeaf[]> {
      const leaves = Array.from({ length: count }, () => randomLeaf(key_id));
      for (const leaf of leaves) await withSystem(db.core, (tx) => queueLeaf(tx, leaf));
      return leaves;
    },
  };
}

/** A leaf as an issued emergency token leaves it. */
export function randomLeaf(key_id: string): LogLeaf {
  return {
    type: 'eat_issued',
    at: '2026-05-19T18:00:00.000Z',
    key_id,
    eat_sha256: randomBytes(32).toString('hex'),
    nonce_sha256: randomBytes(32).toString('hex'),
  };
}
