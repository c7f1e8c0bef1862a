/** One quorum request, live: who has approved, how long it still waits, and what it set off. */

import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem.ts';
import { useMe } from '../../session.ts';
import { OtherClientNote } from '../../shell/OtherClientNote.tsx';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Facts, Page } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { Approvals } from './Approvals.tsx';
import { CancelRequest } from './CancelRequest.tsx';
import { DecisionForm } from './DecisionForm.tsx';
import { Irreversible } from './Irreversible.tsx';
import { actionsOf, isIrreversible } from './pinned.ts';
import { type QuorumRequest, quorumQuery } from './queries.ts';
import { quorumRoute } from './routes.tsx';
import { standingOf } from './standing.ts';
import { LevelBadge, RequestBadge } from './states.tsx';
import { Targets } from './Targets.tsx';
import { TimeLeft } from './TimeLeft.tsx';
import { Verdict } from './Verdict.tsx';
import { WhatRuns } from './WhatRuns.tsx';
import { hostsOf } from './where.ts';

/** The page. */
export function Quorum() {
  const { t } = useTranslation('emergency');
  const { requestId } = quorumRoute.useParams();
  const { data: request, error, isPending, refetch } = useQuery(quorumQuery(requestId));
  if (request === undefined && error instanceof ProblemError && error.status === 404)
    return <EmptyState title={t('quorum.missing')} />;
  return (
    <Page
      title={request === undefined ? t('quorum.title') : request.labels.join(', ')}
      lead={request && `${request.tenant_name} / ${hostsOf(request, t)}`}
      actions={request && <Actions request={request} />}
    >
      {isPending && <SkeletonRows rows={8} />}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {request !== undefined && <OtherClientNote tenantId={request.tenant_id} />}
      {request !== undefined && <Body request={request} />}
    </Page>
  );
}

function Actions({ request }: { readonly request: QuorumRequest }) {
  const { t } = useTranslation('emergency');
  const me = useMe();
  return (
    <>
      {request.workflow_url && (
        <ButtonAnchor href={request.workflow_url} target="_blank" rel="noreferrer">
          <ExternalLink aria-hidden="true" /> {t('workflow')}
        </ButtonAnchor>
      )}
      {request.state === 'open' && request.requested_by === me.id && <CancelRequest request={request} />}
    </>
  );
}

function Body({ request }: { readonly request: QuorumRequest }) {
  const { t } = useTranslation('emergency');
  const { t: common } = useTranslation();
  const me = useMe();
  const standing = standingOf(request, me);
  const isOpen = request.state === 'open';
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="space-y-4">
        <Card title={t('quorum.request')} actions={<RequestBadge state={request.state} />}>
          <Facts
            items={[
              [common('reason.label'), request.reason],
              [t('column.asked'), request.requested_by_email],
              [t('column.level'), <LevelBadge key="level" level={request.level} />],
              [t('quorum.requestedAt'), <Time key="at" value={request.created_at} />],
              isOpen
                ? [t('column.left'), <TimeLeft key="left" until={request.expires_at} />]
                : [t('quorum.expiresAt'), <Time key="left" value={request.expires_at} />],
              [
                t('quorum.id'),
                <code key="id" className="font-mono text-xs">
                  {request.id}
                </code>,
              ],
            ]}
          />
        </Card>
        <Card title={t('what.title')}>
          <div className="space-y-3">
            {isIrreversible(request) && <Irreversible />}
            <WhatRuns actions={actionsOf(request)} labels={request.labels} />
          </div>
        </Card>
        <Targets request={request} />
      </div>
      <div className="space-y-4">
        <Card title={t('quorum.approvals')}>
          <Approvals request={request} />
        </Card>
        {standing === 'decide' ? (
          <Card title={t('quorum.decide')}>
            <DecisionForm request={request} />
          </Card>
        ) : (
          <Verdict request={request} standing={standing} />
        )}
      </div>
    </div>
  );
}
