/** The frame of the portal: the client's brand above, its pages, the provider's name below. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { chooseLanguage, LANGUAGES, type Language } from '../i18n.ts';
import { type Me, meQuery } from '../session.ts';
import { Button } from '../ui/Button.tsx';
import { useCurrentInView } from '../ui/useCurrentInView.ts';
import type { Brand } from './brand.ts';
import { hrefOf, PAGES, type PageName } from './location.ts';
import { PortalLink } from './PortalLink.tsx';

/** `me` null: only what needs no sign-in is shown. */
export function PortalFrame({
  brand,
  me,
  page,
  children,
}: {
  readonly brand: Brand | null;
  readonly me: Me | null;
  readonly page: PageName;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation('portal');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => ask(api.POST('/auth/logout')),
    onSuccess: () => {
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'brand' && queryKey[0] !== 'me' });
      queryClient.setQueryData(meQuery.queryKey, null);
    },
  });
  const row = useCurrentInView<HTMLElement>(page);
  const pages = me === null ? (['posture', 'verify'] as const) : PAGES;
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="no-print border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-3 px-4">
          <BrandMark brand={brand} />
          <div className="flex-1" />
          {me !== null && (
            <>
              <span className="truncate text-ink-soft max-sm:hidden">{me.name}</span>
              <Button kind="quiet" size="sm" busy={signOut.isPending} onClick={() => signOut.mutate()}>
                <LogOut aria-hidden="true" /> <span className="max-sm:sr-only">{t('signOut')}</span>
              </Button>
            </>
          )}
        </div>
        <nav ref={row} aria-label={t('pages')} className="mx-auto flex max-w-6xl gap-1 overflow-x-auto px-2 sm:px-3">
          {pages.map((each) => (
            <PortalLink
              key={each}
              href={hrefOf(each)}
              aria-current={each === page ? 'page' : undefined}
              className="-mb-px border-b-2 border-transparent px-3 py-2.5 focus-visible:-outline-offset-2 font-medium whitespace-nowrap text-ink-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-accent"
            >
              {me === null && each === 'posture' ? common('signIn.title') : t(`page.${each}`)}
            </PortalLink>
          ))}
        </nav>
      </header>
      <main className="mx-auto w-full max-w-6xl flex-1 px-4 py-6">{children}</main>
      <PortalFooter brand={brand} />
    </div>
  );
}

/** The logo and name of the client; a square of its colour where there is no logo. */
export function BrandMark({ brand }: { readonly brand: Brand | null }) {
  const { t } = useTranslation('portal');
  const name = brand?.productName ?? t('product');
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      {brand?.logoUrl ? (
        <img src={brand.logoUrl} alt="" className="h-8 max-w-32 min-w-8 object-contain" />
      ) : (
        <span
          aria-hidden="true"
          className="grid size-8 shrink-0 place-items-center rounded-md bg-(--brand,var(--accent)) font-semibold text-(--brand-ink,var(--accent-ink))"
        >
          {name.slice(0, 1).toUpperCase()}
        </span>
      )}
      <span className="truncate text-base font-semibold tracking-tight">{name}</span>
    </span>
  );
}

/** Who runs it, and the language. */
export function PortalFooter({ brand }: { readonly brand: Brand | null }) {
  const { t, i18n } = useTranslation('portal');
  return (
    <footer className="border-t border-line text-xs text-ink-soft">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-3 px-4 py-4">
        <p>{brand?.poweredBy == null ? t('poweredByProvider') : t('poweredBy', { msp: brand.poweredBy })}</p>
        <div className="no-print flex gap-3">
          {(Object.entries(LANGUAGES) as [Language, string][]).map(([tag, name]) => (
            <button
              key={tag}
              type="button"
              lang={tag}
              aria-pressed={i18n.language === tag}
              onClick={() => void chooseLanguage(tag)}
              className="py-1 underline-offset-2 hover:text-ink aria-pressed:font-semibold aria-pressed:text-ink pointer-coarse:py-3"
            >
              {name}
            </button>
          ))}
        </div>
      </div>
    </footer>
  );
}
