/**
 * The hub keys this host trusts (format: docs/formats/hub-key-statement.md).
 *
 * Trust on first use: the first non-empty list after registration is pinned. From then on a key is added only by a
 * statement that an already pinned key signed, and one key announces one successor: whoever takes over the hub's address
 * cannot bring a key of their own, nor fork the chain with a key that leaked after its time. A key ends by the statement
 * of its successor; `valid_until` beside it is not signed, so it can move that end earlier, never lift it, and never end
 * the only key there is.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type HubKey, hubKey } from '../domain/agentFrames.ts';
import { base64ToBytes, utf8ToBytes } from '../domain/bytes.ts';
import { acceptKey, hubKeyId, signatureFault } from '../domain/ed25519.ts';
import { HUB_KEY_OVERLAP_HOURS, hubKeyStatementBytes } from '../domain/hubKeyStatement.ts';
import { parseStrictJson } from '../domain/strictJson.ts';
import { hasCode, writeDurably } from './durable.ts';
import { AgentFault } from './fault.ts';

const statementFields = z.strictObject({
  key_id: z.string(),
  public_key: z.string(),
  valid_from: z.iso.datetime(),
  previous_key_id: z.string().nullable(),
});

/** Why an offered key was not pinned. */
export type RefusedHubKey = { readonly key_id: string; readonly why: string };

/** The pins after an offer, and what was refused of it. Pure. */
export function trustHubKeys(
  pinned: readonly HubKey[],
  offered: readonly HubKey[],
): { readonly pinned: readonly HubKey[]; readonly refused: readonly RefusedHubKey[] } {
  const isFirstTrust = pinned.length === 0;
  const trusted = new Map(pinned.map((key) => [key.key_id, key]));
  const refused: RefusedHubKey[] = [];
  // Oldest first: each link of a chain may rest on the one before it.
  for (const key of offered.toSorted((a, b) => Date.parse(a.valid_from) - Date.parse(b.valid_from))) {
    if (trusted.has(key.key_id)) continue;
    const why = faultOf(key, trusted, isFirstTrust);
    if (why === null) trusted.set(key.key_id, { ...key, valid_until: null });
    else refused.push({ key_id: key.key_id, why });
  }
  const keys = [...trusted.values()];
  const told = new Map(offered.map((key) => [key.key_id, key.valid_until]));
  return {
    pinned: keys.map((key) => ({ ...key, valid_until: endOf(key, keys, told.get(key.key_id) ?? null) })),
    refused,
  };
}

/** When a key ends; null while nothing has come after it. `told` is what the hub says beside it. */
function endOf(key: HubKey, keys: readonly HubKey[], told: string | null): string | null {
  const successor = successorOf(key.key_id, keys);
  if (successor === undefined) return key.valid_until;
  const overlapMs = HUB_KEY_OVERLAP_HOURS * 3_600_000;
  const signed = new Date(Date.parse(successor.valid_from) + overlapMs).toISOString();
  return [key.valid_until, told].reduce<string>(
    (end, other) => (other !== null && Date.parse(other) < Date.parse(end) ? other : end),
    signed,
  );
}

function successorOf(keyId: string, keys: Iterable<HubKey>): HubKey | undefined {
  return [...keys].find((key) => key.signed_by === keyId && key.key_id !== keyId);
}

function faultOf(key: HubKey, trusted: ReadonlyMap<string, HubKey>, isFirstTrust: boolean): string | null {
  const publicKey = base64ToBytes(key.public_key);
  const signature = base64ToBytes(key.signature);
  if (publicKey === null || signature === null || acceptKey(publicKey) === null) return 'the key is malformed';
  if (hubKeyId(publicKey) !== key.key_id) return 'its id is not that of the key';
  const parsed = parseStrictJson(utf8ToBytes(key.statement));
  const statement = parsed.kind === 'ok' ? statementFields.safeParse(parsed.value) : null;
  if (
    !statement?.success ||
    statement.data.key_id !== key.key_id ||
    statement.data.public_key !== key.public_key ||
    Date.parse(statement.data.valid_from) !== Date.parse(key.valid_from)
  )
    return 'its statement is about something else';
  const isOwnSigner = key.signed_by === key.key_id;
  if ((statement.data.previous_key_id ?? key.key_id) !== key.signed_by) return 'it names another signer';
  if (successorOf(key.signed_by, trusted.values()) !== undefined) return 'its signer has announced another key before';
  const signer = isOwnSigner ? key : trusted.get(key.signed_by);
  if (!isFirstTrust && (isOwnSigner || signer === undefined)) return 'no pinned key signed it';
  // At first trust the signer of a rotated key may be long gone; the key is then taken as the first one is.
  if (signer === undefined) return null;
  if (signer.valid_until !== null && Date.parse(key.valid_from) > Date.parse(signer.valid_until))
    return 'its signer was no longer valid';
  const signerKey = acceptKey(base64ToBytes(signer.public_key) ?? new Uint8Array());
  if (signerKey === null || signatureFault(signature, hubKeyStatementBytes(key.statement), signerKey) !== null)
    return 'its signature is wrong';
  return null;
}

/** The pins on disk. */
export type HubTrust = {
  readonly keys: () => readonly HubKey[];
  /** Takes an offer; what is new is durable when this returns. */
  readonly offer: (offered: readonly HubKey[]) => Promise<readonly RefusedHubKey[]>;
};

/** Reads the pins; damaged pins stop the agent, because starting over would be a second first trust. */
export async function loadHubTrust(stateDir: string): Promise<HubTrust> {
  const path = join(stateDir, 'hub-keys.json');
  let keys = await readPins(path);
  return {
    keys: () => keys,
    offer: async (offered) => {
      const { pinned, refused } = trustHubKeys(keys, offered);
      if (JSON.stringify(pinned) !== JSON.stringify(keys)) await writeDurably(path, JSON.stringify(pinned, null, 2));
      keys = pinned;
      return refused;
    },
  };
}

async function readPins(path: string): Promise<readonly HubKey[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  const parsed = parseStrictJson(bytes);
  const keys = parsed.kind === 'ok' ? z.array(hubKey).safeParse(parsed.value) : null;
  if (keys?.success) return keys.data;
  throw new AgentFault(`The pinned hub keys in ${path} are damaged; restore them, or delete the file to trust anew.`);
}
