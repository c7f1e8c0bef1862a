/** Links by which an auditor reads a client's evidence for a while. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Time, useNow } from '../../ui/Time.tsx';
import { NewAuditorLink } from './NewAuditorLink.tsx';
import { auditorLinksQuery } from './packQueries.ts';

/** The list with who opened what, and the form for a new one. */
export function AuditorLinks({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('packs');
  const can = useCan();
  const now = useNow(30);
  const queryClient = useQueryClient();
  const links = useQuery(auditorLinksQuery(tenantId));
  const revoke = useMutation({
    mutationFn: (id: string) => ask(api.POST('/auditor-links/{id}/revoke', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['auditor-links', tenantId] }),
  });
  return (
    <div className="space-y-5">
      <p className="text-ink-soft">{t('auditors.text')}</p>
      {can('team.write') && <NewAuditorLink tenantId={tenantId} />}
      {revoke.isError && <Problem error={revoke.error} />}
      {links.isError && <Problem error={links.error} onRetry={() => void links.refetch()} />}
      {links.isPending && <SkeletonRows rows={3} />}
      {links.data?.length === 0 && <p className="text-ink-faint">{t('auditors.none')}</p>}
      <ul className="divide-y divide-line">
        {links.data?.map((link) => {
          const isOpen = link.revoked_at === null && Date.parse(link.expires_at) > now;
          return (
            <li key={link.id} className="flex items-start justify-between gap-3 py-3">
              <div className="min-w-0 space-y-0.5">
                <p className="font-medium break-words">{link.note}</p>
                <p className="text-xs text-ink-soft">
                  {t('auditors.made', { email: link.created_by_email })} · {t('auditors.until')}{' '}
                  <Time value={link.expires_at} />
                </p>
                <p className="text-xs text-ink-soft">
                  {t('auditors.opened', { count: link.opened_count })}
                  {link.last_opened_at !== null && (
                    <>
                      {' · '}
                      <Time value={link.last_opened_at} format="ago" />
                    </>
                  )}
                </p>
              </div>
              {isOpen && can('team.write') ? (
                <Button
                  size="sm"
                  busy={revoke.isPending && revoke.variables === link.id}
                  onClick={() => revoke.mutate(link.id)}
                  aria-label={t('auditors.revokeOf', { note: link.note })}
                >
                  {t('auditors.revoke')}
                </Button>
              ) : (
                <Badge tone={isOpen ? 'good' : 'neutral'}>
                  {t(link.revoked_at !== null ? 'auditors.revoked' : isOpen ? 'auditors.open' : 'auditors.expired')}
                </Badge>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
