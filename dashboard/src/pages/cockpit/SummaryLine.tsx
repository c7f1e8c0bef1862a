/** All clients in one line. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Skeleton } from '../../ui/Feedback.tsx';
import { cockpitSummaryQuery, MORNING_URGENCY } from './cockpitQueries.ts';

/** How many clients there are, how many are the morning's work, and why. */
export function SummaryLine() {
  const { t } = useTranslation('cockpit');
  const { data, isError } = useQuery(cockpitSummaryQuery);
  if (isError) return null;
  if (data === undefined) return <Skeleton className="mt-1 h-4 w-96 max-w-full" />;
  const parts = [
    t('summary.tenants', { count: data.tenants }),
    t('summary.above', { count: data.tenants_above, urgency: MORNING_URGENCY }),
    t('summary.critical', { count: data.open_critical }),
    t('summary.kev', { count: data.tenants_with_kev }),
    ...(data.overdue_eats > 0 ? [t('summary.overdue', { count: data.overdue_eats })] : []),
    ...(data.agents_offline > 0 ? [t('summary.offline', { count: data.agents_offline })] : []),
  ];
  return <p>{parts.join(' · ')}</p>;
}
