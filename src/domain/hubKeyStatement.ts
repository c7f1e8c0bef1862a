/** The signed statement that announces a hub key (format: docs/formats/hub-key-statement.md). */

import { utf8ToBytes } from './bytes.ts';
import { canonicalJson } from './canonicalJson.ts';

/** How long the key before stays in force beside a new one: agents and signing workers move over in this time. */
export const HUB_KEY_OVERLAP_HOURS = 24;

/** Times are ISO 8601 UTC; `public_key` is base64; `previous_key_id` null for a hub's first key. */
export type HubKeyStatement = {
  readonly key_id: string;
  readonly public_key: string;
  readonly valid_from: string;
  readonly previous_key_id: string | null;
};

/** The canonical text that is stored and shown. */
export function hubKeyStatementText(statement: HubKeyStatement): string {
  return canonicalJson(statement);
}

/** The bytes that are signed: a context line, so that no other signature of the key can stand in for it, and the text. */
export function hubKeyStatementBytes(text: string): Uint8Array {
  return utf8ToBytes(`monsys-hub-key-v1\n${text}`);
}
