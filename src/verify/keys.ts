/** Where the hub keys that the auditor trusts come from: a PEM file, a URL, or 64 hex digits. */

import { type HubKey, MAX_KEY_FILE_BYTES, parseHexKey, parsePemKeys } from '../domain/verification/keys.ts';
import { readSmall, strictUtf8 } from '../domain/verification/source.ts';
import { fileSource } from './fileSource.ts';
import { fetchText, isUrl } from './http.ts';
import { prepareKey } from './signature.ts';

/** Reads what `--pubkey` names; a PEM may hold several keys, one after the other. */
export async function loadKeys(name: string): Promise<HubKey[]> {
  const given = parseHexKey(name, prepareKey);
  if (given !== null) return [given];
  const text = isUrl(name)
    ? await fetchText(new URL(name), MAX_KEY_FILE_BYTES)
    : strictUtf8(await readSmall(fileSource(name), MAX_KEY_FILE_BYTES, name));
  return parsePemKeys(text ?? '', name, prepareKey);
}
