/** The cockpit: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const mspCockpitRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/msp/cockpit',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** The cockpit. */
export const cockpitRoutes = [mspCockpitRoute] as const;
