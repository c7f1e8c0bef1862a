/** The files of a pack or report of the hub, for the page that verifies. */

import { queryOptions } from '@tanstack/react-query';
import { fetchFile, fileHref } from '../api/download.ts';
import { givenFile } from './givenFiles.ts';

const FORMATS = ['jsonl', 'pdf', 'sig'] as const;

/** `path` is that of the download, such as `/audit-packs/<id>/download`; null: nothing is fetched. */
export function hubFilesQuery(path: string | null) {
  return queryOptions({
    queryKey: ['verify', 'files', path],
    enabled: path !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      Promise.all(
        FORMATS.map(async (format) => {
          const { name, blob } = await fetchFile(fileHref(path ?? '', { format }), signal);
          return givenFile(new File([blob], name));
        }),
      ),
  });
}
