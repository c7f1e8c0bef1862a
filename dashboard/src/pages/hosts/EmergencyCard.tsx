/** Emergencies of a client that run, wait for approvals, or never answered. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Siren } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { stateOfEat, TokenBadge } from '../emergency/states.tsx';
import { eatsQuery, openQuorumsQuery } from './overviewQueries.ts';

/** Requests first: somebody waits for a decision. */
export function EmergencyCard({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('overview');
  const quorums = useQuery(openQuorumsQuery(tenantId));
  const live = useQuery(eatsQuery(tenantId, 'live'));
  const overdue = useQuery(eatsQuery(tenantId, 'overdue'));
  const error = quorums.error ?? live.error ?? overdue.error;
  const eats = [
    ...(live.data?.items ?? []),
    ...(overdue.data?.items.filter(({ acknowledged_at }) => acknowledged_at === null) ?? []),
  ];
  const requests = quorums.data?.items ?? [];
  const isPending = quorums.isPending || live.isPending || overdue.isPending;
  return (
    <Card
      flush
      title={t('emergency.title')}
      actions={
        <ButtonLink kind="quiet" size="sm" to="/emergency">
          {t('all')}
        </ButtonLink>
      }
    >
      {error !== null && <Problem error={error} />}
      {isPending && error === null && <SkeletonRows rows={3} />}
      {!isPending && requests.length + eats.length === 0 && (
        <EmptyState title={t('emergency.none')} icon={<Siren aria-hidden="true" />}>
          {t('emergency.noneText')}
        </EmptyState>
      )}
      <ul className="divide-y divide-line/60">
        {requests.map((request) => (
          <li key={request.id} className="flex items-center gap-3 px-4 py-2">
            <Link
              to="/emergency/quorum/$requestId"
              params={{ requestId: request.id }}
              search={{}}
              className="min-w-0 flex-1 truncate py-0.5 hover:underline"
            >
              {request.labels.join(', ')}
            </Link>
            <Badge tone="high">
              {t('emergency.approvals', { count: request.approvals, needed: request.required_approvers })}
            </Badge>
          </li>
        ))}
        {eats.map((eat) => (
          <li key={eat.nonce} className="flex items-center gap-3 px-4 py-2">
            <span className="min-w-0 flex-1">
              <Link
                to="/emergency/eats/$nonce"
                params={{ nonce: eat.nonce }}
                search={{}}
                className="block truncate py-0.5 hover:underline"
              >
                {eat.hostname} · {eat.labels.join(', ')}
              </Link>
              <span className="block truncate text-xs text-ink-faint">{eat.reason}</span>
            </span>
            <TokenBadge state={stateOfEat(eat)} />
            <span className="w-20 shrink-0 text-right text-xs text-ink-faint max-sm:hidden">
              <Time value={eat.issued_at} format="ago" />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
