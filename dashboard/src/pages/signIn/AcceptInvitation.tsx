/** Accepting an invitation: a password first, then the authenticator. The token is in the fragment, which no server sees. */

import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { usePageTitle } from '../../ui/tabTitle.ts';
import { ENROLMENT_KEY } from './enrolment.ts';

/** The page that an invitation's link opens. */
export function AcceptInvitation() {
  const { t } = useTranslation('settings');
  const [token] = useState(() => location.hash.slice(1));
  const navigate = useNavigate();
  const { register, handleSubmit } = useForm<{ readonly password: string }>();
  usePageTitle(t('accept.title'));
  // It stays neither in the address nor in the history.
  useEffect(() => history.replaceState(history.state, '', location.pathname), []);
  const accept = useMutation({
    mutationFn: ({ password }: { readonly password: string }) =>
      ask(api.POST('/invitations/accept', { body: { token, password } })),
    onSuccess: async ({ enrolment_token }) => {
      sessionStorage.setItem(ENROLMENT_KEY, enrolment_token);
      await navigate({ to: '/enrol' });
    },
  });
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form
        className="w-full max-w-sm space-y-4 rounded-xl border border-line bg-surface p-6"
        onSubmit={handleSubmit((fields) => accept.mutate(fields))}
      >
        <header>
          <h1 className="text-xl font-semibold tracking-tight">{t('accept.title')}</h1>
          <p className="text-ink-soft">{t('accept.lead')}</p>
        </header>
        {token === '' ? (
          <EmptyState title={t('accept.noToken')} />
        ) : (
          <>
            {accept.isError && <Problem error={accept.error} />}
            <TextField
              label={t('security.newPassword')}
              hint={t('security.passwordHint')}
              type="password"
              autoComplete="new-password"
              required
              {...register('password')}
            />
            <Button type="submit" kind="primary" className="w-full" busy={accept.isPending}>
              {t('accept.submit')}
            </Button>
          </>
        )}
      </form>
    </main>
  );
}
