/** Billing: what the hub's use costs over all clients, and what clients are billed. */

import { getRouteApi } from '@tanstack/react-router';
import { FileSpreadsheet } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { fileHref } from '../../api/download.ts';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { Page } from '../../ui/Layout.tsx';
import { monthOf } from '../../ui/month.ts';
import { TabLinks } from '../../ui/Tabs.tsx';
import { useNow } from '../../ui/Time.tsx';
import { Invoices } from './Invoices.tsx';
import { MonthChoice } from './MonthChoice.tsx';
import { Parties } from './Parties.tsx';
import { Prices } from './Prices.tsx';
import { BILLING_TABS } from './routes.tsx';
import { TenantsOverview } from './TenantsOverview.tsx';

const route = getRouteApi('/shell/billing');

/** The page. */
export function Billing() {
  const { t } = useTranslation('billing');
  const { tab = 'tenants', month, explain, of } = route.useSearch();
  const running = monthOf(useNow(60));
  const shown = month ?? running;
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        (tab === 'tenants' || tab === 'invoices') && (
          <>
            <MonthChoice month={shown} running={running} />
            {tab === 'tenants' && (
              <ButtonAnchor kind="primary" href={fileHref('/billing/export.csv', { month: shown })} download>
                <FileSpreadsheet aria-hidden="true" /> {t('export')}
              </ButtonAnchor>
            )}
          </>
        )
      }
    >
      <TabLinks
        label={t('tabs')}
        tabs={BILLING_TABS.map((each) => ({
          label: t(`tab.${each}`),
          current: each === tab,
          to: '/billing' as const,
          search: {
            ...(each === 'tenants' ? {} : { tab: each }),
            ...(month !== undefined && (each === 'tenants' || each === 'invoices') && { month }),
          },
        }))}
      />
      {tab === 'tenants' && <TenantsOverview month={shown} explain={explain} />}
      {tab === 'invoices' && <Invoices month={shown} of={of} />}
      {tab === 'prices' && <Prices running={running} />}
      {tab === 'parties' && <Parties of={of} />}
    </Page>
  );
}
