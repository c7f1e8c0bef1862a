/** The client's own packs. */

import { useTranslation } from 'react-i18next';
import { PackCards } from '../pages/packs/PackCards.tsx';
import { hrefOf } from './location.ts';
import { PortalLink } from './PortalLink.tsx';
import { PortalPage } from './PortalPage.tsx';

/** The page with them. */
export function Evidence({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('portal');
  return (
    <PortalPage title={t('page.packs')} lead={t('packs.lead')}>
      <PackCards
        tenantId={tenantId}
        verifyLink={(pack, words) => (
          <PortalLink
            href={hrefOf('verify', { pack })}
            className="px-3 py-2 font-medium text-accent underline underline-offset-2 pointer-coarse:py-3"
          >
            {words}
          </PortalLink>
        )}
      />
    </PortalPage>
  );
}
