/** The sign-in of a client's people, in the client's brand. */

import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../session.ts';
import { SignInForm } from '../ui/SignInForm.tsx';
import { useTabTitle } from '../ui/tabTitle.ts';
import type { Brand } from './brand.ts';
import { hrefOf } from './location.ts';
import { BrandMark, PortalFooter } from './PortalFrame.tsx';
import { PortalLink } from './PortalLink.tsx';

/** Email, password and the second factor. */
export function PortalSignIn({ brand }: { readonly brand: Brand | null }) {
  const { t } = useTranslation('portal');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  useTabTitle(common('signIn.title'));
  return (
    <div className="flex min-h-dvh flex-col">
      <main className="grid flex-1 place-items-center p-4">
        <SignInForm
          className="border-t-4 border-t-(--brand,var(--accent))"
          header={
            <header className="space-y-3">
              <BrandMark brand={brand} />
              <h1 className="text-xl font-semibold tracking-tight">{common('signIn.title')}</h1>
            </header>
          }
          notEnrolled={
            <p role="alert" className="rounded-md bg-medium-wash p-3 text-medium">
              {t('signIn.enrol')}
            </p>
          }
          onAnswer={async (answer) => {
            if (!answer.enrolment_required) await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
          }}
        >
          <p className="text-center text-xs">
            <PortalLink href={hrefOf('verify')} className="text-accent underline underline-offset-2">
              {t('signIn.verify')}
            </PortalLink>
          </p>
        </SignInForm>
      </main>
      <PortalFooter brand={brand} />
    </div>
  );
}
