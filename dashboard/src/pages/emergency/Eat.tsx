/** One token: its timeline from request to signed result, and the proof to take along. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem.ts';
import { useTenantName } from '../../session.ts';
import { OtherClientNote } from '../../shell/OtherClientNote.tsx';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Facts, Page } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { Acknowledge } from './Acknowledge.tsx';
import { Proof } from './Proof.tsx';
import { tokenOf } from './proof.ts';
import { type EatEvidence, eatQuery } from './queries.ts';
import { eatRoute } from './routes.tsx';
import { LevelBadge, stateOfEat, TokenBadge } from './states.tsx';
import { TimeLeft } from './TimeLeft.tsx';
import { Timeline } from './Timeline.tsx';
import { timelineOf } from './timeline.ts';

/** How often a token that is not there yet is asked for again: the signer may be at work. */
const SIGNING_TRIES = 12;

/** The page. */
export function Eat() {
  const { t } = useTranslation('emergency');
  const { nonce } = eatRoute.useParams();
  const tenantName = useTenantName();
  const query = useQuery({
    ...eatQuery(nonce),
    retry: (failures, error) => error instanceof ProblemError && error.status === 404 && failures < SIGNING_TRIES,
    retryDelay: 1_000,
  });
  const { data: eat, error } = query;
  if (eat === undefined && error !== null)
    return error instanceof ProblemError && error.status === 404 ? (
      <EmptyState title={t('eat.missing')} />
    ) : (
      <Problem error={error} onRetry={() => void query.refetch()} />
    );
  return (
    <Page
      title={eat === undefined ? t('eat.title') : eat.labels.join(', ')}
      lead={eat && `${tenantName(eat.tenant_id)} / ${eat.hostname}`}
      actions={
        eat && (
          <>
            {eat.workflow_url && (
              <ButtonAnchor href={eat.workflow_url} target="_blank" rel="noreferrer">
                <ExternalLink aria-hidden="true" /> {t('workflow')}
              </ButtonAnchor>
            )}
            <Acknowledge eat={eat} />
          </>
        )
      }
    >
      {eat === undefined && query.failureCount > 0 && (
        <EmptyState title={t('eat.signing')}>{t('eat.signingText')}</EmptyState>
      )}
      {eat === undefined && query.failureCount === 0 && <SkeletonRows rows={8} />}
      {eat !== undefined && <OtherClientNote tenantId={eat.tenant_id} />}
      {eat !== undefined && (
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_26rem]">
          <Card title={t('eat.timeline')} actions={<TokenBadge state={stateOfEat(eat)} />} className="h-fit">
            <div aria-live="polite">
              <Timeline events={timelineOf(eat)} />
            </div>
          </Card>
          <div className="space-y-4">
            <TokenFacts eat={eat} />
            <Proof eat={eat} />
          </div>
        </div>
      )}
    </Page>
  );
}

function TokenFacts({ eat }: { readonly eat: EatEvidence }) {
  const { t } = useTranslation('emergency');
  const { t: common } = useTranslation();
  const authority = useAuthority(eat);
  const isLive = eat.outcome === null && !eat.is_overdue;
  return (
    <Card title={t('eat.facts')} className="h-fit">
      <Facts
        items={[
          [common('reason.label'), eat.reason],
          [t('column.level'), <LevelBadge key="level" level={eat.level} />],
          ...(authority === null ? [] : [[t('eat.authority'), authority] as const]),
          ...(eat.quorum_request_id === null
            ? []
            : [
                [
                  t('eat.request'),
                  <Link
                    key="request"
                    to="/emergency/quorum/$requestId"
                    params={{ requestId: eat.quorum_request_id }}
                    className="font-mono text-xs text-accent hover:underline"
                  >
                    {eat.quorum_request_id}
                  </Link>,
                ] as const,
              ]),
          ...(eat.valid_from === null
            ? []
            : [[t('eat.window'), <WindowOf key="window" from={eat.valid_from} until={eat.expires_at} />] as const]),
          isLive
            ? [t('column.left'), <TimeLeft key="left" until={eat.expires_at} />]
            : [t('eat.expires'), <Time key="until" value={eat.expires_at} />],
          [
            t('eat.logIndex'),
            eat.log_index === null ? (
              t(eat.token === null ? 'eat.logNone' : 'eat.logWaiting')
            ) : (
              <Link
                key="log"
                to="/transparency"
                search={{ leaf: eat.log_index }}
                className="text-accent hover:underline"
              >
                {t('eat.logEntry', { index: eat.log_index })}
              </Link>
            ),
          ],
          [
            t('eat.nonce'),
            <code key="nonce" className="font-mono text-xs">
              {eat.nonce}
            </code>,
          ],
        ]}
      />
    </Card>
  );
}

function WindowOf({ from, until }: { readonly from: string; readonly until: string }) {
  return (
    <>
      <Time value={from} /> – <Time value={until} />
    </>
  );
}

/** On whose word the hub signed; null for imported history. */
function useAuthority(eat: EatEvidence): string | null {
  const { t } = useTranslation('emergency');
  const authorisation = tokenOf(eat)?.authorisation;
  if (authorisation === undefined) return null;
  if (authorisation.kind === 'quorum')
    return t('eat.authorityOf.quorum', {
      count: authorisation.approvals.length,
      required: authorisation.required_approvers,
    });
  if (authorisation.kind === 'automatic')
    return t('eat.authorityOf.automatic', { confidence: authorisation.confidence });
  return `${t('eat.authorityOf.single')}: ${authorisation.email}`;
}
