/** "Verify it yourself": the same page as the dashboard's, within the portal. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { hubFilesQuery } from '../verify/hubFiles.ts';
import { VerifyPanel } from '../verify/VerifyPanel.tsx';
import { PortalPage } from './PortalPage.tsx';

/** `packId` is fetched from the hub; null: one drops what one was handed. */
export function PortalVerify({ packId }: { readonly packId: string | null }) {
  const { t } = useTranslation('verify');
  const files = useQuery(hubFilesQuery(packId === null ? null : `/audit-packs/${packId}/download`));
  return (
    <PortalPage title={t('title')} lead={t('lead')}>
      <VerifyPanel
        key={files.data === undefined ? 'empty' : packId}
        {...(files.data && { initial: files.data })}
        error={files.error}
      />
    </PortalPage>
  );
}
