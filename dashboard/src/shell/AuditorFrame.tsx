/** The frame of an auditor: what may be read, and until when. */

import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { Clock } from 'lucide-react';
import { type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { linkEnd } from '../pages/auditor/linkToken.ts';
import { meQuery, useTenantName } from '../session.ts';
import { SkeletonRows } from '../ui/Feedback.tsx';
import { Time, timeSpan, useNow, wholeMinutes } from '../ui/Time.tsx';
import { useCurrentInView } from '../ui/useCurrentInView.ts';

const TAB =
  '-mb-px border-b-2 border-transparent px-3 py-2.5 focus-visible:-outline-offset-2 font-medium whitespace-nowrap text-ink-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-accent';

/** Access ends with the link or with the session, whichever is first. */
export function AuditorFrame({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation('auditor');
  const me = useSuspenseQuery(meQuery).data;
  const tenantName = useTenantName();
  const { pathname, search } = useLocation();
  const row = useCurrentInView<HTMLElement>(`${pathname} ${JSON.stringify(search)}`);
  const now = useNow(30);
  const link = linkEnd();
  const ends = [me?.expires_at, link].filter((at) => at != null).toSorted()[0];
  const isAudit = pathname === '/auditor' && 'view' in search && search.view === 'audit';
  const current = (is: boolean) => (is ? { 'aria-current': 'page' as const } : { 'aria-current': undefined });
  return (
    <div className="min-h-dvh">
      <header className="no-print border-b border-line bg-surface">
        <div className="mx-auto flex min-h-12 max-w-[96rem] flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 sm:px-6">
          <img src="/icon.svg" alt="" width={22} height={22} />
          <span className="font-semibold tracking-tight">
            {t('title')}
            {me?.tenant_id != null && <span className="font-normal text-ink-soft"> · {tenantName(me.tenant_id)}</span>}
          </span>
          {ends !== undefined && (
            <p className="flex items-center gap-1.5 text-xs text-ink-soft sm:ml-auto">
              <Clock aria-hidden="true" className="size-3.5" />
              {t('ends')} <Time value={ends} /> ({timeSpan(wholeMinutes((Date.parse(ends) - now) / 1_000))})
            </p>
          )}
        </div>
        <nav
          ref={row}
          aria-label={t('pages')}
          className="mx-auto flex max-w-[96rem] gap-1 overflow-x-auto px-2 sm:px-4"
        >
          <Link
            to="/auditor"
            search={{}}
            className={TAB}
            activeOptions={{ exact: true }}
            {...current(pathname === '/auditor' && !isAudit)}
          >
            {t('packs')}
          </Link>
          <Link to="/auditor" search={{ view: 'audit' }} className={TAB} {...current(isAudit)}>
            {t('audit')}
          </Link>
          <Link to="/transparency" className={TAB}>
            {t('log')}
          </Link>
          <Link to="/verify" className={TAB}>
            {t('verify')}
          </Link>
        </nav>
      </header>
      <main id="content">
        <Suspense fallback={<SkeletonRows rows={10} />}>{children}</Suspense>
      </main>
    </div>
  );
}
