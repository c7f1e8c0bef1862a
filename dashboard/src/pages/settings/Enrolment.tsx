/** How hosts and other systems come in: enrolment tokens with their install command, integration tokens. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time, useNow } from '../../ui/Time.tsx';
import { ClientPicker } from './ClientPicker.tsx';
import { Secret } from './Secret.tsx';
import { useSudo } from './useSudo.tsx';

const HOURS = [1, 24, 168, 720] as const;
const PURPOSES = ['alertmanager', 'ingest', 'trivy'] as const;

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
          <NewEnrolment tenantId={tenantId} />
          <NewIntegration tenantId={tenantId} />
        </div>
      )}
      <EnrolmentTokens tenantId={tenantId} />
      <IntegrationTokens tenantId={tenantId} />
    </Page>
  );
}

function NewEnrolment({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const sudo = useSudo();
  const [name, setName] = useState('');
  const [uses, setUses] = useState(1);
  const [hours, setHours] = useState(24);
  const [tags, setTags] = useState('');
  const make = useMutation({
    mutationFn: () =>
      sudo.run(() =>
        ask(
          api.POST('/enrolment-tokens', {
            body: {
              tenant_id: tenantId,
              name,
              max_uses: uses,
              expires_in_hours: hours,
              default_tags: tags.split(/[\s,]+/).filter((tag) => tag !== ''),
            },
          }),
        ),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['enrolment-tokens'] }),
  });
  return (
    <Card title={t('enrolment.newHost')}>
      {sudo.dialog}
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        {make.isError && <Problem error={make.error} />}
        {make.data && (
          <Secret title={t('enrolment.installCommand')} text={make.data.install_command}>
            <p className="text-xs text-ink-soft">{t('enrolment.runOnHost')}</p>
          </Secret>
        )}
        <TextField
          label={t('name')}
          placeholder="web-04"
          value={name}
          required
          maxLength={100}
          onChange={({ target }) => setName(target.value)}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t('enrolment.uses')}
            type="number"
            min={1}
            max={100_000}
            value={uses}
            onChange={({ target }) => setUses(target.valueAsNumber)}
          />
          <SelectField
            label={t('enrolment.lifetime')}
            value={hours}
            onChange={({ target }) => setHours(Number(target.value))}
          >
            {HOURS.map((each) => (
              <option key={each} value={each}>
                {each < 48 ? t('hours', { count: each }) : t('days', { count: each / 24 })}
              </option>
            ))}
          </SelectField>
        </div>
        <TextField
          label={t('enrolment.tags')}
          hint={t('enrolment.tagsHint')}
          placeholder="production, eu-west-1"
          value={tags}
          onChange={({ target }) => setTags(target.value)}
        />
        <Button type="submit" kind="primary" busy={make.isPending}>
          {t('enrolment.make')}
        </Button>
      </form>
    </Card>
  );
}

function NewIntegration({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const sudo = useSudo();
  const [name, setName] = useState('');
  const [purpose, setPurpose] = useState<(typeof PURPOSES)[number]>('alertmanager');
  const make = useMutation({
    mutationFn: () =>
      sudo.run(() => ask(api.POST('/integration-tokens', { body: { tenant_id: tenantId, name, purpose } }))),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['integration-tokens'] }),
  });
  return (
    <Card title={t('enrolment.newIntegration')}>
      {sudo.dialog}
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        {make.isError && <Problem error={make.error} />}
        {make.data && <Secret title={make.data.name} text={make.data.token} />}
        <TextField
          label={t('name')}
          value={name}
          required
          maxLength={100}
          onChange={({ target }) => setName(target.value)}
        />
        <SelectField
          label={t('enrolment.purpose')}
          value={purpose}
          onChange={({ target }) => setPurpose(PURPOSES.find((each) => each === target.value) ?? 'alertmanager')}
        >
          {PURPOSES.map((each) => (
            <option key={each} value={each}>
              {t(`enrolment.purposes.${each}`)}
            </option>
          ))}
        </SelectField>
        <Button type="submit" busy={make.isPending}>
          {t('enrolment.make')}
        </Button>
      </form>
    </Card>
  );
}

/** Whether a token is still good, in a word. */
function TokenState({ revoked, expires }: { readonly revoked: string | null; readonly expires: string | null }) {
  const { t } = useTranslation('settings');
  const now = useNow(60);
  if (revoked !== null) return <Badge>{t('revoked')}</Badge>;
  if (expires !== null && Date.parse(expires) <= now) return <Badge>{t('expired')}</Badge>;
  return <Badge tone="good">{t('good')}</Badge>;
}

