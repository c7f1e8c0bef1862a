/** What an auditor sees: the packs and the audit log of one client, read-only, until the link ends. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { meQuery } from '../../session.ts';
import { AuditorFrame } from '../../shell/AuditorFrame.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Page } from '../../ui/Layout.tsx';
import { PackCards } from '../packs/PackCards.tsx';
import { AuditTrail } from './AuditTrail.tsx';
import { forgetLinkToken, keepLinkEnd, takeLinkToken } from './linkToken.ts';

const route = getRouteApi('/auditor');

/** Opens the link that one came with, or goes on with the session that is there. */
export function Auditor() {
  const { t } = useTranslation('auditor');
  const { view = 'packs' } = route.useSearch();
  const queryClient = useQueryClient();
  const [token] = useState(takeLinkToken);
  const { mutate, ...opening } = useMutation({
    mutationFn: (link: string) => ask(api.POST('/auth/auditor-link', { body: { token: link } })),
    onSettled: forgetLinkToken,
    onSuccess: async ({ link_expires_at }) => {
      keepLinkEnd(link_expires_at);
      queryClient.clear();
      await queryClient.fetchQuery(meQuery);
    },
  });
  useEffect(() => {
    if (token !== null) mutate(token);
  }, [token, mutate]);
  const isWaiting = token !== null && !opening.isSuccess && !opening.isError;
  const me = useQuery({ ...meQuery, enabled: !isWaiting });
  if (isWaiting || me.isPending)
    return (
      // A part of its own: nothing of it is moved to where the page will be.
      <main key="waiting" className="p-6">
        <SkeletonRows rows={8} />
      </main>
    );
  if (opening.isError || me.data == null || me.data.tenant_id === null)
    return (
      <main key="over" className="mx-auto max-w-xl space-y-4 p-6">
        <h1 className="text-xl font-semibold">{t('title')}</h1>
        {opening.isError && <Problem error={opening.error} />}
        {me.isError && <Problem error={me.error} />}
        {!opening.isError && (
          <EmptyState title={t('noLink')} icon={<KeyRound aria-hidden="true" />}>
            {t('noLinkText')}
          </EmptyState>
        )}
        <p>
          <Link to="/verify" className="text-accent underline underline-offset-2">
            {t('verifyAnyway')}
          </Link>
        </p>
      </main>
    );
  return (
    <AuditorFrame>
      {view === 'packs' ? (
        <Page title={t('packs')} lead={t('packsLead')}>
          <PackCards
            tenantId={me.data.tenant_id}
            verifyLink={(pack, words) => (
              <Link
                to="/verify"
                search={{ pack }}
                className="px-3 py-2 font-medium text-accent underline underline-offset-2 pointer-coarse:py-3"
              >
                {words}
              </Link>
            )}
          />
        </Page>
      ) : (
        <Page title={t('audit')} lead={t('auditLead')}>
          <AuditTrail />
        </Page>
      )}
    </AuditorFrame>
  );
}
