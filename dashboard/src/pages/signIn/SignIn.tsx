/** The sign-in: email, password and the second factor. */

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../session.ts';
import { loginRoute } from '../../shell/shellRoute.tsx';
import { SignInForm } from '../../ui/SignInForm.tsx';
import { usePageTitle } from '../../ui/tabTitle.ts';
import { ENROLMENT_KEY } from './enrolment.ts';

/** Only a path of this site is gone on to: an address from elsewhere is no place to send a person. */
function safeNext(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/';
}

/** Signs in and goes on to where the person was headed. */
export function SignIn() {
  const { t } = useTranslation('shell');
  const { t: common } = useTranslation();
  const { next } = loginRoute.useSearch();
  const navigate = useNavigate();
  const router = useRouter();
  const queryClient = useQueryClient();
  usePageTitle(common('signIn.title'));
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <SignInForm
        header={
          <header>
            <img src="/icon.svg" alt="" width={32} height={32} />
            <h1 className="mt-3 text-xl font-semibold tracking-tight">{common('signIn.title')}</h1>
            <p className="text-ink-soft">{t('signIn.lead')}</p>
          </header>
        }
        onAnswer={async (answer) => {
          if (answer.enrolment_required) {
            // Kept for this tab alone: the next page spends it at once.
            sessionStorage.setItem(ENROLMENT_KEY, answer.enrolment_token);
            await navigate({ to: '/enrol' });
            return;
          }
          queryClient.clear();
          await queryClient.fetchQuery(meQuery);
          router.history.push(safeNext(next));
        }}
      />
    </main>
  );
}
