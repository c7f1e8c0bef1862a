/** Finding an entry of the log by what a person has in hand. */

import { sha256Hex } from '../../../../src/domain/bytes.ts';
import { api, ask } from '../../api/client.ts';
import { ProblemError } from '../../api/problem.ts';
import { findLeafHash, type LogItem } from './logQueries.ts';

/** Entries that one answer holds at most. */
const PAGE = 1_000;
const HEX = /^[0-9a-f]{64}$/i;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The digests that may stand in the log for what was typed: a digest itself, a nonce, or a whole text. */
async function digestsOf(typed: string, signal: AbortSignal): Promise<readonly string[]> {
  if (HEX.test(typed)) return [typed.toLowerCase()];
  if (!UUID.test(typed)) return [sha256Hex(typed), sha256Hex(`${typed}\n`)];
  const nonce = typed.toLowerCase();
  const token = await tokenOf(nonce, signal);
  return [sha256Hex(nonce), ...(token === null ? [] : [sha256Hex(token)])];
}

/** The token of a nonce, for who may read it; the log itself holds only its digest. */
async function tokenOf(nonce: string, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await ask(api.GET('/emergency/{nonce}', { params: { path: { nonce } }, signal }));
    return 'token' in answer && typeof answer.token === 'string' ? answer.token : null;
  } catch (error) {
    if (error instanceof ProblemError && (error.status === 401 || error.status === 403 || error.status === 404))
      return null;
    throw error;
  }
}

/** Index of the entry for an index, a digest, a nonce or a text; null when there is none. Reads from the newest back. */
export async function lookUp(typed: string, size: number, signal: AbortSignal): Promise<number | null> {
  if (/^\d{1,15}$/.test(typed)) return Number(typed) < size ? Number(typed) : null;
  const digests = await digestsOf(typed, signal);
  for (const digest of digests) {
    const leaf = await findLeafHash(digest, signal);
    if (leaf !== null) return leaf.index;
  }
  for (let end = size; end > 0; end -= PAGE) {
    const from = Math.max(0, end - PAGE);
    const page = await ask(
      api.GET('/transparency/log', { params: { query: { after: from - 1, limit: end - from } }, signal }),
    );
    const found = page.items.findLast((item) => hasDigest(item, digests));
    if (found !== undefined) return found.index;
  }
  return null;
}

function hasDigest({ leaf }: LogItem, digests: readonly string[]): boolean {
  return Object.entries(leaf).some(([name, value]) => name.endsWith('_sha256') && digests.includes(value));
}
