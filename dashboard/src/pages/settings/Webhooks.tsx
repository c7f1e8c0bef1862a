/** Webhooks: where events are posted to, and the log of what was posted. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Webhook as WebhookIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { type Answered, api, ask } from '../../api/client.ts';
import { PAGED, pageAfter } from '../../api/paging.ts';
import { useCan, useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { ClientPicker } from './ClientPicker.tsx';
import { Secret } from './Secret.tsx';
import { useSudo } from './useSudo.tsx';
import { WebhookDeliveries } from './WebhookDeliveries.tsx';
import { WebhookForm } from './WebhookForm.tsx';

/** A webhook as the list tells it. */
export type Webhook = Answered<'/webhooks', 'get'>['items'][number];

const route = getRouteApi('/shell/settings/webhooks');
/** Where a webhook stands, as people are told it: `healthy` alone would call well what nobody has tried yet. */
type State = Webhook['health'] | 'off' | 'retrying' | 'untried';
const TONES: Readonly<Record<State, Tone>> = {
  healthy: 'good',
  failing: 'critical',
  disabled: 'critical',
  off: 'neutral',
  retrying: 'medium',
  untried: 'neutral',
};

function stateOf({ health, is_active, is_retrying, last_success_at }: Webhook): State {
  // One whose receiver is gone is off as well, but nobody switched it off.
  if (!is_active && health !== 'disabled') return 'off';
  if (health !== 'healthy') return health;
  if (is_retrying) return 'retrying';
  return last_success_at === null ? 'untried' : 'healthy';
}