function EnrolmentTokens({ tenantId }: { readonly tenantId: string | undefined }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const nameOf = useTenantName();
  const queryClient = useQueryClient();
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
  const revoke = useMutation({
    mutationFn: (id: string) => ask(api.POST('/enrolment-tokens/{id}/revoke', { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['enrolment-tokens'] }),
  });
  return (
    <Card title={t('enrolment.tokens')} flush>
      {tokens.isPending && <SkeletonRows rows={3} />}
      {tokens.isError && <Problem error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {revoke.isError && <Problem error={revoke.error} />}
      {tokens.data && (
        <Table
          label={t('enrolment.tokens')}
          rows={tokens.data.items}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('enrolment.empty')}>{t('enrolment.emptyText')}</EmptyState>}
          columns={[
            { key: 'name', title: t('name'), cell: ({ name }) => <span className="font-medium">{name}</span> },
            { key: 'tenant', title: common('tenant'), from: 'md', cell: (row) => nameOf(row.tenant_id) },
            {
              key: 'uses',
              title: t('enrolment.used'),
              align: 'right',
              cell: ({ uses, max_uses }) => `${uses} / ${max_uses}`,
            },
            { key: 'tags', title: t('enrolment.tags'), from: 'lg', cell: (row) => row.default_tags.join(', ') || '—' },
            {
              key: 'state',
              title: t('team.state'),
              cell: (row) => <TokenState revoked={row.revoked_at} expires={row.expires_at} />,
            },
            {
              key: 'expires',
              title: t('expires'),
              from: 'sm',
              cell: (row) => <Time value={row.expires_at} format="relative" />,
            },
            {
              key: 'revoke',
              title: <span className="sr-only">{t('revoke')}</span>,
              align: 'right',
              cell: ({ id, revoked_at }) =>
                revoked_at === null && (
                  <Button
                    size="sm"
                    busy={revoke.isPending && revoke.variables === id}
                    onClick={() => revoke.mutate(id)}
                  >
                    {t('revoke')}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}

function IntegrationTokens({ tenantId }: { readonly tenantId: string | undefined }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const nameOf = useTenantName();
  const queryClient = useQueryClient();
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
  const revoke = useMutation({
    mutationFn: (id: string) => ask(api.POST('/integration-tokens/{id}/revoke', { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['integration-tokens'] }),
  });
  if (tokens.data?.items.length === 0) return null;
  return (
    <Card title={t('enrolment.integrations')} flush>
      {tokens.isPending && <SkeletonRows rows={2} />}
      {tokens.isError && <Problem error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {revoke.isError && <Problem error={revoke.error} />}
      {tokens.data && (
        <Table
          label={t('enrolment.integrations')}
          rows={tokens.data.items}
          rowKey={({ id }) => id}
          columns={[
            { key: 'name', title: t('name'), cell: ({ name }) => <span className="font-medium">{name}</span> },
            { key: 'tenant', title: common('tenant'), from: 'md', cell: (row) => nameOf(row.tenant_id) },
            {
              key: 'purpose',
              title: t('enrolment.purpose'),
              cell: ({ purpose }) => t(`enrolment.purposes.${purpose}`),
            },
            {
              key: 'state',
              title: t('team.state'),
              cell: (row) => <TokenState revoked={row.revoked_at} expires={row.expires_at} />,
            },
            {
              key: 'revoke',
              title: <span className="sr-only">{t('revoke')}</span>,
              align: 'right',
              cell: ({ id, revoked_at }) =>
                revoked_at === null && (
                  <Button
                    size="sm"
                    busy={revoke.isPending && revoke.variables === id}
                    onClick={() => revoke.mutate(id)}
                  >
                    {t('revoke')}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}
