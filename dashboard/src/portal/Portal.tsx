/** The client portal: a sign-in in the client's brand, and then what its provider does for it. Read-only. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { onSessionEvent } from '../api/queries.ts';
import { meQuery } from '../session.ts';
import { EmptyState, Problem, SkeletonRows } from '../ui/Feedback.tsx';
import { applyColors, hostBrandQuery, tenantBrandQuery } from './brand.ts';
import { Evidence } from './Evidence.tsx';
import { usePlace } from './location.ts';
import { PortalFrame } from './PortalFrame.tsx';
import { PortalSignIn } from './PortalSignIn.tsx';
import { Posture } from './Posture.tsx';
import { Sessions } from './Sessions.tsx';
import { Work } from './Work.tsx';

/** With the verifier, which is larger than all the rest. */
const PortalVerify = lazy(() => import('./PortalVerify.tsx').then(({ PortalVerify }) => ({ default: PortalVerify })));

/** The whole portal. */
export function Portal() {
  const { t } = useTranslation('portal');
  const { page, query } = usePlace();
  const queryClient = useQueryClient();
  const me = useQuery(meQuery);
  const host = useQuery(hostBrandQuery);
  const tenantId = me.data?.tenant_id ?? null;
  const own = useQuery({ ...tenantBrandQuery(tenantId ?? ''), enabled: tenantId !== null && host.data === null });
  const brand = host.data ?? own.data ?? null;
  const colors = brand?.colors ?? null;
  useEffect(() => applyColors(colors), [colors]);
  useEffect(
    () => onSessionEvent((event) => event === 'signed_out' && queryClient.setQueryData(meQuery.queryKey, null)),
    [queryClient],
  );
  const failed = [me, host].find(({ isError }) => isError);
  if (failed !== undefined)
    return (
      <div className="p-6">
        <Problem error={failed.error} onRetry={() => void failed.refetch()} />
      </div>
    );
  if (me.data === undefined || host.data === undefined) return <SkeletonRows rows={10} />;
  // Verifying needs no sign-in: whoever was handed a pack may check it.
  if (page === 'verify')
    return (
      <PortalFrame brand={brand} me={me.data} page={page}>
        <Suspense
          fallback={
            // As high as a window at least: what is below the verifier must not jump out of sight when it comes.
            <div className="min-h-dvh">
              <SkeletonRows rows={8} />
            </div>
          }
        >
          <PortalVerify packId={query.get('pack')} />
        </Suspense>
      </PortalFrame>
    );
  if (me.data === null) return <PortalSignIn brand={brand} />;
  if (tenantId === null)
    return (
      <EmptyState
        title={t('notYours.title')}
        action={
          <a href="/" className="text-accent underline underline-offset-2">
            {t('notYours.link')}
          </a>
        }
      >
        {t('notYours.text')}
      </EmptyState>
    );
  return (
    <PortalFrame brand={brand} me={me.data} page={page}>
      {page === 'posture' && <Posture tenantId={tenantId} />}
      {page === 'work' && <Work month={query.get('month')} />}
      {page === 'sessions' && <Sessions mayConsent={me.data.permissions.includes('impersonation.consent')} />}
      {page === 'packs' && <Evidence tenantId={tenantId} />}
    </PortalFrame>
  );
}
