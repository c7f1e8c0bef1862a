/** A client at a glance. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { tenantsQuery, useCan, useMe, useTenantName } from '../../session.ts';
import { useImpersonate } from '../../shell/impersonate.ts';
import { TenantChoice } from '../../shell/TenantChoice.tsx';
import { useTenantId } from '../../shell/tenant.ts';
import { Button } from '../../ui/Button.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { AlertsCard } from './AlertsCard.tsx';
import { CvesCard } from './CvesCard.tsx';
import { EmergencyCard } from './EmergencyCard.tsx';
import { OnCallCard } from './OnCallCard.tsx';
import { OverviewStats } from './OverviewStats.tsx';
import { ScoreCard } from './ScoreCard.tsx';
import { ScoreComponents } from './ScoreComponents.tsx';

/** The client in view; without one, the question which. */
export function Overview() {
  const tenantId = useTenantId();
  return tenantId === undefined ? <ChooseClient /> : <ClientOverview key={tenantId} tenantId={tenantId} />;
}

function ChooseClient() {
  const { t } = useTranslation('overview');
  const { data } = useQuery(tenantsQuery);
  return (
    <Page title={t('title')} lead={t('chooseText')}>
      <Card title={t('choose')} flush className="max-w-xl">
        <TenantChoice tenants={data} current={undefined} onDone={() => undefined} />
      </Card>
    </Page>
  );
}

function ClientOverview({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('overview');
  const { t: shell } = useTranslation('shell');
  const me = useMe();
  const can = useCan();
  const name = useTenantName()(tenantId);
  const client = useQuery(tenantsQuery).data?.find(({ id }) => id === tenantId);
  const impersonate = useImpersonate();
  return (
    <Page
      title={name}
      lead={t('lead')}
      actions={
        me.tenant_id === null &&
        can('impersonation.start') && (
          <Button disabled={client === undefined} onClick={() => client && impersonate(client)}>
            {shell('impersonate.open')}
          </Button>
        )
      }
    >
      <OverviewStats tenantId={tenantId} />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
        {can('trust_score.read') && (
          <>
            <ScoreCard tenantId={tenantId} name={name} />
            <ScoreComponents tenantId={tenantId} />
          </>
        )}
        {can('alerts.read') && <AlertsCard tenantId={tenantId} />}
        {can('vulnerabilities.read') && <CvesCard tenantId={tenantId} />}
        {can('emergency.read') && <EmergencyCard tenantId={tenantId} />}
        {can('on_call.read') && <OnCallCard tenantId={tenantId} />}
      </div>
    </Page>
  );
}
