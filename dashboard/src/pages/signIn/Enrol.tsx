/** Setting an authenticator up: scan, prove with one code, keep the recovery codes. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { meQuery } from '../../session.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { EmptyState, Problem, Skeleton } from '../../ui/Feedback.tsx';
import { TotpField } from '../../ui/Field.tsx';
import { usePageTitle } from '../../ui/tabTitle.ts';
import { ENROLMENT_KEY } from './enrolment.ts';
import { RecoveryCodes } from './RecoveryCodes.tsx';

/** The page; it needs the token that the sign-in or the settings have left. */
export function Enrol() {
  const { t } = useTranslation('settings');
  const [token] = useState(() => sessionStorage.getItem(ENROLMENT_KEY));
  usePageTitle(t('enrol.title'));
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-md space-y-4 rounded-xl border border-line bg-surface p-6">
        <h1 className="text-xl font-semibold tracking-tight">{t('enrol.title')}</h1>
        {token === null ? (
          <EmptyState
            title={t('enrol.noToken')}
            action={
              <ButtonLink to="/login" kind="primary">
                {t('enrol.toSignIn')}
              </ButtonLink>
            }
          />
        ) : (
          <Steps token={token} />
        )}
      </div>
    </main>
  );
}

function Steps({ token }: { readonly token: string }) {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const { register, handleSubmit, resetField } = useForm<{ readonly code: string }>();
  const secret = useQuery({
    queryKey: ['enrol', token],
    queryFn: () => ask(api.POST('/auth/totp/enrol', { body: { enrolment_token: token } })),
    // Each call makes another secret.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const confirm = useMutation({
    mutationFn: ({ code }: { readonly code: string }) =>
      ask(api.POST('/auth/totp/confirm', { body: { enrolment_token: token, totp_code: code } })),
    onError: () => resetField('code'),
    onSuccess: async () => {
      sessionStorage.removeItem(ENROLMENT_KEY);
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  if (confirm.data)
    return (
      <>
        <RecoveryCodes codes={confirm.data.recovery_codes} />
        <ButtonLink to="/" kind="primary" className="w-full">
          {t('enrol.done')}
        </ButtonLink>
      </>
    );
  if (secret.isError) return <Problem error={secret.error} />;
  return (
    <form className="space-y-4" onSubmit={handleSubmit((fields) => confirm.mutate(fields))}>
      <p className="text-ink-soft">{t('enrol.scan')}</p>
      <div className="mx-auto size-52 rounded-lg bg-white p-2">
        {secret.data ? (
          <img
            src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(secret.data.qr_svg)}`}
            alt={t('enrol.qr')}
            className="size-full"
          />
        ) : (
          <Skeleton className="size-full" />
        )}
      </div>
      <p className="text-xs text-ink-faint">{t('enrol.byHand')}</p>
      {secret.data && <CopyText text={secret.data.secret} block />}
      {confirm.isError && <Problem error={confirm.error} />}
      <TotpField {...register('code')} />
      <Button type="submit" kind="primary" className="w-full" busy={confirm.isPending}>
        {t('enrol.confirm')}
      </Button>
    </form>
  );
}
