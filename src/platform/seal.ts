/** Seals small secrets (TOTP seeds, kept answers) with AES-256-GCM under a key that is not in the database. */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals and opens. `context` (say, the user's id) is authenticated: a sealed value moved to another row does not open. */
export type Seal = {
  readonly seal: (plain: Uint8Array, context: string) => Buffer;
  /** Throws when the bytes were altered or belong to another context or key. */
  readonly open: (sealed: Uint8Array, context: string) => Buffer;
};

/** Layout: version (1 byte), IV (12), tag (16), ciphertext. `keyHex` is 64 hex digits. */
export function createSeal(keyHex: string): Seal {
  const key = Buffer.from(keyHex, 'hex');
  return {
    seal(plain, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== VERSION || bytes.length < 1 + IV_BYTES + TAG_BYTES)
        throw new Error('not a sealed value of this version');
      const tag = bytes.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(context, 'utf8'))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(1 + IV_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}
