/** The card that a notification opens: one request on one screen, with the buttons where the thumb is. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem.ts';
import { useMe } from '../../session.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Page } from '../../ui/Layout.tsx';
import { DecisionForm } from './DecisionForm.tsx';
import { Irreversible } from './Irreversible.tsx';
import { actionsOf, isIrreversible } from './pinned.ts';
import { type QuorumRequest, quorumQuery } from './queries.ts';
import { approveRoute } from './routes.tsx';
import { standingOf } from './standing.ts';
import { LevelBadge } from './states.tsx';
import { TimeLeft } from './TimeLeft.tsx';
import { Verdict } from './Verdict.tsx';
import { WhatRuns } from './WhatRuns.tsx';
import { clockTime, hostsOf } from './where.ts';

/** Shows the card; what happened meanwhile takes the place of the buttons. */
export function ApproveCard() {
  const { t } = useTranslation('emergency');
  const { requestId } = approveRoute.useParams();
  const { decision } = approveRoute.useSearch();
  const me = useMe();
  const { data: request, error, isPending } = useQuery(quorumQuery(requestId));
  if (request === undefined && error instanceof ProblemError && error.status === 404)
    return <EmptyState title={t('quorum.missing')} />;
  return (
    <div className="mx-auto flex min-h-[calc(100dvh-3rem)] w-full max-w-lg flex-col">
      <Page title={request === undefined ? t('quorum.title') : `${request.tenant_name} / ${hostsOf(request, t)}`}>
        {isPending && <SkeletonRows rows={4} />}
        {request === undefined && error !== null && <Problem error={error} />}
        {request !== undefined && <Words request={request} />}
      </Page>
      {request !== undefined && (
        <div className="sticky bottom-0 space-y-3 border-line bg-canvas/95 p-4 pb-[max(1rem,env(safe-area-inset-bottom))] backdrop-blur max-sm:mt-auto max-sm:border-t sm:px-6 sm:pt-0">
          {standingOf(request, me) === 'decide' ? (
            <DecisionForm request={request} preselect={decision ?? 'approve'} />
          ) : (
            <>
              <Verdict request={request} standing={standingOf(request, me)} />
              <ButtonLink to="/emergency/quorum/$requestId" params={{ requestId }} className="w-full">
                {t('decision.openRequest')}
              </ButtonLink>
            </>
          )}
        </div>
      )}
    </div>
  );
}

function Words({ request }: { readonly request: QuorumRequest }) {
  const { t, i18n } = useTranslation('emergency');
  const { t: common } = useTranslation();
  const isOpen = request.state === 'open';
  const utc = common('time.utc', { time: request.created_at.slice(0, 19).replace('T', ' ') });
  return (
    <div className="space-y-3 rounded-lg border border-line bg-surface p-4 text-base">
      {request.labels.map((label) => (
        <p key={label} className="font-mono text-lg font-semibold break-words">
          {label}
        </p>
      ))}
      {isIrreversible(request) && <Irreversible />}
      <p title={utc} className="break-words text-ink-soft">
        {t('requestedBy', { email: request.requested_by_email, time: clockTime(request.created_at, i18n.language) })}
      </p>
      <p className="break-words">{t('reasonLine', { reason: request.reason })}</p>
      <p className="flex flex-wrap items-center gap-x-3 text-sm text-ink-soft">
        <LevelBadge level={request.level} />
        <span>
          {t('column.approvals')}: {t('ofN', { count: request.approvals, required: request.required_approvers })}
        </span>
        {isOpen && (
          <span>
            {t('column.left')}: <TimeLeft until={request.expires_at} />
          </span>
        )}
      </p>
      <WhatRuns actions={actionsOf(request)} labels={request.labels} />
    </div>
  );
}
