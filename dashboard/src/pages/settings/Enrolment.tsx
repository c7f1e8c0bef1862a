/** How hosts and other systems come in: enrolment tokens with their install command, integration tokens. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask, type Item } from '../../api/client.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { EmptyState } from '../../ui/Feedback.tsx';
import { Page } from '../../ui/Layout.tsx';
import { ClientPicker } from './ClientPicker.tsx';
import { NewEnrolmentToken } from './NewEnrolmentToken.tsx';
import { NewIntegrationToken } from './NewIntegrationToken.tsx';
import { TokenTable } from './TokenTable.tsx';

/** The page. */
export function Enrolment() {
  const { t } = useTranslation('settings');
  const tenantId = useTenantId();
  return (
    <Page title={t('enrolment.title')} lead={t('enrolment.lead')} actions={<ClientPicker />}>
      {tenantId === undefined ? (
        <EmptyState title={t('pickClient')}>{t('enrolment.pickText')}</EmptyState>
      ) : (
        <div className="grid gap-4 xl:grid-cols-2">
          <NewEnrolmentToken tenantId={tenantId} />
          <NewIntegrationToken tenantId={tenantId} />
        </div>
      )}
      <EnrolmentTokens tenantId={tenantId} />
      <IntegrationTokens tenantId={tenantId} />
    </Page>
  );
}

/** How often a token was used, of how often it may be. */
function usesOf({ uses, max_uses }: Item<'/enrolment-tokens'>): string {
  return `${uses} / ${max_uses}`;
}

function EnrolmentTokens({ tenantId }: { readonly tenantId: string | undefined }) {
  const { t } = useTranslation('settings');
  const tokens = useQuery({
    queryKey: ['enrolment-tokens', tenantId],
    queryFn: ({ signal }) =>
      ask(
        api.GET('/enrolment-tokens', {
          params: { query: tenantId === undefined ? {} : { tenant_id: tenantId } },
          signal,
        }),
      ),
  });
  return (
    <TokenTable
      title={t('enrolment.tokens')}
      tokens={tokens}
      revoke={(id) => ask(api.POST('/enrolment-tokens/{id}/revoke', { params: { path: { id } } }))}
      empty={<EmptyState title={t('enrolment.empty')}>{t('enrolment.emptyText')}</EmptyState>}
      detail={(token) => `${t('enrolment.used')} ${usesOf(token)}`}
      columns={[
        { key: 'uses', title: t('enrolment.used'), align: 'right', from: 'sm', cell: usesOf },
        {
          key: 'tags',
          title: t('enrolment.tags'),
          from: 'lg',
          cell: ({ default_tags }) => default_tags.join(', ') || '—',
        },
      ]}
    />
  );
}

function IntegrationTokens({ tenantId }: { readonly tenantId: string | undefined }) {
  const { t } = useTranslation('settings');
  const purposeOf = ({ purpose }: Item<'/integration-tokens'>): string => t(`enrolment.purposes.${purpose}`);
  const tokens = useQuery({
    queryKey: ['integration-tokens', tenantId],
    queryFn: ({ signal }) =>
      ask(
        api.GET('/integration-tokens', {
          params: { query: tenantId === undefined ? {} : { tenant_id: tenantId } },
          signal,
        }),
      ),
  });
  return (
    <TokenTable
      title={t('enrolment.integrations')}
      tokens={tokens}
      revoke={(id) => ask(api.POST('/integration-tokens/{id}/revoke', { params: { path: { id } } }))}
      empty={<EmptyState title={t('enrolment.noIntegrations')}>{t('enrolment.noIntegrationsText')}</EmptyState>}
      detail={purposeOf}
      columns={[{ key: 'purpose', title: t('enrolment.purpose'), from: 'sm', cell: purposeOf }]}
    />
  );
}
