/** Alerts: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { SEVERITIES } from '../../../../src/domain/severity.ts';
import { SLA_STATES } from '../../../../src/domain/sla.ts';
import { known, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

/** Choices of status in the address; without one: open and acknowledged. */
export const STATUS_CHOICES = ['open', 'acknowledged', 'resolved', 'all'] as const;

/** The list. `resolve` is the alert whose dialog is open. */
export const alertsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/alerts',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      status: oneOf(search['status'], STATUS_CHOICES),
      severity: oneOf(search['severity'], SEVERITIES),
      sla: oneOf(search['sla'], SLA_STATES),
      assigned: text(search['assigned']),
      host: text(search['host']),
      q: text(search['q']),
      resolve: text(search['resolve']),
    }),
  component: lazyRouteComponent(() => import('./Alerts.tsx'), 'Alerts'),
});

/** What can be open over one alert. */
const ALERT_DIALOGS = ['resolve', 'assign'] as const;

/** One alert; also where a push leads. */
export const alertRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/alerts/$alertId',
  validateSearch: (search: Record<string, unknown>) => known({ dialog: oneOf(search['dialog'], ALERT_DIALOGS) }),
  component: lazyRouteComponent(() => import('./AlertDetail.tsx'), 'AlertDetail'),
});

/** Alerts. */
export const alertsRoutes = [alertsRoute, alertRoute] as const;
