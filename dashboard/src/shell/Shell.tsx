/** The frame around every page behind the sign-in. */

import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onSessionEvent } from '../api/queries.ts';
import { meQuery, useMe } from '../session.ts';
import { SkeletonRows } from '../ui/Feedback.tsx';
import { Brand } from './Brand.tsx';
import { ImpersonateProvider } from './ImpersonateProvider.tsx';
import { ImpersonationBanner } from './ImpersonationBanner.tsx';
import { ImpersonationOver } from './ImpersonationOver.tsx';
import { OfflineNotice } from './OfflineNotice.tsx';
import { Sidebar } from './Sidebar.tsx';
import { Toasts } from './Toasts.tsx';
import { TopBar } from './TopBar.tsx';

const CommandPalette = lazy(() =>
  import('./CommandPalette.tsx').then(({ CommandPalette }) => ({ default: CommandPalette })),
);

const PageSheet = lazy(() => import('./PageSheet.tsx').then(({ PageSheet }) => ({ default: PageSheet })));

/** Sidebar, top bar, the page, and what belongs to none: palette, notices, what ends a session. */
export function Shell() {
  const { t } = useTranslation('shell');
  const { pathname } = useLocation();
  const me = useMe();
  const [menuOpen, setMenuOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [paletteWanted, setPaletteWanted] = useState(false);
  useSessionEnd();

  const openPalette = (): void => {
    setPaletteWanted(true);
    setPaletteOpen(true);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPaletteWanted(true);
        setPaletteOpen((open) => !open);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <ImpersonateProvider>
      <div className="min-h-dvh lg:pl-56 print:pl-0">
        <a
          href="#content"
          className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          {t('skipToContent')}
        </a>
        <aside className="no-print fixed inset-y-0 left-0 z-20 w-56 overflow-y-auto border-r border-line bg-surface max-lg:hidden">
          <Brand />
          <Sidebar />
        </aside>
        {menuOpen && (
          <Suspense>
            <PageSheet onClose={() => setMenuOpen(false)} />
          </Suspense>
        )}
        <TopBar onMenu={() => setMenuOpen(true)} onPalette={openPalette} />
        <OfflineNotice />
        <ImpersonationBanner />
        {/* Another context is another page: nothing read in one is left in the other. */}
        <main id="content" tabIndex={-1} key={`${pathname} ${me.impersonation?.id}`} className="outline-none">
          <Suspense fallback={<SkeletonRows rows={10} />}>
            <Outlet />
          </Suspense>
        </main>
        {paletteWanted && (
          <Suspense>
            <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} />
          </Suspense>
        )}
        <ImpersonationOver />
        <Toasts />
      </div>
    </ImpersonateProvider>
  );
}

/** When an answer says that the session is over: to the sign-in, and back here afterwards. */
function useSessionEnd(): void {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  useEffect(
    () =>
      onSessionEvent((event) => {
        if (event !== 'signed_out') return;
        queryClient.setQueryData(meQuery.queryKey, null);
        void navigate({ to: '/login', search: { next: location.pathname + location.search } });
      }),
    [navigate, queryClient],
  );
}
