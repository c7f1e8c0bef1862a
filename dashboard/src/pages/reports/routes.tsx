/** Reports on demand: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const reportsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/reports',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Reports on demand. */
export const reportsRoutes = [reportsRoute] as const;
