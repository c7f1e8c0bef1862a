/** The verify page: drop what one was handed, or have the hub's files fetched. */

import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { fetchFile, fileHref } from '../../api/download.ts';
import { Page } from '../../ui/Layout.tsx';
import { givenFile } from '../../verify/givenFiles.ts';
import { VerifyPanel } from '../../verify/VerifyPanel.tsx';

const route = getRouteApi('/open/verify');
const FORMATS = ['jsonl', 'pdf', 'sig'] as const;

/** The page. */
export function Verify() {
  const { t } = useTranslation('verify');
  const { pack, report } = route.useSearch();
  const path = pack !== undefined ? `/audit-packs/${pack}/download` : `/reports/${report}/download`;
  const fetched = useQuery({
    queryKey: ['verify', 'files', path],
    enabled: pack !== undefined || report !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      Promise.all(
        FORMATS.map(async (format) => {
          const { name, blob } = await fetchFile(fileHref(path, { format }), signal);
          return givenFile(new File([blob], name));
        }),
      ),
  });
  return (
    <Page title={t('title')} lead={t('lead')}>
      <VerifyPanel
        key={fetched.data === undefined ? 'empty' : path}
        {...(fetched.data && { initial: fetched.data })}
        error={fetched.error}
      />
    </Page>
  );
}
