/** Who has decided so far, and how many are still needed. */

import { Check, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/classNames.ts';
import { Time } from '../../ui/Time.tsx';
import type { QuorumRequest } from './queries.ts';

/** So fresh an approver is worth a second look: whoever may invite could have made them for this. */
const NEW_MS = 24 * 3_600_000;

type Decision = QuorumRequest['decisions'][number];
function isNewApprover(decision: Decision): decision is Decision & { readonly approver_since: string } {
  const { approver_since: since, decided_at: at } = decision;
  return since !== null && Date.parse(at) - Date.parse(since) < NEW_MS;
}

/** A bar with one part for each approver needed, then the people with their times. */
export function Approvals({ request }: { readonly request: QuorumRequest }) {
  const { t } = useTranslation('emergency');
  const { approvals, required_approvers: required, decisions } = request;
  const missing = Math.max(0, required - approvals);
  return (
    <div aria-live="polite" className="space-y-3">
      <p className="text-2xl font-semibold tracking-tight tabular-nums">{t('ofN', { count: approvals, required })}</p>
      <div aria-hidden="true" className="flex gap-1">
        {Array.from({ length: required }, (_, index) => (
          <span key={index} className={cx('h-1.5 flex-1 rounded-full', index < approvals ? 'bg-good' : 'bg-line')} />
        ))}
      </div>
      {decisions.length === 0 && request.state === 'open' && <p className="text-ink-soft">{t('quorum.nobody')}</p>}
      <ul className="space-y-2">
        {decisions.map((decision) => (
          <li key={decision.user_id} className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2">
            {decision.decision === 'approve' ? (
              <Check aria-hidden="true" className="mt-0.5 size-4 text-good" />
            ) : (
              <X aria-hidden="true" className="mt-0.5 size-4 text-critical" />
            )}
            <div className="min-w-0">
              <p className="font-medium break-words">{decision.email}</p>
              <p className="text-xs text-ink-faint">
                {t(decision.decision === 'approve' ? 'quorum.approvedBy' : 'quorum.rejectedBy')}{' '}
                <Time value={decision.decided_at} />
              </p>
              {!decision.counts && <p className="text-xs text-medium">{t('quorum.countsNoMore')}</p>}
              {isNewApprover(decision) && (
                <p className="text-xs break-words text-medium">
                  {t('quorum.newApprover', { by: decision.approver_by ?? '–' })}{' '}
                  <Time value={decision.approver_since} />
                </p>
              )}
              {decision.comment !== null && <p className="break-words text-ink-soft">{decision.comment}</p>}
            </div>
          </li>
        ))}
      </ul>
      {request.state === 'open' && missing > 0 && decisions.length > 0 && (
        <p className="text-ink-soft">{t('quorum.waitingFor', { count: missing })}</p>
      )}
    </div>
  );
}
