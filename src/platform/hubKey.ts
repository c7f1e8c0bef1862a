/**
 * The hub's private signing key. Importable by src/workers/signing.ts and src/workers/rotateHubKey.ts alone
 * (test/architecture.test.ts): no other process can read it, and no other file can use it.
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { RotationConfig, SigningConfig } from './config.ts';
import { ConfigError } from './config.ts';

/** Signs without showing the key. */
export type HubSigner = { readonly publicKey: Buffer; readonly sign: (message: Uint8Array) => Buffer };

/** DER prefix of a PKCS#8 Ed25519 key (RFC 8410 section 7); the 32 bytes of seed follow. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Reads the key from the environment or its file: PKCS#8 PEM, or the seed in 64 hex digits. Throws {@link ConfigError}. */
export function readHubSigner(
  config: Pick<SigningConfig, 'HUB_EMERGENCY_PRIVATE_KEY' | 'HUB_EMERGENCY_PRIVATE_KEY_FILE'>,
): HubSigner {
  return readSigner(
    'HUB_EMERGENCY_PRIVATE_KEY',
    config.HUB_EMERGENCY_PRIVATE_KEY,
    config.HUB_EMERGENCY_PRIVATE_KEY_FILE,
  );
}

/** Reads the public half of the key that comes next, in the same forms. Throws {@link ConfigError}. */
export function readNextHubKey(config: RotationConfig): Buffer {
  return readSigner('HUB_NEXT_PRIVATE_KEY', config.HUB_NEXT_PRIVATE_KEY, config.HUB_NEXT_PRIVATE_KEY_FILE).publicKey;
}

function readSigner(name: string, text: string | undefined, path: string | undefined): HubSigner {
  const key = parseKey(text ?? readKeyFile(name, path));
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return { publicKey: Buffer.from(String(jwk.x), 'base64url'), sign: (message) => sign(null, message, key) };
}

function readKeyFile(name: string, path: string | undefined): string {
  if (path === undefined) throw new ConfigError(`Set ${name} or ${name}_FILE.`);
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new ConfigError(`${path} can be read by others (mode ${mode.toString(8)}); run chmod 600 on it.`);
  return readFileSync(path, 'utf8');
}

function parseKey(text: string): KeyObject {
  const trimmed = text.trim();
  try {
    const key = /^[0-9a-f]{64}$/i.test(trimmed)
      ? createPrivateKey({
          key: Buffer.concat([PKCS8_PREFIX, Buffer.from(trimmed, 'hex')]),
          format: 'der',
          type: 'pkcs8',
        })
      : createPrivateKey(trimmed);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    // The library's message may quote the input; only its kind may go on.
    if (!(error instanceof Error)) throw error;
  }
  throw new ConfigError('The hub key must be an Ed25519 private key: PKCS#8 PEM, or its seed in 64 hex digits.');
}
