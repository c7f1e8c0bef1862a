/** The sign-in of a client's people, in the client's brand. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { meQuery } from '../session.ts';
import { Button } from '../ui/Button.tsx';
import { Problem } from '../ui/Feedback.tsx';
import { TextField, TotpField } from '../ui/Field.tsx';
import type { Brand } from './brand.ts';
import { hrefOf } from './location.ts';
import { BrandMark, PortalFooter } from './PortalFrame.tsx';
import { PortalLink } from './PortalLink.tsx';

type Fields = { readonly email: string; readonly password: string; readonly code: string };

/** Email, password and the second factor. */
export function PortalSignIn({ brand }: { readonly brand: Brand | null }) {
  const { t } = useTranslation('portal');
  const queryClient = useQueryClient();
  const [byRecovery, setByRecovery] = useState(false);
  const { register, handleSubmit, resetField } = useForm<Fields>();
  useEffect(() => {
    document.title = t('signIn.title');
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
      if (!answer.enrolment_required) await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    },
  });
  return (
    <div className="flex min-h-dvh flex-col">
      <main className="grid flex-1 place-items-center p-4">
        <form
          onSubmit={handleSubmit((fields) => signIn.mutate(fields))}
          className="w-full max-w-sm space-y-4 rounded-xl border border-line border-t-4 border-t-(--brand,var(--accent)) bg-surface p-6 shadow-sm"
        >
          <header className="space-y-3">
            <BrandMark brand={brand} />
            <h1 className="text-xl font-semibold tracking-tight">{t('signIn.title')}</h1>
          </header>
          {signIn.isError && <Problem error={signIn.error} />}
          {signIn.data?.enrolment_required && (
            <p role="alert" className="rounded-md bg-medium-wash p-3 text-medium">
              {t('signIn.enrol')}
            </p>
          )}
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
            {t(byRecovery ? 'signIn.useTotp' : 'signIn.useRecovery')}
          </Button>
          <p className="text-center text-xs">
            <PortalLink href={hrefOf('verify')} className="text-accent underline underline-offset-2">
              {t('signIn.verify')}
            </PortalLink>
          </p>
        </form>
      </main>
      <PortalFooter brand={brand} />
    </div>
  );
}
