/** The witnesses of the transparency log whose cosignatures are taken, from what the operator has set. */

import { parseWitnessKey, type WitnessKey } from '../domain/tlog/cosignature.ts';
import { type ApiConfig, ConfigError } from '../platform/config.ts';

/** Leaves room in a note: its readers refuse more than 100 signatures. */
const MAX_WITNESSES = 32;

/** Reads `TRANSPARENCY_WITNESSES`. Throws {@link ConfigError}: a hub that takes fewer witnesses than meant would not show. */
export function readWitnesses(config: Pick<ApiConfig, 'TRANSPARENCY_WITNESSES'>): readonly WitnessKey[] {
  const { TRANSPARENCY_WITNESSES: text } = config;
  if (text === undefined) return [];
  const keys = text.split(',').map((word) => {
    const key = parseWitnessKey(word.trim());
    if (key !== null) return key;
    throw new ConfigError(`TRANSPARENCY_WITNESSES: "${word}" is not a cosignature key <name>+<id>+<base64>.`);
  });
  // A checkpoint keeps one cosignature a key id.
  if (new Set(keys.map(({ id }) => id)).size !== keys.length)
    throw new ConfigError('TRANSPARENCY_WITNESSES: two of the keys have the same id; name each witness once.');
  if (keys.length > MAX_WITNESSES)
    throw new ConfigError(
      `TRANSPARENCY_WITNESSES: ${keys.length} witnesses are too many; ${MAX_WITNESSES} is the limit.`,
    );
  return keys;
}
