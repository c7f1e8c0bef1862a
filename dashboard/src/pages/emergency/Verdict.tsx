/** What became of a request, in a sentence: a card that comes too late says so. */

import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/Button.tsx';
import type { QuorumRequest } from './queries.ts';
import type { Standing } from './standing.ts';
import { TokenBadge } from './states.tsx';
import { clockTime } from './where.ts';

/** The sentence, and where to look further. `standing` is that of the viewer. */
export function Verdict({ request, standing }: { readonly request: QuorumRequest; readonly standing: Standing }) {
  const { t } = useTranslation('emergency');
  const sentence = useSentence(request, standing);
  return (
    <div role="status" className="space-y-3 rounded-md bg-sunken p-4">
      <p className="text-base font-medium">{sentence}</p>
      {request.state === 'rejected' &&
        request.decisions.map(
          ({ user_id, decision, comment }) =>
            decision === 'reject' &&
            comment !== null && (
              <p key={user_id} className="break-words text-ink-soft">
                {comment}
              </p>
            ),
        )}
      {request.state === 'open' && standing === 'mine' && (
        <p className="text-ink-soft">
          {t('quorum.waitingFor', { count: Math.max(0, request.required_approvers - request.approvals) })}
        </p>
      )}
      {request.state === 'approved' && (
        <ul className="space-y-2">
          {request.targets.slice(0, 5).map((target) => (
            <li key={target.nonce} className="flex flex-wrap items-center gap-2">
              <span className="font-medium">{target.hostname}</span>
              <TokenBadge state={target.state} />
              <span className="flex-1" />
              <ButtonLink to="/emergency/eats/$nonce" params={{ nonce: target.nonce }} size="sm">
                {t('decision.result')}
              </ButtonLink>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function useSentence(request: QuorumRequest, standing: Standing): string {
  const { t, i18n } = useTranslation('emergency');
  const list = (names: readonly string[]): string => new Intl.ListFormat(i18n.language).format(names);
  const namesOf = (decision: 'approve' | 'reject'): string =>
    list(request.decisions.filter((each) => each.decision === decision).map(({ email }) => email));
  const time = clockTime(request.decided_at ?? request.expires_at, i18n.language);
  if (request.state === 'approved') return t('decision.fired', { names: namesOf('approve'), time });
  if (request.state === 'rejected') return t('decision.rejectedBy', { names: namesOf('reject'), time });
  if (request.state === 'cancelled') return t('decision.cancelledBy', { names: request.requested_by_email, time });
  if (standing === 'own') return t('decision.own');
  if (standing === 'mine') return t('decision.mine');
  if (standing === 'not_allowed') return t('decision.notAllowed');
  return t('decision.expired', { time, count: request.approvals, required: request.required_approvers });
}
