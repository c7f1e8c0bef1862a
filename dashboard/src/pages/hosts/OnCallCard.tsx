/** Who answers for a client now. */

import { useQuery } from '@tanstack/react-query';
import { PhoneOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { onCallQuery } from './overviewQueries.ts';

/** One line a schedule that the client's groups name, and the default one. */
export function OnCallCard({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('overview');
  const { data, error, refetch } = useQuery(onCallQuery(tenantId));
  return (
    <Card
      flush
      title={t('onCall.title')}
      actions={
        <ButtonLink kind="quiet" size="sm" to="/on-call">
          {t('all')}
        </ButtonLink>
      }
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <SkeletonRows rows={2} />}
      {data?.items.length === 0 && (
        <EmptyState title={t('onCall.none')} icon={<PhoneOff aria-hidden="true" />}>
          {t('onCall.noneText')}
        </EmptyState>
      )}
      <ul className="divide-y divide-line/60">
        {data?.items.map(({ schedule, now, until }) => (
          <li key={schedule.id} className="flex items-center justify-between gap-3 px-4 py-2">
            <span className="min-w-0">
              <span className="block truncate font-medium">{now === null ? t('onCall.nobody') : now.user.name}</span>
              <span className="block truncate text-xs text-ink-faint">{schedule.name}</span>
            </span>
            {until !== null && (
              <span className="text-xs whitespace-nowrap text-ink-soft">
                {t('onCall.until')} <Time value={until} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
