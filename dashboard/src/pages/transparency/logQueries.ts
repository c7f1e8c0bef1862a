/** What screens ask of the transparency log. Everything here is public. */

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { bytesToHex } from '../../../../src/domain/bytes.ts';
import { type LogLeaf, leafBytes } from '../../../../src/domain/tlog/leaf.ts';
import { leafHash } from '../../../../src/domain/tlog/merkle.ts';
import { type Answered, api, ask, type Item } from '../../api/client.ts';
import { fetchFile, fileHref } from '../../api/download.ts';
import { ProblemError } from '../../api/problem.ts';

/** One entry of the log. */
export type LogItem = Item<'/transparency/log'>;
/** One entry with its proof. */
export type LeafProof = Answered<'/transparency/log/{index}', 'get'>;
/** A hub key with the statement that announced it. */
export type HubKeyItem = Answered<'/transparency/keys', 'get'>['keys'][number];

/** Entries on a page. */
const PAGE = 50;
/** The head moves once a minute. */
const HEAD_MS = 15_000;

/** Where the log has a leaf; null while it has none, which for a new signature takes up to a minute. */
export function packLeafQuery(leaf: LogLeaf | null) {
  const wanted = leaf === null ? '' : bytesToHex(leafHash(leafBytes(leaf)));
  return queryOptions({
    queryKey: ['transparency', 'leaf', wanted],
    enabled: leaf !== null,
    queryFn: ({ signal }) => findLeafHash(wanted, signal),
    refetchInterval: ({ state }) => (state.data === null ? 10_000 : false),
  });
}

/** Where a leaf with this hash is; null when nowhere. */
export async function findLeafHash(hash: string, signal?: AbortSignal): Promise<{ readonly index: number } | null> {
  try {
    return await ask(
      api.GET('/transparency/proof/inclusion', { params: { query: { leaf_hash: hash } }, ...(signal && { signal }) }),
    );
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}

/** The signed head of the log, as text. */
export const checkpointQuery = queryOptions({
  queryKey: ['transparency', 'checkpoint'],
  queryFn: async ({ signal }) => (await fetchFile(fileHref('/transparency/checkpoint'), signal)).blob.text(),
  refetchInterval: HEAD_MS,
});

/** Every hub key. */
export const keysQuery = queryOptions({
  queryKey: ['transparency', 'keys'],
  queryFn: ({ signal }) => ask(api.GET('/transparency/keys', { signal })),
  staleTime: 60_000,
});

/** Entries, newest first, of a log of `size` leaves. */
export function entriesQuery(size: number) {
  return infiniteQueryOptions({
    queryKey: ['transparency', 'entries', size],
    initialPageParam: size,
    queryFn: async ({ pageParam, signal }) => {
      const from = Math.max(0, pageParam - PAGE);
      const page = await ask(
        api.GET('/transparency/log', {
          params: { query: { after: from - 1, limit: Math.max(1, pageParam - from) } },
          signal,
        }),
      );
      return { items: page.items.toReversed(), from };
    },
    getNextPageParam: ({ from }) => (from === 0 ? undefined : from),
  });
}

/** One entry with its proof to the present head. */
export function leafQuery(index: number) {
  return queryOptions({
    queryKey: ['transparency', 'entry', index],
    queryFn: ({ signal }): Promise<LeafProof> =>
      ask(api.GET('/transparency/log/{index}', { params: { path: { index } }, signal })),
    staleTime: 60_000,
  });
}

/** The proof that the tree of one size begins the tree of another, as hex. */
export async function consistencyProof(from: number, to: number): Promise<readonly string[]> {
  return (await ask(api.GET('/transparency/proof/consistency', { params: { query: { from, to } } }))).proof;
}
