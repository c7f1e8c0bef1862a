/**
 * Who this host is: a random id and an Ed25519 key, made once and kept in the state folder. The hub pins the key
 * at the first registration, so a lost key means an admin's reset, and a copied folder means two hosts in one row.
 */

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, writeDurably } from './durable.ts';
import { AgentFault } from './fault.ts';

const DERIVED_KEY_BYTES = 32;

/** The host's id and its key, which can sign but is not shown. */
export type Identity = {
  readonly agentId: string;
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** A key of 32 bytes for one purpose, that only whoever holds the private key can make (RFC 5869). */
  readonly deriveKey: (purpose: string) => Uint8Array;
};

/** An identity over a private key; used as is by tests and by the example in docs/agent-protocol.md. */
export function identityOf(agentId: string, key: KeyObject): Identity {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return {
    agentId,
    publicKey: Buffer.from(String(jwk.x), 'base64url'),
    sign: (message) => sign(null, message, key),
    deriveKey: (purpose) => {
      const seed = Buffer.from(String(key.export({ format: 'jwk' }).d), 'base64url');
      return Buffer.from(hkdfSync('sha256', seed, agentId, `monsys-agent ${purpose}`, DERIVED_KEY_BYTES));
    },
  };
}

/** Reads the identity, or makes it at the first start. `wantedId` is the id a person chose, if any. */
export async function loadIdentity(stateDir: string, wantedId: string | undefined): Promise<Identity> {
  const keyPath = join(stateDir, 'agent.key');
  const idPath = join(stateDir, 'agent-id');
  const key = (await readKey(keyPath)) ?? (await makeKey(keyPath));
  const kept = await readText(idPath);
  if (kept !== null && wantedId !== undefined && kept !== wantedId) {
    throw new AgentFault(`This host is ${kept} (${idPath}); leave out --agent-id, or use another --state-dir.`);
  }
  const agentId = kept ?? wantedId ?? randomUUID();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(agentId)) {
    throw new AgentFault(`The agent id must be a UUID in lower case; ${idPath} or --agent-id says "${agentId}".`);
  }
  if (kept === null) await writeDurably(idPath, `${agentId}\n`);
  return identityOf(agentId, key);
}

async function makeKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeDurably(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return privateKey;
}

async function readKey(path: string): Promise<KeyObject | null> {
  const text = await readText(path);
  if (text === null) return null;
  const mode = (await stat(path)).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new AgentFault(`${path} can be read by others (mode ${mode.toString(8)}); run chmod 600 on it.`);
  }
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    // The library's message may quote the input; only the sentence below may go on.
    if (!(error instanceof Error)) throw error;
  }
  throw new AgentFault(`${path} does not hold an Ed25519 private key in PEM; restore it, or ask an admin for a reset.`);
}

async function readText(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
