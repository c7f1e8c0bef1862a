/** Alerts: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const alertsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/alerts',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const alertsAlertIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/alerts/$alertId',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Alerts. */
export const alertsRoutes = [alertsRoute, alertsAlertIdRoute] as const;
