/** The verify page: drop what one was handed, or have the hub's files fetched. */

import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/Layout.tsx';
import { hubFilesQuery } from '../../verify/hubFiles.ts';
import { VerifyPanel } from '../../verify/VerifyPanel.tsx';

const route = getRouteApi('/open/verify');

/** The page. */
export function Verify() {
  const { t } = useTranslation('verify');
  const { pack, report } = route.useSearch();
  const path =
    pack !== undefined ? `/audit-packs/${pack}/download` : report !== undefined ? `/reports/${report}/download` : null;
  const files = useQuery(hubFilesQuery(path));
  return (
    <Page title={t('title')} lead={t('lead')}>
      <VerifyPanel
        key={files.data === undefined ? 'empty' : path}
        {...(files.data && { initial: files.data })}
        error={files.error}
      />
    </Page>
  );
}
