/** The companies on invoices: the MSP itself and each client. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { compact, text } from '../../search.ts';
import { tenantsQuery } from '../../session.ts';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { Card } from '../../ui/Layout.tsx';
import { NamedOptions } from '../../ui/Options.tsx';
import { settingsQuery, tenantPartyQuery } from './billingQueries.ts';
import { PartyForm } from './PartyForm.tsx';

/** `of` is the client in the form; undefined: the MSP itself. */
export function Parties({ of }: { readonly of: string | undefined }) {
  const { t } = useTranslation('billing');
  const navigate = useNavigate({ from: '/billing' });
  const tenants = useQuery(tenantsQuery);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <Card
        title={
          of === undefined ? t('parties.own') : (tenants.data?.find((tenant) => tenant.id === of)?.name ?? t('client'))
        }
        actions={
          <SelectField
            label={t('parties.whose')}
            hideLabel
            value={of ?? ''}
            onChange={(event) =>
              void navigate({ search: (old) => compact({ ...old, of: text(event.target.value) }), replace: true })
            }
          >
            <option value="">{t('parties.own')}</option>
            <NamedOptions of={tenants.data} />
          </SelectField>
        }
      >
        {of === undefined ? <OwnParty /> : <ClientParty key={of} tenantId={of} />}
      </Card>
      <Card title={t('parties.whyTitle')}>
        <p className="text-ink-soft">{t('parties.why')}</p>
      </Card>
    </div>
  );
}

function OwnParty() {
  const queryClient = useQueryClient();
  const settings = useQuery(settingsQuery);
  if (settings.isError) return <Problem error={settings.error} onRetry={() => void settings.refetch()} />;
  if (settings.data === undefined) return <SkeletonRows rows={8} className="h-9 max-lg:h-16" />;
  const { number_prefix, party } = settings.data;
  return (
    <PartyForm
      party={party}
      save={async (next) => {
        const saved = await ask(api.PUT('/billing/settings', { body: { party: next, number_prefix } }));
        queryClient.setQueryData(settingsQuery.queryKey, saved);
        await queryClient.invalidateQueries({ queryKey: ['billing', 'invoice'] });
        return saved.party;
      }}
    />
  );
}

function ClientParty({ tenantId }: { readonly tenantId: string }) {
  const queryClient = useQueryClient();
  const party = useQuery(tenantPartyQuery(tenantId));
  if (party.isError) return <Problem error={party.error} onRetry={() => void party.refetch()} />;
  if (party.data === undefined) return <SkeletonRows rows={8} className="h-9 max-lg:h-16" />;
  return (
    <PartyForm
      party={party.data.party}
      save={async (next) => {
        const saved = await ask(
          api.PUT('/tenants/{id}/billing-settings', { params: { path: { id: tenantId } }, body: { party: next } }),
        );
        queryClient.setQueryData(tenantPartyQuery(tenantId).queryKey, saved);
        await queryClient.invalidateQueries({ queryKey: ['billing', 'invoice'] });
        return saved.party;
      }}
    />
  );
}
