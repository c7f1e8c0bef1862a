/** The parent of pages that need no sign-in: within the whole frame for who is signed in, else within a plain one. */

import { useSuspenseQuery } from '@tanstack/react-query';
import { createRoute, Link, Outlet, retainSearchParams } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { known, text } from '../search.ts';
import { meQuery } from '../session.ts';
import { SkeletonRows } from '../ui/Feedback.tsx';
import { AuditorFrame } from './AuditorFrame.tsx';
import { Shell } from './Shell.tsx';
import { rootRoute } from './shellRoute.tsx';

/** Pages of evidence that anybody may open. */
export const openRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'open',
  validateSearch: (search: Record<string, unknown>) => known({ tenant: text(search['tenant']) }),
  search: { middlewares: [retainSearchParams(['tenant'])] },
  beforeLoad: async ({ context }) => {
    await context.queryClient.ensureQueryData(meQuery);
  },
  component: OpenFrame,
});

function OpenFrame() {
  const { t } = useTranslation('shell');
  const { t: common } = useTranslation();
  const me = useSuspenseQuery(meQuery).data;
  if (me?.role === 'auditor')
    return (
      <AuditorFrame>
        <Outlet />
      </AuditorFrame>
    );
  if (me !== null) return <Shell />;
  return (
    <div className="min-h-dvh">
      <header className="no-print flex h-12 items-center gap-4 border-b border-line bg-surface px-4">
        <img src="/icon.svg" alt="" width={22} height={22} />
        <span className="font-semibold tracking-tight max-sm:sr-only">monsys</span>
        <nav aria-label={t('nav.label')} className="flex flex-1 justify-end gap-4 whitespace-nowrap text-ink-soft">
          {(
            [
              ['/verify', t('nav.verify')],
              ['/transparency', t('nav.transparency')],
              ['/login', common('signIn.title')],
            ] as const
          ).map(([to, name]) => (
            <Link
              key={to}
              to={to}
              className="py-1 hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-accent"
            >
              {name}
            </Link>
          ))}
        </nav>
      </header>
      <main id="content">
        <Suspense fallback={<SkeletonRows rows={10} />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
