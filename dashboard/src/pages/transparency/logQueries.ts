/** What screens ask of the transparency log. Everything here is public. */

import { queryOptions } from '@tanstack/react-query';
import { bytesToHex } from '../../../../src/domain/bytes.ts';
import { type LogLeaf, leafBytes } from '../../../../src/domain/tlog/leaf.ts';
import { leafHash } from '../../../../src/domain/tlog/merkle.ts';
import { api, ask, type Item } from '../../api/client.ts';
import { ProblemError } from '../../api/problem.ts';

/** One entry of the log. */
export type LogItem = Item<'/transparency/log'>;

/** Where the log has a leaf; null while it has none, which for a new signature takes up to a minute. */
export function packLeafQuery(leaf: LogLeaf | null) {
  const wanted = leaf === null ? '' : bytesToHex(leafHash(leafBytes(leaf)));
  return queryOptions({
    queryKey: ['transparency', 'leaf', wanted],
    enabled: leaf !== null,
    queryFn: async ({ signal }): Promise<{ readonly index: number } | null> => {
      try {
        return await ask(
          api.GET('/transparency/proof/inclusion', { params: { query: { leaf_hash: wanted } }, signal }),
        );
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: ({ state }) => (state.data === null ? 10_000 : false),
  });
}