/** The page; `log` in the address is the webhook whose deliveries are shown. */
export function Webhooks() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const can = useCan();
  const nameOf = useTenantName();
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const { log } = route.useSearch();
  const navigate = route.useNavigate();
  const sudo = useSudo();
  const [editing, setEditing] = useState<Webhook | 'new' | null>(null);
  const [secret, setSecret] = useState<{ readonly name: string; readonly text: string } | null>(null);
  const webhooks = useInfiniteQuery({
    queryKey: ['webhooks', tenantId],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/webhooks', {
          params: { query: { ...pageAfter(50, pageParam), ...(tenantId !== undefined && { tenant_id: tenantId }) } },
          signal,
        }),
      ),
    // As often as the log, while one is shown: they tell the same story.
    refetchInterval: log === undefined ? 15_000 : 5_000,
  });
  const rows = webhooks.data?.pages.flatMap(({ items }) => items) ?? [];
  const listed = rows.find(({ id }) => id === log);
  // Named by the address, and on a page that is not loaded.
  const named = useQuery({
    queryKey: ['webhooks', 'one', log],
    queryFn: ({ signal }) => ask(api.GET('/webhooks/{id}', { params: { path: { id: log ?? '' } }, signal })),
    enabled: log !== undefined && webhooks.isSuccess && listed === undefined,
  });
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['webhooks'] });
  const showLog = (id: string | undefined): void => void navigate({ search: (old) => ({ ...old, log: id }) });
  const act = useMutation({
    mutationFn: async ({
      webhook,
      what,
    }: {
      readonly webhook: Webhook;
      readonly what: 'test' | 'rotate' | 'delete';
    }) => {
      const params = { path: { id: webhook.id } };
      if (what === 'test') {
        await ask(api.POST('/webhooks/{id}/test', { params }));
        toast.success(t('webhooks.pinged'));
        showLog(webhook.id);
      } else if (what === 'rotate') {
        const made = await sudo.run(() => ask(api.POST('/webhooks/{id}/rotate-secret', { params })));
        setSecret({ name: webhook.name, text: made.secret });
      } else await ask(api.DELETE('/webhooks/{id}', { params }));
    },
    onSuccess: refresh,
  });
  const shown = listed ?? (log === undefined ? undefined : named.data);
  return (
    <Page
      title={t('webhooks.title')}
      lead={t('webhooks.lead')}
      actions={
        <>
          <ClientPicker />
          {can('webhooks.write') && (
            <Button kind="primary" className="self-end" onClick={() => setEditing('new')}>
              {t('webhooks.new')}
            </Button>
          )}
        </>
      }
    >
      {sudo.dialog}
      {secret !== null && <Secret title={t('webhooks.secretOf', { name: secret.name })} text={secret.text} />}
      {act.isError && <Problem error={act.error} />}
      <Card flush>
        {webhooks.isPending && <SkeletonRows rows={3} />}
        {webhooks.isError && <Problem error={webhooks.error} onRetry={() => void webhooks.refetch()} />}
        {webhooks.data && (
          <Table
            label={t('webhooks.title')}
            rows={rows}
            rowKey={({ id }) => id}
            selected={({ id }) => id === log}
            empty={
              <EmptyState title={t('webhooks.empty')} icon={<WebhookIcon aria-hidden="true" />}>
                {t('webhooks.emptyText')}
              </EmptyState>
            }
            columns={[
              {
                key: 'name',
                title: t('name'),
                cell: ({ name, url }) => (
                  <div className="max-w-96 min-w-0">
                    <p className="font-medium wrap-anywhere sm:truncate">{name}</p>
                    <p className="wrap-anywhere sm:truncate font-mono text-xs text-ink-faint" title={url}>
                      {url}
                    </p>
                  </div>
                ),
              },
              {
                key: 'tenant',
                title: common('tenant'),
                from: 'md',
                cell: ({ tenant_id }) => (tenant_id === null ? t('webhooks.allClients') : nameOf(tenant_id)),
              },
              {
                key: 'events',
                title: t('webhooks.events'),
                from: 'lg',
                className: 'max-w-64',
                cell: ({ events }) => <span className="line-clamp-2 font-mono text-xs">{events.join(', ')}</span>,
              },
              {
                key: 'health',
                title: t('team.state'),
                cell: (webhook) => {
                  const state = stateOf(webhook);
                  return <Badge tone={TONES[state]}>{t(`webhooks.state.${state}`)}</Badge>;
                },
              },
              {
                key: 'last',
                title: t('webhooks.lastSuccess'),
                from: 'sm',
                cell: (row) => <Time value={row.last_success_at} format="ago" />,
              },
              {
                key: 'actions',
                title: <span className="sr-only">{common('actions')}</span>,
                align: 'right',
                cell: (webhook) => (
                  <span className="inline-flex gap-1 max-sm:flex-col">
                    <Button size="sm" onClick={() => showLog(webhook.id === log ? undefined : webhook.id)}>
                      {t('webhooks.log')}
                    </Button>
                    {can('webhooks.write') && (
                      <Menu
                        trigger={
                          <Button size="sm" kind="quiet" aria-label={`${common('more')}: ${webhook.name}`}>
                            {common('more')}
                          </Button>
                        }
                      >
                        <MenuItem onSelect={() => act.mutate({ webhook, what: 'test' })}>{t('webhooks.test')}</MenuItem>
                        <MenuItem onSelect={() => setEditing(webhook)}>{common('edit')}</MenuItem>
                        <MenuItem onSelect={() => act.mutate({ webhook, what: 'rotate' })}>
                          {t('webhooks.rotate')}
                        </MenuItem>
                        <MenuSeparator />
                        <MenuItem danger onSelect={() => act.mutate({ webhook, what: 'delete' })}>
                          {common('delete')}
                        </MenuItem>
                      </Menu>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
        <LoadMore query={webhooks} />
      </Card>
      {shown !== undefined && <WebhookDeliveries webhook={shown} />}
      {editing !== null && (
        <WebhookForm
          webhook={editing === 'new' ? null : editing}
          tenantId={tenantId}
          onClose={() => setEditing(null)}
          onSaved={(made) => {
            setEditing(null);
            if (made !== null) setSecret(made);
            void refresh();
          }}
        />
      )}
    </Page>
  );
}
