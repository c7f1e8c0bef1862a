/** One's own phones and browsers, and the ntfy topic. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BellRing } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask, type Item } from '../../api/client.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { NtfyTopic } from './NtfyTopic.tsx';
import { browserName, canPush, type DeviceFault, ownDeviceId, ownSubscription, turnOff, turnOn } from './pushDevice.ts';

type Device = Item<'/push/subscriptions'>;

const DEVICES = ['push', 'subscriptions'] as const;

/** The page. */
export function PushDevices() {
  const { t } = useTranslation('notifications');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <div className="grid gap-4 xl:grid-cols-2">
        <ThisDevice />
        <NtfyTopic />
      </div>
      <Devices />
    </Page>
  );
}

function ThisDevice() {
  const { t } = useTranslation('notifications');
  const queryClient = useQueryClient();
  const [isDenied, setDenied] = useState(false);
  const key = useQuery({
    queryKey: ['push', 'key'],
    queryFn: ({ signal }) => ask(api.GET('/push/vapid-public-key', { signal })),
  });
  const own = useQuery({ queryKey: ['push', 'own'], queryFn: ownSubscription, staleTime: 0 });
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['push'] });
  const subscribe = useMutation({
    mutationFn: (publicKey: string) => turnOn(publicKey),
    onSuccess: (isOn) => {
      setDenied(!isOn);
      if (isOn) toast.success(t('turnedOn'));
    },
    onSettled: refresh,
  });
  const unsubscribe = useMutation({
    mutationFn: turnOff,
    onSuccess: () => toast.success(t('turnedOff')),
    onSettled: refresh,
  });
  const publicKey = key.data?.public_key ?? null;
  const shown: DeviceFault | null = !canPush()
    ? 'unsupported'
    : key.data !== undefined && publicKey === null
      ? 'notConfigured'
      : isDenied
        ? 'denied'
        : null;
  const isOn = own.data != null;
  return (
    <Card title={t('device')}>
      <div className="space-y-3">
        {key.isError && <Problem error={key.error} onRetry={() => void key.refetch()} />}
        {subscribe.isError && <Problem error={subscribe.error} />}
        {unsubscribe.isError && <Problem error={unsubscribe.error} />}
        <p className="font-medium">{t(isOn ? 'on' : 'off')}</p>
        {!isOn && <p className="max-w-prose text-ink-soft">{t('offText')}</p>}
        {shown !== null && (
          <p role="status" className="rounded-md bg-medium-wash p-3 text-medium">
            {t(shown)}
          </p>
        )}
        {isOn ? (
          <Button busy={unsubscribe.isPending} onClick={() => unsubscribe.mutate()}>
            {t('turnOff')}
          </Button>
        ) : (
          <Button
            kind="primary"
            busy={subscribe.isPending}
            disabled={publicKey === null || shown === 'unsupported'}
            onClick={() => publicKey !== null && subscribe.mutate(publicKey)}
          >
            <BellRing aria-hidden="true" /> {t('turnOn')}
          </Button>
        )}
      </div>
    </Card>
  );
}

function Devices() {
  const { t } = useTranslation('notifications');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const { data, error, isPending } = useQuery({
    queryKey: DEVICES,
    queryFn: ({ signal }) => ask(api.GET('/push/subscriptions', { signal })),
  });
  const remove = useMutation({
    mutationFn: ({ id }: Device) => ask(api.DELETE('/push/subscriptions/{id}', { params: { path: { id } } })),
    onSuccess: () => toast.success(t('removed')),
    onError: (fault) => toast.error(fault.message),
    onSettled: () => queryClient.invalidateQueries({ queryKey: DEVICES }),
  });
  const name = (device: Device): string => browserName(device.user_agent) ?? t('unknownBrowser');
  return (
    <Card title={t('devices')} flush>
      {isPending && <SkeletonRows rows={3} />}
      {error !== null && <Problem error={error} />}
      {data !== undefined && (
        <Table
          label={t('devices')}
          rows={data.items}
          rowKey={({ id }) => id}
          empty={<EmptyState title={t('devicesEmpty')}>{t('devicesEmptyText')}</EmptyState>}
          columns={[
            {
              key: 'browser',
              title: t('browser'),
              cell: (device) => (
                <>
                  <span className="font-medium">{name(device)}</span>
                  {device.id === ownDeviceId() && <span className="text-ink-faint"> ({t('thisOne')})</span>}
                </>
              ),
            },
            { key: 'service', title: t('service'), from: 'md', cell: ({ service }) => service },
            {
              key: 'since',
              title: t('since'),
              from: 'sm',
              cell: ({ created_at }) => <Time value={created_at} format="date" />,
            },
            {
              key: 'state',
              title: t('state'),
              cell: ({ failed_at }) => (
                <Badge tone={failed_at === null ? 'good' : 'critical'}>
                  {t(failed_at === null ? 'works' : 'failed')}
                </Badge>
              ),
            },
            {
              key: 'remove',
              title: <span className="sr-only">{common('remove')}</span>,
              align: 'right',
              cell: (device) => (
                <Button
                  size="sm"
                  busy={remove.isPending && remove.variables.id === device.id}
                  aria-label={`${common('remove')}: ${name(device)}`}
                  onClick={() => remove.mutate(device)}
                >
                  {common('remove')}
                </Button>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}
