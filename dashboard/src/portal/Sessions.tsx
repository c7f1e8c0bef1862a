/** Who of the provider worked in the client's systems, and why; who waits for consent comes first. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { UserCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { Badge, type Tone } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../ui/Feedback.tsx';
import { Card } from '../ui/Layout.tsx';
import { countdown, Time, useNow } from '../ui/Time.tsx';
import { PortalPage } from './PortalPage.tsx';
import { type Session, sessionsQuery } from './portalQueries.ts';

const ORDER = ['awaiting_consent', 'active', 'granted', 'ended'] as const;
const TONES: Readonly<Record<Session['state'], Tone>> = {
  awaiting_consent: 'medium',
  active: 'accent',
  granted: 'low',
  ended: 'neutral',
};

/** Live ones first, then the newest. */
export function Sessions({ mayConsent }: { readonly mayConsent: boolean }) {
  const { t } = useTranslation('portal');
  const queryClient = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const consent = useMutation({
    mutationFn: ({ id, granted }: { readonly id: string; readonly granted: boolean }) =>
      ask(api.POST('/auth/impersonations/{id}/consent', { params: { path: { id } }, body: { granted } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const rows = sessions.data?.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return (
    <PortalPage title={t('page.sessions')} lead={t('sessions.lead')}>
      {consent.isError && <Problem error={consent.error} />}
      {sessions.isError && <Problem error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.isPending && <SkeletonRows rows={6} className="h-16" />}
      {rows?.length === 0 && (
        <Card>
          <EmptyState title={t('sessions.none')} icon={<UserCheck aria-hidden="true" />}>
            {t('sessions.noneText')}
          </EmptyState>
        </Card>
      )}
      {rows !== undefined && rows.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
          {rows.map((session) => (
            <li key={session.id} className="flex flex-wrap items-start justify-between gap-3 px-4 py-3">
              <div className="min-w-0 flex-1 basis-64 space-y-1">
                <p className="font-medium wrap-anywhere">{session.reason}</p>
                <p className="text-xs text-ink-soft">
                  {session.user_email} · {t(`mode.${session.mode}`)} ·{' '}
                  <Time value={session.started_at ?? session.requested_at} />
                  {session.consented_by_email !== null &&
                    ` · ${t('sessions.consentedBy', { email: session.consented_by_email })}`}
                </p>
              </div>
              <div className="flex flex-wrap items-center gap-2">
                <Badge tone={TONES[session.state]}>{t(`sessionState.${session.state}`)}</Badge>
                {session.state === 'active' && session.expires_at !== null && <TimeLeft until={session.expires_at} />}
                {session.state === 'awaiting_consent' && mayConsent && (
                  <>
                    <Button
                      kind="primary"
                      size="sm"
                      busy={consent.isPending}
                      onClick={() => consent.mutate({ id: session.id, granted: true })}
                    >
                      {t('sessions.grant')}
                    </Button>
                    <Button
                      size="sm"
                      disabled={consent.isPending}
                      onClick={() => consent.mutate({ id: session.id, granted: false })}
                    >
                      {t('sessions.refuse')}
                    </Button>
                  </>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </PortalPage>
  );
}

function TimeLeft({ until }: { readonly until: string }) {
  const { t } = useTranslation('portal');
  const now = useNow();
  return (
    <span className="text-xs text-ink-soft tabular-nums">
      {t('sessions.left', { time: countdown(Date.parse(until), now) })}
    </span>
  );
}
