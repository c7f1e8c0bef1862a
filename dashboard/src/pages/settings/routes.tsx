/** Settings: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Settings. */
export const settingsRoutes = [settingsRoute] as const;
