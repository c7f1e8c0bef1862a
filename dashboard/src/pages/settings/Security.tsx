/** One's own account: password, authenticator, recovery codes, sessions. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask, withTotp } from '../../api/client.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { TextField, TotpField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { ENROLMENT_KEY } from '../signIn/enrolment.ts';
import { RecoveryCodes } from '../signIn/RecoveryCodes.tsx';
import { browserName } from './pushDevice.ts';

/** The page. */
export function Security() {
  const { t } = useTranslation('settings');
  return (
    <Page title={t('security.title')} lead={t('security.lead')}>
      <div className="grid gap-4 xl:grid-cols-3">
        <Password />
        <Authenticator />
        <Recovery />
      </div>
      <Sessions />
    </Page>
  );
}

type PasswordFields = { readonly current: string; readonly next: string; readonly code: string };

function Password() {
  const { t } = useTranslation('settings');
  const { register, handleSubmit, reset, resetField } = useForm<PasswordFields>();
  const change = useMutation({
    mutationFn: ({ current, next, code }: PasswordFields) =>
      ask(
        api.POST('/auth/password', {
          body: { current_password: current, new_password: next },
          headers: withTotp(code),
        }),
      ),
    onError: () => resetField('code'),
    onSuccess: () => {
      reset();
      toast.success(t('security.passwordChanged'));
    },
  });
  return (
    <Card title={t('security.password')}>
      <form className="space-y-3" onSubmit={handleSubmit((fields) => change.mutate(fields))}>
        {change.isError && <Problem error={change.error} />}
        <TextField
          label={t('security.currentPassword')}
          type="password"
          autoComplete="current-password"
          required
          {...register('current')}
        />
        <TextField
          label={t('security.newPassword')}
          hint={t('security.passwordHint')}
          type="password"
          autoComplete="new-password"
          required
          {...register('next')}
        />
        <TotpField {...register('code')} />
        <Button type="submit" kind="primary" busy={change.isPending}>
          {t('security.changePassword')}
        </Button>
      </form>
    </Card>
  );
}

type ReplaceFields = { readonly password: string; readonly code: string };

function Authenticator() {
  const { t } = useTranslation('settings');
  const navigate = useNavigate();
  const { register, handleSubmit, resetField } = useForm<ReplaceFields>();
  const replace = useMutation({
    mutationFn: ({ password, code }: ReplaceFields) =>
      ask(api.POST('/auth/totp/replace', { body: { password }, headers: withTotp(code) })),
    onError: () => resetField('code'),
    onSuccess: async ({ enrolment_token }) => {
      sessionStorage.setItem(ENROLMENT_KEY, enrolment_token);
      await navigate({ to: '/enrol' });
    },
  });
  return (
    <Card title={t('security.authenticator')}>
      <form className="space-y-3" onSubmit={handleSubmit((fields) => replace.mutate(fields))}>
        <p className="text-ink-soft">{t('security.authenticatorLead')}</p>
        {replace.isError && <Problem error={replace.error} />}
        <TextField
          label={t('security.currentPassword')}
          type="password"
          autoComplete="current-password"
          required
          {...register('password')}
        />
        <TotpField {...register('code')} />
        <Button type="submit" busy={replace.isPending}>
          {t('security.replace')}
        </Button>
      </form>
    </Card>
  );
}

function Recovery() {
  const { t } = useTranslation('settings');
  const { register, handleSubmit, resetField } = useForm<{ readonly code: string }>();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const renew = useMutation({
    mutationFn: ({ code }: { readonly code: string }) =>
      ask(api.POST('/auth/recovery-codes', { headers: withTotp(code) })),
    onSettled: () => resetField('code'),
    onSuccess: ({ recovery_codes }) => setCodes(recovery_codes),
  });
  return (
    <Card title={t('security.recovery')}>
      {codes === null ? (
        <form className="space-y-3" onSubmit={handleSubmit((fields) => renew.mutate(fields))}>
          <p className="text-ink-soft">{t('security.recoveryLead')}</p>
          {renew.isError && <Problem error={renew.error} />}
          <TotpField {...register('code')} />
          <Button type="submit" busy={renew.isPending}>
            {t('security.renewRecovery')}
          </Button>
        </form>
      ) : (
        <RecoveryCodes codes={codes} />
      )}
    </Card>
  );
}

function Sessions() {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => ask(api.GET('/auth/sessions', { signal })),
  });
  const end = useMutation({
    mutationFn: (id: string) => ask(api.DELETE('/auth/sessions/{id}', { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Card title={t('security.sessions')} flush>
      {end.isError && <Problem error={end.error} />}
      {sessions.isPending && <SkeletonRows rows={3} />}
      {sessions.isError && <Problem error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.data && (
        <Table
          label={t('security.sessions')}
          rows={sessions.data.items}
          rowKey={({ id }) => id}
          columns={[
            {
              key: 'agent',
              title: t('security.browser'),
              cell: ({ user_agent, is_this }) => (
                <span className="flex flex-wrap items-center gap-x-2">
                  <span title={user_agent ?? undefined}>{browserName(user_agent) ?? user_agent ?? '—'}</span>
                  {is_this && <Badge tone="accent">{t('security.thisSession')}</Badge>}
                </span>
              ),
            },
            { key: 'ip', title: t('security.address'), from: 'sm', cell: ({ ip }) => ip ?? '—' },
            {
              key: 'seen',
              title: t('security.lastSeen'),
              cell: (row) => <Time value={row.last_seen_at} format="ago" />,
            },
            { key: 'expires', title: t('expires'), from: 'md', cell: (row) => <Time value={row.expires_at} /> },
            {
              key: 'end',
              title: <span className="sr-only">{t('security.end')}</span>,
              align: 'right',
              cell: ({ id, is_this }) =>
                !is_this && (
                  <Button size="sm" busy={end.isPending && end.variables === id} onClick={() => end.mutate(id)}>
                    {t('security.end')}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}
