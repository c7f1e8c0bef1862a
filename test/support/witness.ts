/** A witness of the transparency log with a key of its own; signs with Node, shares nothing with the hub's verifier. */

import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** A fresh witness called `name`. */
export function createTestWitness(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const typed = Buffer.concat([
    Buffer.of(0x04),
    Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
  ]);
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
  return {
    name,
    id: id.toString('hex'),
    key: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    /** The line, without its newline, over a checkpoint's text; `time` in seconds since the epoch. */
    cosign(text: string, time: number): string {
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(BigInt(time));
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), privateKey);
      return `— ${name} ${Buffer.concat([id, stamp, signature]).toString('base64')}`;
    },
  };
}
