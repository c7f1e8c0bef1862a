/** On-call: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { flag, known, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

/** Tabs of the page. */
export const ON_CALL_TABS = ['calendar', 'policies'] as const;
/** How much of the calendar is in view. */
export const CALENDAR_VIEWS = ['week', 'month'] as const;
export type CalendarView = (typeof CALENDAR_VIEWS)[number];

const isoDate = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

/**
 * Calendar and policies. `from` is a date in the week or month in view; `layers` draws what the final result is made of.
 * Dialogs: `shift`, `at` and `lane` are a schedule, a moment and a line of it; `take` is the schedule that somebody takes over, between
 * `start` and `end`; `calendar` the one to subscribe to; `remove` the one to delete; `policy` an id, or `new`.
 */
export const onCallRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/on-call',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      tab: oneOf(search['tab'], ON_CALL_TABS),
      view: oneOf(search['view'], CALENDAR_VIEWS),
      from: isoDate(search['from']),
      layers: flag(search['layers']),
      shift: text(search['shift']),
      at: text(search['at']),
      lane: text(search['lane']),
      take: text(search['take']),
      start: text(search['start']),
      end: text(search['end']),
      calendar: text(search['calendar']),
      remove: text(search['remove']),
      policy: text(search['policy']),
    }),
  component: lazyRouteComponent(() => import('./OnCall.tsx'), 'OnCall'),
});

/** The address without any dialog. */
export const NO_DIALOG = {
  shift: undefined,
  at: undefined,
  lane: undefined,
  take: undefined,
  start: undefined,
  end: undefined,
  calendar: undefined,
  remove: undefined,
  policy: undefined,
} as const;

/** A new schedule. */
export const newScheduleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/on-call/schedules/new',
  component: lazyRouteComponent(() => import('./EditSchedule.tsx'), 'NewSchedule'),
});

/** Changing a schedule. */
export const editScheduleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/on-call/schedules/$scheduleId',
  component: lazyRouteComponent(() => import('./EditSchedule.tsx'), 'EditSchedule'),
});

/** On-call. */
export const onCallRoutes = [onCallRoute, newScheduleRoute, editScheduleRoute] as const;
