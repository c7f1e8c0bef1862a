/** The sign-in: email, password and the second factor. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { meQuery } from '../../session.ts';
import { loginRoute } from '../../shell/shellRoute.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextField, TotpField } from '../../ui/Field.tsx';
import { ENROLMENT_KEY } from './enrolment.ts';

type Fields = { readonly email: string; readonly password: string; readonly code: string };

/** Only a path of this site is gone on to: an address from elsewhere is no place to send a person. */
function safeNext(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/';
}

/** Signs in and goes on to where the person was headed. */
export function SignIn() {
  const { t } = useTranslation('shell');
  const { next } = loginRoute.useSearch();
  const [byRecovery, setByRecovery] = useState(false);
  const { register, handleSubmit, resetField } = useForm<Fields>();
  const navigate = useNavigate();
  const router = useRouter();
  const queryClient = useQueryClient();
  useEffect(() => {
    document.title = `${t('signIn.title')} · monsys`;
  }, [t]);
  const signIn = useMutation({
    mutationFn: ({ email, password, code }: Fields) =>
      ask(
        api.POST('/auth/login', {
          body: { email, password, ...(byRecovery ? { recovery_code: code } : { totp_code: code }) },
        }),
      ),
    onError: () => resetField('code'),
    onSuccess: async (answer) => {
      if (answer.enrolment_required) {
        // Kept for this tab alone: the next page spends it at once.
        sessionStorage.setItem(ENROLMENT_KEY, answer.enrolment_token);
        await navigate({ to: '/enrol' });
        return;
      }
      queryClient.clear();
      await queryClient.fetchQuery(meQuery);
      router.history.push(safeNext(next));
    },
  });
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form
        onSubmit={handleSubmit((fields) => signIn.mutate(fields))}
        className="w-full max-w-sm space-y-4 rounded-xl border border-line bg-surface p-6 shadow-sm"
      >
        <header>
          <img src="/icon.svg" alt="" width={32} height={32} />
          <h1 className="mt-3 text-xl font-semibold tracking-tight">{t('signIn.title')}</h1>
          <p className="text-ink-soft">{t('signIn.lead')}</p>
        </header>
        {signIn.isError && <Problem error={signIn.error} />}
        <TextField label={t('signIn.email')} type="email" autoComplete="username" required {...register('email')} />
        <TextField
          label={t('signIn.password')}
          type="password"
          autoComplete="current-password"
          required
          {...register('password')}
        />
        {byRecovery ? (
          <TextField label={t('signIn.recovery')} autoComplete="off" required {...register('code')} />
        ) : (
          <TotpField required={false} {...register('code')} />
        )}
        <Button type="submit" kind="primary" busy={signIn.isPending} className="w-full">
          {t('signIn.submit')}
        </Button>
        <Button kind="quiet" size="sm" className="w-full" onClick={() => setByRecovery((on) => !on)}>
          {byRecovery ? t('signIn.useTotp') : t('signIn.useRecovery')}
        </Button>
      </form>
    </main>
  );
}
