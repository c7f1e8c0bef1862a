/** The calendar of every schedule, and the dialogs that open from it. */

import { useQuery } from '@tanstack/react-query';
import { CalendarClock, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { useNow } from '../../ui/Time.tsx';
import { useIsPhone } from '../../ui/useMedia.ts';
import { Agenda } from './Agenda.tsx';
import { Board } from './Board.tsx';
import { CalendarBar } from './CalendarBar.tsx';
import { CalendarDialogs } from './CalendarDialogs.tsx';
import { NowCards } from './NowCards.tsx';
import { viewerZone, weeksInView } from './period.ts';
import { nowQuery, schedulesQuery } from './queries.ts';
import { onCallRoute } from './routes.tsx';

/** Who it is now, then the weeks; on a phone a list. */
export function CalendarTab() {
  const { t } = useTranslation('onCall');
  const mayWrite = useCan()('on_call.write');
  const isPhone = useIsPhone();
  const { view = 'week', from, layers = false } = onCallRoute.useSearch();
  const { data: schedules, error, isPending, refetch } = useQuery(schedulesQuery);
  // The calendar comes once the cards above it have their height: it would jump.
  const { isPending: isNowPending } = useQuery(nowQuery);
  const nowMs = useNow(60);
  const weeks = weeksInView(view, from, nowMs, viewerZone());
  if (schedules?.length === 0)
    return (
      <Card>
        <EmptyState
          icon={<CalendarClock aria-hidden="true" />}
          title={t('empty.title')}
          action={
            mayWrite && (
              <ButtonLink to="/on-call/schedules/new" kind="primary">
                <Plus aria-hidden="true" /> {t('schedule.new')}
              </ButtonLink>
            )
          }
        >
          {t('empty.text')}
        </EmptyState>
      </Card>
    );
  return (
    <>
      <NowCards />
      {!isNowPending && (
        <section aria-label={t('calendar.title')} className="rounded-lg border border-line bg-surface">
          <CalendarBar weeks={weeks} />
          {isPending && <SkeletonRows rows={6} className="h-11" />}
          {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
          {schedules !== undefined &&
            (isPhone ? (
              <Agenda schedules={schedules} days={weeks.flat()} />
            ) : (
              <Board schedules={schedules} weeks={weeks} withLayers={layers} nowMs={nowMs} />
            ))}
        </section>
      )}
      {schedules !== undefined && <CalendarDialogs schedules={schedules} />}
    </>
  );
}
